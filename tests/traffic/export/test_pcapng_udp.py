"""Datagrams in an exported capture, read by other programs."""

from __future__ import annotations

import io
import shutil
import subprocess
from ipaddress import ip_address
from pathlib import Path
from struct import unpack_from

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from pcapng import FileScanner
from pcapng.blocks import EnhancedPacket

from app.traffic.chunk_log import Chunk
from app.traffic.connection_info import ConnectionInfo
from app.traffic.export.pcapng import Pcapng

V4 = ConnectionInfo("Echo", "…", ("127.0.0.1", 50_000), ("127.0.0.1", 8007), is_datagram=True)
V6 = ConnectionInfo("Echo", "…", ("fe80::1%eth0", 50_000), ("::1", 8007), is_datagram=True)
MIXED = ConnectionInfo("Echo", "…", ("::ffff:192.0.2.7", 50_000), ("::", 8007), is_datagram=True)
CONNECTIONS = [V4, V6, MIXED]

datagrams = st.one_of(st.binary(max_size=40), st.sampled_from([b"", b"\xff" * 65_507]))


def capture(chunks: list[Chunk], info: ConnectionInfo) -> bytes:
    form = Pcapng()
    return form.head() + b"".join(form.body(chunk, info) for chunk in chunks)


def packets(made: bytes) -> list[bytes]:
    blocks = list(FileScanner(io.BytesIO(made)))
    return [block.packet_data for block in blocks if isinstance(block, EnhancedPacket)]


def parsed(packet: bytes) -> tuple[str, int, str, int, bytes]:
    """Source, target and payload. Checks lengths and checksums."""
    if packet[0] >> 4 == 4:
        assert unpack_from(">H", packet, 2)[0] == len(packet)
        assert packet[9] == 17
        hosts, datagram = packet[12:20], packet[20:]
    else:
        assert unpack_from(">H", packet, 4)[0] == len(packet) - 40
        assert packet[6] == 17
        hosts, datagram = packet[8:40], packet[40:]
    source, target, size, checksum = unpack_from(">HHHH", datagram)
    assert size == len(datagram)
    assert checksum, "a checksum of nought is none"
    pseudo = hosts + len(datagram).to_bytes(4, "big") + b"\0\0\0\x11"
    assert int.from_bytes(pseudo + datagram + bytes(len(datagram) % 2), "big") % 0xFFFF == 0
    half = len(hosts) // 2
    sender, receiver = (str(ip_address(each)) for each in (hosts[:half], hosts[half:]))
    return sender, source, receiver, target, datagram[8:]


@given(
    st.lists(st.tuples(st.booleans(), datagrams), min_size=1, max_size=5),
    st.sampled_from(CONNECTIONS),
)
def test_each_datagram_is_one_packet_with_its_addresses(
    said: list[tuple[bool, bytes]], info: ConnectionInfo
) -> None:
    chunks = [Chunk(n, 1e9 + n, 7, sent, data) for n, (sent, data) in enumerate(said)]
    found = [parsed(packet) for packet in packets(capture(chunks, info))]
    assert [data for *_, data in found] == [data for _, data in said]
    assert [(source, target) for _, source, _, target, _ in found] == [
        (8007, 50_000) if sent else (50_000, 8007) for sent, _ in said
    ]


@pytest.mark.skipif(shutil.which("tshark") is None, reason="there is no tshark")
@pytest.mark.parametrize("info", CONNECTIONS)
def test_wireshark_follows_the_datagrams_of_one_peer(info: ConnectionInfo, tmp_path: Path) -> None:
    assert info.peer_address is not None
    other = evolve(info, peer_address=(info.peer_address[0], 50_001))
    chunks = [
        (Chunk(0, 1.0, 7, False, b"ping\n"), info),
        (Chunk(1, 1.1, 8, False, b"somebody else\n"), other),
        (Chunk(2, 1.2, 7, True, b"pong\n"), info),
        (Chunk(3, 1.3, 7, False, b""), info),
    ]
    file = tmp_path / "talk.pcapng"
    form = Pcapng()
    file.write_bytes(form.head() + b"".join(form.body(chunk, who) for chunk, who in chunks))
    followed = tshark(file, "-q", "-z", "follow,udp,raw,0")
    assert b"ping\n".hex() in followed
    assert b"pong\n".hex() in followed
    assert b"else\n".hex() not in followed
    lengths = tshark(file, "-T", "fields", "-e", "udp.length").split()
    assert lengths == ["13", "22", "13", "8"]
    checked = ("-o", "udp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE")
    assert tshark(file, *checked, "-Y", "_ws.malformed or udp.checksum.status == Bad") == ""


def tshark(file: Path, *arguments: str) -> str:
    command = ["tshark", "-r", str(file), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
