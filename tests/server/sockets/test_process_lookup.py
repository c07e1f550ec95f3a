"""The program that finds processes by their sockets, run in the process of the tests."""

from __future__ import annotations

import io
import json
import os
import socket

import psutil
import pytest

from app.server.sockets.process_lookup import (
    ProcessQuery,
    find_processes,
    main,
    queries_from_json,
    queries_to_json,
)

ME = (psutil.Process().name(), os.getpid())
NOBODY = ProcessQuery(peer=("127.0.0.1", 9), local=("127.0.0.1", 8))


def test_queries_are_read_as_they_were_written() -> None:
    queries = {1: NOBODY, 2: ProcessQuery(peer=("::1", 7)), 3: ProcessQuery(pid=42)}
    assert queries_from_json(queries_to_json(queries)) == queries


def test_the_program_writes_the_processes_that_it_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as mine:
        mine.bind(("127.0.0.1", 0))
        queries = {
            5: ProcessQuery(peer=mine.getsockname()),
            6: NOBODY,
            7: ProcessQuery(pid=os.getpid()),
        }
        monkeypatch.setattr("sys.stdin", io.StringIO(queries_to_json(queries)))
        main()
    assert sorted(json.loads(capsys.readouterr().out)) == [[5, *ME], [7, *ME]]


@pytest.mark.parametrize(
    "fails",
    [psutil.AccessDenied(1), psutil.NoSuchProcess(1), OSError(13, "no")],
    ids=["denied", "gone", "unreadable"],
)
def test_no_process_is_found_if_the_system_refuses(
    fails: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**options: object) -> None:
        raise fails

    monkeypatch.setattr(psutil, "net_connections", refuse)
    assert find_processes({1: NOBODY}) == {}


def test_a_process_that_ended_during_the_lookup_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gone(pid: int) -> None:
        raise psutil.NoSuchProcess(pid)

    monkeypatch.setattr(psutil, "Process", gone)
    assert find_processes({1: ProcessQuery(pid=42)}) == {}
