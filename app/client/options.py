"""How a session connects, beside where to: what the user ticks and fills in once."""

from __future__ import annotations

import math
from typing import Any

from attrs import evolve, field, frozen

from app.client.target import Target, TargetError

CONNECT_SECONDS = 10.0


class OptionsError(ValueError):
    """What the user chose does not do. Its text says which, and what to do."""


@frozen
class TlsOptions:
    """What a TLS session trusts, and what it shows of itself. Paths are of PEM files."""

    verify: bool = True
    """Whether to go on only if the peer proves who it is. False is for tests alone."""

    ca_file: str = ""
    """The authorities to trust, instead of those of the system."""

    more_ca_files: tuple[str, ...] = ()
    """Authorities to trust besides. The panel's own, towards the panel's own listeners."""

    certificate_file: str = ""
    """What to answer a peer that asks for a certificate: it, and those it was issued by."""

    key_file: str = ""
    """The key of that certificate; empty if it is in the same file."""

    server_name: str = ""
    """The name that the peer must prove to have; empty for that of the target."""


@frozen
class Options:
    """Everything a user may choose for a connection. What suits most people is the default."""

    connect_seconds: float = CONNECT_SECONDS
    """How long the whole of resolving, connecting and the TLS handshake may take."""

    reconnect: bool = False
    """Whether to connect again by itself when the connection ends or cannot be made."""

    local_host: str = ""
    local_port: int = 0
    """Where to connect from; without them the system chooses."""

    tls: TlsOptions = field(factory=TlsOptions)


def as_plain(options: Options) -> dict[str, Any]:
    """What to save of `options`. Not to verify is chosen anew each time, never remembered."""
    options = evolve(options, tls=evolve(options.tls, verify=True, more_ca_files=()))
    if options == Options():
        return {}
    import cattrs  # takes a while, and most tabs have the usual options

    plain: dict[str, Any] = cattrs.unstructure(options)
    return plain


def from_plain(plain: object) -> Options:
    """The options that `as_plain` gave; the usual ones for what makes no sense."""
    if not plain:
        return Options()
    import cattrs  # as above

    try:
        options = cattrs.structure(plain, Options)
        Target("localhost", 1).coming_from(options.local_host, options.local_port)
    except (cattrs.BaseValidationError, TargetError, TypeError, ValueError, AttributeError):
        return Options()
    seconds = options.connect_seconds
    return options if math.isfinite(seconds) and seconds > 0 else Options()
