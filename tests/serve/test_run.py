"""Start, limits and stop of a run, and its messages to systemd."""

from __future__ import annotations

import signal
from typing import Any

import pytest
from attrs import evolve

from app.profile import ListenerSpec, ProfileFile, Tls
from app.profile.writing import render
from app.serve.run import RunLimits, serve
from tests.serve.harness import ECHO, HELLO, DrivenReactor, RecordingNotifier, run


def test_it_ends_after_the_time_limit() -> None:
    def wait(reactor: DrivenReactor) -> None:
        reactor.advance(1.4)
        assert not reactor.has_stopped
        reactor.advance(0.1)
        assert reactor.has_stopped

    reactor = run(wait, limits=RunLimits(seconds=1.5))
    assert reactor.names == ["listening", "listening", "stopped", "stopped", "closed output"]


def test_it_ends_when_the_reader_closes_the_output() -> None:
    def disconnect(reactor: DrivenReactor) -> None:
        reactor.gone()
        reactor.advance(0)
        assert reactor.has_stopped

    run(disconnect)


def test_it_ends_after_the_limit_of_connections_of_all_listeners() -> None:
    def visit(reactor: DrivenReactor) -> None:
        open_still = reactor.connect(0)
        reactor.visit(1)
        reactor.advance(0)
        assert not reactor.has_stopped, "one is over, one is open"
        reactor.disconnect(open_still)
        reactor.advance(0)
        assert reactor.has_stopped

    reactor = run(visit, limits=RunLimits(connections=2))
    assert reactor.names.count("closed") == 2


def test_a_refused_peer_does_not_count_as_a_connection(file: ProfileFile) -> None:
    def visit(reactor: DrivenReactor) -> None:
        first = reactor.connect(0)
        reactor.connect(0)
        reactor.advance(5)
        assert reactor.names[-1] == "refused"
        assert not reactor.has_stopped
        reactor.disconnect(first)
        reactor.advance(0)
        assert reactor.has_stopped

    file.save([evolve(ECHO, max_connections=1)])
    run(visit, file, RunLimits(connections=1))


@pytest.mark.parametrize("ends", ["clients go", "time is over", "second signal"])
def test_a_signal_waits_for_the_clients_during_the_drain_time(ends: str) -> None:
    def stop(reactor: DrivenReactor) -> None:
        client = reactor.connect(0)
        signal.raise_signal(signal.SIGTERM)
        reactor.advance(0)
        assert reactor.names[2:] == ["opened", "draining", "stopped"], "of Hello nobody is left"
        reactor.advance(29)
        assert not reactor.has_stopped
        match ends:
            case "clients go":
                reactor.disconnect(client)
                assert reactor.names[-1] == "stopped"
            case "time is over":
                reactor.advance(1)
            case _:
                signal.raise_signal(signal.SIGTERM)
                reactor.advance(0)
        assert reactor.has_stopped
        if ends != "clients go":
            reactor.disconnect(client)

    run(stop, limits=RunLimits(drain_seconds=30))


def test_without_a_drain_time_a_signal_stops_immediately() -> None:
    def stop(reactor: DrivenReactor) -> None:
        client = reactor.connect(0)
        signal.raise_signal(signal.SIGTERM)
        reactor.advance(0)
        assert reactor.has_stopped
        reactor.disconnect(client)

    assert "draining" not in run(stop).names


def test_the_first_of_two_limits_ends_the_run() -> None:
    def visit(reactor: DrivenReactor) -> None:
        reactor.visit()
        reactor.advance(0)
        assert reactor.has_stopped

    run(visit, limits=RunLimits(seconds=10, connections=1))

    def wait(reactor: DrivenReactor) -> None:
        reactor.advance(10)
        assert reactor.has_stopped

    run(wait, limits=RunLimits(seconds=10, connections=1))


def test_a_listener_that_fails_later_is_reported_and_the_run_continues(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def lose(reactor: DrivenReactor) -> None:
        factory: Any = reactor.tcpServers[0][1]
        factory.on_unbound()
        reactor.advance(0)
        assert reactor.names[-1] == "failed"
        assert not reactor.has_stopped

    run(lose)
    assert capsys.readouterr().err.startswith("Echo: The socket at ")


def test_systemd_gets_the_start_the_reloads_and_the_stop(file: ProfileFile) -> None:
    notifier = RecordingNotifier()
    run(DrivenReactor.send_sighup, file, notifier=notifier)
    told = [lines[0] for lines in notifier.sent]
    assert told == ["READY=1", "RELOADING=1", "READY=1", "STOPPING=1"]
    assert notifier.sent[0] == ("READY=1", "STATUS=2 of 2 listeners on")


def test_systemd_gets_no_ready_when_a_listener_failed() -> None:
    notifier = RecordingNotifier()
    reactor = DrivenReactor(lambda reactor: reactor.advance(0))
    odd = ListenerSpec(name="Odd", protocol="nonsense", endpoint="tcp:0")
    assert serve(reactor, [ECHO, odd], reactor, notifier=notifier) == 1
    assert reactor.has_stopped
    assert notifier.sent == [("STOPPING=1", "STATUS=A listener could not start.")]


def test_an_exposed_listener_gives_a_warning_at_the_start_and_after_a_reload(
    file: ProfileFile, capsys: pytest.CaptureFixture[str]
) -> None:
    file.path.write_text(render([ECHO, evolve(HELLO, endpoint="haproxy:haproxy:tcp:8025")]))

    def meanwhile(reactor: DrivenReactor) -> None:
        assert capsys.readouterr().err.startswith("Hello: Others on your network can connect to ")
        file.path.write_text(render([evolve(ECHO, endpoint="haproxy:haproxy:tcp:8007")]))
        reactor.send_sighup()
        assert capsys.readouterr().err.startswith("Echo: Others on your network can connect to ")

    run(meanwhile, file)


@pytest.mark.parametrize("as_json", [True, False])
def test_a_failure_is_printed_once_beside_the_json(
    as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    reactor = DrivenReactor(lambda reactor: reactor.advance(0))
    tls = Tls(certificate="missing.pem", key="missing.key")
    serve(reactor, [evolve(ECHO, tls=tls)], reactor, as_json=as_json)
    assert capsys.readouterr().err.count("There is no file") == 1
    assert "\n".join(reactor.lines).count("There is no file") == as_json
