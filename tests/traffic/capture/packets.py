"""Packets and capture files built by hand."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path
from struct import pack

from app.traffic.capture.reader import Capture
from app.traffic.chunk_log import Chunk

FIN, SYN, RST, PUSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
CLIENT = ("10.0.0.1", 50_000)
SERVER = ("10.0.0.2", 80)
MASK = 0xFFFFFFFF

Frame = tuple[float, bytes, int]
"""Time, captured bytes, and length on the wire. 0: the same length as captured."""


def ipv4(source: str, target: str, protocol: int, body: bytes, fragment: int = 0) -> bytes:
    head = pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 1, fragment, 64, protocol, 0)
    return head + ip_address(source).packed + ip_address(target).packed + body


def ipv6(source: str, target: str, protocol: int, body: bytes) -> bytes:
    head = pack(">IHBB", 6 << 28, len(body), protocol, 64)
    return head + ip_address(source).packed + ip_address(target).packed + body


def segment(
    source: tuple[str, int],
    target: tuple[str, int],
    sequence: int,
    flags: int,
    data: bytes = b"",
    acknowledged: int = 0,
) -> bytes:
    """A packet of TCP over IP, without a link layer."""
    fields = (source[1], target[1], sequence & MASK, acknowledged & MASK, 0x50, flags, 1000, 0, 0)
    body = pack(">HHIIBBHHH", *fields) + data
    wrap = ipv6 if ":" in source[0] else ipv4
    return wrap(source[0], target[0], 6, body)


def datagram(source: tuple[str, int], target: tuple[str, int], data: bytes) -> bytes:
    body = pack(">HHHH", source[1], target[1], 8 + len(data), 0) + data
    wrap = ipv6 if ":" in source[0] else ipv4
    return wrap(source[0], target[0], 17, body)


def ethernet(packet: bytes, *tags: int) -> bytes:
    kind = 0x86DD if packet[0] >> 4 == 6 else 0x0800
    tagged = b"".join(pack(">HH", tag, 7) for tag in tags)
    return bytes(12) + tagged + pack(">H", kind) + packet


def pcap(frames: Iterable[Frame], link: int = 101, sign: str = "<", *, nano: bool = False) -> bytes:
    """A classic capture file."""
    magic, ticks = (0xA1B23C4D, 1e9) if nano else (0xA1B2C3D4, 1e6)
    made = [pack(f"{sign}IHHiIII", magic, 2, 4, 0, 0, 65_535, link)]
    for time, data, original in frames:
        seconds = int(time)
        fields = (seconds, round((time - seconds) * ticks), len(data), original or len(data))
        made.append(pack(f"{sign}IIII", *fields) + data)
    return b"".join(made)


def block(kind: int, body: bytes, sign: str = "<") -> bytes:
    body += bytes(-len(body) % 4)
    length = pack(f"{sign}I", 12 + len(body))
    return pack(f"{sign}I", kind) + length + body + length


def section(sign: str = "<") -> bytes:
    return block(0x0A0D0D0A, pack(f"{sign}IHHq", 0x1A2B3C4D, 1, 0, -1), sign)


def interface(link: int, sign: str = "<", options: bytes = b"", snaplen: int = 0) -> bytes:
    return block(1, pack(f"{sign}HHI", link, 0, snaplen) + options, sign)


def enhanced(ticks: int, data: bytes, number: int = 0, sign: str = "<") -> bytes:
    fields = (number, ticks >> 32, ticks & MASK, len(data), len(data))
    return block(6, pack(f"{sign}IIIII", *fields) + data, sign)


def exchange(
    *said: tuple[bool, bytes], client: tuple[str, int] = CLIENT, server: tuple[str, int] = SERVER
) -> list[bytes]:
    """A whole connection, in which the server (`True`) and the client said so."""
    numbers = [101, 501]
    made = [segment(client, server, 100, SYN), segment(server, client, 500, SYN | ACK, b"", 101)]
    for is_server, data in said:
        source, target = (server, client) if is_server else (client, server)
        mine, other = numbers[is_server], numbers[not is_server]
        made.append(segment(source, target, mine, PUSH | ACK, data, other))
        numbers[is_server] += len(data)
    made.append(segment(client, server, numbers[0], FIN | ACK, b"", numbers[1]))
    made.append(segment(server, client, numbers[1], FIN | ACK, b"", numbers[0] + 1))
    return made


def timed(packets: Iterable[bytes]) -> list[Frame]:
    return [(1000.0 + number, packet, 0) for number, packet in enumerate(packets)]


def read(path: Path, content: bytes) -> Capture:
    """The capture with that content, read to its end."""
    path.write_bytes(content)
    capture = Capture(path)
    while not capture.step(10.0):
        pass
    return capture


def chunks_of(capture: Capture) -> list[Chunk]:
    chunks = [capture.chunk(number) for number in range(capture.end)]
    return [chunk for chunk in chunks if chunk is not None]


def said_in(capture: Capture) -> list[tuple[int, bool, bytes]]:
    return [(each.connection, each.sent, each.data) for each in chunks_of(capture)]
