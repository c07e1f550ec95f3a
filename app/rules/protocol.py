"""Replies by rule: a Twisted factory and its protocol, and one protocol for all peers of a UDP
socket.

The factory has the rules of one listener in `rules`, and goes on with other ones by `replace`,
which leaves every connection open. A function of the user's gets `(message, context)`, see
`Context`, and returns bytes, text, a list of both, or an awaitable for one of them; `None` leaves
the message to the rules behind.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Final

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IDelayedCall, IHalfCloseableProtocol
from twisted.internet.protocol import DatagramProtocol, Factory, Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from app.files.paths import open_regular, resolve_path
from app.net.ip import may_reply_to
from app.rules.engine import Conversation
from app.rules.outbox import Outbox, unreadable
from app.rules.responder import Functions, LoadFunction, Responder, Surroundings
from app.rules.running import Decision, Send
from app.rules.spec import Action, FilePiece, RuleSet
from app.text.sentence import Sentence


@implementer(IHalfCloseableProtocol)
class Replies(Protocol):
    """One connection. It reads on only while neither a function nor the peer keeps it waiting."""

    factory: RepliesFactory
    transport: Any
    _is_held = False
    _has_ended = False
    """Whether the peer says nothing more."""

    def connectionMade(self) -> None:
        transport = self.transport
        number = self.factory.next_number(transport)
        peer = self.factory.surroundings.peer_text(transport.getPeer())
        self.conversation = Conversation(self.factory.rules, number, peer)
        self._outbox = self.factory.outbox(transport, self._check)
        self._responder = self.factory.responder(self.conversation, self._outbox)
        self.factory.responders[self._responder] = None
        self._responder.carry_out(self.conversation.opened())
        self._responder.keep_ticking(self.factory.rules)

    def dataReceived(self, data: bytes) -> None:
        decisions = self.conversation.receive(data)
        if self._outbox.is_idle and not self._outbox.is_shut:
            if len(decisions) == 1 and type(decisions[0]) is Send:  # as most are
                plain = decisions[0].data
                if plain is not None:
                    self.transport.write(plain)
                    return
            elif len(decisions) > 1:
                decisions = self._write_plain(decisions)
        if decisions:
            self._responder.carry_out(decisions)
            self._check()

    def readConnectionLost(self) -> None:
        """The peer says nothing more: it still gets what is on its way to it."""
        self._has_ended = True
        self._responder.stop_ticking()
        self._responder.carry_out(self.conversation.ended())
        self._check()

    def writeConnectionLost(self) -> None:
        """All that is to be sent before a half-close is sent."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._responder.close()
        self.factory.responders.pop(self._responder, None)

    def _write_plain(self, decisions: Sequence[Decision]) -> Sequence[Decision]:
        """Write the replies at the beginning in one go; gives what is left."""
        plain: list[bytes] = []
        for decision in decisions:
            if type(decision) is not Send or decision.data is None:
                break
            plain.append(decision.data)
        if plain:
            self.transport.write(b"".join(plain))
        return decisions[len(plain) :]

    def _check(self) -> None:
        """Read on, hold the peer, or close, as things are now."""
        outbox = self._outbox
        if outbox.is_closing or self._responder.is_closed:
            return
        if self._has_ended:
            if outbox.is_idle and not self.conversation.is_waiting:
                outbox.perform(Action.CLOSE)
            return
        if outbox.stops_reading:
            return
        holds = outbox.is_full or self.conversation.is_waiting
        if holds != self._is_held:
            self._is_held = holds
            if holds:
                self.transport.pauseProducing()
            else:
                self.transport.resumeProducing()


