"""What a listener is asked to be, and what each of its fields may hold.

The rules stand here once: a profile's tables and a form's fields pass through the same ones.
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

# MERGED profile/color: The colours that tell listeners apart, by name. What each looks like is up to who shows it.


class Color(StrEnum):
    """Few enough that any two can be told apart, also by those who see fewer colours."""

    BLUE = "blue"
    ORANGE = "orange"
    GREEN = "green"
    PINK = "pink"
    SKY = "sky"
    RED = "red"


AUTOMATIC = ""
"""Stands in a spec for a colour that nobody chose."""


def read_color(value: object) -> str:
    """The name of a color, or `AUTOMATIC`. Raises `ValueError` with a sentence."""
    name = text(value)
    if name != AUTOMATIC and name not in set(Color):
        raise ValueError(f"must be one of {', '.join(Color)}")
    return name


def assign(
    chosen: Mapping[str, str], before: Mapping[str, Color] = MappingProxyType({})
) -> dict[str, Color]:
    """A colour for each listener: what was `chosen`, by the names of all; else one that is free.

    What nobody chose stays as it was `before`, as long as nobody chooses the same. A new one
    depends on the name alone where that is free. With more listeners than colours, some share.
    """
    result = {name: Color(color) for name, color in chosen.items() if color != AUTOMATIC}
    taken = set(result.values())
    for name, color in before.items():
        if name in chosen and name not in result and color not in taken:
            result[name] = color
    palette: Sequence[Color] = tuple(Color)
    for name in chosen:
        if name not in result:
            first = crc32(name.encode()) % len(palette)
            order = (*palette[first:], *palette[:first])
            used = set(result.values())
            result[name] = next((each for each in order if each not in used), order[0])
    return result


# MERGED profile/tls: How a listener encrypts its connections: the table `[listener.tls]` of a profile.

VERSIONS: Final = ("1.2", "1.3")


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
    """Paths are those of PEM files; one that is not absolute begins where the profile lies."""

    certificate: str = field(default="", metadata=validated_by(_path))
    """The file of the certificate, and of those between it and its CA. Without one, a certificate
    is made at once and signed by the user's local CA."""

    key: str = field(default="", metadata=validated_by(_path))
    """The file of the key; without one, the key is in the file of the certificate."""

    client_ca: str = field(default="", metadata=validated_by(_path))
    """The file of the CA whose certificate clients must show; without one, they show none."""

    minimum_version: str = field(default="1.2", metadata=validated_by(_version))
    """The oldest version of TLS that is spoken, one of `VERSIONS`."""


PATHS: Final = ("certificate", "key", "client_ca")
"""The fields of a `Tls` that are paths."""


def read_tls(value: object) -> Tls:
    """The rule of a field that is a `Tls`."""
    tls = table(Tls)(value)
    if tls.key and not tls.certificate:
        raise InvalidValue(
            [Problem("key", "needs a certificate beside it: the one it was made for")]
        )
    return tls


LONGEST_NAME: Final = 80
MOST_CONNECTIONS: Final = 100_000
LONGEST_IDLE_TIMEOUT: Final = 7 * 24 * 3600
LEAST_UNSENT_BYTES: Final = 64 * 1024
MOST_UNSENT_BYTES: Final = 1024**3


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
    """One listener as the user asked for it. `check` tells whether it can be.

    Each field says in its metadata by which rule it is read. A field that is an attrs class itself
    (`validated_by(table(Kind))`) is a table `[listener.…]` of the profile.
    """

    name: str = field(metadata=validated_by(_name, example='one, such as name = "Echo"'))
    """What the window, the console and the JSON lines call it; no two differ by case alone."""

    protocol: str = field(
        metadata=validated_by(_protocol, example='one, such as protocol = "echo"')
    )
    """A name that `app.protocols.catalog` knows, or a reference to code of the user's own."""

    endpoint: str = field(
        metadata=validated_by(_endpoint, example='one, such as endpoint = "tcp:8007"')
    )
    """A description that `Endpoint.parse` takes, as the user wrote it."""

    max_connections: int = field(default=100, metadata=validated_by(_max_connections, always=True))
    """How many may be connected at once, from 1 to `MOST_CONNECTIONS`."""

    max_connections_per_address: int = field(
        default=0, metadata=validated_by(_max_connections_per_address)
    )
    """How many of them may come from one address, which behind `haproxy:` is that of the proxy; 0
    for any number."""

    idle_timeout: int = field(default=0, metadata=validated_by(_idle_timeout))
    """After how many seconds without a byte, in or out, a connection is closed; 0 for never. Over
    UDP nothing else ends one, and 0 is half a minute."""

    max_unsent_bytes: int = field(default=16 * 1024**2, metadata=validated_by(_max_unsent_bytes))
    """How much may already wait for a peer when it is written more. Where more than that waits, the
    peer is closed instead. So one write of any size passes, and what waits is bounded by this and
    the largest write of the protocol."""

    autostart: bool = field(default=False, metadata=validated_by(boolean, always=True))
    """Whether it starts together with Portdeck."""

    traffic: bool = field(default=True, metadata=validated_by(boolean))
    """Whether what crosses it is kept for the window to show."""

    color: str = field(default=AUTOMATIC, metadata=validated_by(read_color))
    """The name of a `Color`, by which the window marks it; `AUTOMATIC` lets the window choose."""

    tls: Tls | None = field(default=None, metadata=validated_by(read_tls))
    """How its connections are encrypted; `None` if they are not, or by the endpoint itself."""

    auto_reload: bool = field(default=False, metadata=validated_by(boolean))
    """Whether code of the user's own is loaded again as soon as its file changes."""

    options: Mapping[str, object] = field(factory=dict, converter=_read_only, hash=False)
    """What was chosen of the options of its protocol, where it is not the default. Read-only. It
    has no rule here, as the protocol decides what there is to choose."""


