"""Captures as a source of traffic."""

from __future__ import annotations

import io
import itertools
import shutil
import subprocess
from contextlib import closing
from pathlib import Path
from struct import pack

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pcapng import FileWriter, blocks

from app.traffic.capture import conversations
from app.traffic.capture.headers import SkipReason, locate
from app.traffic.capture.packet_file import CaptureError
from app.traffic.capture.reader import Capture
from app.traffic.chunk_log import Chunk
from app.traffic.connection_info import CloseKind, ConnectionEnd, ConnectionInfo
from app.traffic.conversation import Conversation
from app.traffic.export.pcapng import Pcapng
from app.traffic.scan import Criteria, Scan
from tests.traffic.capture.packets import (
    ACK,
    CLIENT,
    RST,
    SERVER,
    SYN,
    block,
    chunks_of,
    datagram,
    enhanced,
    ethernet,
    exchange,
    interface,
    ipv4,
    ipv6,
    pcap,
    read,
    said_in,
    section,
    segment,
    timed,
)

HELLO = [(0, False, b"hello"), (0, True, b"welcome")]
PACKETS = exchange((False, b"hello"), (True, b"welcome"))
EVERY_FORM = [(sign, nano) for sign in "<>" for nano in (False, True)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "traffic.pcap"


@pytest.mark.parametrize(("sign", "nano"), EVERY_FORM)
def test_a_pcap_of_either_byte_order_and_resolution_is_read(
    path: Path, sign: str, nano: bool
) -> None:
    with closing(read(path, pcap(timed(PACKETS), sign=sign, nano=nano))) as capture:
        assert said_in(capture) == HELLO
        assert [chunk.time for chunk in chunks_of(capture)] == [1002.0, 1003.0]
        assert capture.info(0) == ConnectionInfo(
            "10.0.0.2:80", "10.0.0.1:50000", CLIENT, SERVER, is_datagram=False
        )
        assert capture.listeners == ("10.0.0.2:80",)
        assert list(capture.endings) == [ConnectionEnd(2, 1005.0, 0, CloseKind.CLOSED_BY_PEER)]
        assert (capture.damage, capture.kept_bytes, capture.progress) == ("", 12, 1.0)


@pytest.mark.parametrize("sign", ["<", ">"])
def test_a_pcapng_with_sections_resolutions_and_every_kind_of_packet_is_read(
    path: Path, sign: str
) -> None:
    nano = pack(f"{sign}HHB3x", 9, 1, 9) + pack(f"{sign}HHq", 14, 8, 1000) + bytes(4)
    one, two, *rest = PACKETS
    old = pack(f"{sign}HHIIII", 0, 0, 0, 5, len(rest[0]), len(rest[0])) + rest[0]
    simple = pack(f"{sign}I", len(rest[1])) + rest[1]
    made = [
        section("<"),
        interface(1, "<"),
        block(0x0BAD, b"what nobody knows", "<"),
        section(sign),
        interface(101, sign, nano),
        block(5, bytes(8), sign),
        enhanced(2_500_000_000, one, sign=sign),
        enhanced(2_500_000_000, two, sign=sign),
        block(2, old, sign),
        block(3, simple, sign),
    ]
    with closing(read(path, b"".join(made))) as capture:
        assert said_in(capture) == HELLO
        assert [round(chunk.time, 6) for chunk in chunks_of(capture)] == [1000.0, 1000.0]
        assert not capture.damage


@pytest.mark.parametrize(
    ("link", "head"),
    [
        (1, bytes(12) + b"\x08\x00"),
        (1, bytes(12) + b"\x81\x00\x00\x07\x08\x00"),
        (1, bytes(12) + b"\x88\xa8\x00\x07\x81\x00\x00\x07\x08\x00"),
        (113, bytes(14) + b"\x08\x00"),
        (276, b"\x08\x00" + bytes(18)),
        (0, b"\x02\0\0\0"),
        (0, b"\0\0\0\x02"),
        (108, b"\0\0\0\x02"),
        (12, b""),
        (228, b""),
    ],
)
def test_every_link_type_leads_to_the_same_conversation(path: Path, link: int, head: bytes) -> None:
    frames = [(1.0, head + packet + bytes(6), 0) for packet in PACKETS]
    with closing(read(path, pcap(frames, link))) as capture:
        assert said_in(capture) == HELLO


def test_ipv6_is_read_behind_its_extension_headers(path: Path) -> None:
    client, server = ("fe80::1", 50_000), ("::1", 80)
    whole = segment(client, server, 1, ACK, b"hello")[40:]
    atomic = pack(">BBHI", 6, 0, 0, 1) + whole
    packet = ipv6(client[0], server[0], 0, pack(">BB6x", 44, 0) + atomic)
    with closing(read(path, pcap([(1.0, ethernet(packet, 0x8100), 0)], 1))) as capture:
        assert said_in(capture) == [(0, False, b"hello")]
        info = capture.info(0)
        assert info is not None
        assert (info.peer, info.listener) == ("[fe80::1]:50000", "[::1]:80")


def test_datagrams_are_messages_of_a_conversation_also_empty_ones(path: Path) -> None:
    client, server = ("10.0.0.1", 40_000), ("10.0.0.2", 53)
    packets = [
        datagram(client, server, b"who"),
        datagram(server, client, b"me"),
        datagram(client, server, b""),
    ]
    with closing(read(path, pcap(timed(packets)))) as capture:
        assert said_in(capture) == [(0, False, b"who"), (0, True, b"me"), (0, False, b"")]
        info = capture.info(0)
        assert info is not None
        assert info.is_datagram


def test_the_same_ports_over_tcp_and_udp_are_two_conversations(path: Path) -> None:
    packets = [segment(CLIENT, SERVER, 1, ACK, b"tcp"), datagram(CLIENT, SERVER, b"udp")]
    with closing(read(path, pcap(timed(packets)))) as capture:
        assert said_in(capture) == [(0, False, b"tcp"), (1, False, b"udp")]


def test_without_a_syn_the_lower_port_is_the_server(path: Path) -> None:
    packets = [segment(SERVER, CLIENT, 1, ACK, b"from the server")]
    with closing(read(path, pcap(timed(packets)))) as capture:
        assert said_in(capture) == [(0, True, b"from the server")]


def test_a_syn_tells_the_server_though_its_port_is_higher(path: Path) -> None:
    packets = exchange((False, b"a"), client=("10.0.0.1", 80), server=("10.0.0.2", 5000))
    with closing(read(path, pcap(timed(packets[1:])))) as capture:  # the SYN itself is not there
        assert said_in(capture) == [(0, False, b"a")]
        assert capture.listeners == ("10.0.0.2:5000",)


def test_ports_that_are_used_again_make_another_connection(path: Path) -> None:
    again = [segment(CLIENT, SERVER, 9000, SYN), segment(CLIENT, SERVER, 9001, ACK, b"again")]
    same = segment(CLIENT, SERVER, 9000, SYN)
    with closing(read(path, pcap(timed([*PACKETS, *again, same])))) as capture:
        assert said_in(capture) == [*HELLO, (1, False, b"again")]
    with closing(read(path, pcap(timed([*PACKETS[:4], *again])))) as capture:
        assert said_in(capture) == [*HELLO, (1, False, b"again")]


def test_a_reset_ends_a_connection_on_behalf_of_its_sender(path: Path) -> None:
    for source, target, how in (
        (CLIENT, SERVER, CloseKind.RESET_BY_PEER),
        (SERVER, CLIENT, CloseKind.RESET_HERE),
    ):
        packets = [*PACKETS[:4], segment(source, target, 0, RST)]
        late = segment(CLIENT, SERVER, 106, ACK, b"late")
        with closing(read(path, pcap(timed([*packets, late])))) as capture:
            assert said_in(capture) == HELLO
            assert [ending.kind for ending in capture.endings] == [how]


def test_missing_bytes_are_shown_at_their_position(path: Path) -> None:
    packets = [
        *PACKETS[:2],
        segment(CLIENT, SERVER, 101, ACK, b"one"),
        segment(CLIENT, SERVER, 114, ACK, b"three"),
        segment(SERVER, CLIENT, 501, ACK, b"so", 119),
    ]
    with closing(read(path, pcap(timed(packets)))) as capture:
        assert said_in(capture) == [
            (0, False, b"one"),
            (0, False, b"[10 bytes are missing in the capture]"),
            (0, False, b"three"),
            (0, True, b"so"),
        ]
        assert [capture.missing(number) for number in range(4)] == [0, 10, 0, 0]
        assert capture.kept_bytes == 10
        assert "Bytes that are missing in the file, because the capture lost them: 10." in (
            capture.counts.sentences()
        )


def test_bytes_cut_off_a_packet_are_missing(path: Path) -> None:
    one = segment(CLIENT, SERVER, 1, ACK, b"0123456789")
    two = segment(CLIENT, SERVER, 11, ACK, b"next")
    three = datagram(CLIENT, SERVER, b"0123456789")
    frames = [(1.0, one[:-6], len(one)), (2.0, two, 0), (3.0, three[:-6], len(three))]
    with closing(read(path, pcap(frames))) as capture:
        assert [data for _, _, data in said_in(capture)] == [
            b"0123",
            b"[6 bytes are missing in the capture]",
            b"next",
            b"0123",
            b"[6 bytes are missing in the capture]",
        ]


def test_packets_of_no_conversation_are_counted(path: Path) -> None:
    packets = [
        ipv4("10.0.0.1", "10.0.0.2", 17, bytes(16), fragment=0x2000),
        ipv4("10.0.0.1", "10.0.0.2", 1, bytes(8)),
        b"\x45",
        segment(CLIENT, SERVER, 1, ACK)[:30],
    ]
    with closing(read(path, pcap(timed(packets)))) as capture:
        skipped = capture.counts.skipped
        assert skipped == {SkipReason.FRAGMENT: 1, SkipReason.OTHER: 1, SkipReason.BROKEN: 2}
        assert len(capture.counts.sentences()) == 3
    with closing(read(path, pcap(timed(PACKETS), link=147))) as capture:
        assert capture.counts.skipped == {SkipReason.LINK: len(PACKETS)}


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_both_streams_come_out_as_they_were_sent(tmp_path: Path, data: st.DataObject) -> None:
    """However they were cut, repeated, overlapped and mixed up on the way."""
    first = data.draw(st.sampled_from([0, 100, 2**32 - 3]))
    streams = [data.draw(st.binary(max_size=60)) for _ in range(2)]
    packets = [
        segment(CLIENT, SERVER, first - 1, SYN),
        segment(SERVER, CLIENT, first - 1, SYN | ACK),
    ]
    sent: list[bytes] = []
    for is_server, stream in enumerate(streams):
        ends = (SERVER, CLIENT) if is_server else (CLIENT, SERVER)
        cuts = sorted({0, len(stream), *data.draw(st.lists(st.integers(0, len(stream))))})
        pieces = list(itertools.pairwise(cuts))
        more = st.tuples(st.integers(0, len(stream)), st.integers(0, 20))
        pieces += [(at, min(at + size, len(stream))) for at, size in data.draw(st.lists(more))]
        sent += [segment(*ends, first + a, ACK, stream[a:b], first) for a, b in pieces]
    packets += data.draw(st.permutations(sent))
    with closing(read(tmp_path / "mixed.pcap", pcap(timed(packets)))) as capture:
        for is_server, stream in enumerate(streams):
            parts = [chunk.data for chunk in chunks_of(capture) if chunk.sent == bool(is_server)]
            assert b"".join(parts) == stream
        assert not capture.counts.missing_bytes


@given(st.binary(min_size=1, max_size=80), st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_missing_bytes_have_their_position_and_number(
    tmp_path: Path, stream: bytes, data: st.DataObject
) -> None:
    cuts = sorted({0, len(stream), *data.draw(st.lists(st.integers(0, len(stream))))})
    packets = [segment(CLIENT, SERVER, 99, SYN)]
    for begin, end in itertools.pairwise(cuts):
        if data.draw(st.booleans()):
            packets.append(segment(CLIENT, SERVER, 100 + begin, ACK, stream[begin:end]))
        if data.draw(st.booleans()):
            packets.append(segment(SERVER, CLIENT, 1, ACK, b"", 100 + end))
    with closing(read(tmp_path / "lost.pcap", pcap(timed(packets)))) as capture:
        place = 0
        for chunk in chunks_of(capture):
            missing = capture.missing(chunk.number)
            assert missing or stream[place:].startswith(chunk.data)
            place += missing or len(chunk.data)
        assert place <= len(stream)


@given(
    st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.binary(min_size=1, max_size=30))),
    st.booleans(),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_an_exported_capture_is_read_back(
    tmp_path: Path, said: list[tuple[int, bool, bytes]], is_datagram: bool
) -> None:
    form = Pcapng()
    infos = [
        ConnectionInfo(
            "E", "…", (f"10.0.0.{n}", 50_000 + n), ("127.0.0.1", 8007), is_datagram=is_datagram
        )
        for n in range(3)
    ]
    made = [form.head()]
    for number, (connection, sent, data) in enumerate(said):
        chunk = Chunk(number, 1e9 + number, connection, sent, data)
        made.append(form.body(chunk, infos[connection]))
    with closing(read(tmp_path / "ours.pcapng", b"".join(made))) as capture:
        assert not capture.damage
        back = []
        for chunk in chunks_of(capture):
            info = capture.info(chunk.connection)
            assert info is not None
            assert info.peer_address is not None
            back.append((info.peer_address[1] - 50_000, chunk.sent, chunk.data))
        if not is_datagram:
            assert back == said
        else:
            assert [(who, data) for who, _, data in back] == [(w, d) for w, _, d in said]


@pytest.mark.parametrize("form", ["pcap", "pcapng"])
def test_a_file_that_is_cut_anywhere_is_read_up_to_the_cut(path: Path, form: str) -> None:
    packets = [enhanced(1, each) for each in PACKETS]
    whole = (
        pcap(timed(PACKETS)) if form == "pcap" else b"".join([section(), interface(101), *packets])
    )
    for size in range(len(whole)):
        if size < (24 if form == "pcap" else 4):
            with pytest.raises(CaptureError, match="It "):
                read(path, whole[:size])
            continue
        with closing(read(path, whole[:size])) as capture:
            said = [each for each in said_in(capture) if b"missing" not in each[2]]
            assert b"".join(data for *_, data in said) == b"hellowelcome"[: capture.kept_bytes]


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_file_that_is_damaged_anywhere_breaks_nothing(
    tmp_path: Path, data: st.DataObject
) -> None:
    form = data.draw(st.booleans())
    packets = [ethernet(each) for each in PACKETS]
    whole = bytearray(
        pcap(timed(packets), 1)
        if form
        else b"".join([section(), interface(1), *(enhanced(1, each) for each in packets)])
    )
    for place in data.draw(st.lists(st.integers(4, len(whole) - 1), min_size=1, max_size=6)):
        whole[place] = data.draw(st.integers(0, 255))
    with closing(read(tmp_path / "damaged.pcap", bytes(whole))) as capture:
        assert len(chunks_of(capture)) == capture.end
        assert all(0 <= chunk.time < 2**33 for chunk in chunks_of(capture))


@given(
    st.sampled_from([0, 1, 12, 101, 108, 113, 229, 276]),
    st.one_of(
        st.binary(max_size=80),
        st.binary(max_size=60).map(lambda data: bytes(12) + b"\x86\xdd\x60" + data),
        st.binary(max_size=60).map(lambda data: b"\x60" + bytes(5) + b"\0" + data),
    ),
    st.integers(0, 2000),
)
def test_no_header_breaks_anything(link: int, data: bytes, original: int) -> None:
    located = locate(link, data, 0, len(data), max(original, len(data)))
    assert isinstance(located, SkipReason) or len(located) == 5


def test_packets_behind_four_gigabytes_are_read(path: Path) -> None:
    unknown = 0xFFFFFFF0
    head = section() + interface(101) + pack("<II", 0x0BAD, unknown)
    with path.open("wb") as file:
        file.write(head)
        file.seek(len(head) - 8 + unknown)  # the hole takes no room on the disk
        file.write(section() + interface(101) + b"".join(enhanced(1, each) for each in PACKETS))
    with closing(Capture(path)) as capture:
        while not capture.step(1.0):
            pass
        assert said_in(capture) == HELLO
        assert not capture.damage


@given(st.binary(max_size=200), st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_garbage_behind_a_header_breaks_nothing(tmp_path: Path, data: bytes, form: bool) -> None:
    head = pcap([]) if form else section() + interface(1)
    with closing(read(tmp_path / "garbage.pcap", head + data)) as capture:
        assert capture.is_done


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "It is empty"),
        (b"\x1f\x8b" + bytes(30), "It is compressed"),
        (b"SQLite format 3\0" + bytes(30), "It is no capture"),
    ],
)
def test_a_file_that_is_no_capture_is_refused_with_a_sentence(
    path: Path, content: bytes, sentence: str
) -> None:
    path.write_bytes(content)
    with pytest.raises(CaptureError, match=sentence):
        Capture(path)


