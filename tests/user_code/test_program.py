"""Programs of all shapes, executed as they stand."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.user_code.errors import LoadingFailed
from app.user_code.programs.places import PlaceKind
from app.user_code.programs.program import Program
from app.user_code.programs.reference import ProgramReference
from app.user_code.reference import CURRENT_FOLDER, UserCodeError
from tests.user_code.conftest import HEAD, MemoryReactor, Run, Write

HERE = "tcp:8025:interface=0.0.0.0"


def endpoints(program: Program) -> list[str]:
    return [each.endpoint for each in program.places]


@pytest.mark.parametrize(
    "lines",
    [
        "reactor.listenTCP(8025, factory)\nreactor.run()",
        "import twisted.internet.reactor\n"
        "twisted.internet.reactor.listenTCP(8025, factory)\ntwisted.internet.reactor.run()",
        "from twisted.internet.reactor import listenTCP, run\nlistenTCP(8025, factory)\nrun()",
        "from twisted.internet.endpoints import serverFromString\n"
        "serverFromString(reactor, 'tcp:8025').listen(factory)\nreactor.run()",
        "from twisted.internet.endpoints import TCP4ServerEndpoint\n"
        "TCP4ServerEndpoint(reactor, 8025).listen(factory)\nreactor.run()",
        "from twisted.internet import defer, task\n"
        "def main(reactor):\n"
        "    reactor.listenTCP(8025, factory)\n"
        "    return defer.Deferred()\n"
        "task.react(main)",
        "from twisted.internet import defer, task\n"
        "async def main(reactor, name):\n"
        "    reactor.listenTCP(8025, factory)\n"
        "    await defer.Deferred()\n"
        "task.react(main, ['x'])",
        "if __name__ == '__main__':\n    reactor.listenTCP(8025, factory)\n    reactor.run()",
        "reactor.callWhenRunning(reactor.listenTCP, 8025, factory)\nreactor.run()",
        "import sys\nreactor.listenTCP(8025, factory)\nsys.exit(reactor.run())",
        "from twisted.application import strports\n"
        "strports.service('tcp:8025', factory).startService()\nreactor.run()",
        "from twisted.application import internet, service\n"
        "application = service.Application('x')\n"
        "internet.TCPServer(8025, factory).setServiceParent(application)",
    ],
)
def test_a_script_brings_its_place(script: Run, lines: str) -> None:
    assert endpoints(script(lines)) == [HERE]


def test_nothing_is_bound_on_the_real_reactor(script: Run, memory: MemoryReactor) -> None:
    script("reactor.listenTCP(8025, factory)\nreactor.run()")
    assert not memory.tcpServers
    assert not memory.hasStopped


def test_a_program_may_listen_in_many_ways(script: Run, tmp_path: Path) -> None:
    program = script(
        """
        reactor.listenTCP(8025, factory, interface="127.0.0.1", backlog=5)
        reactor.listenUDP(8026, protocol.DatagramProtocol())
        reactor.listenUNIX("echo.sock", factory, mode=0o600)
        reactor.listenSSL(8443, factory, object())
        reactor.listenMulticast(8027, protocol.DatagramProtocol(), listenMultiple=True)
        reactor.listenMulticast(8027, protocol.DatagramProtocol(), listenMultiple=True)
        reactor.listenUNIXDatagram("log.sock", protocol.DatagramProtocol(), mode=0o600)
        reactor.run()
        """
    )
    assert [each.kind for each in program.places] == [
        PlaceKind.TCP,
        PlaceKind.UDP,
        PlaceKind.UNIX,
        PlaceKind.TLS,
        PlaceKind.UDP,
        PlaceKind.UDP,
        PlaceKind.UNIX_DATAGRAMS,
    ]
    assert endpoints(program)[0] == "tcp:8025:interface=127.0.0.1:backlog=5"
    assert str(tmp_path / "echo.sock") in endpoints(program)[2]
    assert endpoints(program)[4] == "udp:8027:interface=0.0.0.0:shared=1"
    assert endpoints(program)[6] == f"unix-dgram:{tmp_path / 'log.sock'}:mode=600"


ADOPTS = """
import os, socket
with socket.create_server(("127.0.0.1", 0)) as listening:
    reactor.adoptStreamPort(listening.fileno(), socket.AF_INET, factory)
    number = listening.getsockname()[1]
