"""The connection options of a session, as values."""

from __future__ import annotations

import math
from typing import Any

from attrs import evolve, field, frozen

from app.net.target import Target, TargetError
from app.text.sentence import SentenceError

CONNECT_SECONDS = 10.0


class OptionsError(SentenceError):
    """An option cannot be used. The message says which, and what to do."""


@frozen
class TlsOptions:
    """The certificates of a TLS session: trusted authorities, and its own. All paths are of PEM
    files; the certificate may be in PKCS#12."""

    verify: bool = True
    """Whether to refuse a peer that is not trusted. False is for tests only."""

    ca_file: str = ""
    """The trusted authorities, instead of those of the system."""

    more_ca_files: tuple[str, ...] = ()
    """More trusted authorities. Portdeck adds its local CA for its own listeners."""

    certificate_file: str = ""
    """The client certificate, followed by its issuers. Sent if the peer asks for one."""

    key_file: str = ""
    """The key of that certificate. Empty if it is in the same file."""

    server_name: str = ""
    """The host name that the peer must prove. Empty for the host of the target."""

    identity: Any = field(default=None, eq=False, repr=False)
    """The `Identity` of the certificate file, if it was encrypted and is decrypted already. It is
    not saved. Its module loads OpenSSL, so the type is not named here."""


@frozen
class Options:
    """The connection options. The defaults suit most users."""

    connect_seconds: float = CONNECT_SECONDS
    """The time-out for name resolution, connecting and the TLS handshake together."""

    reconnect: bool = False
    """Whether to connect again automatically after a failure or the end of a connection."""

    local_host: str = ""
    local_port: int = 0
    """The local address of the connection. If they are empty, the system chooses."""

    tls: TlsOptions = field(factory=TlsOptions)


def options_to_dict(options: Options) -> dict[str, Any]:
    """`options` as plain values, to be saved. `verify=False` is not saved: the user chooses it each
    time."""
    options = evolve(options, tls=evolve(options.tls, verify=True, more_ca_files=(), identity=None))
    if options == Options():
        return {}
    import cattrs  # loaded late: it is slow, and most tabs have the default options

    plain: dict[str, Any] = cattrs.unstructure(options)
    del plain["tls"]["identity"]
    return plain


def options_from_dict(plain: object) -> Options:
    """The options in `plain`, which came from `options_to_dict`. Invalid values give the
    defaults."""
    if not plain:
        return Options()
    import cattrs

    try:
        options = cattrs.structure(plain, Options)
        Target("localhost", 1).with_local_address(options.local_host, options.local_port)
    except (cattrs.BaseValidationError, TargetError, TypeError, ValueError, AttributeError):
        return Options()
    seconds = options.connect_seconds
    if not (math.isfinite(seconds) and seconds > 0):
        return Options()
    return without_identity(options)


def without_identity(options: Options) -> Options:
    """`options` without a decrypted key."""
    if options.tls.identity is None:
        return options
    return evolve(options, tls=evolve(options.tls, identity=None))
