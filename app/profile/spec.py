"""The spec of a listener: its fields, their rules, its TLS settings and its color.

A profile and the form of the window check their values with the same rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from unicodedata import normalize
from zlib import crc32

from attrs import evolve, field, frozen

from app.files.paths import home_folder_problem
from app.net.endpoint import Endpoint, quoted
from app.profile import validation
from app.profile.validation import (
    InvalidValue,
    Problem,
    boolean,
    join_path,
    quoted_value,
    table,
    text,
    validated_by,
    whole_number,
)
from app.profile.validation import read_options as read_options
from app.protocols import catalog
from app.protocols.definition import NoOptions
from app.user_code.reference import Reference, is_user_code

VERSIONS: Final = ("1.2", "1.3")
"""The versions of TLS that may be the oldest one allowed."""

PATHS: Final = ("certificate", "key", "client_ca")
"""The fields of `Tls` that are paths."""

AUTOMATIC: Final = ""
"""The color of a spec for which the user chose none."""

LONGEST_NAME: Final = 80
MOST_CONNECTIONS: Final = 100_000
LONGEST_IDLE_TIMEOUT: Final = 7 * 24 * 3600
LEAST_UNSENT_BYTES: Final = 64 * 1024
MOST_UNSENT_BYTES: Final = 1024**3


class Color(StrEnum):
    """The name of a color that marks a listener. The window decides how it looks.

    Color-blind users can distinguish the first six. Automatic colors use these first.
    """

    BLUE = "blue"
    ORANGE = "orange"
    GREEN = "green"
    PINK = "pink"
    SKY = "sky"
    RED = "red"
    PURPLE = "purple"
    TEAL = "teal"
    OLIVE = "olive"
    BROWN = "brown"
    GRAPHITE = "graphite"
    CRIMSON = "crimson"


SAFE_COLORS: Final = 6
"""How many of the first colors color-blind users can distinguish."""


def read_color(value: object) -> str:
    """The rule for a color: its name, or `AUTOMATIC`. Raises `ValueError` with a sentence."""
    name = text(value)
    if name != AUTOMATIC and name not in set(Color):
        raise ValueError(f"must be one of {', '.join(Color)}")
    return name


def assign_colors(
    chosen: Mapping[str, str], before: Mapping[str, Color] = MappingProxyType({})
) -> dict[str, Color]:
    """A color for each listener. `chosen` has the color or `AUTOMATIC` for each listener's name.

    An automatic color stays as it was `before`, unless the user has chosen it for another listener.
    A new one depends only on the name, if that color is free; otherwise it is the next free one. If
    there are more listeners than colors, some share a color.
    """
    result = {name: Color(color) for name, color in chosen.items() if color != AUTOMATIC}
    chosen_colors = set(result.values())
    for name, color in before.items():
        if name in chosen and name not in result and color not in chosen_colors:
            result[name] = color
    for name in chosen:
        if name not in result:
            order = _color_order(name)
            used = set(result.values())
            result[name] = next((each for each in order if each not in used), order[0])
    return result


def _color_order(name: str) -> Sequence[Color]:
    """All colors, the safe ones first. `name` alone decides where each half begins."""
    palette = tuple(Color)
    start = crc32(name.encode())
    order: list[Color] = []
    for half in (palette[:SAFE_COLORS], palette[SAFE_COLORS:]):
        first = start % len(half)
        order += (*half[first:], *half[:first])
    return order


def _path(value: object) -> str:
    path = text(value)
    if not path.isprintable():
        raise ValueError("must be one line of visible characters")
    if wrong := home_folder_problem(path):
        raise ValueError(wrong)
    return path


def _version(value: object) -> str:
    if value not in VERSIONS:
        choices = " or ".join(map(quoted_value, VERSIONS))
        raise ValueError(f"must be {choices}, in quotes, not {quoted_value(value)}")
    return str(value)


@frozen(kw_only=True)
class Tls:
    """The TLS settings of a listener: the table `[listener.tls]` of a profile.

    Paths are those of PEM files. Relative ones start in the folder of the profile.
    """

    certificate: str = field(default="", metadata=validated_by(_path))
    """The file with the certificate and its chain. If empty, the user's local CA issues one."""

    key: str = field(default="", metadata=validated_by(_path))
    """The file with the key. If empty, the key is in the file of the certificate."""

    client_ca: str = field(default="", metadata=validated_by(_path))
    """The file with the CA of client certificates. If empty, clients need no certificate."""

    minimum_version: str = field(default="1.2", metadata=validated_by(_version))
    """The oldest version of TLS that is accepted, one of `VERSIONS`."""


