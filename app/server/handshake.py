"""The handshake of TLS: how long it may take, and what both sides agreed on in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from attrs import frozen
from twisted.internet.interfaces import IReactorTime

HANDSHAKE_SECONDS: Final = 10.0
"""How long a peer may take until TLS can carry bytes."""


class Handshake:
    """One that is under way. It is given up if it does not end in time."""

    __slots__ = ("_deadline",)

    def __init__(self, clock: IReactorTime, give_up: Callable[[], object]) -> None:
        self._deadline = clock.callLater(HANDSHAKE_SECONDS, give_up)

    def end(self) -> None:
        """It is complete, or will never be."""
        if self._deadline.active():
            self._deadline.cancel()


@frozen
class TlsFacts:
    """What both sides agreed on."""

    version: str
    """Such as `TLSv1.3`."""

    cipher: str
    """Such as `TLS_AES_256_GCM_SHA384`."""

    client: str = ""
    """Whose certificate the client showed; empty if it showed none."""

    @classmethod
    def of(cls, transport: Any) -> TlsFacts | None:
        """Those of a TLS transport of Twisted whose handshake is complete."""
        handle = transport.getHandle()
        if handle is None:
            return None
        certificate = handle.get_peer_certificate(as_cryptography=True)
        client = ""
        if certificate is not None:
            from app.tls.identity import subject_of  # few listeners ask clients for certificates

            client = subject_of(certificate)
        version, cipher = handle.get_protocol_version_name(), handle.get_cipher_name()
        return cls(version, cipher or "", client)


def looks_like_tls(data: bytes) -> bool:
    """Whether a peer that says this first wants to begin TLS (RFC 8446, 4.1.2 and 5.1)."""
    return data[:2] == b"\x16\x03" and data[5:6] == b"\x01"
