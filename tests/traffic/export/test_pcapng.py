"""Exported captures, read by other programs."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from struct import unpack, unpack_from

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st
from pcapng import FileScanner
from pcapng.blocks import EnhancedPacket, InterfaceDescription, SectionHeader

from app.traffic.chunk_log import Chunk
from app.traffic.connection_info import CloseKind, ConnectionEnd, ConnectionInfo
from app.traffic.export.pcapng import MAX_SEGMENT, Pcapng

V4 = ConnectionInfo("Echo", "…", ("127.0.0.1", 50_000), ("127.0.0.1", 8007))
V6 = ConnectionInfo("Echo", "…", ("fe80::1%eth0", 50_000), ("::1", 8007))
MIXED = ConnectionInfo("Echo", "…", ("192.0.2.7", 50_000), ("::1", 8007))

sayings = st.one_of(st.binary(max_size=40), st.just(bytes(2 * MAX_SEGMENT + 1)))


@frozen
class Packet:
    """One TCP packet of a capture."""

    time: float
    source: tuple[str, int]
    target: tuple[str, int]
    sequence: int
    acknowledged: int
    flags: int
    data: bytes


def capture(chunks: list[Chunk], info: ConnectionInfo | None) -> bytes:
    form = Pcapng()
    return form.head() + b"".join(form.body(chunk, info) for chunk in chunks)


def from_port(info: ConnectionInfo, port: int) -> ConnectionInfo:
    assert info.peer_address is not None
    return evolve(info, peer_address=(info.peer_address[0], port))


def packets(made: bytes) -> Iterator[Packet]:
    """The packets of a capture. Checks every checksum and length."""
    blocks = list(FileScanner(io.BytesIO(made)))
    assert [type(block) for block in blocks[:2]] == [SectionHeader, InterfaceDescription]
    for block in blocks[2:]:
        assert isinstance(block, EnhancedPacket)
        yield _packet(block.packet_data, block.timestamp)


def _packet(data: bytes, time: float) -> Packet:
    if data[0] >> 4 == 4:
        assert unpack_from(">H", data, 2)[0] == len(data)
        assert _sum(data[:20]) == 0xFFFF
        hosts, segment = data[12:20], data[20:]
    else:
        assert unpack_from(">H", data, 4)[0] == len(data) - 40
        hosts, segment = data[8:40], data[40:]
    pseudo = hosts + len(segment).to_bytes(4, "big") + b"\0\0\0\x06"
    assert _sum(pseudo + segment) == 0xFFFF
    half = len(hosts) // 2
    names = [str(ip_address(each)) for each in (hosts[:half], hosts[half:])]
    source, target, sequence, acknowledged, offset, flags = unpack_from(">HHIIBB", segment)
    body = segment[(offset >> 4) * 4 :]
    return Packet(time, (names[0], source), (names[1], target), sequence, acknowledged, flags, body)


def _sum(data: bytes) -> int:
    """The ones' complement sum of RFC 1071."""
    padded = data + b"\0" * (len(data) % 2)
    total: int = sum(unpack(f">{len(padded) // 2}H", padded))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


@given(
    st.lists(st.tuples(st.booleans(), sayings), min_size=1, max_size=5),
    st.sampled_from([V4, V6, MIXED, None]),
    st.integers(0, 2**40),
)
def test_every_byte_has_the_sequence_number_of_its_position(
    said: list[tuple[bool, bytes]], info: ConnectionInfo | None, connection: int
) -> None:
    chunks = [Chunk(n, 1e9 + n, connection, sent, data) for n, (sent, data) in enumerate(said)]
    opening, accepted, open_, *rest = packets(capture(chunks, info))
    assert [opening.flags, accepted.flags, open_.flags] == [0x02, 0x12, 0x10]
    peer, local = opening.source, opening.target
    expected = {
        peer: (opening.sequence + 1) % 2**32,
        local: (accepted.sequence + 1) % 2**32,
    }
    assert accepted.acknowledged == open_.sequence == expected[peer]
    assert open_.acknowledged == expected[local]
    streams: dict[tuple[str, int], bytes] = {peer: b"", local: b""}
    for packet in rest:
        assert packet.sequence == expected[packet.source]
        assert packet.acknowledged == expected[packet.target]
        expected[packet.source] = (packet.sequence + len(packet.data)) % 2**32
        streams[packet.source] += packet.data
    for who, sent in ((peer, False), (local, True)):
        assert streams[who] == b"".join(data for way, data in said if way is sent)