def read_tls(value: object) -> Tls:
    """The rule for a field that is a `Tls`."""
    tls = table(Tls)(value)
    if tls.key and not tls.certificate:
        raise InvalidValue(
            [Problem("key", "needs a certificate beside it: the one it was made for")]
        )
    return tls


def _name(value: object) -> str:
    name = text(value)
    if not name.strip():
        raise ValueError("must not be empty")
    if len(name) > LONGEST_NAME:
        raise ValueError(f"must be at most {LONGEST_NAME} characters long, not {len(name)}")
    if not name.isprintable():
        raise ValueError("must be one line of visible characters")
    if name != name.strip():
        raise ValueError("must not begin or end with a space")
    return name


def _protocol(value: object) -> str:
    name = text(value)
    return str(Reference.parse(name)) if is_user_code(name) else catalog.find(name).name


def _endpoint(value: object) -> str:
    description = text(value)
    Endpoint.parse(description)
    return description


def _max_connections(value: object) -> int:
    return whole_number(value, 1, MOST_CONNECTIONS)


def _max_connections_per_address(value: object) -> int:
    return whole_number(value, 0, MOST_CONNECTIONS)


def _idle_timeout(value: object) -> int:
    return whole_number(value, 0, LONGEST_IDLE_TIMEOUT)


def _max_unsent_bytes(value: object) -> int:
    return whole_number(value, LEAST_UNSENT_BYTES, MOST_UNSENT_BYTES)


def _read_only(options: Mapping[str, object]) -> Mapping[str, object]:
    return MappingProxyType(dict(options))


@frozen(kw_only=True)
class ListenerSpec:
    """One listener as the user configured it. `check` finds out whether the values are valid.

    The metadata of each field has the rule for its value. A field that is an attrs class itself
    (`validated_by(table(Kind))`) is a table `[listener.…]` of the profile.
    """

    name: str = field(metadata=validated_by(_name, example='one, such as name = "Echo"'))
    """Its name in the window, the console and the JSON lines. Unique, ignoring case."""

    protocol: str = field(
        metadata=validated_by(_protocol, example='one, such as protocol = "echo"')
    )
    """A name of `app.protocols.catalog`, or a reference to user code."""

    endpoint: str = field(
        metadata=validated_by(_endpoint, example='one, such as endpoint = "tcp:8007"')
    )
    """A description that `Endpoint.parse` takes, as the user wrote it."""

    max_connections: int = field(default=100, metadata=validated_by(_max_connections, always=True))
    """The most connections at the same time, from 1 to `MOST_CONNECTIONS`."""

    max_connections_per_address: int = field(
        default=0, metadata=validated_by(_max_connections_per_address)
    )
    """The most connections from one address; 0 for no limit. Behind `haproxy:` the address is that
    of the proxy."""

    idle_timeout: int = field(default=0, metadata=validated_by(_idle_timeout))
    """Seconds without a byte, in or out, after which a connection is closed; 0 for no limit. With
    UDP, 0 means 30 seconds, as nothing else ends a peer."""

    max_unsent_bytes: int = field(default=16 * 1024**2, metadata=validated_by(_max_unsent_bytes))
    """The limit for bytes that wait for a peer. If more than that wait at a write, the connection
    is closed instead. So one write of any size is accepted, and at most this limit plus the largest
    write of the protocol can wait."""

    autostart: bool = field(default=False, metadata=validated_by(boolean, always=True))
    """Whether it starts together with Portdeck."""

    traffic: bool = field(default=True, metadata=validated_by(boolean))
    """Whether its bytes are kept for the traffic pane and recordings."""

    color: str = field(default=AUTOMATIC, metadata=validated_by(read_color))
    """The name of the `Color` that marks it in the window; `AUTOMATIC` lets the window choose."""

    tls: Tls | None = field(default=None, metadata=validated_by(read_tls))
    """The TLS settings; `None` without TLS, and if the endpoint itself encrypts."""

    auto_reload: bool = field(default=False, metadata=validated_by(boolean))
    """Whether user code is loaded again as soon as its file changes."""

    options: Mapping[str, object] = field(factory=dict, converter=_read_only, hash=False)
    """The options of its protocol that differ from the defaults. Read-only. There is no rule here,
    as each protocol has its own options; see `read_options`."""


