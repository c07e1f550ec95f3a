"""What a session needs of a connection, whatever carries it, and what it is told in return."""

from __future__ import annotations

import typing
from collections.abc import Callable

from twisted.python.failure import Failure

if typing.TYPE_CHECKING:
    from app.client.tls import Security, Verdict

Supply = Callable[[int], bytes]
"""Gives at most so many of the bytes to send; none once there are no more."""


class Wire(typing.Protocol):
    """One connection: sends in order what it is given, within the caller's bounds."""

    @property
    def peer(self) -> str:
        """The address at the other end, for people."""

    @property
    def local(self) -> str:
        """The address at this end, for people; empty if it has none."""

    @property
    def bytes_unsent(self) -> int:
        """Bytes that the system has not taken yet."""

    @property
    def security(self) -> Security | None:
        """What TLS agreed on; None without TLS, and before the handshake is over."""

    @property
    def verdict(self) -> Verdict | None:
        """What TLS thinks of the peer, also when that was the end of it."""

    @property
    def can_half_close(self) -> bool:
        """Whether this side can be closed while the other goes on."""

    def send(self, data: bytes) -> None:
        """Send `data` after all that is unsent. The bound is the caller's: see `bytes_unsent`."""

    def send_from(self, supply: Supply | None) -> None:
        """Whenever all is sent, send what `supply` gives, until it gives none; None stops it."""

    def finish(self) -> None:
        """Close this side after what is unsent; read on until the peer is done."""

    def hang_up(self) -> bool:
        """Wait for the peer no longer: close if it was given everything (True), abort otherwise."""

    def abort(self) -> None:
        """Drop the connection at once; what is unsent or unread is lost."""

    def pause(self) -> None:
        """Read nothing more from the peer until `resume`."""

    def resume(self) -> None:
        """Read on."""


class WireObserver(typing.Protocol):
    """Who is told what happens on a wire. Calls come on the reactor's thread."""

    def wire_handshaking(self, wire: Wire) -> None:
        """There is a connection, on which TLS begins. `wire_opened` or `wire_lost` follows."""

    def wire_opened(self, wire: Wire) -> None:
        """The connection is made."""

    def wire_received(self, wire: Wire, data: bytes) -> None:
        """A chunk came."""

    def wire_flushed(self, wire: Wire, count: int) -> None:
        """The system took `count` bytes more."""

    def wire_refused(self, wire: Wire, reason: Exception) -> None:
        """Something that was sent did not arrive. The wire goes on."""

    def wire_peer_finished(self, wire: Wire) -> None:
        """The peer will send no more. The wire flushes and closes by itself."""

    def wire_lost(self, wire: Wire, reason: Failure) -> None:
        """The connection is gone: the last call, unless it was never opened."""