def test_a_missing_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone.pcap", tmp_path / ("x" * 5000)):
        with pytest.raises(CaptureError):
            Capture(path)


def test_an_impossible_length_is_damage(path: Path) -> None:
    content = pcap(timed(PACKETS)) + pack("<IIII", 0, 0, 0x7FFFFFFF, 10) + bytes(100)
    with closing(read(path, content)) as capture:
        assert said_in(capture) == HELLO
        assert "It is damaged at byte" in capture.damage


def test_a_capture_can_be_viewed_like_a_log(path: Path) -> None:
    with closing(read(path, pcap(timed(PACKETS)))) as capture:
        scan = Scan(capture, Criteria())
        assert scan.step(1.0)
        conversation = Conversation(capture, 0)
        assert conversation.step(1.0)
        assert [piece.text for piece in conversation.take()] == ["hello", "welcome"]
        assert conversation.ending is not None
        span = capture.span(0, 6, 10)
        assert span is not None
        assert (span.data, len(span)) == (b"hello", 1)
        assert capture.span(2, 10, 10) is None
        assert capture.chunk(2) is None


def test_many_chunks_are_read_back_from_the_index_on_disk(path: Path) -> None:
    said = [(number % 2 == 1, b"%d;" % number) for number in range(20_000)]
    with closing(read(path, pcap(timed(exchange(*said))))) as capture:
        assert capture.end == 20_000
        for number in (0, 1, 16_383, 16_384, 19_999):
            chunk = capture.chunk(number)
            assert chunk is not None
            assert chunk.data == b"%d;" % number
        span = capture.span(16_380, 10_000, 8)
        assert span is not None
        assert span.data == b"".join(b"%d;" % number for number in range(16_380, 16_388))