FIRST_LISTENERS: Final = (
    ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:8007:interface=127.0.0.1"),
    ListenerSpec(name="Hello", protocol="hello", endpoint="tcp:8025:interface=127.0.0.1"),
)


def check(values: Mapping[str, object], others: Iterable[str] = ()) -> tuple[Problem, ...]:
    """The problems of `values` as the fields of a `ListenerSpec`; empty if they are valid.

    The path of a problem is the name of the field, or `options.` with the name of an option.
    `others` are the names of the other listeners.
    """
    result = structure(values)
    if not isinstance(result, ListenerSpec):
        return result
    used = {name_key(other): other for other in others}
    other = used.get(name_key(result.name))
    if other is None:
        return ()
    return (Problem("name", f"must be another one; there is a listener called {quoted(other)}"),)


def structure(values: Mapping[str, object], path: str = "") -> ListenerSpec | tuple[Problem, ...]:
    """The spec with these `values`, or every problem that they have.

    `path` is the path of the values; each problem's path begins with it.
    """
    result = validation.structure(ListenerSpec, values, path)
    problems = () if isinstance(result, ListenerSpec) else result
    try:
        protocol = _protocol(values.get("protocol"))
    except ValueError:  # it is in `problems` already, and the options of the protocol are unknown
        return problems
    problems = (*problems, *_check_datagrams(protocol, values.get("endpoint"), path))
    kind = _options_of(protocol)
    options, wrong = read_options(values.get("options", {}), kind, join_path(path, "options"))
    if not isinstance(result, ListenerSpec):
        return (*problems, *wrong)
    problems = (*problems, *_check_tls(result, path), *wrong)
    return problems or evolve(result, options=options)


def _check_tls(spec: ListenerSpec, path: str) -> Iterator[Problem]:
    """A problem if there are TLS settings and the endpoint does not support them."""
    if spec.tls is not None and not Endpoint.parse(spec.endpoint).supports_tls:
        kind = Endpoint.parse(spec.endpoint).kind
        message = f"cannot be used with an endpoint of the kind {kind}; use tcp, or remove it"
        yield Problem(join_path(path, "tls"), message)


def name_key(name: str) -> str:
    """A key that is equal for names that look the same: without case, and NFKC-normalized."""
    return normalize("NFKC", name).casefold()


def _check_datagrams(protocol: str, endpoint: object, path: str) -> Iterator[Problem]:
    """A problem if the endpoint is UDP and the protocol of the catalog does not support that.

    User code is not checked: what it supports is known only when it runs.
    """
    try:
        is_datagram = Endpoint.parse(_endpoint(endpoint)).is_datagram
    except ValueError:  # it is among the problems already
        return
    if not is_datagram or is_user_code(protocol):
        return
    try:
        catalog.find_datagrams(protocol)
    except catalog.UnknownProtocol as error:
        yield Problem(join_path(path, "protocol"), str(error))


def _options_of(protocol: str) -> type:
    """The options class of a protocol. User code has no options."""
    try:
        return catalog.find(protocol).options
    except catalog.UnknownProtocol:
        return NoOptions
