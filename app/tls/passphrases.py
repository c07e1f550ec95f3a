"""Passphrases of encrypted key files: who is asked, and those of a command line.

`read_unlocked` reads a file and asks when it is encrypted. The window answers with a dialog;
`portdeck serve` and `portdeck connect` answer with the lines of `--passphrase-file`, or with the
environment variable. No passphrase is kept here longer than a read takes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from pathlib import Path
from typing import Final, TypeVar

from app.text.sentence import Sentence
from app.tls import PassphraseError, TlsError

VARIABLE: Final = "PORTDECK_PASSPHRASE"
LARGEST_FILE: Final = 64 * 1024
MOST_PASSPHRASES: Final = 20

AskPassphrases = Callable[[PassphraseError], Awaitable[Sequence[bytes] | None]]
"""Gets the error of a file that is encrypted, or whose last answer was wrong. Gives the passphrases
to try, or `None` if there are no more."""

_Read = TypeVar("_Read")


async def read_unlocked(
    read: Callable[[Sequence[bytes]], _Read], ask: AskPassphrases | None
) -> _Read:
    """The result of `read`, which gets passphrases, first none. `ask` is asked until one is right.

    Raises the error of `read`, which is a `PassphraseError` when `ask` has no answer.
    """
    passphrases: Sequence[bytes] = ()
    while True:
        try:
            return read(passphrases)
        except PassphraseError as error:
            problem = error
        answer = None if ask is None else await ask(problem)
        if answer is None:
            raise problem
        passphrases = answer


def asked_once(passphrases: Sequence[bytes]) -> AskPassphrases:
    """An answer with `passphrases`, for a run that has no other ones."""

    async def answer(problem: PassphraseError) -> Sequence[bytes] | None:
        return None if problem.is_wrong or not passphrases else passphrases

    return answer


def read_passphrases(file: Path | None, environment: MutableMapping[str, str]) -> tuple[bytes, ...]:
    """The passphrases of a command line: each line of `file`, or else the environment variable.

    The variable is taken out of `environment`, so that child processes do not get it. Raises
    `TlsError` for a file that cannot be read, or that has no passphrase.
    """
    variable = environment.pop(VARIABLE, "")
    if file is None:
        return (variable.encode(errors="surrogateescape"),) if variable else ()
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or Sentence("no-valid-name", "it has no valid name")
        raise TlsError(
            "passphrase-file-unreadable",
            "The passphrase file {file} cannot be read: {why}.",
            file=file,
            why=why,
        ) from None
    lines = tuple(filter(None, (line.rstrip(b"\r") for line in content.split(b"\n"))))
    if not lines:
        raise TlsError(
            "passphrase-file-empty",
            "{file} has no passphrase. Write it on the first line.",
            file=file,
        )
    if len(content) > LARGEST_FILE or len(lines) > MOST_PASSPHRASES or b"\0" in content:
        raise TlsError(
            "passphrase-file-wrong",
            "{file} is no passphrase file: it has more than {most_passphrases} lines, or is "
            "no text. Write one passphrase on each line.",
            file=file,
            most_passphrases=MOST_PASSPHRASES,
        )
    return lines