def test_reading_goes_in_steps_and_can_be_stopped(path: Path) -> None:
    said = [(False, b"x")] * 1000
    path.write_bytes(pcap(timed(exchange(*said))))
    capture = Capture(path)
    assert not capture.step(0.0)
    assert 0 < capture.end <= 64
    capture.close()
    assert capture.step(0.0)


def test_a_file_that_shrinks_while_it_is_open_is_damage(path: Path) -> None:
    with closing(read(path, pcap(timed(PACKETS)))) as capture:
        path.write_bytes(b"")
        assert said_in(capture) == [(0, False, b""), (0, True, b"")]
        assert "changed while it was open" in capture.damage


def test_too_many_open_conversations_close_the_quiet_ones(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversations, "MOST_OPEN", 10)
    packets = []
    for port in range(2000, 2100):
        packets.append(segment(("10.0.0.1", port), SERVER, 1, ACK, b"x"))
        packets.append(segment(("10.0.0.1", 1999), SERVER, port, ACK, b"y"))
    monkeypatch.setattr(conversations, "MOST_CONNECTIONS", 90)
    with closing(read(path, pcap(timed(packets)))) as capture:
        assert capture.connections == 90
        assert capture.dropped == capture.counts.left_out > 0
        busy = [each for each in said_in(capture) if each[2] == b"y"]
        assert len({connection for connection, *_ in busy}) == 1


