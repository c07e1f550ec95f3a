"""*Help → Tour*: the tutorial with a server that really runs. It retells what a protocol, a factory
and a reactor are, each with the lines of the server's file, which are edited and run in place.

The listener of the tour is in no profile, and its file is deleted at the end, unless the user keeps
it. Changes that were not kept when the window closed are there again in the next tour.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import evolve
from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QTabBar, QTabWidget, QToolButton, QWidget

from app.client.draft import Draft
from app.net.endpoint import Endpoint
from app.profile import ListenerSpec
from app.server.listener import Listener, State
from app.server.workspace import Workspace
from app.ui.console.pane import ConsolePane
from app.ui.console.session_tab import SessionTab
from app.ui.listeners.panel import ListenersPanel
from app.ui.listeners.status import state_word
from app.ui.style.icons import Icons
from app.ui.widgets.dialogs import open_modal
from app.ui.widgets.plain_text import message_box, set_tip
from app.ui.widgets.translation import translated
from app.user_code.reference import UserCodeError
from app.user_code.tour import (
    FACTORY_NAME,
    FILE_NAME,
    PORT,
    TourFile,
    endpoint_in,
    syntax_error,
)

if TYPE_CHECKING:
    from app.ui.help.tour_pane import TourPane

GREETING: Final = "hello"
CLOSER_SIZE: Final = 12


class Tour(QObject):
    """Owns the tab of the tour, its file and its listener. There is at most one of each."""

    def __init__(
        self,
        window: QWidget,
        workspace: Workspace,
        *,
        tabs: QTabWidget,
        listeners: ListenersPanel,
        console: ConsolePane,
        reveal_console: Callable[[], object],
        show_deck: Callable[[], object],
        icons: Icons,
    ) -> None:
        """`show_deck` shows the listeners of the deck, after one was added or removed."""
        super().__init__(window)
        self._window = window
        self._workspace = workspace
        self._deck = workspace.deck
        self._tabs = tabs
        self._panel = listeners
        self._console = console
        self._reveal_console = reveal_console
        self._show_deck = show_deck
        self._icons = icons
        self._file = TourFile.of_profile(workspace.file.path)
        self._path = self._file.path
        self._protocol = ""
        self._first_endpoint = ""
        self._errors_seen = 0
        self._before: QWidget | None = None
        self._sessions: list[SessionTab] = []
        """The tabs of the console that the tour connected."""
        self.pane: TourPane | None = None
        """The tab; `None` while there is no tour."""

    @property
    def listener(self) -> Listener | None:
        """The listener that runs the file; `None` if the user removed it."""
        runs = (each for each in self._deck.listeners if each.spec.protocol == self._protocol)
        return next(runs, None)

    def begin(self) -> None:
        """Begin the tour, or go to the one that has begun."""
        if self.pane is None:
            self._before = self._tabs.currentWidget()
            self._open()
        if self.pane is not None:
            self._tabs.setCurrentWidget(self.pane)
            self.refresh()

    def end(self) -> None:
        """End the tour. If the user changed the file, it is asked what becomes of it."""
        if self.pane is None:
            return
        if self._is_kept or not self._file.is_changed(self.pane.text):
            self._close()
            return
        box = message_box(
            self._window,
            self.tr("End of the tour"),
            self.tr("You changed {0}. Do you want to keep it, with its listener?").format(
                FILE_NAME
            ),
            icon=QMessageBox.Icon.Question,
            buttons=QMessageBox.StandardButton.Cancel,
        )
        keep = box.addButton(self.tr("Keep the file…"), QMessageBox.ButtonRole.AcceptRole)
        throw = box.addButton(self.tr("Throw it away"), QMessageBox.ButtonRole.DestructiveRole)
        throw.setProperty("kind", "danger")
        box.setDefaultButton(keep)
        keep.clicked.connect(lambda: self.keep(then=self._close))
        throw.clicked.connect(self._close)
        open_modal(box)

    def leave(self) -> None:
        """End the tour without a question, because the window goes. What the user changed and did
        not keep is there again in the next tour."""
        if self.pane is not None:
            text = self.pane.text
            is_left = not self._is_kept and self._file.is_changed(text)
            if is_left and self.pane.has_unsaved:
                self._write(text)
            self._close(delete=not is_left)

    def refresh(self) -> None:
        """Show where the listener is, who is connected, and what was done."""
        pane = self.pane
        if pane is None or not pane.isVisible():
            return
        listener = self.listener
        if listener is None:
            pane.show_progress(
                self.tr("The listener of the tour was removed. Start makes another.")
            )
            return
        words = f"{listener.where} · {state_word(listener.state)}"
        if (count := _shared_count(listener)) is not None:
            words = f"{words} · numProtocols = {count}"
        pane.show_progress(words)
        errors = listener.factory.code_errors if listener.factory is not None else None
        if errors is not None and errors.total > self._errors_seen:
            self._errors_seen = errors.total
            reason = errors.by_reason()[-1][0]
            pane.say(
                self.tr("Your code failed: {0} The log has more.").format(translated(reason)),
                wrong=True,
            )
        elif listener.state is State.FAILED:
            pane.say(translated(listener.reason), wrong=True)

    def save(self) -> None:
        """Write the text of the editor, and let the listener run it."""
        pane = self.pane
        if pane is None or not self._write(pane.text):
            return
        pane.show_saved(pane.text)
        mistake = syntax_error(pane.text)
        if mistake is not None:
            line, what = mistake
            words = self.tr("Line {0}: {1}. Correct it; the code from before runs on.")
            pane.say(words.format(line + 1, what), wrong=True, line=line)
            return
        pane.say("")
        self._run(pane, pane.text)

    def keep(self, then: Callable[[], object] = lambda: None) -> None:
        """Ask for a place for the file, and put it and its listener there. Then call `then`."""
        dialog = QFileDialog(
            self._window,
            self.tr("Keep the file"),
            str(self._folder / FILE_NAME),
            self.tr("Python files (*.py)"),
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("py")

        def take(path: str) -> None:
            if self.keep_at(Path(path)):
                then()

        dialog.fileSelected.connect(take)
        dialog.open()

    def keep_at(self, path: Path) -> bool:
        """Keep the file at `path`, and its listener in the profile. False if that failed."""
        pane, listener = self.pane, self.listener
        if pane is None:
            return False
        from app.user_code.inspection import reference_to  # imported late for a faster start

        try:
            protocol = str(reference_to(path, FACTORY_NAME, self._folder))
            self._file.copy_to(path, pane.text)
        except UserCodeError as error:
            pane.say(translated(str(error)), wrong=True)
            return False
        self._path, self._protocol = path, protocol
        self._file.delete()
        if listener is not None:
            self._workspace.keep(listener)
            self._workspace.change(listener, evolve(listener.spec, protocol=protocol))
        pane.show_saved(pane.text)
        pane.show_name(path.name)
        pane.say(self.tr("{0} is yours now, and its listener is in the profile.").format(path))
        return True

    # The tab

    def _open(self) -> None:
        # Imported late for a faster start.
        from app.ui.help.tour_pane import TourPane
        from app.ui.help.tour_steps import TourSteps

        start = Endpoint.tcp(PORT - 1)
        port = self._deck.free_port(start) or PORT
        try:
            text = self._file.begin(Endpoint.tcp(port))
        except UserCodeError as error:
            open_modal(message_box(self._window, self.tr("Tour"), translated(str(error))))
            return
        self._path, self._protocol = self._file.path, self._file.reference
        self._sessions.clear()
        endpoint = endpoint_in(text) or Endpoint.tcp(port)
        self._first_endpoint = str(endpoint)
        self._add_listener()
        steps = TourSteps(
            listener=lambda: self.listener,
            text=lambda: "" if self.pane is None else self.pane.text,
            edit=self._edit,
            free_port=self._deck.free_port,
            start=self._start,
            connect=self._connect,
            say_hello=self._say_hello,
            keep=self.keep,
            is_kept=lambda: self._is_kept,
            first_endpoint=self._first_endpoint,
        )
        pane = self.pane = TourPane(steps.all(), text, FILE_NAME)
        pane.save_wanted.connect(self.save)
        pane.end_wanted.connect(self.end)
        index = self._tabs.addTab(pane, self.tr("Tour"))
        self._tabs.tabBar().setTabButton(index, QTabBar.ButtonPosition.RightSide, self._closer())

    def _closer(self) -> QToolButton:
        closer = QToolButton(autoRaise=True)
        closer.setObjectName("tabCloser")
        closer.setIconSize(QSize(CLOSER_SIZE, CLOSER_SIZE))
        closer.setAccessibleName(self.tr("End the tour"))
        set_tip(closer, self.tr("End the tour"))
        closer.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._icons.give(closer, "close")
        closer.clicked.connect(self.end)
        return closer

    def _close(self, *, delete: bool = True) -> None:
        pane, listener = self.pane, self.listener
        if pane is None:
            return
        if not self._is_kept:
            for tab in [each for each in self._sessions if each in self._console.tabs]:
                self._console.close_tab(tab)
            if listener is not None:
                self._workspace.remove(listener)
            if delete:
                self._file.delete()
        self.pane = None
        if self._before is not None and self._tabs.currentWidget() is pane:
            self._tabs.setCurrentWidget(self._before)
        self._tabs.removeTab(self._tabs.indexOf(pane))
        pane.deleteLater()
        self._show_deck()

    # The listener

    def _add_listener(self) -> Listener:
        spec = ListenerSpec(
            name=self._workspace.free_name(self.tr("Tour")),
            protocol=self._protocol,
            endpoint=self._first_endpoint,
        )
        listener = self._workspace.add_temporary(spec)
        self._show_deck()
        return listener

    def _run(self, pane: TourPane, text: str) -> None:
        """Let the listener run the saved `text`: at another place if it says so."""
        listener, endpoint = self.listener, endpoint_in(text)
        if listener is None:
            return
        if listener.factory is not None:
            self._errors_seen = listener.factory.code_errors.total
        if endpoint is None:
            pane.say(
                self.tr(
                    "The last part does not say where to listen. Write serverFromString(reactor, "
                    '"tcp:{0}") there.'
                ).format(PORT),
                wrong=True,
            )
        elif str(endpoint) != listener.spec.endpoint:
            self._workspace.change(listener, evolve(listener.spec, endpoint=str(endpoint)))
            pane.say(self.tr("Saved. It listens at {0} now.").format(endpoint.display))
            return
        if listener.can_drain and listener.reload():
            if endpoint is not None:
                pane.say(self.tr("Saved. New connections run it; open ones keep the code before."))
        elif listener.can_drain:
            pane.say(translated(listener.reload_error), wrong=True)
        elif listener.state is State.FAILED:
            self._deck.start(listener)

    def _write(self, text: str) -> bool:
        try:
            if self._is_kept:
                self._file.copy_to(self._path, text)
            else:
                self._file.write(text)
        except UserCodeError as error:
            if self.pane is not None:
                self.pane.say(translated(str(error)), wrong=True)
            return False
        return True

    @property
    def _is_kept(self) -> bool:
        return self._path != self._file.path

    @property
    def _folder(self) -> Path:
        return self._workspace.file.path.parent.absolute()

    # What the buttons of the steps do

    def _save_if_changed(self) -> None:
        if self.pane is not None and self.pane.has_unsaved:
            self.save()

    def _start(self) -> None:
        self._save_if_changed()
        listener = self.listener or self._add_listener()
        self._panel.choose(listener)
        if self.pane is not None:
            self._tabs.setCurrentWidget(self.pane)
        self._deck.start(listener)

    def _connect(self) -> None:
        self._save_if_changed()
        listener = self.listener or self._add_listener()

        def connect(_: object = None) -> None:
            tab = self._console.unused_tab()
            self._sessions.append(tab)
            tab.target_bar.connect_to(listener)

        self._reveal_console()
        if listener.is_on:
            connect()
        else:
            self._deck.start(listener).addCallback(connect)

    def _say_hello(self) -> None:
        if not self._console.current.session.state.is_open:
            self._connect()
            return
        self._reveal_console()
        self._console.current.input_bar.send_draft(Draft(GREETING))

    def _edit(self, text: str) -> None:
        """Put `text` into the editor as if the user had typed it, and run it."""
        if self.pane is not None and text != self.pane.text:
            self.pane.editor.replace_all(text)
            self.save()


def _shared_count(listener: Listener) -> int | None:
    """`numProtocols` of the user's factory; `None` if it has none."""
    factory = getattr(listener.factory, "wrappedFactory", None)
    count = getattr(getattr(factory, "factory", None), "numProtocols", None)
    return count if isinstance(count, int) else None
