"""Faults of datagrams, each of which is hit for itself."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.task import Clock

from app.faults.datagrams import MOST_DATAGRAMS, DatagramPath
from app.faults.schedule import Schedule
from app.faults.spec import Direction, Fault, FaultKind
from tests.faults.fakes import fault

PEER = ("127.0.0.1", 7)


class Path:
    """One direction, and what came out of it."""

    def __init__(self, *faults: Fault, seed: int = 1) -> None:
        self.clock = Clock()
        self.passed: list[bytes] = []
        output: Any = lambda data, address: self.passed.append(data)  # noqa: E731
        self.path = DatagramPath(Direction.OUT, Schedule(self.clock), Random(seed), output)
        self.path.replace(faults)

    def put(self, *datagrams: bytes) -> list[bytes]:
        for datagram in datagrams:
            self.path.put(datagram, PEER)
        return self.passed

    def advance(self, seconds: float) -> list[bytes]:
        self.clock.advance(seconds)
        return self.passed


def test_latency_holds_each_datagram_for_as_long() -> None:
    path = Path(fault("latency", seconds=0.01))
    assert path.put(b"1") == []
    path.advance(0.005)
    path.put(b"2")
    assert path.advance(0.005) == [b"1"]
    assert path.advance(0.005) == [b"1", b"2"]
    assert not path.clock.getDelayedCalls()


def test_drop_hits_the_share_that_it_says() -> None:
    path = Path(fault("drop", chance=0.3))
    path.put(*[b"x"] * 1000)
    assert 600 < len(path.passed) < 800
    assert path.path.dropped == 1000 - len(path.passed)


def test_duplicate_passes_it_twice_through_what_follows() -> None:
    path = Path(fault("duplicate"), fault("latency", seconds=1))
    path.put(b"x")
    assert path.path.held == 2
    assert path.advance(1) == [b"x", b"x"]


def test_corrupt_changes_one_bit() -> None:
    path = Path(fault("corrupt"))
    (changed,) = path.put(b"\0\0\0")
    assert int.from_bytes(changed).bit_count() == 1
    assert path.put(b"") == [changed, b""]


def test_reorder_lets_the_next_one_pass_first() -> None:
    path = Path(fault("reorder", seconds=0.5))
    assert path.put(b"1") == []
    assert path.put(b"2", b"3") == [b"2", b"1"]
    assert path.advance(0.5) == [b"2", b"1", b"3"]


def test_bandwidth_spaces_them_out() -> None:
    path = Path(fault("bandwidth", bytes_per_second=10))
    path.put(b"12345", b"67890")
    assert path.advance(0.5) == [b"12345"]
    assert path.advance(0.5) == [b"12345", b"67890"]


def test_a_stall_holds_until_it_is_cleared_and_no_more_than_it_may() -> None:
    path = Path(fault("stall"))
    path.put(*[b"x"] * (MOST_DATAGRAMS + 5))
    assert path.path.dropped == 5
    path.path.replace(())
    assert len(path.passed) == MOST_DATAGRAMS
    assert path.path.is_idle


def test_a_fault_of_the_other_direction_does_nothing() -> None:
    path = Path(fault("drop", direction=Direction.IN))
    assert path.put(b"x") == [b"x"]


def test_clearing_goes_on_behind_the_fault_that_is_gone() -> None:
    kept = fault("latency", seconds=1)
    path = Path(fault("stall"), kept)
    path.put(b"x")
    path.path.replace([kept])
    assert path.passed == []
    assert path.advance(1) == [b"x"]


FAULTS = st.lists(
    st.one_of(
        st.builds(
            Fault, kind=st.just(FaultKind.LATENCY), seconds=st.floats(0, 2), jitter=st.floats(0, 2)
        ),
        st.builds(
            Fault,
            kind=st.just(FaultKind.REORDER),
            seconds=st.floats(0.001, 1),
            chance=st.floats(0, 1),
        ),
        st.builds(Fault, kind=st.just(FaultKind.BANDWIDTH), bytes_per_second=st.integers(1, 1000)),
        st.builds(Fault, kind=st.just(FaultKind.STALL), seconds=st.floats(0, 2)),
    ),
    max_size=4,
)
STEPS = st.lists(st.one_of(FAULTS, st.integers(1, 5), st.floats(0, 3)), max_size=20)


@settings(deadline=None)
@given(FAULTS, STEPS, st.integers())
def test_without_drop_and_duplicate_each_datagram_arrives_once(
    faults: list[Fault], steps: list[Any], seed: int
) -> None:
    path, sent = Path(*faults, seed=seed), 0
    for step in steps:
        match step:
            case list():
                path.path.replace(step)
            case int():
                for _ in range(step):
                    sent += 1
                    path.put(b"%d" % sent)
            case float():
                path.advance(step)
    path.path.replace(())
    assert sorted(map(int, path.passed)) == list(range(1, sent + 1))
    assert path.path.held == path.path.held_bytes == 0
    assert not path.clock.getDelayedCalls()