with socket.socket(type=socket.SOCK_DGRAM) as bound:
    bound.bind(("127.0.0.1", 0))
    reactor.adoptDatagramPort(bound.fileno(), socket.AF_INET, protocol.DatagramProtocol())
reactor.run()
"""


def test_a_socket_that_a_program_brings_can_be_taken_once(script: Run) -> None:
    program = script(ADOPTS)
    assert [each.kind for each in program.places] == [PlaceKind.TCP, PlaceKind.UDP]
    (stream, datagrams) = (each.socket for each in program.places)
    assert stream is not None
    assert datagrams is not None
    with stream.take() as taken, datagrams.take() as also_taken:
        assert endpoints(program) == [
            f"tcp:{taken.getsockname()[1]}:interface=127.0.0.1",
            f"udp:{also_taken.getsockname()[1]}:interface=127.0.0.1",
        ]
    with pytest.raises(UserCodeError, match="start it again"):
        stream.take()


def test_a_socket_of_systemd_is_adopted_once(
    write: Write, run: Run, memory: MemoryReactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the second load, its number belongs to something else."""
    monkeypatch.setenv("LISTEN_PID", str(os.getpid()))
    monkeypatch.setenv("LISTEN_FDS", "1000")
    program = run(f"python:{write('server.py', HEAD + ADOPTS)}")
    again = Program(
        program.reference, Path(), memory, spent_descriptors=program.adopted_descriptors
    )
    with pytest.raises(LoadingFailed, match="Bad file descriptor"):
        again.load()


def test_a_socket_that_does_not_listen_is_told(script: Run) -> None:
    with pytest.raises(LoadingFailed, match=r"call its listen\(\) first"):
        script(ADOPTS.replace('create_server(("127.0.0.1", 0))', "socket()"))


def test_a_port_that_the_system_chooses_is_known_at_once(script: Run) -> None:
    program = script(
        "port = reactor.listenTCP(0, factory)\nprint(port.getHost().port)\nreactor.run()"
    )
    assert program.places[0].port.getHost().port > 0  # type: ignore[attr-defined]


def test_a_service_file_starts_its_services(write: Write, run: Run) -> None:
    write(
        "app.tac",
        HEAD
        + "from twisted.application import internet, service\n"
        + "from twisted.internet import endpoints\n"
        + "application = service.Application('x')\n"
        + "internet.TCPServer(8025, factory).setServiceParent(application)\n"
        + "endpoint = endpoints.serverFromString(reactor, 'tcp:8026')\n"
        + "internet.StreamServerEndpointService(endpoint, factory).setServiceParent(application)\n",
    )
    assert endpoints(run("python:app.tac")) == [HERE, "tcp:8026:interface=0.0.0.0"]


def test_a_service_file_is_not_the_main_program(write: Write, run: Run) -> None:
    write(
        "app.tac",
        """
        from twisted.application import service, strports
        from twisted.internet.protocol import Factory
        application = service.Application("x")
        strports.service("tcp:8025", Factory()).setServiceParent(application)
        if __name__ == "__main__":
            raise SystemExit("Run it with twistd.")
        """,
    )
    assert endpoints(run("python:app.tac")) == [HERE]


def test_a_package_runs_with_its_relative_imports(write: Write, run: Run) -> None:
    write("chat/__init__.py", "")
    write("chat/serving.py", HEAD)
    write(
        "chat/__main__.py",
        "from .serving import factory\nfrom twisted.internet import reactor\n"
        "reactor.listenTCP(8025, factory)\nreactor.run()\n",
    )
    assert endpoints(run("python:chat/")) == [HERE]
    assert endpoints(run("python:chat")) == [HERE]
    assert endpoints(run("python:chat/__main__.py")) == [HERE]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of twisted.web, in itself
def test_a_plugin_of_twist_listens_where_its_options_say(run: Run) -> None:
    program = run("twist:web --path . --listen tcp:8090")
    assert endpoints(program) == ["tcp:8090:interface=0.0.0.0"]


