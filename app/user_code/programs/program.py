"""One load of a whole program: it is executed with a reactor of its own, and ended again.

The program runs as with `python server.py`, `python -m package`, `twistd --python app.tac` or
`twist web`. Its calls of `listenTCP` and the like become `places`. The server layer binds them.
"""

from __future__ import annotations

import inspect
import logging
import os
import threading
from collections.abc import Callable, Container
from functools import partial
from pathlib import Path
from typing import Any, Final

from twisted.application.service import IService
from twisted.internet.defer import maybeDeferred
from twisted.internet.error import ReactorAlreadyInstalledError

from app.files.paths import is_file, is_folder, resolve_path
from app.text.sentence import Sentence, sentence_template
from app.user_code.errors import LoadingFailed, SourceFiles, call_user_code
from app.user_code.inspection import module_in_package
from app.user_code.loading import find_object
from app.user_code.made_by_function import services_of
from app.user_code.programs.modules import ProgramModules
from app.user_code.programs.places import ListeningPlace, Places
from app.user_code.programs.process_state import in_folder, restored_process_state
from app.user_code.programs.reactor import ProgramReactor
from app.user_code.programs.reference import ProgramKind, ProgramReference
from app.user_code.programs.started_work import StartedWork
from app.user_code.reference import (
    CURRENT_FOLDER,
    LoadCallback,
    UserCodeError,
    announce_nothing,
)

log = logging.getLogger(__name__)

MOST_PLACES: Final = 1000
"""The limit of places. A program with more is most likely in a loop."""

_NO_PLACES: Final = sentence_template(
    "program-listens-nowhere",
    "{title} listens nowhere. Let it call reactor.listenTCP, or name one protocol of it, as in "
    "{text}:Echo.",
)
_NO_SERVICES_OF_OBJECT: Final = sentence_template(
    "object-listens-nowhere",
    "{text} listens nowhere. Let it be or return services that do, such as "
    "internet.TCPServer(8007, factory).",
)
_NO_SERVICES: Final = sentence_template(
    "application-listens-nowhere",
    "The application of {title} listens nowhere. Give it a service that does, such as "
    "internet.TCPServer(8007, factory).",
)
_LISTENS_NOWHERE: Final = {
    ProgramKind.SERVICE_FILE: _NO_SERVICES,
    ProgramKind.OBJECT: _NO_SERVICES_OF_OBJECT,
}


