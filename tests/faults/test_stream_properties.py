"""Any sequence of events: what arrives is what was sent, minus what a fault names, in order."""

from __future__ import annotations

from random import Random

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.task import Clock

from app.faults.schedule import Schedule
from app.faults.spec import Direction, Distribution, Fault, FaultKind, LimitAction
from app.faults.stages import Ending, Item, Mark
from app.faults.stream import Pipeline
from tests.faults.fakes import LOST, FakeConnection

SECONDS = st.sampled_from([0.0, 0.01, 0.2, 1.5])
DIRECTIONS = st.sampled_from(Direction)

DELAYS = st.one_of(
    st.builds(
        Fault,
        kind=st.just(FaultKind.LATENCY),
        direction=DIRECTIONS,
        seconds=SECONDS,
        jitter=SECONDS,
        distribution=st.sampled_from(Distribution),
    ),
    st.builds(
        Fault,
        kind=st.just(FaultKind.BANDWIDTH),
        direction=DIRECTIONS,
        bytes_per_second=st.sampled_from([1, 50, 10_000]),
    ),
    st.builds(
        Fault,
        kind=st.just(FaultKind.SLICE),
        direction=DIRECTIONS,
        bytes=st.just(3),
        variation=st.integers(0, 2),
        delay=SECONDS,
    ),
    st.builds(Fault, kind=st.just(FaultKind.STALL), direction=DIRECTIONS, seconds=SECONDS),
    st.builds(Fault, kind=st.just(FaultKind.SLOW_CLOSE), direction=DIRECTIONS, seconds=SECONDS),
)
LIMITS = st.builds(
    Fault,
    kind=st.just(FaultKind.LIMIT),
    direction=DIRECTIONS,
    bytes=st.integers(1, 40),
    then=st.sampled_from(LimitAction),
)
FAULTS = st.lists(DELAYS, max_size=4)
DATA = st.binary(min_size=1, max_size=40)
ADVANCES = st.sampled_from([0.0, 0.005, 0.1, 1.0, 10.0])

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), DATA),
        st.tuples(st.just("receive"), DATA),
        st.tuples(st.just("replace"), FAULTS),
        st.tuples(st.just("advance"), ADVANCES),
        st.tuples(st.just("pause"), st.booleans()),
    ),
    max_size=30,
)
ENDS = st.sampled_from(["close", "reset", "half", "peer half", "peer lost", "none"])


def run(connection: FakeConnection, steps: list[tuple[str, object]]) -> tuple[bytes, bytes]:
    """Does the steps, and gives what was written and what came in."""
    written = came = b""
    for name, value in steps:
        match name, value:
            case "write", bytes(data):
                written += data
                connection.faults.write(data)
            case "receive", bytes(data):
                came += data
                connection.faults.receive(data)
            case "replace", list(faults):
                connection.faults.replace(faults)
            case "advance", float(seconds):
                connection.advance(seconds)
            case "pause", True:
                connection.faults.pauseProducing()
            case "pause", False:
                connection.faults.resumeProducing()
        assert written.startswith(connection.sent)
        assert came.startswith(connection.received)
        held = len(written) + len(came) - len(connection.sent) - len(connection.received)
        assert connection.faults.held_bytes == held
    return written, came


def let_pass(connection: FakeConnection) -> None:
    """Clear the faults and let the reactor turn."""
    connection.faults.resumeProducing()
    connection.faults.replace(())
    for _ in range(100):
        connection.advance(0)


@settings(deadline=None)  # a machine may be busy
@given(FAULTS, STEPS, ENDS)
def test_clearing_delivers_all_bytes_in_order_and_then_the_end(
    faults: list[Fault], steps: list[tuple[str, object]], end: str
) -> None:
    connection = FakeConnection(Clock(), *faults)
    written, came = run(connection, steps)
    match end:
        case "close":
            connection.close()
        case "reset":
            connection.faults.reset()
        case "half":
            connection.faults.end_writing()
        case "peer half":
            connection.faults.receive_end()
        case "peer lost":
            written = connection.sent  # what is held for a peer that is gone is dropped
            connection.faults.receive_loss(LOST)
    let_pass(connection)
    assert connection.sent == written
    assert connection.received == came or end == "reset"
    assert connection.faults.held_bytes == 0
    expected = {
        "close": ["closed"],
        "reset": ["reset"],
        "half": ["write end"],
        "peer half": ["read end"],
        "peer lost": ["lost"],
        "none": [],
    }
    assert connection.events == expected[end]
    assert not connection.clock.getDelayedCalls()
    assert connection.is_detached or end in ("reset", "peer lost")


@settings(deadline=None)  # a machine may be busy
@given(FAULTS, STEPS)
def test_faults_that_have_an_end_let_all_pass_by_themselves(
    faults: list[Fault], steps: list[tuple[str, object]]
) -> None:
    connection = FakeConnection(Clock(), *faults)
    written, came = run(connection, steps)
    connection.faults.resumeProducing()
    endless = any(
        fault.kind is FaultKind.STALL and not fault.seconds for fault in connection.faults.faults
    )
    for _ in range(2000):
        connection.advance(10)
        if not connection.clock.getDelayedCalls():
            break
    assert not connection.clock.getDelayedCalls()
    if not endless:
        assert (connection.sent, connection.received) == (written, came)