def test_arguments_are_those_of_the_reference(write: Write, run: Run) -> None:
    lines = "import sys\nreactor.listenTCP(int(sys.argv[1]), factory)\nreactor.run()\n"
    write("server.py", HEAD + lines)
    assert endpoints(run("python:server.py 8025")) == [HERE]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("", "server.py listens nowhere."),
        ("import missing_part", "there is no module called missing_part."),
        ("reactor.listenTCP(1, factory)\n1 / 0", "server.py, line 9: ZeroDivisionError"),
        (
            "reactor.listenTCP(8025, factory)\nreactor.listenTCP(8025, factory)",
            "server.py, line 9: it listens on port 8025 a second time",
        ),
        ("raise SystemExit('no licence')", "server.py ended itself (no licence) before"),
        ("reactor.run()\nreactor.stop()", "server.py stopped the reactor before"),
        ("reactor.listenTCP(8025, Echo)\nreactor.run()", "which has no buildProtocol."),
        (
            "from twisted.internet import selectreactor\nselectreactor.install()",
            "installs a reactor of its own.",
        ),
        ("def broken(:", "server.py, line 8: "),
    ],
)
def test_bad_programs_are_told_and_leave_nothing(script: Run, lines: str, sentence: str) -> None:
    with pytest.raises(LoadingFailed) as raised:
        script(lines)
    assert sentence in str(raised.value)


def test_running_twice_is_noted(script: Run) -> None:
    program = script("reactor.listenTCP(8025, factory)\nreactor.run()\nreactor.run()")
    assert "calls reactor.run() twice" in program.notes[0]


def test_what_a_program_changes_in_the_process_is_put_back(script: Run) -> None:
    before = (sys.stdout, Path.cwd(), signal.getsignal(signal.SIGTERM), sys.argv, sys.path[:])
    script(
        """
        import io, os, signal, sys
        from twisted.python import log
        log.startLogging(sys.stdout)
        sys.stdout = io.StringIO()
        os.chdir("/")
        signal.signal(signal.SIGTERM, lambda *_: None)
        sys.path.insert(0, "/nowhere")
        sys.modules.pop("twisted.internet.reactor")
        reactor.listenTCP(8025, factory)
        reactor.run()
        """
    )
    after = (sys.stdout, Path.cwd(), signal.getsignal(signal.SIGTERM), sys.argv, sys.path[:])
    assert after == before
    assert "twisted.internet.reactor" in sys.modules


def test_relative_paths_of_a_program_begin_in_its_folder(script: Run, tmp_path: Path) -> None:
    script("import os\nassert os.getcwd() == os.path.dirname(__file__)\n" + LISTENS)


LISTENS = "reactor.listenTCP(8025, factory)\nreactor.run()\n"


def test_delayed_calls_end_with_the_program(
    script: Run, memory: MemoryReactor, programs: list[Program]
) -> None:
    script(
        "from twisted.internet import task\n"
        "task.LoopingCall(list).start(1)\nreactor.callLater(5, list)\n" + LISTENS
    )
    memory.advance(1)
    assert len(memory.getDelayedCalls()) == 2
    end(programs[0])
    assert not memory.getDelayedCalls()


def end(program: Program) -> None:
    with pytest.raises(StopIteration):
        program.end().send(None)


def test_stopping_the_reactor_later_ends_the_program_alone(
    write: Write, memory: MemoryReactor, tmp_path: Path, programs: list[Program]
) -> None:
    write("server.py", HEAD + "reactor.callLater(1, reactor.stop)\n" + LISTENS)
    from app.user_code.programs.reference import ProgramReference

    ended: list[str] = []
    program = Program(
        ProgramReference.parse("python:server.py"),
        tmp_path,
        memory,
        on_end=lambda: ended.append("ended"),
    )
    programs.append(program)
    program.load()
    memory.advance(1)
    assert ended == ["ended"]
    assert not memory.hasStopped


