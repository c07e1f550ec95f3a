"""The chunk log compared with a plain list: kept chunks are correct, dropped ones are counted."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.traffic.chunk_block import CHUNK_OVERHEAD_BYTES
from app.traffic.chunk_log import LARGE_BYTES, Chunk, ChunkLog
from app.traffic.connection_info import CloseKind, ConnectionEnd

chunks = st.tuples(st.floats(0, 2e9), st.integers(0, 2**40), st.booleans(), st.binary(max_size=300))
bounds = st.tuples(st.integers(1, 5_000), st.integers(1, 60))

large = [bytes([each]) * (LARGE_BYTES + 7 * each) for each in range(3)]
echoes = st.tuples(st.just(1.0), st.integers(1, 2), st.booleans(), st.sampled_from([*large, b"x"]))
large_bounds = st.tuples(st.integers(4, 40).map(LARGE_BYTES.__mul__), st.integers(1, 60))


def fill(log: ChunkLog, appended: list[tuple[float, int, bool, bytes]]) -> list[Chunk]:
    for each in appended:
        log.append(*each)
    return [Chunk(number, *each) for number, each in enumerate(appended)]


@given(st.lists(st.one_of(chunks, bounds, st.none()), max_size=120), bounds)
def test_kept_dropped_and_cleared_chunks_are_all_that_were_appended(
    acts: list[tuple[float, int, bool, bytes] | tuple[int, int] | None], bound: tuple[int, int]
) -> None:
    """`None` in the list clears the log, a pair of numbers resizes it."""
    log = ChunkLog(max_bytes=bound[0], max_chunks=bound[1])
    crossed = crossed_bytes = 0
    for act in acts:
        if act is None:
            log.clear()
        elif len(act) == 2:
            log.resize(*act)
        else:
            log.append(*act)
            crossed += 1
            crossed_bytes += len(act[-1])
        assert len(log) + log.dropped + log.cleared == crossed
        assert log.kept_bytes + log.dropped_bytes + log.cleared_bytes == crossed_bytes


@given(st.lists(chunks, max_size=120), bounds)
def test_the_kept_chunks_are_the_newest_and_complete(
    appended: list[tuple[float, int, bool, bytes]], bound: tuple[int, int]
) -> None:
    log = ChunkLog(max_bytes=bound[0], max_chunks=bound[1])
    truth = fill(log, appended)
    largest = max(1, bound[0] // 4)
    assert log.end == len(truth)
    for number in range(log.first, log.end):
        kept, meant = log.chunk(number), truth[number]
        assert kept is not None
        assert kept == Chunk(number, meant.time, meant.connection, meant.sent, meant.data[:largest])
    assert log.chunk(log.first - 1) is None
    assert log.chunk(log.end) is None


@given(st.lists(chunks, min_size=1, max_size=120), st.integers(400, 5_000), st.integers(1, 60))
def test_neither_bound_is_exceeded(
    appended: list[tuple[float, int, bool, bytes]], max_bytes: int, max_chunks: int
) -> None:
    log = ChunkLog(max_bytes=max_bytes, max_chunks=max_chunks)
    for each in appended:
        log.append(*each)
        assert len(log) <= max_chunks
        assert log.kept_bytes + CHUNK_OVERHEAD_BYTES * len(log) <= max_bytes


@given(
    st.lists(chunks, max_size=120),
    bounds,
    st.integers(0, 130),
    st.integers(0, 900),
    st.integers(1, 40),
)
def test_spans_from_any_number_have_every_chunk_once_and_in_order(
    appended: list[tuple[float, int, bool, bytes]],
    bound: tuple[int, int],
    number: int,
    most_bytes: int,
    most_chunks: int,
) -> None:
    log = ChunkLog(max_bytes=bound[0], max_chunks=bound[1])
    fill(log, appended)
    begin = number = max(number, log.first)
    seen = []
    while span := log.span(number, most_bytes, most_chunks):
        assert span.first == number
        assert len(span) == 1 or (len(span.data) <= most_bytes and len(span) <= most_chunks)
        for index, (end, owner) in enumerate(zip(span.ends, span.owners, strict=True)):
            seen.append((owner >> 1, bool(owner & 1), span.data[span.start(index) : end]))
        number += len(span)
    kept = [log.chunk(each) for each in range(begin, log.end)]
    assert seen == [(each.connection, each.sent, each.data) for each in kept if each]


def test_cleared_chunks_do_not_count_as_dropped_and_numbers_go_on() -> None:
    log = ChunkLog()
    log.append(1.0, 7, True, b"before")
    log.clear()
    log.append(2.0, 7, False, b"after")
    assert (log.cleared, log.cleared_bytes, log.kept_bytes) == (1, 6, 5)
    assert (log.dropped, log.dropped_bytes) == (0, 0)
    assert log.chunk(0) is None
    assert log.chunk(1) == Chunk(1, 2.0, 7, False, b"after")


def test_the_start_time_survives_drops_and_is_reset_by_clear() -> None:
    log = ChunkLog(max_chunks=16)
    for time in range(5, 100):
        log.append(float(time), 1, True, b"x")
    assert log.dropped
    assert log.began_at == 5.0
    log.clear()
    log.append(200.0, 1, True, b"x")
    log.append(201.0, 1, True, b"x")
    assert log.began_at == 200.0


@given(
    st.lists(chunks, min_size=1, max_size=120), st.integers(400, 5_000), st.integers(8, 60), bounds
)
def test_a_resize_keeps_the_newest_chunks_within_the_new_bounds(
    appended: list[tuple[float, int, bool, bytes]],
    max_bytes: int,
    max_chunks: int,
    before: tuple[int, int],
) -> None:
    log = ChunkLog(max_bytes=before[0], max_chunks=before[1])
    fill(log, appended)
    kept = {number: log.chunk(number) for number in range(log.first, log.end)}
    log.resize(max_bytes, max_chunks)
    assert log.bounds == (max_bytes, max_chunks)
    for number in range(log.first, log.end):
        assert log.chunk(number) == kept[number]
    for each in appended:
        assert len(log) <= max_chunks
        assert log.kept_bytes + CHUNK_OVERHEAD_BYTES * len(log) <= max_bytes
        log.append(*each)


def test_after_a_shrink_it_keeps_nearly_as_much_as_its_bounds_allow() -> None:
    log = ChunkLog()
    for number in range(20_000):
        log.append(0.0, 1, False, b"%05d" % number)
    log.resize(1_000_000, 1_000)
    assert 750 <= len(log) <= 1_000
    log.resize(1_000_000, 20_000)
    for _ in range(15_000):
        log.append(0.0, 1, False, b"x")
    assert len(log) > 15_500


def test_the_end_of_a_connection_is_kept_as_long_as_its_last_chunk() -> None:
    log = ChunkLog(max_chunks=16)
    log.append(1.0, 7, True, b"x")
    log.end_connection(1.5, 7, CloseKind.RESET_HERE)
    log.append(2.0, 8, True, b"y")
    assert [*log.endings] == [ConnectionEnd(1, 1.5, 7, CloseKind.RESET_HERE)]
    for _ in range(40):
        log.append(3.0, 8, True, b"y")
    log.end_connection(4.0, 8, CloseKind.CLOSED_BY_PEER)
    assert [*log.endings] == [ConnectionEnd(42, 4.0, 8, CloseKind.CLOSED_BY_PEER)]
    log.clear()
    assert [*log.endings] == []
    assert log.endings.end == 2


def test_a_million_ended_connections_stay_within_the_bound() -> None:
    log = ChunkLog(max_bytes=64_000)
    for number in range(3_000):
        log.append(0.0, number, False, b"x" * 8)
        log.end_connection(0.0, number, CloseKind.CLOSED_HERE)
        kept = log.kept_bytes + CHUNK_OVERHEAD_BYTES * len(log) + log.endings.cost
        assert kept <= 64_000
    assert len(log.endings) > 50


def test_only_the_start_of_a_huge_chunk_is_kept() -> None:
    log = ChunkLog(max_bytes=4_000)
    log.append(1.0, 1, False, b"x" * 5_000)
    assert (log.kept_bytes, log.dropped, log.dropped_bytes) == (1_000, 0, 4_000)


def test_wake_is_called_once_until_the_next_look() -> None:
    woken: list[None] = []
    log = ChunkLog(lambda: woken.append(None))
    log.append(1.0, 1, False, b"a")
    log.append(1.0, 1, False, b"b")
    assert len(woken) == 1
    assert log.look() == (0, 2)
    log.append(1.0, 1, False, b"c")
    assert len(woken) == 2


@pytest.mark.parametrize("size", [0, 1, 64, 65_536])
def test_memory_stays_within_the_bound(size: int) -> None:
    bound = 1024 * 1024
    data = bytes(size)
    tracemalloc.start()
    try:
        log = ChunkLog(max_bytes=bound, max_chunks=10**9)
        for _ in range(2 * bound // (size + CHUNK_OVERHEAD_BYTES)):
            log.append(0.0, 1, False, data)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert log.dropped
    assert held <= bound


@given(st.lists(echoes, max_size=80), large_bounds, large_bounds, st.integers(1, 3 * LARGE_BYTES))
def test_large_chunks_that_are_sent_as_they_came_are_all_there(
    appended: list[tuple[float, int, bool, bytes]],
    bound: tuple[int, int],
    later: tuple[int, int],
    most_bytes: int,
) -> None:
    log = ChunkLog(max_bytes=bound[0], max_chunks=bound[1])
    truth = fill(log, appended)
    crossed = sum(len(each.data) for each in truth)
    for act in (lambda: None, lambda: log.resize(*later)):
        act()
        kept = [log.chunk(each) for each in range(log.first, log.end)]
        largest = bound[0] // 4
        assert [each.data for each in kept if each] == [
            each.data[:largest] for each in truth[log.first :]
        ]
        assert len(log) + log.dropped == len(truth)
        assert log.kept_bytes + log.dropped_bytes == crossed
        seen, number = [], log.first
        while span := log.span(number, most_bytes, 7):
            assert len(span) == 1 or len(span.data) <= most_bytes
            seen += [span.data[span.start(i) : end] for i, end in enumerate(span.ends)]
            number += len(span)
        assert seen == [each.data for each in kept if each]


def test_an_echo_of_large_chunks_takes_memory_for_one_direction() -> None:
    log = ChunkLog(max_bytes=1_000_000)
    for _ in range(400):
        data = bytes(LARGE_BYTES)
        log.append(0.0, 1, False, data)
        log.append(0.0, 1, True, data)
    assert 1_200_000 < log.kept_bytes < 2_000_000


@pytest.mark.parametrize("size", [64, 1_500, 65_536])
def test_a_full_log_reuses_the_memory_of_what_it_drops(size: int) -> None:
    bound = 1024 * 1024
    log = ChunkLog(max_bytes=bound)
    data = bytes(size)
    turns = 2 * bound // size
    for _ in range(turns):
        log.append(0.0, 1, False, data)
    tracemalloc.start()
    try:
        for _ in range(turns):
            log.append(0.0, 1, False, data)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert log.dropped > turns
    assert held < bound // 2  # the columns of the new blocks; all payload is old memory


@pytest.mark.parametrize("size", [1, 64, 1_500, 65_536, 200_000])
def test_an_echo_stays_under_the_bound_too(size: int) -> None:
    bound = 1024 * 1024
    tracemalloc.start()
    try:
        log = ChunkLog(max_bytes=bound, max_chunks=10**9)
        for _ in range(2 * bound // (size + CHUNK_OVERHEAD_BYTES)):
            data = bytes(size)
            log.append(0.0, 1, False, data)
            log.append(0.0, 1, True, data)
        del data
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert log.dropped
    assert held <= bound
