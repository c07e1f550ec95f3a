"""One log for Python, Twisted and whatever nobody caught."""

from __future__ import annotations

import logging
import logging.handlers
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from app.runtime import logs

PROGRAM = """
import logging, sys
from twisted.logger import Logger
from twisted.python import log as legacy
from twisted.python.failure import Failure
from app.runtime import logs

logs.begin(logs.stderr_handler(logging.WARNING))
logging.getLogger("app").info("too quiet")
logging.getLogger("app").warning("from Python")
Logger().info("too quiet")
Logger().warn("from Twisted: {what}", what="100% {sure}")
legacy.msg("too quiet")
try:
    raise ValueError("boom")
except ValueError:
    legacy.err(Failure(), "an old callback failed")
print("printed")
"""


def test_python_and_twisted_speak_to_the_same_handlers() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=True
    )
    said = done.stderr
    assert said.startswith("from Python\nfrom Twisted: 100% {sure}\nan old callback failed\n")
    assert said.count("ValueError: boom") == 1
    assert said.count("Traceback") == 1
    assert "too quiet" not in said
    assert done.stdout == "printed\n"


@pytest.fixture
def handler(tmp_path: Path) -> Iterator[logging.Handler]:
    handler = logs.file_handler(tmp_path / "new folder" / "portdeck.log")
    yield handler
    handler.close()


def record(text: str) -> logging.LogRecord:
    return logging.LogRecord("app", logging.WARNING, "here.py", 1, text, None, None)


def modes(path: Path) -> dict[str, str]:
    return {each.name: oct(each.stat().st_mode & 0o777) for each in path.iterdir()}


def test_the_log_file_is_made_with_its_folder_and_is_its_owners_alone(
    handler: logging.Handler, tmp_path: Path
) -> None:
    handler.emit(record("Größer"))
    handler.flush()
    file = tmp_path / "new folder" / "portdeck.log"
    assert file.read_text(encoding="utf-8").endswith("WARNING Größer\n")
    assert modes(file.parent) == {"portdeck.log": "0o600"}


def test_the_log_is_bounded_and_stays_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "FILE_BYTES", 1000)
    handler = logs.file_handler(tmp_path / "portdeck.log")
    for _ in range(100):
        handler.emit(record("x" * 100))
    handler.close()
    names = ["portdeck.log", *(f"portdeck.log.{number}" for number in range(1, 4))]
    assert modes(tmp_path) == dict.fromkeys(names, "0o600")
    assert all(each.stat().st_size <= 1000 for each in tmp_path.iterdir())


def test_a_log_that_cannot_be_written_is_no_reason_not_to_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    handler = logs.file_handler(tmp_path / "file" / "portdeck.log")
    handler.emit(record("lost"))
    assert caplog.messages[0].startswith("No log file is written: ")


def test_the_file_has_a_place_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    assert logs.default_path().name == "portdeck.log"
    assert "portdeck" in logs.default_path().parts


def test_what_nobody_caught_is_logged_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError("boom")
    except ValueError as error:
        logs.log_uncaught(ValueError, error, error.__traceback__)
    assert caplog.messages == ["Something unexpected failed: boom"]
    assert "Traceback" in caplog.text


def test_an_interrupt_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    logs.log_uncaught(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert caplog.messages == []


def test_the_file_that_is_written_is_known(tmp_path: Path) -> None:
    assert logs.written_to() is None
    handler = logs.file_handler(tmp_path / "portdeck.log")
    logging.getLogger().addHandler(handler)
    try:
        assert logs.written_to() == tmp_path / "portdeck.log"
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here is always full")
def test_a_full_disk_is_said_once_and_the_file_goes_on_when_there_is_room(
    handler: logging.handlers.RotatingFileHandler,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = logging.getLogger()
    root.addHandler(handler)
    log = logging.getLogger("app")
    path = Path(handler.baseFilename)
    try:
        with caplog.at_level(logging.INFO):
            log.warning("before")
            there, handler.stream = handler.stream, open("/dev/full", "w")  # noqa: PTH123, SIM115
            full = handler.stream
            for number in range(3):
                log.warning("missing %d", number)
            handler.stream = there
            log.warning("after")
            log.warning("and after")
    finally:
        root.removeHandler(handler)
        with suppress(OSError):
            full.close()
    sentence = (
        f"The log file {path} cannot be written: No space left on device. "
        "Portdeck goes on without it until it can."
    )
    assert capsys.readouterr().err == f"{sentence}\n"
    again = f"The log file {path} is written again."
    assert [each.getMessage() for each in caplog.records].count(sentence) == 1
    assert [line[32:].strip() for line in path.read_text().splitlines()] == [
        *("before", "after", again, "and after"),
    ]


def test_a_record_that_cannot_be_formatted_is_still_reported(
    handler: logging.Handler, capsys: pytest.CaptureFixture[str]
) -> None:
    handler.handle(logging.LogRecord("app", logging.WARNING, "here.py", 1, "%d", ("x",), None))
    assert "Logging error" in capsys.readouterr().err
