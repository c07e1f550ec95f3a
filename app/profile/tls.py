"""How a listener encrypts its connections: the table `[listener.tls]` of a profile."""

from __future__ import annotations

from typing import Final

from attrs import field, frozen

from app.profile.fields import Wrong, by, table
from app.profile.problem import Problem
from app.profile.values import shown, text
from app.written_path import trouble

VERSIONS: Final = ("1.2", "1.3")


def _path(value: object) -> str:
    path = text(value)
    if not path.isprintable():
        raise ValueError("must be one line of visible characters")
    if wrong := trouble(path):
        raise ValueError(wrong)
    return path


def _version(value: object) -> str:
    if value not in VERSIONS:
        choices = " or ".join(map(shown, VERSIONS))
        raise ValueError(f"must be {choices}, in quotes, not {shown(value)}")
    return str(value)


@frozen(kw_only=True)
class Tls:
    """Paths are those of PEM files; one that is not absolute begins where the profile lies."""

    certificate: str = field(default="", metadata=by(_path))
    """The file of the certificate, and of those between it and its CA. Without one, a certificate
    is made at once and signed by the user's local CA."""

    key: str = field(default="", metadata=by(_path))
    """The file of the key; without one, the key is in the file of the certificate."""

    client_ca: str = field(default="", metadata=by(_path))
    """The file of the CA whose certificate clients must show; without one, they show none."""

    minimum_version: str = field(default="1.2", metadata=by(_version))
    """The oldest version of TLS that is spoken, one of `VERSIONS`."""


PATHS: Final = ("certificate", "key", "client_ca")
"""The fields of a `Tls` that are paths."""


def read_tls(value: object) -> Tls:
    """The rule of a field that is a `Tls`."""
    tls = table(Tls)(value)
    if tls.key and not tls.certificate:
        raise Wrong([Problem("key", "needs a certificate beside it: the one it was made for")])
    return tls
