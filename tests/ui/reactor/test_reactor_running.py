"""Start and stop. Each test runs in its own process, as a reactor can be started only once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PATIENCE_SECONDS = 60

BOOT = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication(["test"])
from app.ui.reactor.reactor import DeckReactor, install
reactor = install(app)
def say(*words): print(*words, flush=True)
for phase in ("before", "during", "after"):
    reactor.addSystemEventTrigger(phase, "shutdown", say, phase)
"""

WITHOUT_EPOLL = """
import select
for name in dir(select):
    if "epoll" in name.lower():
        delattr(select, name)
"""

SHUT_DOWN = ["before", "during", "after"]

Run = Callable[[str], list[str]]


STARTER = """
import json, os, sys
import twisted.internet.posixbase
from PySide6 import QtWidgets
from app.ui.reactor import reactor
for line in sys.stdin:
    script, *outputs = json.loads(line)
    child = os.fork()
    if not child:
        for descriptor, path in enumerate(outputs, 1):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), descriptor)
        break
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
else:
    sys.exit()
exec(script)
"""
"""Imports what the scripts need, once, and runs each of them in a child of its own."""


@pytest.fixture(scope="module")
def starter() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", STARTER]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as started:
        yield started


@pytest.fixture
def run(starter: subprocess.Popen[str], tmp_path: Path) -> Run:
    """Run a script in a process of its own and return its lines. It must succeed without errors
    printed."""

    def run_script(script: str) -> list[str]:
        assert starter.stdin is not None
        assert starter.stdout is not None
        output, errors = tmp_path / "output", tmp_path / "errors"
        asked = [BOOT + textwrap.dedent(script), str(output), str(errors)]
        print(json.dumps(asked), file=starter.stdin, flush=True)
        ended = starter.stdout.readline()
        assert (ended, errors.read_text()) == ("0\n", "")
        return output.read_text().splitlines()

    return run_script


def test_run_returns_after_the_shutdown_that_a_call_asked_for(run: Run) -> None:
    assert run("reactor.callLater(0, reactor.stop); reactor.run(); say('done')") == [
        *SHUT_DOWN,
        "done",
    ]


@pytest.mark.parametrize(
    "start", ["reactor.run()", "reactor.runReturn(); leave_with_reactor(); app.exec()"]
)
def test_stop_in_a_slot_takes_effect_without_any_other_event(run: Run, start: str) -> None:
    assert run(f"""
        def leave_with_reactor():
            reactor.addSystemEventTrigger("after", "shutdown", QTimer.singleShot, 0, app.quit)
        QTimer.singleShot(20, reactor.stop)
        {start}
        say("done")
        """) == [*SHUT_DOWN, "done"]


def test_the_shutdown_waits_for_deferreds_of_triggers(run: Run) -> None:
    assert run("""
        from twisted.internet.task import deferLater
        reactor.addSystemEventTrigger(
            "before", "shutdown", lambda: deferLater(reactor, 0.05, say, "drained"))
        QTimer.singleShot(0, reactor.stop)
        reactor.run()
        """) == ["before", "drained", "during", "after"]


def test_quitting_the_application_shuts_down_a_reactor_that_runs(run: Run) -> None:
    assert run("QTimer.singleShot(0, app.quit); reactor.run(); say('done')") == [
        *SHUT_DOWN,
        "done",
    ]


def test_closing_the_last_window_shuts_down_a_reactor_that_runs(run: Run) -> None:
    assert run("""
        window = QMainWindow()
        window.show()
        QTimer.singleShot(0, window.close)
        reactor.run()
        say("done")
        """) == [*SHUT_DOWN, "done"]


def test_run_inside_a_qt_loop_ends_only_its_own_loop(run: Run) -> None:
    assert run("""
        def inside():
            reactor.callLater(0, reactor.stop)
            reactor.run()
            say("left")
            QTimer.singleShot(0, app.quit)
        QTimer.singleShot(0, inside)
        app.exec()
        say("done")
        """) == [*SHUT_DOWN, "left", "done"]


def test_leaving_qt_while_the_reactor_runs_is_silent(run: Run) -> None:
    assert run("""
        from twisted.internet.protocol import Factory, Protocol
        reactor.listenTCP(0, Factory.forProtocol(Protocol), interface="127.0.0.1")
        reactor.runReturn()
        reactor.callLater(3600, say, "never")
        QTimer.singleShot(20, app.quit)
        app.exec()
        say(reactor.running)
        """) == ["True"]


def test_nothing_is_called_before_the_start_or_after_the_end(run: Run) -> None:
    assert run("""
        reactor.callLater(0, say, "called")
        app.processEvents(); app.processEvents()
        say("before the start")
        reactor.runReturn()
        while reactor.getDelayedCalls(): app.processEvents()
        reactor.stop()
        while reactor.running: app.processEvents()
        reactor.callLater(0, say, "called too late")
        QTimer.singleShot(50, app.quit)
        app.exec()
        """) == ["before the start", "called", *SHUT_DOWN]


def test_it_runs_again_after_a_crash_but_not_after_a_stop(run: Run) -> None:
    assert run("""
        from twisted.internet.error import ReactorNotRestartable
        reactor.callLater(0, reactor.crash)
        reactor.run()
        say("crashed")
        reactor.callLater(0, reactor.stop)
        reactor.run()
        try:
            reactor.run()
        except ReactorNotRestartable:
            say("not restartable")
        """) == ["crashed", *SHUT_DOWN, "not restartable"]