class RepliesFactory(Factory[Replies]):
    """Builds the connections of one listener, and holds what they share."""

    noisy = False
    protocol = Replies

    def __init__(self, ruleset: RuleSet, surroundings: Surroundings) -> None:
        """`ruleset` is one that `reading` found no mistake in."""
        self.surroundings = surroundings
        self.rules = surroundings.running(ruleset)
        self.responders: dict[Responder, None] = {}
        """All that are open, in the order in which they came."""
        self._functions = Functions(surroundings.load_function, surroundings.clock)
        self._last_number = 0

    def replace(self, ruleset: RuleSet, load_function: LoadFunction | None = None) -> None:
        """Go on with other rules. Connections stay open, in the state in which they are.

        `load_function` loads the functions from now on; without it they are loaded as before.
        """
        self.rules.replace(ruleset)
        self._functions.forget(load_function)
        for responder in list(self.responders):
            responder.keep_ticking(self.rules)

    def next_number(self, transport: Any) -> int:
        """The number of a new connection."""
        self._last_number += 1
        number = self.surroundings.number_of(transport)
        return self._last_number if number is None else number

    def outbox(self, transport: Any, moved: Callable[[], None]) -> Outbox:
        """A new outbox for `transport`."""
        near = self.surroundings
        failed = self.rules.failed
        return Outbox(transport, near.clock, folder=near.folder, failed=failed, moved=moved)

    def responder(self, conversation: Conversation, outbox: Outbox) -> Responder:
        """A new responder, which carries out the decisions of `conversation`."""
        clock = self.surroundings.clock
        return Responder(conversation, outbox, self._functions, lambda: self.responders, clock)


SILENT_SECONDS: Final = 60.0
"""After so long without a datagram, a peer is a new one."""

MAX_PEERS: Final = 1000
"""Peers that are known at a time; the one that was silent the longest is forgotten."""

MAX_HELD: Final = 100
"""Datagrams of one peer that wait for a function of the user's."""

LARGEST_DATAGRAM: Final = 65_507
"""Bytes, over IPv4."""

HostAndPort = tuple[str, int]


class _PeerTransport:
    """One address, as a connection's transport has it. There is nothing to close but a record."""

    def __init__(self, owner: RepliesDatagrams, address: HostAndPort) -> None:
        self._owner = owner
        self._address = address

    def write(self, data: bytes) -> None:
        self._owner.transport.write(data, self._address)

    def loseConnection(self) -> None:
        self._owner.forget(self._address)

    def abortConnection(self) -> None:
        self._owner.forget(self._address)

    def loseWriteConnection(self) -> None:
        """The outbox sends nothing more."""

    def pauseProducing(self) -> None:
        """One socket serves all; the conversation hears nothing more."""


class _DatagramOutbox(Outbox):
    """Sends each reply as one datagram, with the files in it."""

    def _begin(self, item: Send) -> None:
        pieces: list[bytes] = []
        for piece in item.pieces:
            data = self._content(piece) if isinstance(piece, FilePiece) else piece
            if data is None:
                return
            pieces.append(data)
        datagram = b"".join(pieces)
        if len(datagram) > LARGEST_DATAGRAM:
            self.failed(
                item.rule,
                Sentence(
                    "reply-too-large-for-datagram",
                    "A datagram has at most {largest_datagram:,} bytes, and this reply more. Make "
                    "it shorter.",
                    largest_datagram=LARGEST_DATAGRAM,
                ),
            )
        else:
            self._rest.append(datagram)

    def _content(self, piece: FilePiece) -> bytes | None:
        try:
            with open_regular(resolve_path(piece.path, self._folder)) as file:
                return file.read(LARGEST_DATAGRAM + 1)
        except (OSError, ValueError) as error:
            self.failed(self._rule, unreadable(piece.path, error))
            return None


class _Peer:
    """The conversation with one address, and when it was heard last."""

    __slots__ = ("conversation", "heard_at", "outbox", "responder")

    def __init__(self, conversation: Conversation, outbox: Outbox, responder: Responder) -> None:
        self.conversation = conversation
        self.outbox = outbox
        self.responder = responder
        self.heard_at = 0.0


