"""The plain export formats."""

from __future__ import annotations

import json
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from app.traffic.chunk_log import Chunk
from app.traffic.connection_info import ConnectionInfo
from app.traffic.export.text import HexDump, JsonLines, Raw, Text

ECHO = ConnectionInfo("Echo", "127.0.0.1:50000")


@given(st.binary(max_size=80), st.booleans(), st.floats(0, 4e9))
def test_json_lines_have_all_of_a_chunk(data: bytes, sent: bool, time: float) -> None:
    line = JsonLines().body(Chunk(3, time, 7, sent, data), ECHO)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    read = json.loads(line)
    assert bytes.fromhex(read["hex"]) == data
    assert (read["number"], read["connection"]) == (3, 7)
    assert read["direction"] == ("sent" if sent else "received")
    assert abs(datetime.fromisoformat(read["time"]).timestamp() - time) < 1e-5
    assert (read["listener"], read["peer"]) == ("Echo", "127.0.0.1:50000")
    assert read.get("text", "").encode() in (data, b"")


def test_json_lines_of_an_unknown_connection_have_no_names() -> None:
    read = json.loads(JsonLines().body(Chunk(3, 1.0, 7, True, b"\xff"), None))
    assert (read["listener"], read["peer"]) == (None, None)
    assert "text" not in read


def test_text_has_the_connection_the_time_and_the_content() -> None:
    chunk = Chunk(3, 1_700_000_000.5, 7, False, "端口\xe9\n".encode() + b"\xff\n")
    assert Text().body(chunk, ECHO).decode() == (
        "# 2023-11-14T22:13:20.500000+00:00 ← Echo · 127.0.0.1:50000, 11 bytes\n端口é\n\\xff\n\n"
    )


def test_a_hex_dump_has_its_title() -> None:
    assert HexDump().body(Chunk(3, 0.0, 7, True, b"Hi"), None).decode() == (
        "# 1970-01-01T00:00:00.000000+00:00 → #7, 2 bytes\n"
        "00000000  48 69                                             |Hi|\n\n"
    )


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=9))))
def test_raw_has_only_the_bytes_of_one_direction(said: list[tuple[bool, bytes]]) -> None:
    for wanted in (False, True):
        form = Raw(sent=wanted)
        made = form.head() + b"".join(
            form.body(Chunk(n, 0.0, 1, sent, data), None) for n, (sent, data) in enumerate(said)
        )
        assert made == b"".join(data for sent, data in said if sent is wanted)
