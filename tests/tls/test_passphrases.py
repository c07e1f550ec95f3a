"""Passphrases of a command line, and the questions for them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from twisted.internet.defer import Deferred

from app.tls import PassphraseError, TlsError
from app.tls.passphrases import VARIABLE, asked_once, read_passphrases, read_unlocked


def locked(passphrases: Sequence[bytes]) -> str:
    if b"right" in passphrases:
        return "open"
    words = "It is wrong." if passphrases else "It is locked."
    raise PassphraseError("locked", words, path=Path("file"), is_wrong=bool(passphrases))


def outcome(ask: object) -> Deferred[str]:
    return Deferred.fromCoroutine(read_unlocked(locked, ask))  # type: ignore[arg-type]


def test_a_question_is_repeated_until_the_answer_is_right() -> None:
    answers = [(b"wrong",), (b"right",)]
    problems: list[str] = []

    async def ask(problem: PassphraseError) -> Sequence[bytes]:
        problems.append(str(problem))
        return answers.pop(0)

    assert outcome(ask).result == "open"
    assert problems == ["It is locked.", "It is wrong."]


def test_without_an_answer_the_error_stays() -> None:
    async def ask(problem: PassphraseError) -> None:
        return None

    for each in (ask, None, asked_once(())):
        failing = outcome(each)
        failing.addErrback(lambda failure: str(failure.value))
        assert failing.result == "It is locked."


def test_given_passphrases_are_tried_once() -> None:
    assert outcome(asked_once((b"wrong", b"right"))).result == "open"
    failing = outcome(asked_once((b"wrong",)))
    failing.addErrback(lambda failure: str(failure.value))
    assert failing.result == "It is wrong."


def test_each_line_of_the_file_is_a_passphrase(tmp_path: Path) -> None:
    file = tmp_path / "passphrases"
    file.write_bytes(b"one\r\ntwo words \n\ngr\xc3\xbcn")
    assert read_passphrases(file, {VARIABLE: "other"}) == (b"one", b"two words ", "grün".encode())


def test_the_variable_has_one_and_is_taken_away() -> None:
    environment = {VARIABLE: "secret", "HOME": "/"}
    assert read_passphrases(None, environment) == (b"secret",)
    assert environment == {"HOME": "/"}
    assert read_passphrases(None, environment) == ()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "has no passphrase"),
        (b"\n\r\n", "has no passphrase"),
        (b"x\n" * 21, "is no passphrase file"),
        (b"secret\0", "is no passphrase file"),
        (b"secret" * 20_000, "is no passphrase file"),
    ],
)
def test_a_file_that_does_not_do_is_a_sentence_without_its_content(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    file = tmp_path / "passphrases"
    file.write_bytes(content)
    with pytest.raises(TlsError, match=sentence) as caught:
        read_passphrases(file, {})
    assert "secret" not in str(caught.value)


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    for path in (tmp_path / "gone", tmp_path, Path("\0")):
        with pytest.raises(TlsError, match="cannot be read"):
            read_passphrases(path, {})


def test_a_pipe_has_a_passphrase_too() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"piped\n")
    os.close(writing)
    try:
        assert read_passphrases(Path(f"/dev/fd/{reading}"), {}) == (b"piped",)
    finally:
        os.close(reading)
