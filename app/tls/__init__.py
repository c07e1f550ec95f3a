"""Certificates: those of the user, and those that Portdeck makes and signs with a local CA.

`certificates` reads and checks files, with the keys that `key_files` reads and `passphrases` opens.
`issuing` makes certificates, and `local_ca` keeps the CA and what it signed. A problem with a file
is a `TlsError` with a sentence for the user.
"""

from __future__ import annotations

from pathlib import Path


class TlsError(ValueError):
    """A certificate, a key or a CA cannot be used. The text is for the user and says what to do."""


class PassphraseError(TlsError):
    """A file is encrypted, and no passphrase was given that opens it."""

    def __init__(self, path: Path, problem: str, *, is_wrong: bool) -> None:
        super().__init__(problem)
        self.path = path
        self.is_wrong = is_wrong
        """Whether passphrases were given. None of them opens the file."""
