"""Bounds on WebSocket messages, as extensions of wsproto; used by the server and by the client.

wsproto gives a frame as it comes and inflates without a bound. An extension sees the header of each
frame before its payload, and may refuse it with a close code: that is where the bounds are.
"""

from __future__ import annotations

import zlib

from wsproto.extensions import Extension, PerMessageDeflate
from wsproto.frame_protocol import CloseReason, FrameDecoder, FrameProtocol, Opcode, RsvBits

_NO_BITS = RsvBits(False, False, False)
_PARAMETERS = frozenset(
    (
        "client_no_context_takeover",
        "server_no_context_takeover",
        "client_max_window_bits",
        "server_max_window_bits",
    )
)


class SizeLimits(Extension):
    """Refuses a frame, or the fragments of a message, that is larger than it may be (1009).

    It is never negotiated. It counts bytes as they are on the wire.
    """

    name = "size-limits"

    def __init__(self, longest_frame: int, longest_message: int) -> None:
        self._longest_frame = longest_frame
        self._longest_message = longest_message
        self._message_bytes = 0

    def enabled(self) -> bool:
        return True

    def offer(self) -> bool:
        return False

    def frame_inbound_header(
        self,
        proto: FrameDecoder | FrameProtocol,
        opcode: Opcode,
        rsv: RsvBits,
        payload_length: int,
    ) -> CloseReason | RsvBits:
        if opcode.iscontrol():
            return _NO_BITS
        if opcode is not Opcode.CONTINUATION:
            self._message_bytes = 0
        self._message_bytes += payload_length
        if payload_length > self._longest_frame or self._message_bytes > self._longest_message:
            return CloseReason.MESSAGE_TOO_BIG
        return _NO_BITS


class BoundedDeflate(PerMessageDeflate):
    """permessage-deflate that inflates no message beyond `longest_message` bytes (1009).

    It also declines an offer that it does not understand instead of failing, and inflates a message
    right that has a ping between its fragments.
    """

    def __init__(self, longest_message: int) -> None:
        super().__init__()
        self._longest_message = longest_message
        self._left = longest_message

    def accept(self, offer: str) -> bool | str | None:
        if self.enabled() or not _is_valid(offer):
            return None
        return super().accept(offer)

    def frame_inbound_header(
        self,
        proto: FrameDecoder | FrameProtocol,
        opcode: Opcode,
        rsv: RsvBits,
        payload_length: int,
    ) -> CloseReason | RsvBits:
        if opcode.iscontrol():
            # Kept from the base, which forgets at a ping that the message around it is compressed.
            self._inbound_is_compressible = False
            return _NO_BITS
        if opcode in (Opcode.TEXT, Opcode.BINARY):
            self._left = self._longest_message
        return super().frame_inbound_header(proto, opcode, rsv, payload_length)

    def frame_inbound_payload_data(
        self, proto: FrameDecoder | FrameProtocol, data: bytes
    ) -> bytes | CloseReason:
        inflater = self._decompressor
        if inflater is None or not (self._inbound_compressed and self._inbound_is_compressible):
            return data
        try:
            inflated = inflater.decompress(data, self._left + 1)
        except zlib.error:
            return CloseReason.INVALID_FRAME_PAYLOAD_DATA
        if inflater.unconsumed_tail or len(inflated) > self._left:
            return CloseReason.MESSAGE_TOO_BIG
        self._left -= len(inflated)
        return inflated

    def frame_inbound_complete(
        self, proto: FrameDecoder | FrameProtocol, fin: bool
    ) -> bytes | CloseReason | None:
        if not self._inbound_is_compressible:
            return None
        data = super().frame_inbound_complete(proto, fin)
        if self._decompressor is not None and self._decompressor.eof:
            self._decompressor = None  # the peer ended its stream, which RFC 7692 7.2.3.5 permits
        return data


def _is_valid(offer: str) -> bool:
    """Whether each parameter of `offer` is known, comes once, and has a value that zlib takes."""
    seen = set()
    for part in offer.split(";")[1:]:
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if name not in _PARAMETERS or name in seen:
            return False
        seen.add(name)
        if name.endswith("_takeover"):
            if equals:
                return False
        elif equals:
            if not (value.isascii() and value.isdecimal() and 9 <= int(value[:3]) <= 15):
                return False
        elif name == "server_max_window_bits":
            return False
    return True
