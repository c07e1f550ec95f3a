"""Certificates: those of the user, and those that Portdeck makes and signs with a local CA.

`certificates` reads and checks files, with the keys that `key_files` reads and `passphrases` opens.
`issuing` makes certificates, and `local_ca` keeps the CA and what it signed. A problem with a file
is a `TlsError` with a sentence for the user.
"""

from __future__ import annotations

from pathlib import Path

from app.text.sentence import SentenceError


class TlsError(SentenceError):
    """A certificate, a key or a CA cannot be used. The text is for the user and says what to do."""


class PassphraseError(TlsError):
    """A file is encrypted, and no passphrase was given that opens it."""

    def __init__(self, code: str, template: str, /, *, path: Path, is_wrong: bool = False) -> None:
        """`template` may name the `path`, which is that of the file."""
        super().__init__(code, template, path=path)
        self.path = path
        self.is_wrong = is_wrong
        """Whether passphrases were given. None of them opens the file."""
