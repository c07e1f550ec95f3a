"""Scans compared with a check of each chunk, while the log grows and drops chunks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.traffic.chunk_log import ChunkLog, Span
from app.traffic.pattern import Pattern, PatternKind, parse
from app.traffic.scan import SPAN_CHUNKS, Criteria, Scan, SizeRange, SizeRangeError, parse_sizes

LONG = 60.0


class Odd(Pattern):
    """Matches chunks of odd size. Times out for a span with a chunk of 13 bytes."""

    def __init__(self) -> None:
        self.calls = 0

    def hits(self, span: Span, seconds: float) -> list[int]:
        self.calls += 1
        sizes = [end - span.start(place) for place, end in enumerate(span.ends)]
        if 13 in sizes:
            raise TimeoutError
        return [place for place, size in enumerate(sizes) if size % 2]

    def within(self, data: bytes, seconds: float) -> tuple[int, int] | None:
        return (0, 1) if len(data) % 2 else None


def numbers(scan: Scan) -> list[int]:
    return [scan.number(position) for position in range(scan.first, scan.end)]


def text(source: str) -> Pattern:
    pattern = parse(PatternKind.TEXT, source)
    assert pattern is not None
    return pattern


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.sampled_from([b"ab", b"b", b""]))),
        max_size=12,
    ),
    st.sampled_from([None, False, True]),
    st.sampled_from([None, {1, 2}]),
    st.sampled_from([(), ("a",), ("a", "b")]),
)
def test_a_scan_finds_the_kept_chunks_that_pass(
    batches: list[list[tuple[int, bool, bytes]]],
    sent: bool | None,
    connections: set[int] | None,
    texts: tuple[str, ...],
) -> None:
    log = ChunkLog(max_chunks=40)
    belongs = connections.__contains__ if connections is not None else None
    scan = Scan(log, Criteria(tuple(map(text, texts)), sent, belongs))
    for batch in batches:
        for connection, way, data in batch:
            log.append(0.0, connection, way, data)
        assert scan.step(LONG)
    kept = [log.chunk(number) for number in range(log.first, log.end)]
    assert numbers(scan) == [
        chunk.number
        for chunk in kept
        if chunk is not None
        and sent in (None, chunk.sent)
        and (connections is None or chunk.connection in connections)
        and all(each.encode() in chunk.data for each in texts)
    ]


def test_positions_stay_when_older_results_are_dropped() -> None:
    log = ChunkLog(max_chunks=16)
    scan = Scan(log, Criteria((text("x"),)))
    for _ in range(10):
        log.append(0.0, 1, True, b"x")
    scan.step(LONG)
    position = scan.position(9)
    for _ in range(10):
        log.append(0.0, 1, True, b"x")
    scan.step(LONG)
    assert scan.first == log.first > 0
    assert scan.number(position) == 9


def test_a_step_ends_after_its_time_and_the_next_one_continues() -> None:
    log = ChunkLog()
    for _ in range(3 * SPAN_CHUNKS):
        log.append(0.0, 1, True, b"x")
    scan = Scan(log, Criteria((text("x"),)))
    assert not scan.step(0.0)
    assert scan.looked_at == SPAN_CHUNKS
    assert not scan.step(0.0)
    assert scan.step(0.0)
    assert numbers(scan) == list(range(3 * SPAN_CHUNKS))


def test_only_the_chunk_that_takes_too_long_is_skipped() -> None:
    log = ChunkLog()
    for size in (1, 2, 13, 4, 5):
        log.append(0.0, 1, True, bytes(size))
    scan = Scan(log, Criteria((Odd(),)))
    assert scan.step(LONG)
    assert numbers(scan) == [0, 4]
    assert scan.given_up == 1
    assert not scan.is_stopped


def test_an_expression_that_explodes_on_every_chunk_stops_the_scan() -> None:
    log = ChunkLog()
    for _ in range(1_000):
        log.append(0.0, 1, True, b"a" * 60 + b"b")
    pattern = parse(PatternKind.EXPRESSION, "(a|aa)+$")
    assert pattern is not None
    scan = Scan(log, Criteria((pattern,)))
    assert scan.step(LONG)
    assert scan.is_stopped
    assert scan.given_up
    asked = scan.looked_at
    log.append(0.0, 1, True, b"a")
    assert scan.step(LONG)
    assert scan.looked_at == asked


def test_results_are_found_by_number() -> None:
    log = ChunkLog()
    for data in (b"x", b"-", b"x", b"-", b"x"):
        log.append(0.0, 1, True, data)
    scan = Scan(log, Criteria((text("x"),)))
    scan.step(LONG)
    assert [scan.has(number) for number in range(5)] == [True, False, True, False, True]
    assert (scan.position(2), scan.position(3), scan.after(2), scan.after(4)) == (1, 2, 2, 3)


def test_a_scan_is_done_after_its_log_was_cleared() -> None:
    log = ChunkLog()
    for _ in range(10):
        log.append(0.0, 1, True, b"x")
    scan = Scan(log, Criteria((text("x"),)))
    log.clear()
    assert scan.step(LONG)
    assert numbers(scan) == []
    log.append(0.0, 1, True, b"x")
    assert scan.step(LONG)
    assert numbers(scan) == [10]


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("", None),
        ("  ", None),
        ("7", SizeRange(7, 7)),
        ("2k", SizeRange(2_000, 2_000)),
        ("100-2000", SizeRange(100, 2_000)),
        ("100 – 2 kB", SizeRange(100, 2_000)),
        ("1..3", SizeRange(1, 3)),
        ("64-", SizeRange(64)),
        ("-64", SizeRange(0, 64)),
        ("1M-", SizeRange(1_000_000)),
    ],
)
def test_size_ranges_are_parsed(text: str, sizes: SizeRange | None) -> None:
    assert parse_sizes(text) == sizes


@pytest.mark.parametrize("text", ["-", "a", "1-2-3", "5-4", "1.5", "9" * 13])
def test_text_that_is_no_range_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(SizeRangeError, match=r"\.$"):
        parse_sizes(text)


@given(st.text(max_size=12))
def test_any_text_gives_a_range_or_a_sentence(text: str) -> None:
    sizes, sentence = None, ""
    try:
        sizes = parse_sizes(text)
    except SizeRangeError as error:
        sentence = str(error)
    assert not sentence or sentence.endswith(".")
    assert sizes is None or sizes.most is None or sizes.least <= sizes.most


def test_a_range_includes_both_bounds() -> None:
    assert [size in SizeRange(2, 4) for size in (1, 2, 4, 5)] == [False, True, True, False]