def test_shutdown_triggers_and_services_are_called_at_the_end(
    write: Write, run: Run, tmp_path: Path
) -> None:
    write(
        "app.tac",
        HEAD
        + "from twisted.application import internet, service\n"
        + "application = service.Application('x')\n"
        + "internet.TCPServer(8025, factory).setServiceParent(application)\n"
        + "said = []\n"
        + "import pathlib\n"
        + "ended = pathlib.Path('ended.txt').absolute()\n"
        + "reactor.addSystemEventTrigger('before', 'shutdown', ended.touch)\n",
    )
    program = run("python:app.tac")
    end(program)
    assert (tmp_path / "ended.txt").exists()
    assert not program.places


def test_a_thread_that_listens_is_refused_with_a_sentence(
    script: Run, memory: MemoryReactor
) -> None:
    program = script(
        """
        import threading
        def listen():
            try:
                reactor.listenTCP(8026, factory)
            except RuntimeError:
                pass
        thread = threading.Thread(target=listen)
        thread.start()
        thread.join()
        reactor.listenTCP(8025, factory)
        reactor.run()
        """
    )
    assert memory.calls_from_threads
    assert "in a thread of its own" in program.notes[0]
    assert endpoints(program) == [HERE]


def test_a_reactor_that_runs_in_a_thread_is_noted(script: Run, memory: MemoryReactor) -> None:
    program = script(
        """
        import threading
        reactor.listenTCP(8025, factory)
        thread = threading.Thread(target=reactor.run, args=(False,))
        thread.start()
        thread.join()
        """
    )
    assert "runs the reactor in a thread" in program.notes[0]
    assert endpoints(program) == [HERE]


def test_a_socket_of_its_own_that_listens_is_noted(script: Run, memory: MemoryReactor) -> None:
    program = script(
        """
        import socket
        raw = socket.socket()
        raw.bind(("127.0.0.1", 0))
        raw.listen()
        reactor.addReader(raw)
        reactor.listenTCP(8025, factory)
        reactor.run()
        """
    )
    assert "listens with a socket of its own" in program.notes[0]
    (raw,) = memory.getReaders()
    end(program)
    assert not memory.getReaders()
    raw.close()


def test_a_passive_port_of_ftp_is_the_programs(script: Run) -> None:
    heard: list[str] = []
    program = script(
        "from twisted.protocols import ftp\n" + LISTENS.replace("factory", "ftp.FTPFactory()")
    )
    program._on_place = lambda place: heard.append(place.endpoint)
    protocol = program.places[0].served.buildProtocol(None)
    program.adopt(protocol)
    inner = protocol.wrappedProtocol
    inner.getDTPPort(object(), interface="127.0.0.1")
    assert heard
    assert heard[0].endswith("interface=127.0.0.1")


def test_a_program_that_imports_itself_listens_once(write: Write, run: Run) -> None:
    write("server.py", "import server\n" + HEAD + "reactor.listenTCP(8025, factory)\nreactor.run()")
    program = run("python:server.py")
    assert endpoints(program) == [HERE]
    assert not program.notes


def test_modules_of_a_program_have_plain_names_if_they_are_free(write: Write, run: Run) -> None:
    """Perspective Broker sends the names of classes to the other side."""
    write("ponds.py", "class Pond:\n    pass\n")
    listen = "import ponds\nprint(ponds.Pond.__module__)\nreactor.listenTCP(0, factory)\n"
    write("server.py", HEAD + listen)
    first = run("python:server.py")
    assert vars(sys.modules["ponds"])["Pond"].__module__ == "ponds"
    second = run("python:server.py")
    assert len([name for name in sys.modules if name.startswith("ponds")]) == 2
    assert first.places
    assert second.places


def test_a_reload_has_the_plain_names_and_the_load_before_keeps_its_modules(
    write: Write, run: Run, reload: Callable[[Program], Program]
) -> None:
    """An old connection may import later on, and both send the same names of classes."""
    write("ponds/__init__.py", "")
    write("ponds/fish.py", "class Fish:\n    pass\n")
    late = "def late():\n    from ponds import late\n    return late.NAME\n"
    write("ponds/late.py", "NAME = 'the first'\n")
    write("pond_helper.py", late)
    lines = (
        "import pond_helper, ponds.fish\nfactory.helper, factory.fish = pond_helper, ponds.fish\n"
    )
    write("server.py", HEAD + lines + "reactor.listenTCP(0, factory)\n")
    before = run("python:server.py")
    old = before.places[0].served
    after = reload(before)
    new = after.places[0].served
    assert sys.modules["ponds.fish"] is new.fish
    assert new.fish is not old.fish
    assert new.fish.Fish.__module__ == old.fish.Fish.__module__ == "ponds.fish"
    assert new.fish.__name__ == "ponds.fish"
    assert old.helper.late() == "the first"
    assert "ponds.late" not in sys.modules
    assert before.is_loaded


