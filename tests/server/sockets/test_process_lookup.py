"""The program that finds who has a socket, in the process of the tests."""

from __future__ import annotations

import io
import json
import os
import socket

import psutil
import pytest

from app.server.sockets.process_lookup import (
    Clue,
    clues_from_json,
    clues_to_json,
    find_processes,
    main,
)

ME = (psutil.Process().name(), os.getpid())
NOBODY = Clue(its=("127.0.0.1", 9), ours=("127.0.0.1", 8))


def test_clues_are_read_as_they_were_written() -> None:
    clues = {1: NOBODY, 2: Clue(its=("::1", 7)), 3: Clue(pid=42)}
    assert clues_from_json(clues_to_json(clues)) == clues


def test_the_program_answers_with_who_it_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as mine:
        mine.bind(("127.0.0.1", 0))
        clues = {5: Clue(its=mine.getsockname()), 6: NOBODY, 7: Clue(pid=os.getpid())}
        monkeypatch.setattr("sys.stdin", io.StringIO(clues_to_json(clues)))
        main()
    assert sorted(json.loads(capsys.readouterr().out)) == [[5, *ME], [7, *ME]]


@pytest.mark.parametrize(
    "fails",
    [psutil.AccessDenied(1), psutil.NoSuchProcess(1), OSError(13, "no")],
    ids=["denied", "gone", "unreadable"],
)
def test_where_the_system_does_not_tell_nobody_is_named(
    fails: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**options: object) -> None:
        raise fails

    monkeypatch.setattr(psutil, "net_connections", refuse)
    assert find_processes({1: NOBODY}) == {}


def test_who_ended_meanwhile_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(pid: int) -> None:
        raise psutil.NoSuchProcess(pid)

    monkeypatch.setattr(psutil, "Process", gone)
    assert find_processes({1: Clue(pid=42)}) == {}