def _written_by_python_pcapng() -> bytes:
    file = io.BytesIO()
    head = blocks.SectionHeader(options={"shb_userappl": "tests"})
    head.new_member(blocks.InterfaceDescription, link_type=101)
    writer = FileWriter(file, head)
    for packet in PACKETS:
        made = head.new_member(blocks.EnhancedPacket)
        made.timestamp_low = 2_000_500_000
        made.packet_data = packet
        writer.write_block(made)
    return file.getvalue()


def test_a_file_of_python_pcapng_is_read(path: Path) -> None:
    with closing(read(path, _written_by_python_pcapng())) as capture:
        assert said_in(capture) == HELLO
        assert chunks_of(capture)[0].time == pytest.approx(2000.5)


@pytest.mark.parametrize("form", ["pcapng", "nsecpcap", "pcap"])
def test_files_of_the_tools_of_wireshark_are_read(path: Path, tmp_path: Path, form: str) -> None:
    program = shutil.which("editcap")
    if program is None:
        pytest.skip("editcap is not installed")
    path.write_bytes(pcap(timed(ethernet(each, 0x8100) for each in PACKETS), 1))
    made = tmp_path / "made"
    subprocess.run([program, "-F", form, path, made], check=True, capture_output=True)
    with closing(read(path, made.read_bytes())) as capture:
        assert said_in(capture) == HELLO
        assert chunks_of(capture)[0].time == 1002.0


def test_a_dump_that_text2pcap_converted_is_read(path: Path, tmp_path: Path) -> None:
    program = shutil.which("text2pcap")
    if program is None:
        pytest.skip("text2pcap is not installed")
    dump, made = tmp_path / "dump.txt", tmp_path / "made"
    dump.write_text("0000  68 65 6c 6c 6f\n")
    arguments = [program, "-T", "50000,80", str(dump), str(made)]
    subprocess.run(arguments, check=True, capture_output=True)
    with closing(read(path, made.read_bytes())) as capture:
        assert said_in(capture) == [(0, False, b"hello")]