def test_iterate_works_before_the_start_and_after_a_crash(run: Run) -> None:
    assert run("""
        reactor.callLater(0, say, "before")
        reactor.callFromThread(say, "from a thread")
        for _ in range(100): reactor.iterate(0)
        reactor.callLater(0, reactor.crash)
        reactor.run()
        reactor.callLater(0, say, "after")
        for _ in range(100): reactor.iterate(0)
        """) == ["from a thread", "before", "after"]


def test_it_can_be_stopped_by_a_callback_with_a_dialog_open(run: Run) -> None:
    assert run("""
        from PySide6.QtWidgets import QDialog
        dialog = QDialog()
        reactor.callLater(0, dialog.exec)
        reactor.callLater(0.05, reactor.stop)
        reactor.run()
        say("done")
        """) == [*SHUT_DOWN, "done"]


def start(script: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", BOOT + textwrap.dedent(script)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "running\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("how", ["run()", "runReturn(); app.exec()"])
def test_a_signal_stops_a_sleeping_reactor(number: signal.Signals, how: str) -> None:
    process = start(f"""
        reactor.addSystemEventTrigger("after", "shutdown", QTimer.singleShot, 0, app.quit)
        reactor.callWhenRunning(say, "running")
        reactor.{how}
    """)
    process.send_signal(number)
    said, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert said.split() == SHUT_DOWN
    assert process.returncode == 0


@pytest.mark.parametrize("how", ["run(False)", "runReturn(False); app.exec()"])
def test_signal_handlers_are_not_installed_if_not_wanted(how: str) -> None:
    process = start(f"""
        reactor.callWhenRunning(say, "running")
        reactor.{how}
    """)
    process.terminate()
    said, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert (said, process.returncode) == ("", -signal.SIGTERM)


@pytest.mark.parametrize("how", ["run()", "runReturn(); app.exec()"])
def test_the_handler_for_ended_children_is_restored(run: Run, how: str) -> None:
    assert run(f"""
        import signal
        reactor.addSystemEventTrigger("after", "shutdown", QTimer.singleShot, 0, app.quit)
        reactor.callLater(0, reactor.stop)
        reactor.{how}
        say(signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL, signal.set_wakeup_fd(-1))
        """) == [*SHUT_DOWN, "True -1"]


def test_a_child_process_is_read_and_reaped(run: Run) -> None:
    lines = run("""
        from twisted.internet.protocol import ProcessProtocol
        class Child(ProcessProtocol):
            def outReceived(self, data): say(data.decode().strip())
            def processEnded(self, reason):
                say("ended", reason.value.exitCode)
                reactor.stop()
        command = [sys.executable, "-c", "print('hello'); raise SystemExit(3)"]
        reactor.callWhenRunning(reactor.spawnProcess, Child(), command[0], command)
        reactor.run()
    """)
    assert lines == ["hello", "ended 3", *SHUT_DOWN]


def test_many_reactors_in_one_process_leak_no_descriptors(run: Run) -> None:
    before, after = run("""
        import gc, os
        from twisted.python.failure import Failure
        def build_and_run():
            another = DeckReactor()
            another.callLater(0, another.stop)
            another.run()
            for reader in list(another._internalReaders):
                another._removeInternalReader(reader)
                reader.connectionLost(Failure(Exception()))
        def count():
            gc.collect()
            return len(os.listdir("/proc/self/fd"))
        for _ in range(3): build_and_run()
        say(count())
        for _ in range(30): build_and_run()
        say(count())
    """)
    assert before == after


ECHO = """
    from twisted.internet.protocol import ClientFactory, Factory, Protocol
    class Echo(Protocol):
        def dataReceived(self, data): self.transport.write(data)
    class Client(Protocol):
        received = b""
        def connectionMade(self): self.transport.write(bytes(1_000_000))
        def dataReceived(self, data):
            self.received += data
            if len(self.received) == 1_000_000: self.transport.loseConnection()
        def connectionLost(self, reason):
            say(len(self.received))
            reactor.stop()
    port = reactor.listenTCP(0, Factory.forProtocol(Echo), interface="127.0.0.1").getHost().port
    factory = ClientFactory.forProtocol(Client)
    reactor.connectTCP("127.0.0.1", port, factory)
    reactor.callInThread(reactor.callFromThread, say, "thread")
    reactor.run()
"""


def test_it_works_without_epoll() -> None:
    """As on Windows and macOS: the notifiers of qt-reactor watch the descriptors."""
    finished = subprocess.run(
        [sys.executable, "-c", WITHOUT_EPOLL + BOOT + textwrap.dedent(ECHO)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert finished.stderr == ""
    assert sorted(finished.stdout.split()) == sorted(["thread", "1000000", *SHUT_DOWN])
    assert finished.returncode == 0


def test_a_second_global_reactor_is_refused(run: Run) -> None:
    assert run("""
        from twisted.internet.error import ReactorAlreadyInstalledError
        try:
            install(app)
        except ReactorAlreadyInstalledError:
            say("refused")
        """) == ["refused"]


def test_the_installed_reactor_is_the_one_twisted_imports(run: Run) -> None:
    assert run("""
        from twisted.internet import reactor as imported
        say(imported is reactor)
        """) == ["True"]
