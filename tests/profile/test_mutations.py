"""Thousands of damaged profiles: each parses, or has problems with a place."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import fields

from app.faults.spec import Direction, Fault, FaultKind, LimitAction
from app.net.endpoint import Endpoint
from app.profile import ListenerSpec, ParsedProfile, ProfileFile, Tls
from app.profile.writing import render
from app.protocols import catalog

SEED = 8007
MUTATIONS = 4_000
SAVED_EACH = 20
"""Of so many that still read, one is changed and saved: that takes longer than the reading."""

LISTENERS = (
    ListenerSpec(
        name="Echo é回",
        protocol="echo",
        endpoint="tcp:8007:interface=127.0.0.1",
        max_connections=7,
        max_connections_per_address=3,
        idle_timeout=60,
        max_unsent_bytes=1024**2,
        autostart=True,
        color="green",
        group="web",
        traffic=False,
        tls=Tls(certificate="a.pem", key="b.pem", client_ca="c.pem", minimum_version="1.3"),
    ),
    ListenerSpec(
        name="Own",
        protocol="python:servers/own.py:Own",
        endpoint=r"tcp6:0:interface=\:\:1",
        auto_reload=True,
        seed=7,
        faults=(
            Fault(kind=FaultKind.LATENCY, seconds=0.2, jitter=0.05, direction=Direction.OUT),
            Fault(kind=FaultKind.LIMIT, bytes=1000, then=LimitAction.RESET, enabled=False),
        ),
    ),
    ListenerSpec(
        name="Hello",
        protocol="hello",
        endpoint="unix:/tmp/hello.sock:mode=660",
        options={"text": 'Hi "you"\r\n', "closes": False},
    ),
    ListenerSpec(name="Datagrams", protocol="daytime", endpoint="udp:8013"),
)

BY_HAND = b"""# Mine.
version = 1 # the only one
listener = [
  { name = "A", protocol = "line", endpoint = 'tcp:1', options = { how = "reversed" } }, # one
  { name = "B", protocol = "hello", endpoint = "tcp:2", options.text = "x", tls.key = "" },
]
"""

VALUES = [
    *("0", "-1", "1", "99999999999999999999", "0x7fffffffffffffffffffffffffffffffff", "1_0", "+5"),
    *("1e999", "-inf", "nan", "0.1", "true", "false", "True", "1979-05-27", "07:32:00", ""),
    *('""', '" "', '"\\u0000"', '"\\ud800"', '"\\U0001F600"', "'\\'", '"""\n"""', '"x', "'''"),
    *("[]", "[[]]", "[1, 'a']", "{}", "{a = 1}", "{a = {b = []}}", "[" * 60, "{a=" * 40, "#"),
    *(
        '"tcp:"',
        '"tcp:70000"',
        '"tpc:1"',
        '"ssl:1"',
        '"unix:"',
        '"udp:x"',
        '"tcp:1:\\\\"',
        '"::::"',
    ),
    *('"python:"', '"python:a.py:1"', '"python:a.py"', '"ECHO"', '"line"', '"1.1"', '"../../k"'),
]

Damage = Callable[[random.Random, bytes], bytes]


def flip(rng: random.Random, text: bytes) -> bytes:
    at = rng.randrange(len(text) + 1)
    return text[:at] + bytes([rng.randrange(256)]) + text[at + 1 :]


def cut(rng: random.Random, text: bytes) -> bytes:
    at = rng.randrange(len(text) + 1)
    return text[:at] + text[at + rng.randrange(40) :]


def truncate(rng: random.Random, text: bytes) -> bytes:
    return text[: rng.randrange(len(text) + 1)]


def repeat(rng: random.Random, text: bytes) -> bytes:
    at = rng.randrange(len(text) + 1)
    end = at + rng.randrange(200)
    return text[:end] + text[at:end] * rng.choice([1, 1, 2, 30]) + text[end:]


def swap_lines(rng: random.Random, text: bytes) -> bytes:
    lines = text.splitlines(keepends=True)
    rng.shuffle(two := [rng.randrange(len(lines) + 1) for _ in range(2)])
    first, second = sorted(two)
    return b"".join((*lines[:first], *lines[second:], *lines[first:second]))


def replace_value(rng: random.Random, text: bytes) -> bytes:
    return _replaced(rng, text, rb"(?<==)[^\n]*", rng.choice(VALUES).encode())


def replace_key(rng: random.Random, text: bytes) -> bytes:
    keys = [*(each.name for each in fields(ListenerSpec)), "certificate", "a.b", '""', "é", "text"]
    return _replaced(rng, text, rb"(?m)^\w+", rng.choice(keys).encode())


def replace_header(rng: random.Random, text: bytes) -> bytes:
    headers = ["[listener]", "[[listener]]", "[[lisener]]", "[listener.tls]", "[[a.b]]", "[]", "[["]
    return _replaced(rng, text, rb"(?m)^\[[^\n]*", rng.choice(headers).encode())


def _replaced(rng: random.Random, text: bytes, pattern: bytes, by: bytes) -> bytes:
    places = list(re.finditer(pattern, text))
    if not places:
        return text + by
    place = rng.choice(places)
    return text[: place.start()] + by + text[place.end() :]


DAMAGES: list[Damage] = [
    *(flip, cut, truncate, repeat, swap_lines, replace_value, replace_value, replace_key),
    replace_header,
]


def damaged(rng: random.Random, text: bytes) -> bytes:
    for _ in range(rng.randint(1, 3)):
        text = rng.choice(DAMAGES)(rng, text)
    return text


def test_the_undamaged_profile_has_every_field_of_a_listener() -> None:
    for kind, made in ((ListenerSpec, LISTENERS), (Tls, [LISTENERS[0].tls])):
        for field in fields(kind):
            assert any(getattr(each, field.name) != field.default for each in made), field.name


def check_result(reading: ParsedProfile) -> None:
    """Fail for a result that a window could not show or a deck could not run."""
    for problem in reading.problems:
        assert str(problem).isprintable(), problem
        # A problem of the whole file, such as an unknown top-level key, has no place.
        assert problem.path or re.match("unknown key `|this is no profile: ", problem.message)
        assert len(str(problem)) < 1000
    for spec in reading.listeners:
        assert Endpoint.parse(spec.endpoint).bound().display
        assert hash(spec) == hash(spec)
        if not spec.protocol.startswith("python:"):
            entry = catalog.find(spec.protocol)
            entry.options(**spec.options)


@pytest.mark.parametrize(
    ("text", "share"),
    [(render(LISTENERS).encode(), 0.7), (BY_HAND, 0.3)],
    ids=["as Portdeck writes it", "as people write it"],
)
def test_a_damaged_profile_parses_or_has_problems_with_a_place(
    tmp_path: Path, text: bytes, share: float
) -> None:
    path = tmp_path / "profile.toml"
    rng = random.Random(SEED)
    right = 0
    for _ in range(round(MUTATIONS * share)):
        path.write_bytes(content := damaged(rng, text))
        file = ProfileFile(path)
        reading = file.load()
        check_result(reading)
        assert file.broken == bool(reading.problems)
        if file.broken:
            continue
        right += 1
        if right % SAVED_EACH == 0:
            more = (*reading.listeners, ListenerSpec(name="X", protocol="echo", endpoint="tcp:0"))
            file.save(more)
            assert ProfileFile(path).load() == ParsedProfile(more), content
    assert right > SAVED_EACH, "some damage is none"