def test_a_reload_that_fails_leaves_the_names_to_the_load_before(
    write: Write, run: Run, reload: Callable[[Program], Program]
) -> None:
    write("ponds.py", "class Pond:\n    pass\n")
    write("server.py", HEAD + "import ponds\nreactor.listenTCP(0, factory)\n")
    before = run("python:server.py")
    ponds = sys.modules["ponds"]
    write("server.py", HEAD + "import ponds\n1 / 0\n")
    with pytest.raises(LoadingFailed):
        reload(before)
    assert sys.modules["ponds"] is ponds
    assert ponds.__name__ == "ponds"
    assert not [name for name in sys.modules if name.startswith("ponds@")]


SERVICES = """
from twisted.application.internet import TCPServer, UDPServer
from twisted.application.service import Application, MultiService

class Up(protocol.DatagramProtocol):
    pass

def make(reactor):
    return [TCPServer(8025, factory, interface="127.0.0.1"), UDPServer(8026, Up())]

def listen(reactor):
    reactor.listenTCP(8027, factory)

def wrong():
    return [TCPServer(8025, factory), factory]

def nothing():
    return []

class Both(MultiService):
    def __init__(self):
        super().__init__()
        for each in make(None):
            each.setServiceParent(self)

services = make(None)
application = Application("both")
Both().setServiceParent(application)
"""
BOTH = ["tcp:8025", "udp:8026"]


@pytest.mark.parametrize(
    ("name", "endpoints"),
    [
        ("make", BOTH),
        ("services", BOTH),
        ("Both", BOTH),
        ("application", BOTH),
        ("listen", ["tcp:8027"]),
    ],
)
@pytest.mark.parametrize("source", ["my services.py", "own_services"])
def test_the_services_of_one_object_listen_where_they_say(
    write: Write, run: Run, source: str, name: str, endpoints: list[str]
) -> None:
    write(source if source.endswith(".py") else f"{source}.py", HEAD + SERVICES)
    program = run(f"python:{source}:{name}")
    found = [place.endpoint.partition(":interface")[0] for place in program.places]
    assert found == endpoints


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("wrong", r"wrong returns no service \(Factory\), and has no address of its own"),
        ("Echo", r"Echo is no service \(Echo\), and has no address of its own"),
        ("nothing", "python:services.py:nothing listens nowhere"),
        ("mak", "Did you mean make"),
    ],
)
def test_an_object_without_an_address_is_told(
    write: Write, run: Run, name: str, sentence: str
) -> None:
    write("services.py", HEAD + SERVICES)
    with pytest.raises(LoadingFailed, match=sentence):
        run(f"python:services.py:{name}")


def test_without_a_profile_the_current_folder_is_that_of_the_shell(
    write: Write, memory: Any, programs: list[Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with `python own/server.py`."""
    path = write("own/server.py", HEAD + "import os\nfactory.folder = os.getcwd()\n" + LISTENS)
    monkeypatch.chdir(path.parent.parent)
    program = Program(ProgramReference.parse("python:own/server.py"), CURRENT_FOLDER, memory)
    programs.append(program)
    program.load()
    assert program.places[0].served.folder == str(path.parent.parent)


def test_a_program_does_not_get_the_modules_of_another(write: Write, run: Run) -> None:
    write("one/ponds.py", "")
    write("one/server.py", HEAD + "import ponds\nreactor.listenTCP(0, factory)\n")
    write("two/server.py", HEAD + "import ponds\nreactor.listenTCP(0, factory)\n")
    run("python:one/server.py")
    with pytest.raises(LoadingFailed, match="there is no module called ponds"):
        run("python:two/server.py")