class RepliesDatagrams(DatagramProtocol):
    """Answers datagrams by rules. The greeting is for connections, and nobody gets it here.

    An address that is closed, silent for `SILENT_SECONDS`, or one of more than `MAX_PEERS`, is
    forgotten with its state. Datagrams from ports of services that answer everything are dropped.
    """

    transport: Any

    def __init__(self, ruleset: RuleSet, surroundings: Surroundings) -> None:
        """`ruleset` is one that `reading` found no mistake in."""
        self.surroundings = surroundings
        self.rules = surroundings.running(ruleset)
        self._functions = Functions(surroundings.load_function, surroundings.clock)
        self._peers: OrderedDict[HostAndPort, _Peer] = OrderedDict()
        """By who was silent the longest."""
        self._last_number = 0
        self._expiry: IDelayedCall | None = None

    def replace(self, ruleset: RuleSet, load_function: LoadFunction | None = None) -> None:
        """Go on with other rules. Peers stay known, in the state in which they are.

        `load_function` loads the functions from now on; without it they are loaded as before.
        """
        self.rules.replace(ruleset)
        self._functions.forget(load_function)
        for peer in list(self._peers.values()):
            peer.responder.keep_ticking(self.rules)

    def datagramReceived(self, datagram: bytes, addr: HostAndPort) -> None:
        if not may_reply_to(addr):
            return
        peer = self._peers.get(addr)
        if peer is None:
            peer = self._welcome(addr)
        else:
            self._peers.move_to_end(addr)
        peer.heard_at = self.surroundings.clock.seconds()
        conversation = peer.conversation
        if conversation.is_waiting and conversation.waiting_count >= MAX_HELD:
            self.rules.failed(
                None,
                Sentence(
                    "datagram-dropped",
                    "A datagram from {peer} was dropped: too many.",
                    peer=conversation.peer,
                ),
            )
            return
        decisions = conversation.receive_datagram(datagram)
        if len(decisions) == 1 and peer.outbox.is_idle and not peer.outbox.is_shut:
            only = decisions[0]
            plain = only.data if type(only) is Send else None
            if plain is not None and len(plain) <= LARGEST_DATAGRAM:  # as most are
                self.transport.write(plain, addr)
                return
        if decisions:
            peer.responder.carry_out(decisions)

    def stopProtocol(self) -> None:
        if self._expiry is not None and self._expiry.active():
            self._expiry.cancel()
        self._expiry = None
        for address in list(self._peers):
            self.forget(address)

    def forget(self, address: HostAndPort) -> None:
        """Whatever comes from `address` next is from somebody new."""
        peer = self._peers.pop(address, None)
        if peer is not None:
            peer.responder.close()

    def _welcome(self, address: HostAndPort) -> _Peer:
        if len(self._peers) >= MAX_PEERS:
            self.forget(next(iter(self._peers)))
        self._last_number += 1
        near = self.surroundings
        host, port = address
        kind = IPv6Address if ":" in host else IPv4Address
        text = near.peer_text(kind("UDP", host, port))
        conversation = Conversation(self.rules, self._last_number, text)
        outbox = _DatagramOutbox(
            _PeerTransport(self, address),
            near.clock,
            folder=near.folder,
            failed=self.rules.failed,
            moved=_nothing,
        )
        responder = Responder(conversation, outbox, self._functions, self._responders, near.clock)
        peer = self._peers[address] = _Peer(conversation, outbox, responder)
        responder.keep_ticking(self.rules)
        if self._expiry is None or not self._expiry.active():
            self._expiry = near.clock.callLater(SILENT_SECONDS, self._expire)
        return peer

    def _responders(self) -> list[Responder]:
        return [peer.responder for peer in self._peers.values()]

    def _expire(self) -> None:
        clock = self.surroundings.clock
        now = clock.seconds()
        while self._peers:
            address, peer = next(iter(self._peers.items()))
            left = peer.heard_at + SILENT_SECONDS - now
            if left > 0:
                self._expiry = clock.callLater(left, self._expire)
                return
            self.forget(address)


def _nothing() -> None:
    """Nobody can be held back over UDP."""
