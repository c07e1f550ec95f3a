"""Under which names a listener is found: what its certificate must say."""

from __future__ import annotations

import socket

from app.endpoint import Endpoint
from app.network_addresses import network_addresses

ALWAYS = ("localhost", "127.0.0.1", "::1")

_EVERY_INTERFACE = ("0.0.0.0", "::")


def names_for(endpoint: Endpoint) -> tuple[str, ...]:
    """The hosts and addresses at which what listens on `endpoint` is found from here or afar.

    What listens on every interface has those of the machine as they are at the moment.
    """
    interface = endpoint.interface
    if interface in _EVERY_INTERFACE:
        addresses = (str(address) for _, address in network_addresses())
        names = (*ALWAYS, *_host_name(), *addresses)
    else:
        names = (*ALWAYS, *_as_certificates_have_it(interface or ""))
    return tuple(dict.fromkeys(names))


def _host_name() -> list[str]:
    return _as_certificates_have_it(socket.gethostname())


def _as_certificates_have_it(name: str) -> list[str]:
    """`name` in ASCII, as the system looks it up; nothing if it cannot be a name."""
    if name.isascii():
        return [name] if name else []
    try:
        return [name.encode("idna").decode("ascii")]
    except UnicodeError:
        return []