FIRST_LISTENERS: Final = (
    ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:8007:interface=127.0.0.1"),
    ListenerSpec(name="Hello", protocol="hello", endpoint="tcp:8025:interface=127.0.0.1"),
)


def check(values: Mapping[str, object], others: Iterable[str] = ()) -> tuple[Problem, ...]:
    """What keeps `values` from being the fields of a `ListenerSpec`; nothing if they can be.

    The path of each problem is the bare name of the field, and `options.` with the name of an
    option. `others` are the names of the other listeners.
    """
    outcome = structure(values)
    if not isinstance(outcome, ListenerSpec):
        return outcome
    taken = {comparable(other): other for other in others}
    other = taken.get(comparable(outcome.name))
    if other is None:
        return ()
    return (Problem("name", f"must be another one; there is a listener called {quoted(other)}"),)


def structure(values: Mapping[str, object], path: str = "") -> ListenerSpec | tuple[Problem, ...]:
    """The spec that `values` make up, or every reason why they make none.

    `path` is where the values stand; each problem's path begins with it.
    """
    outcome = validation.structure(ListenerSpec, values, path)
    problems = () if isinstance(outcome, ListenerSpec) else outcome
    try:
        protocol = _protocol(values.get("protocol"))
    except ValueError:  # which is among the problems; what options there are is not known then
        return problems
    problems = (*problems, *_mismatch(protocol, values.get("endpoint"), path))
    kind = _options_of(protocol)
    options, wrong = read_options(values.get("options", {}), kind, join_path(path, "options"))
    if not isinstance(outcome, ListenerSpec):
        return (*problems, *wrong)
    problems = (*problems, *_contradictions(outcome, path), *wrong)
    return problems or evolve(outcome, options=options)


def _contradictions(spec: ListenerSpec, path: str) -> Iterator[Problem]:
    """What is right in each field, and wrong in two together."""
    if spec.tls is not None and not Endpoint.parse(spec.endpoint).takes_tls:
        kind = Endpoint.parse(spec.endpoint).kind
        message = f"cannot be used with an endpoint of the kind {kind}; use tcp, or remove it"
        yield Problem(join_path(path, "tls"), message)


def comparable(name: str) -> str:
    """The same text for all names that a reader would take for the same."""
    return normalize("NFKC", name).casefold()


def _mismatch(protocol: str, endpoint: object, path: str) -> Iterator[Problem]:
    """A protocol that cannot be spoken over UDP, at an endpoint of that kind.

    What code of the user's own can, is not known before it runs.
    """
    try:
        is_datagram = Endpoint.parse(_endpoint(endpoint)).is_datagram
    except ValueError:  # which is among the problems already
        return
    if not is_datagram or is_user_code(protocol):
        return
    try:
        catalog.find_datagrams(protocol)
    except catalog.UnknownProtocol as error:
        yield Problem(join_path(path, "protocol"), str(error))


def _options_of(protocol: str) -> type:
    """The class of its options. A protocol that the catalog does not have, has none."""
    try:
        return catalog.find(protocol).options
    except catalog.UnknownProtocol:
        return NoOptions
