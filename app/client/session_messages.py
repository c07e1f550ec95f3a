"""The sentences of a session: how a connection began and ended, and why data was not sent.

`SessionState` is here too, because what is declined depends on it. Used by `Session`.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.python.failure import Failure

from app.client.connect_errors import explain_loss
from app.client.send_file import OutgoingFile
from app.client.transport import Wire, WireEnd
from app.net.ip import LARGEST_DATAGRAM
from app.net.target import Target, Transport
from app.text.readable import count_bytes
from app.text.sentence import Sentence

if TYPE_CHECKING:
    from app.client.security import Security


MAX_UNSENT_BYTES = 16 * 1024 * 1024
SPEAKS_TLS = Sentence(
    "peer-speaks-tls", "The peer speaks TLS. Disconnect, and connect with tls: in front."
)
NOTHING_TO_ABORT = Sentence("nothing-to-abort", "There is nothing to abort.")
NOTHING_TO_DISCONNECT = Sentence("nothing-to-disconnect", "There is nothing to disconnect.")
NOTHING_TO_HALF_CLOSE = Sentence(
    "nothing-to-half-close", "There is no open connection to close one side of."
)
ALREADY_CLOSING = Sentence(
    "already-closing", "Already closing. Abort to drop the connection at once."
)
UDP_HAS_NO_SIDE = Sentence("udp-has-no-side", "UDP has no side to close. Disconnect instead.")
WEBSOCKET_HAS_NO_SIDE = Sentence(
    "websocket-has-no-side", "A WebSocket has no side to close. Disconnect instead."
)
SIDE_CLOSED = Sentence("side-closed", "Closed this side. What the peer still says is shown.")
NO_FILE_TO_CANCEL = Sentence("no-file-to-cancel", "There is no file to cancel.")
NO_FILE_OVER_UDP = Sentence(
    "not-sent-file-over-udp", "Not sent: UDP loses what comes too fast. Use TCP for a file."
)
EMPTY_DATAGRAM_SENT = Sentence("empty-datagram-sent", "Sent an empty datagram.")
EMPTY_DATAGRAM_RECEIVED = Sentence("empty-datagram-received", "Received an empty datagram.")
EMPTY_MESSAGE_RECEIVED = Sentence("empty-message-received", "Received an empty message.")
NOT_CONNECTING_AGAIN = Sentence("not-connecting-again", "Not connecting again.")
_TLS_ALERT = b"\x15\x03"
_TLS_ALERT_BYTES = 7


class SessionState(Enum):
    """The state of a session. IDLE is before the first `connect`, CLOSED is after every other
    end."""

    IDLE = Sentence("state-idle", "idle")
    CONNECTING = Sentence("state-connecting", "connecting")
    CONNECTED = Sentence("state-connected", "connected")
    HALF_CLOSED = Sentence("state-half-closed", "half-closed")
    """Our side is closed. The peer can still send."""
    CLOSING = Sentence("state-closing", "closing")
    WAITING = Sentence("state-waiting", "waiting to connect again")
    CLOSED = Sentence("state-closed", "closed")

    @property
    def is_over(self) -> bool:
        """Whether there is no connection, and none will be made automatically."""
        return self in (SessionState.IDLE, SessionState.CLOSED)

    @property
    def is_open(self) -> bool:
        """Whether there is a connection that is not being closed."""
        return self in (SessionState.CONNECTED, SessionState.HALF_CLOSED)


NOT_SENT = {
    SessionState.IDLE: Sentence("not-sent-idle", "Not sent: connect first."),
    SessionState.CONNECTING: Sentence(
        "not-sent-connecting",
        "Not sent: still connecting. Send again once the connection is there.",
    ),
    SessionState.HALF_CLOSED: (
        Sentence(
            "not-sent-half-closed",
            "Not sent: this side is closed. Disconnect, then connect again to send.",
        )
    ),
    SessionState.CLOSING: Sentence("not-sent-closing", "Not sent: the connection is closing."),
    SessionState.WAITING: Sentence(
        "not-sent-waiting", "Not sent: waiting to connect again. Send once the connection is there."
    ),
    SessionState.CLOSED: Sentence(
        "not-sent-closed", "Not sent: the connection is closed. Connect again first."
    ),
}


def reason_not_to_send(
    data: bytes, has_datagrams: bool, unsent: int, file: OutgoingFile | None
) -> str:
    """Why an open connection cannot send `data` now. Empty if it can."""
    size = len(data)
    if has_datagrams:
        if size > LARGEST_DATAGRAM:
            return Sentence(
                "not-sent-datagram-size",
                "Not sent: a datagram carries no more than {largest_datagram:,} bytes.",
                largest_datagram=LARGEST_DATAGRAM,
            )
        return ""
    if file is not None:
        return Sentence(
            "not-sent-during-file",
            "Not sent: {name} is being sent. Wait for its end, or cancel it.",
            name=file.name,
        )
    if not size:
        return Sentence(
            "nothing-to-send", "Nothing to send: type something, or choose a line ending."
        )
    if size > MAX_UNSENT_BYTES:
        return Sentence(
            "not-sent-too-large",
            "Not sent: {size} are too much at once. Send it in parts.",
            size=count_bytes(size),
        )
    if unsent + size > MAX_UNSENT_BYTES:
        waiting = count_bytes(unsent)
        return Sentence(
            "not-sent-peer-slow",
            "Not sent: {waiting} still wait for the peer to read. Wait, or disconnect.",
            waiting=waiting,
        )
    return ""


def describe_opening(target: Target, wire: Wire) -> str:
    """`Connected to 127.0.0.1:8007 from 127.0.0.1:50122.`"""
    if target.transport is Transport.UDP:
        return Sentence(
            "sending-datagrams",
            "Sending datagrams to {peer} from {local}. Whether anybody takes them shows when they "
            "answer.",
            peer=wire.peer,
            local=wire.local,
        )
    if not wire.local:
        return Sentence("connected", "Connected to {peer}.", peer=wire.peer)
    return Sentence(
        "connected-from", "Connected to {peer} from {local}.", peer=wire.peer, local=wire.local
    )


def describe_security(security: Security) -> str:
    """The TLS parameters, and whether the peer's certificate was verified."""
    agreed = f"{security.version}, {security.cipher}."
    certificate = security.certificate
    if certificate is None:
        return Sentence(
            "tls-no-certificate", "{agreed} The peer showed no certificate.", agreed=agreed
        )
    if security.distrust:
        return Sentence(
            "tls-not-verified",
            "{agreed} NOT VERIFIED: the peer's certificate proves nothing, {distrust}.",
            agreed=agreed,
            distrust=security.distrust,
        )
    return Sentence(
        "tls-verified",
        "{agreed} The peer is {title}, says {issuer}, until {not_after}.",
        agreed=agreed,
        title=certificate.title,
        issuer=certificate.issuer,
        not_after=f"{certificate.facts.not_after:%Y-%m-%d}",
    )


