"""The tables `[[listener.fault]]` of a profile: reading, mistakes, and edits in place."""

from __future__ import annotations

from attrs import evolve

from app.faults.spec import Direction, Fault, FaultKind
from app.profile.reading import parse
from app.profile.spec import check
from app.profile.writing import render

PROFILE = """version = 1

# My server.
[[listener]]
name = "A"
protocol = "echo"
endpoint = "tcp:1"
seed = 7

# Slow, as over a satellite.
[[listener.fault]]
kind = "latency"   # both ways
seconds = 0.6
direction = "both" # written out

[listener.tls]

# Not yet.
[[listener.fault]]
kind = "refuse"
chance = 0.5
enabled = false

[[listener]]
name = "B"
protocol = "echo"
endpoint = "tcp:2"
"""


def test_faults_are_read_in_their_order() -> None:
    result = parse(PROFILE)
    assert not result.problems
    first, second = result.listeners
    assert first.faults == (
        Fault(kind=FaultKind.LATENCY, seconds=0.6),
        Fault(kind=FaultKind.REFUSE, chance=0.5, enabled=False),
    )
    assert (first.seed, second.faults, second.seed) == (7, (), None)


def test_a_changed_fault_keeps_its_comments_and_the_rest_of_the_profile() -> None:
    first, second = parse(PROFILE).listeners
    slower = evolve(first.faults[0], seconds=0.9)
    changed = evolve(first, faults=(slower, first.faults[1]))
    text = render([changed, second], PROFILE)
    for line in ("# Slow, as over a satellite.", 'kind = "latency"   # both ways', "# Not yet."):
        assert line in text
    assert "seconds = 0.9" in text
    assert 'direction = "both" # written out' in text
    assert parse(text).listeners == (changed, second)


def test_faults_come_and_go() -> None:
    first, second = parse(PROFILE).listeners
    bare = evolve(first, faults=(), seed=None)
    text = render([bare, second], PROFILE)
    assert "[[listener.fault]]" not in text
    assert "# Slow, as over a satellite." in text
    stall = Fault(kind=FaultKind.STALL, direction=Direction.OUT)
    text = render([evolve(bare, faults=(stall,)), evolve(second, faults=(stall, stall))], text)
    assert [each.faults for each in parse(text).listeners] == [(stall,), (stall, stall)]


def test_faults_in_one_line_become_tables_when_they_change() -> None:
    text = """version = 1
[[listener]]
name = "A"
protocol = "echo"
endpoint = "tcp:1"
fault = [{ kind = "stall" }]
"""
    (spec,) = parse(text).listeners
    changed = evolve(spec, faults=(Fault(kind=FaultKind.STOP_READING),))
    assert parse(render([changed], text)).listeners == (changed,)
    assert render([evolve(spec, name="B")], text).count('fault = [{ kind = "stall" }]') == 1


def test_the_comments_of_faults_in_one_list_are_kept() -> None:
    text = """version = 1
[[listener]]
name = "A"
protocol = "echo"
endpoint = "tcp:1"
fault = [
    { kind = "stall" }, # for an hour
] # the faults
"""
    (spec,) = parse(text).listeners
    for faults in ((), (Fault(kind=FaultKind.STOP_READING),)):
        changed = evolve(spec, faults=faults)
        result = render([changed], text)
        assert parse(result).listeners == (changed,)
        assert "# for an hour" in result
        assert "# the faults" in result


def test_each_mistake_is_told_with_its_path() -> None:
    broken = PROFILE.replace("seconds = 0.6", "seconds = -1").replace('"refuse"', '"drop"')
    assert [str(problem) for problem in parse(broken).problems] == [
        "listener[0].fault[0].seconds: must be a number from 0 to 86400, not -1"
    ]
    broken = PROFILE.replace('"refuse"', '"drop"')
    assert [str(problem) for problem in parse(broken).problems] == [
        "listener[0].fault[1].kind: drop is not for TLS; remove it, or use it with UDP"
    ]


def test_a_form_is_told_what_its_faults_cannot_be() -> None:
    values = {"name": "A", "protocol": "echo", "endpoint": "udp:1"}
    limit = Fault(kind=FaultKind.LIMIT, bytes=1)
    (problem,) = check({**values, "faults": (limit,)})
    assert problem.path == "fault[0].kind"
    assert not check({**values, "faults": (Fault(kind=FaultKind.DROP),)})


def test_a_fault_that_becomes_another_kind_loses_the_keys_it_cannot_have() -> None:
    first, second = parse(PROFILE).listeners
    changed = evolve(first, faults=(Fault(kind=FaultKind.STOP_READING), first.faults[1]))
    text = render([changed, second], PROFILE)
    assert parse(text).listeners == (changed, second)
    assert "# Slow, as over a satellite." in text


def test_a_removed_fault_leaves_the_others_as_they_were_written() -> None:
    first, second = parse(PROFILE).listeners
    changed = evolve(first, faults=first.faults[1:])
    text = render([changed, second], PROFILE)
    assert parse(text).listeners == (changed, second)
    kept = '# Not yet.\n[[listener.fault]]\nkind = "refuse"\nchance = 0.5\nenabled = false\n'
    assert kept in text


def test_one_table_instead_of_a_list_is_a_mistake() -> None:
    text = PROFILE.replace("[[listener.fault]]", "[listener.fault]", 1).split("[listener.tls]")[0]
    (problem,) = parse(text).problems
    assert str(problem) == (
        "listener[0].fault: must be a list of tables; "
        "write [[listener.fault]] with two brackets on each side"
    )