@pytest.mark.parametrize(
    ("how", "ports", "flags"),
    [
        (CloseKind.CLOSED_BY_PEER, [50_000, 8007, 50_000], [0x11, 0x11, 0x10]),
        (CloseKind.CLOSED_HERE, [8007, 50_000, 8007], [0x11, 0x11, 0x10]),
        (CloseKind.CLOSED, [8007, 50_000, 8007], [0x11, 0x11, 0x10]),
        (CloseKind.RESET_BY_PEER, [50_000], [0x14]),
        (CloseKind.RESET_HERE, [8007], [0x14]),
    ],
)
def test_the_end_of_a_connection_is_a_fin_of_each_side_or_a_reset(
    how: CloseKind, ports: list[int], flags: list[int]
) -> None:
    form = Pcapng()
    made = form.head() + form.body(Chunk(0, 1.0, 7, False, b"abc"), V4)
    made += form.end(ConnectionEnd(1, 2.0, 7, how))
    _, accepted, _, said, *end = packets(made)
    assert [packet.source[1] for packet in end] == ports
    assert [packet.flags for packet in end] == flags
    expected = {50_000: said.sequence + 3, 8007: (accepted.sequence + 1) % 2**32}
    for packet in end:
        assert packet.time == 2.0
        assert packet.sequence == expected[packet.source[1]]
        assert packet.acknowledged == expected[packet.target[1]]
        expected[packet.source[1]] += packet.flags & 1


def test_a_connection_without_chunks_has_no_end_packets() -> None:
    assert Pcapng().end(ConnectionEnd(0, 1.0, 7, CloseKind.CLOSED_BY_PEER)) == b""


def test_a_console_session_is_the_client() -> None:
    session = ConnectionInfo(
        "Console", "…", ("127.0.0.1", 8007), ("127.0.0.1", 50_000), began_here=True
    )
    opening, accepted, _, said = packets(capture([Chunk(0, 1.0, 7, True, b"hi")], session))
    assert (opening.source[1], opening.flags) == (50_000, 0x02)
    assert (accepted.source[1], accepted.flags) == (8007, 0x12)
    assert (said.source[1], said.target[1], said.data) == (50_000, 8007, b"hi")


def test_both_recorded_ends_of_one_connection_are_two_conversations() -> None:
    session = ConnectionInfo(
        "Console", "…", ("127.0.0.1", 8007), ("127.0.0.1", 50_000), began_here=True
    )
    form = Pcapng()
    made = form.head() + form.body(Chunk(0, 1.0, 1, True, b"ping"), session)
    made += form.body(Chunk(1, 1.0, 2, False, b"ping"), V4)
    pairs = {frozenset((packet.source, packet.target)) for packet in packets(made)}
    assert len(pairs) == 2
    made += form.end(ConnectionEnd(2, 2.0, 1, CloseKind.CLOSED)) + form.end(
        ConnectionEnd(2, 2.0, 2, CloseKind.CLOSED)
    )
    made += form.body(Chunk(2, 3.0, 3, False, b"later"), V4)
    *_, packet = packets(made)
    assert frozenset((packet.source, packet.target)) in pairs


def test_packets_have_the_addresses_and_times_of_the_connection() -> None:
    *_, packet = packets(capture([Chunk(0, 1_700_000_000.123456, 1, True, b"hi")], V4))
    assert (packet.source, packet.target) == (("127.0.0.1", 8007), ("127.0.0.1", 50_000))
    assert float(packet.time) == pytest.approx(1_700_000_000.123456, abs=1e-6)


def test_connections_without_addresses_get_different_ones() -> None:
    chunks = [Chunk(n, 1.0, n, False, b"x") for n in range(3)]
    sources = {packet.source for packet in packets(capture(chunks, None)) if packet.data}
    assert len(sources) == 3


@pytest.mark.skipif(shutil.which("tshark") is None, reason="there is no tshark")
@pytest.mark.parametrize("info", [V4, V6, MIXED])
def test_wireshark_follows_the_stream(info: ConnectionInfo, tmp_path: Path) -> None:
    chunks = [
        Chunk(0, 1.0, 7, False, b"ping\n"),
        Chunk(1, 1.1, 8, False, b"somebody else\n"),
        Chunk(2, 1.2, 7, True, b"x" * 150_000 + b"pong\n"),
    ]
    file = tmp_path / "talk.pcapng"
    form = Pcapng()
    bodies = [form.body(chunk, from_port(info, 50_000 + chunk.connection)) for chunk in chunks]
    bodies.append(form.end(ConnectionEnd(3, 1.3, 7, CloseKind.CLOSED_BY_PEER)))
    bodies.append(form.end(ConnectionEnd(3, 1.4, 8, CloseKind.RESET_HERE)))
    file.write_bytes(form.head() + b"".join(bodies))
    followed = _tshark(file, "-q", "-z", "follow,tcp,raw,0")
    assert b"ping\n".hex() in followed
    assert b"pong\n".hex() in followed
    assert b"else\n".hex() not in followed
    checked = ("-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE")
    assert _tshark(file, *checked, "-Y", "tcp.analysis.flags or _ws.malformed") == ""
    completeness = _tshark(file, "-Y", "tcp.stream == 0", "-T", "fields", "-e", "tcp.completeness")
    assert completeness.split()[-1] == "31"  # from the handshake over data to both FINs
    assert _tshark(file, *checked, "-Y", "tcp.checksum.status == Bad") == ""


def _tshark(file: Path, *arguments: str) -> str:
    command = ["tshark", "-r", str(file), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
