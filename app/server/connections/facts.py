"""The facts about one connection that are shown: addresses, counters, times, and how it ended.

`ConnectionFacts` is the part of a `Connection` that the window and `portdeck serve` read.
`Connection` and `udp.factory.Peer` keep it up to date.
"""

from __future__ import annotations

import sys
from math import inf
from typing import Any

from twisted.internet.address import UNIXAddress
from twisted.internet.interfaces import IAddress
from twisted.internet.tcp import Port

from app.forwarding.link import TargetLink
from app.server.connections.closing import TlsFacts
from app.server.connections.owner import ConnectionOwner
from app.server.sockets.addresses import format_address
from app.server.sockets.socket_info import credentials_of
from app.traffic.connection_info import CloseKind


class ConnectionFacts:
    """The counters, times and addresses of one connection.

    Invariants: the counters never go down. `reason` and `close_kind` are final when `closed_at` is
    set. The defaults are on the class, so that an idle connection costs little memory.
    """

    factory: ConnectionOwner

    number: int
    """Unique on its deck; later connections have higher numbers."""

    opened_at = 0.0
    """By the reactor's clock, as all times here. `unix_seconds` converts it."""

    active_at = 0.0
    """When the last byte was received or sent."""

    transport: Any = None
    connected: bool = False
    disconnecting: bool = False

    bytes_in = 0
    """Bytes read from the peer. Those that arrive while the connection closes are counted too."""

    bytes_out = 0
    """Bytes handed to the socket. After a reset the peer may not have received the last of them."""

    rate = 0.0
    """Bytes a second in both directions. Set by `RateMeter`."""

    sampled_bytes = 0
    """Bytes in both directions at the last sample of the rate."""

    local = ""
    """The address that the peer connected to, as text. Equal texts are one interned object."""

    counted_host = ""
    """The host that the listener counts it for. The address may change later, when a PROXY header
    is read."""

    warning = ""
    """A sentence about a mistake in the user's code that Twisted passes over in silence. Only the
    first connection that meets the mistake has it."""

    is_datagram = False
    """Whether each chunk is a datagram."""

    process = ""
    """User and pid of a Unix socket's peer, as such a peer has no address. Empty if unknown."""

    closed_at = 0.0
    """When it closed; 0 while it is open."""

    _last_peer: IAddress | None = None
    """The peer's address once it has closed: Twisted makes a new one at each question."""

    unix_offset = -inf
    """The most by which Unix time was ahead of the reactor's clock since the connection opened."""

    tls: TlsFacts | None = None
    """Facts about TLS after the handshake; `None` before it, and without TLS."""

    reason = ""
    """Why the connection closed or is closing, in a few words for people. Empty before that. No
    code may depend on the words; see `close_kind`."""

    close_kind = CloseKind.CLOSED
    """Which side closed it, and whether by a reset. It is set together with `reason`."""

    target: TargetLink | None = None
    """The connection to the target of a client that is forwarded, as soon as it is tried."""

    target_has_ended = False
    """Whether the target has closed before the client did. The relay sets it."""

    hint = ""
    """Text to append to `reason` when the connection closes. The protocol may set it."""

    timed_out = False
    """Whether it is closing because of the idle time-out."""

    @property
    def peer_address(self) -> IAddress | None:
        """The peer's address. The transport keeps it, also after the connection is closed."""
        if self._last_peer is not None or self.transport is None:
            return self._last_peer
        peer: IAddress = self.transport.getPeer()
        if not self.connected:
            self._last_peer = peer
        return peer

    @property
    def peer(self) -> str:
        """The peer as text: an address, or the process at the other end of a Unix socket."""
        return self.process or format_address(self.peer_address)

    def mark_opened(self) -> None:
        """Note the time: the connection is open."""
        self.opened_at = self.active_at = now = self.factory.seconds()
        self.unix_offset = self.factory.unix_offset(now)

    def mark_closed(self) -> None:
        """Note the time: the connection is closed."""
        self.closed_at = now = self.factory.seconds()
        self.follow_clock(now)

    def unix_seconds(self, moment: float) -> float:
        """A time by the reactor's clock, such as `opened_at`, in Unix seconds.

        For one connection they never go back. They follow the system's clock when it is set
        forward, and ignore it when it is set back.
        """
        return moment + self.unix_offset

    def follow_clock(self, now: float) -> None:
        """Check whether the system's clock was set forward. `now` was read from the reactor's.

        It is called when the connection opens and closes, for the first chunk after a pause, and
        when its rate is sampled. So the other chunks need not read a second clock.
        """
        offset = self.factory.unix_offset(now)
        if offset > self.unix_offset:
            self.unix_offset = offset

    def read_addresses(self) -> None:
        """Read our address and the peer's process from the transport, while its socket is open."""
        port = getattr(self.transport, "server", None)
        known = self.factory.local_addresses
        if isinstance(port, Port) and (local := known.get(port)):
            self.local = local
            return
        host = self.transport.getHost()
        self.local = sys.intern(format_address(host))  # costs one reference
        if isinstance(host, UNIXAddress):
            self.process = str(credentials_of(self.transport) or "")
        elif isinstance(port, Port) and port not in known:
            known[port] = self.local if port.getHost() == host else ""
