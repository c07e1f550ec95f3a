"""What is copied reads back as what it was."""

from __future__ import annotations

import ast
import re

from hypothesis import example, given
from hypothesis import strategies as st

from app.traffic.hexdump import hexdump
from app.traffic.quoting import as_c_array, as_hex, as_python


@given(st.binary(max_size=300))
def test_hex_reads_back(data: bytes) -> None:
    assert bytes.fromhex(as_hex(data)) == data


@given(st.binary(max_size=300))
@example(bytes(range(256)))
def test_python_reads_it_back(data: bytes) -> None:
    assert ast.literal_eval(as_python(data)) == data


@given(st.binary(max_size=300))
def test_a_c_array_has_every_byte_and_the_right_size(data: bytes) -> None:
    text = as_c_array(data)
    assert text.startswith(f"unsigned char data[{len(data)}] = {{")
    assert bytes(int(each, 16) for each in re.findall("0x([0-9a-f]{2}),", text)) == data


@given(st.binary(max_size=300))
def test_a_hex_dump_has_every_byte_at_its_offset(data: bytes) -> None:
    lines = hexdump(data).splitlines()
    assert [int(line[:8], 16) for line in lines] == list(range(0, len(data), 16))
    assert b"".join(bytes.fromhex(line[10:60]) for line in lines) == data


def test_a_hex_dump_looks_like_that_of_others() -> None:
    assert hexdump(b"Hello, world!\r\n\x00more") == (
        "00000000  48 65 6c 6c 6f 2c 20 77  6f 72 6c 64 21 0d 0a 00  |Hello, world!...|\n"
        "00000010  6d 6f 72 65                                       |more|"
    )