@settings(deadline=None)  # a machine may be busy
@given(FAULTS, STEPS, st.booleans())
def test_an_abort_or_a_loss_after_it_ends_everything_at_once(
    faults: list[Fault], steps: list[tuple[str, object]], is_lost_first: bool
) -> None:
    connection = FakeConnection(Clock(), *faults)
    run(connection, steps)
    if is_lost_first:
        connection.faults.receive_loss(LOST)
    connection.closes = True
    connection.faults.abort()
    if not is_lost_first:
        connection.faults.receive_loss(LOST)
    connection.advance(0)
    assert connection.events == ["lost"]
    assert connection.faults.held_bytes == 0
    assert not connection.clock.getDelayedCalls()


@settings(deadline=None)  # a machine may be busy
@given(FAULTS, LIMITS, STEPS)
def test_a_limit_lets_pass_so_many_bytes_and_no_more(
    faults: list[Fault], limit: Fault, steps: list[tuple[str, object]]
) -> None:
    connection = FakeConnection(Clock(), *faults, limit)
    written = came = b""
    for name, value in steps:
        if name == "write" and isinstance(value, bytes):
            written += value
            connection.faults.write(value)
        elif name == "receive" and isinstance(value, bytes):
            came += value
            connection.faults.receive(value)
    connection.faults.replace([limit])
    connection.advance(0)
    connection.advance(1)
    for passed, whole, direction in (
        (connection.sent, written, Direction.OUT),
        (connection.received, came, Direction.IN),
    ):
        assert whole.startswith(passed)
        if limit.acts(direction):
            assert len(passed) <= limit.bytes
    reached = [len(written) * limit.acts(Direction.OUT), len(came) * limit.acts(Direction.IN)]
    has_ended = any(event.startswith(("ended", "reset")) for event in connection.events)
    assert has_ended == (max(reached) >= limit.bytes)


@settings(deadline=None)  # a machine may be busy
@given(LIMITS, st.lists(DATA, max_size=10), st.lists(DATA, max_size=10), st.integers(1, 200))
def test_a_limit_that_changes_before_it_has_ended_the_connection_loses_nothing(
    limit: Fault, before: list[bytes], after: list[bytes], raised: int
) -> None:
    late = Fault(kind=FaultKind.LATENCY, seconds=1)
    connection = FakeConnection(Clock(), limit, late)
    for data in before:
        connection.faults.write(data)
        connection.faults.receive(data)
    higher = evolve(limit, bytes=limit.bytes + raised)
    connection.faults.replace((higher, late))
    for data in after:
        connection.faults.write(data)
        connection.faults.receive(data)
    whole = b"".join(before + after)
    connection.advance(2)
    if len(whole) < higher.bytes:
        assert (connection.sent, connection.received) == (whole, whole)
        assert connection.events == []
    elif limit.acts(Direction.OUT):
        assert connection.sent == whole[: higher.bytes]
    else:
        assert connection.received == whole[: higher.bytes]


@settings(deadline=None)  # a machine may be busy
@given(FAULTS, st.lists(DATA, min_size=1, max_size=10), st.booleans())
def test_a_loss_is_told_though_the_protocol_is_paused(
    faults: list[Fault], chunks: list[bytes], is_paused_again: bool
) -> None:
    connection = FakeConnection(Clock(), *faults)
    connection.faults.pauseProducing()
    for chunk in chunks:
        connection.faults.receive(chunk)
    connection.faults.receive_loss(LOST)
    if is_paused_again:
        connection.faults.pauseProducing()
    connection.faults.replace(())
    for _ in range(100):
        connection.advance(0)
    assert (connection.received, connection.events) == (b"".join(chunks), ["lost"])


@settings(deadline=None)  # a machine may be busy
@given(st.lists(DATA, max_size=20), FAULTS, st.integers(1, 64))
def test_corrupt_keeps_the_length_and_turns_over_that_many_bits(
    chunks: list[bytes], faults: list[Fault], bits: int
) -> None:
    passed: list[Item] = []
    pipeline = Pipeline(Direction.OUT, Schedule(Clock()), Random(1), passed.append, lambda _: None)
    pipeline.replace([Fault(kind=FaultKind.CORRUPT, bits=bits)])
    for chunk in chunks:
        pipeline.put(chunk)
    pipeline.put(Mark(Ending.HALF))
    assert passed[-1] == Mark(Ending.HALF)
    for sent, arrived in zip(chunks, passed, strict=False):
        assert isinstance(arrived, bytes)
        assert len(arrived) == len(sent)
        differing = int.from_bytes(sent) ^ int.from_bytes(arrived)
        assert differing.bit_count() == min(bits, len(sent) * 8)


@settings(max_examples=50, deadline=None)
@given(st.integers(), FAULTS, STEPS)
def test_the_same_seed_and_events_give_the_same_times(
    seed: int, faults: list[Fault], steps: list[tuple[str, object]]
) -> None:
    first, second = (FakeConnection(Clock(), *faults, seed=seed) for _ in range(2))
    run(first, steps)
    run(second, steps)
    assert first.chunks == second.chunks