class Program:
    """A program from its load to its end.

    Invariant: its modules are in Python between a successful `load` and `end`. A failed load leaves
    nothing behind.
    """

    def __init__(
        self,
        reference: ProgramReference,
        folder: Path,
        reactor: Any,
        *,
        loading: LoadCallback = announce_nothing,
        on_place: Callable[[ListeningPlace], None] | None = None,
        on_end: Callable[[], None] | None = None,
        on_note: Callable[[], None] | None = None,
        spent_descriptors: Container[int] = (),
        before: Program | None = None,
    ) -> None:
        """Relative paths begin in `folder`. `on_place` is called with each place that the program
        adds after the load. `on_end` is called once, when the program stops its reactor, and
        `on_note` for each new sentence in `notes`. `spent_descriptors` are those that an earlier
        load adopted. `before` is the load that this one replaces."""
        self.reference = reference
        self.title = reference.title
        self.notes: list[str] = []
        """Sentences about calls that could not be taken over."""
        self.exit_code: int | str | None = None
        """The argument of `sys.exit`, if the program called it during the load."""
        self.has_ended = False
        """Whether it stopped its reactor, or called `sys.exit`."""
        self.is_loaded = False
        self._folder = self._home = folder
        self._before = before
        self._loading = loading
        self._on_place = on_place
        self._on_end = on_end
        self._on_note = on_note
        self._has_run = False
        self._work = StartedWork(self.title)
        self._places = Places(self.title, self._take, self._outside)
        self._reactor = ProgramReactor(
            reactor, self, self._places, self._work, spent_descriptors=spent_descriptors
        )
        self._services: tuple[Any, ...] = ()
        self._module = ""
        """The name of its module if it is in a package, whose other modules it imports."""
        self._modules: ProgramModules | None = None
        self._sources = SourceFiles()

    @property
    def places(self) -> tuple[ListeningPlace, ...]:
        """The places where it listens now."""
        return tuple(self._places)

    @property
    def adopted_descriptors(self) -> frozenset[int]:
        """The descriptors of the sockets that it was given, such as those of systemd."""
        return frozenset(self._reactor.adopted_descriptors)

    @property
    def sources(self) -> SourceFiles:
        """The files that were read."""
        return self._sources if self._modules is None else self._modules.sources

    def load(self) -> None:
        """Run the program until it serves. Raises `LoadingFailed`; nothing goes on then."""
        try:
            self._load()
        except BaseException:
            self._let_go()
            raise
        finally:
            self._places.ignores_repeats = False
        assert self._modules is not None
        self._modules.succeed()
        self.is_loaded = True

    async def end(self) -> None:
        """Stop its triggers, its services and all other work, in this order. Raises nothing."""
        if not self.is_loaded:
            return
        self.is_loaded = False
        await self._reactor.fire_shutdown()
        services, self._services = self._services, ()
        for service in services:
            try:
                await maybeDeferred(self._reactor.inside(service.stopService))
            except Exception:
                log.exception("%s: a service of it failed to stop.", self.title)
        self._let_go()

    # As the owner of a `ProgramReactor`

    def runs(self) -> None:
        self._has_run = True

    def wants_to_end(self) -> None:
        if self.has_ended:
            return
        self.has_ended = True
        if self.is_loaded and self._on_end is not None:
            self._outside(self._on_end)

    def note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)
            log.warning("%s", sentence)
            if self.is_loaded and self._on_note is not None:
                self._outside(self._on_note)

    def adopt(self, protocol: Any) -> None:
        """Make a protocol of the program listen through the program's reactor.

        Twisted's FTP keeps `listenTCP` of the real reactor as an attribute of its class, and uses
        it for passive ports.
        """
        while protocol is not None:
            own: dict[str, Any] = getattr(protocol, "__dict__", {})
            if hasattr(type(protocol), "listenFactory") and "listenFactory" not in own:
                protocol.listenFactory = self._reactor.listenTCP
            protocol = own.get("wrappedProtocol")

    def inside(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """A function that does the same; listening and delayed calls in it are the program's."""
        return self._reactor.inside(call)

    def starting(self, call: Callable[[], Any]) -> Callable[[], Any]:
        """Like `inside`, in the current folder of the load: what starts there may open files."""

        def run() -> Any:
            with in_folder(self._home):
                return self.inside(call)()

        return run

    # The load

    def _load(self) -> None:
        folder, path = self._where()
        # Without a profile, the current folder stays that of the shell, as with `python`.
        self._home = Path.cwd() if self._folder == CURRENT_FOLDER else folder
        packaged = self._module_in_package(path)
        above, self._module = packaged or (folder, "")
        before, self._before = self._before, None
        replaced = None if before is None else before._modules
        self._modules = ProgramModules(above, self._reactor, replaced)
        arguments = (str(path or self.reference.source), *self.reference.arguments)
        threads = set(threading.enumerate())
        self._loading(path or folder)
        with restored_process_state(self._home, arguments), self._reactor.working():
            call_user_code(lambda: self._execute(path), self.sources)
        self._work.add_threads(threads)
        self._check()

    def _module_in_package(self, path: Path | None) -> tuple[Path, str] | None:
        if path is None or self.reference.kind not in (ProgramKind.SCRIPT, ProgramKind.OBJECT):
            return None
        return module_in_package(path, self._sources.read(path))

    def _execute(self, path: Path | None) -> None:
        """Run the code, then the calls that wait for the reactor to run."""
        try:
            self._execute_body(path)
            self._reactor.start()
        except ReactorAlreadyInstalledError:
            raise LoadingFailed(
                "program-installs-reactor",
                "{title} installs a reactor of its own. Portdeck runs one already: take out "
                "the line that installs another.",
                sources=self.sources,
                title=self.title,
            ) from None
        except UserCodeError as error:
            raise LoadingFailed(str(error), sources=self.sources) from None
        except SystemExit as error:
            self.exit_code = error.code
            if not self._has_run:
                raise LoadingFailed(self._how_it_ended(error.code), sources=self.sources) from None

    def _execute_body(self, path: Path | None) -> None:
        assert self._modules is not None
        match self.reference.kind:
            case ProgramKind.PLUGIN:
                from app.user_code.programs.twist_plugins import make_service

                self._serve(make_service(self.reference.source, self.reference.arguments))
            case ProgramKind.SERVICE_FILE:
                assert path is not None
                self._serve(self._application(vars(self._modules.run_service_file(path))))
            case ProgramKind.OBJECT:
                self._serve(*self._services_of_object(path))
            case ProgramKind.MODULE:
                self._modules.run_module(self.reference.source)
            case _ if self._module:
                self._modules.run_module(self._module)
            case ProgramKind.FOLDER if path is not None and path.name == "__main__.py":
                if is_file(path.parent / "__init__.py"):
                    self._modules.run_module(path.parent.name)
                else:
                    self._modules.run_file(path)
            case _:
                assert path is not None
                names = vars(self._modules.run_file(path))
                # A service file whose name does not end in .tac; `twistd --python` takes any name.
                if not self.places and not self._has_run and "application" in names:
                    self._serve(self._application(names))

    def _services_of_object(self, path: Path | None) -> list[Any]:
        assert self._modules is not None
        assert self.reference.object is not None
        name = self.reference.object.name
        if path is None or self._module:
            module = self._modules.import_module(self._module or self.reference.source)
        else:
            module = self._modules.execute(path)
        found = find_object(name, module, self.sources)
        return services_of(found, name, self._reactor, self.sources)

    def _application(self, names: dict[str, Any]) -> Any:
        application: Any = names.get("application")
        if application is None:
            raise LoadingFailed(
                "program-no-application",
                '{title} makes no application. Write: application = service.Application("name").',
                sources=self.sources,
                title=self.title,
            )
        found: Any = IService(application, None)
        if found is None:
            raise LoadingFailed(
                "program-application-wrong",
                "application in {title} is no service ({kind}). Write: application = "
                'service.Application("name").',
                sources=self.sources,
                title=self.title,
                kind=type(application).__name__,
            )
        return found

    def _serve(self, *services: Any) -> None:
        """Start `services` as `twistd` does."""
        self._services = services
        for each in services:
            each.privilegedStartService()
            each.startService()

    def _where(self) -> tuple[Path, Path | None]:
        """The folder of the program's modules, and the file to run if there is one."""
        folder = Path(os.path.realpath(self._folder))
        kind = self.reference.kind
        if not self.reference.has_path:
            return folder, None
        path = Path(os.path.realpath(resolve_path(self.reference.source, folder)))
        if kind is not ProgramKind.FOLDER and is_folder(path):
            raise LoadingFailed(
                "program-folder-slash",
                "{path} is a folder. Write it with a / at its end.",
                sources=self._sources,
                path=path,
            )
        if kind is not ProgramKind.FOLDER:
            self._sources.read(path)
            return path.parent, path
        main = path / "__main__.py"
        if not is_folder(path) or not is_file(main):
            raise LoadingFailed(
                "program-no-main",
                "There is no {main}. Name the file that starts the program, or write one.",
                sources=self._sources,
                main=main,
            )
        return (path.parent if is_file(path / "__init__.py") else path), main

    def _check(self) -> None:
        """Raise `LoadingFailed` if the program does not serve anything."""
        if self.has_ended:
            raise LoadingFailed(
                "program-stopped-early",
                "{title} stopped the reactor before it served anybody.",
                sources=self.sources,
                title=self.title,
            )
        for each in self.places:
            self._check_served(each)
        if not self.places and not self.notes:
            nowhere = _LISTENS_NOWHERE.get(self.reference.kind, _NO_PLACES)
            raise LoadingFailed(
                nowhere(title=self.title, text=self.reference), sources=self.sources
            )

    def _check_served(self, listening: ListeningPlace) -> None:
        wanted = "makeConnection" if listening.kind.is_datagram else "buildProtocol"
        if inspect.isclass(listening.served) or not hasattr(listening.served, wanted):
            what = getattr(listening.served, "__name__", type(listening.served).__name__)
            raise LoadingFailed(
                "program-listens-with",
                "{title} listens on {endpoint} with {what}, which has no {wanted}. Give it an "
                "object that is made, such as Factory.forProtocol(…).",
                sources=self.sources,
                title=self.title,
                endpoint=listening.endpoint,
                what=what,
                wanted=wanted,
            )

    def _how_it_ended(self, code: object) -> str:
        said = f" ({code})" if code not in (None, 0) else ""
        return Sentence(
            "program-ended-itself",
            "{title} ended itself{said} before it called reactor.run().",
            title=self.title,
            said=said,
        )

    def _take(self, listening: ListeningPlace) -> None:
        if len(self.places) > MOST_PLACES:
            raise RuntimeError(
                Sentence(
                    "program-too-many-places",
                    "{title} listens in more than {most_places} places",
                    title=self.title,
                    most_places=MOST_PLACES,
                )
            )
        if self.is_loaded and self._on_place is not None:
            self._outside(partial(self._on_place, listening))

    def _outside(self, call: Callable[[], Any]) -> Any:
        return self._reactor.outside(call)

    def _let_go(self) -> None:
        self._work.stop()
        self._places.close()
        if self._modules is not None:
            self._sources = self._modules.sources
            self._modules.close()
            self._modules = None