def connecting_again(seconds: float, attempts: int) -> Sentence:
    """The next attempt, after one that failed."""
    return Sentence(
        "connecting-again",
        "Connecting again in {seconds:g} s (attempt {attempts}).",
        seconds=seconds,
        attempts=attempts,
    )


def peer_closed_side(rest: str) -> Sentence:
    """The peer sends no more, and `rest` waits to be sent to it."""
    return Sentence(
        "peer-closed-side",
        "The peer closed its side. Sending the remaining {rest}, then closing.",
        rest=rest,
    )


def peer_took_nothing(seconds: float) -> Sentence:
    """The peer did not read what was sent before the end."""
    return Sentence(
        "peer-took-nothing",
        "The peer took nothing for {seconds:g} s. Giving it up.",
        seconds=seconds,
    )


def is_tls_alert(data: bytes) -> bool:
    """Whether `data`, the first of a connection, is a TLS alert: the answer to bytes that are not
    TLS."""
    return len(data) == _TLS_ALERT_BYTES and data.startswith(_TLS_ALERT)


def describe_end(
    reason: Failure, wire: Wire, target: Target, *, is_disconnecting: bool, is_half_closed: bool
) -> tuple[str, bool]:
    """The sentence about the end of `wire`, and whether it ended as it should.

    `is_disconnecting`: the user disconnected. `is_half_closed`: the user had closed our side. Over
    TLS many peers answer both by closing without a TLS close alert.
    """
    has_tls = wire.security is not None
    good_reasons = (ConnectionDone, ConnectionLost) if has_tls else (ConnectionDone,)
    ended_well = isinstance(reason.value, WireEnd) and reason.value.is_well
    unsent = wire.bytes_unsent
    if is_disconnecting and (
        ended_well or reason.check(*((ConnectionDone,) if unsent else good_reasons))
    ):
        sentence: str = Sentence("disconnected", "Disconnected.")
        is_well = True
    else:
        sentence = explain_loss(reason, target, has_tls=has_tls)
        is_well = ended_well or bool(
            reason.check(ConnectionDone, ConnectionAborted)
            or (is_half_closed and reason.check(*good_reasons))
        )
    if not unsent:
        return sentence, is_well
    return Sentence(
        "ended-not-sent",
        "{sentence} Not sent: {unsent}.",
        sentence=sentence,
        unsent=count_bytes(unsent),
    ), False
