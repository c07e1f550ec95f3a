"""The spec of a listener: its fields, their rules, and its TLS settings.

A profile and the form of the window check their values with the same rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final
from unicodedata import normalize

from attrs import evolve, field, frozen

from app.faults.reading import LARGEST_SEED, misfits
from app.faults.reading import parse as parse_faults
from app.faults.spec import Fault, TransportKind
from app.files.paths import home_folder_problem
from app.net.endpoint import Endpoint, EndpointError
from app.profile import validation
from app.profile.colors import AUTOMATIC, read_color
from app.profile.validation import (
    FormGroup,
    InvalidValue,
    boolean,
    check_length,
    form_field,
    table,
    text,
    validated_by,
    whole_number,
    with_keys,
)
from app.profile.validation import read_options as read_options
from app.protocols import catalog
from app.protocols.definition import NoOptions, TableOptions
from app.text.problems import Problem, join_path
from app.text.sentence import Sentence, SentenceError, quoted, quoted_value
from app.user_code.programs.reference import OWN_PLACES, ProgramReference, is_program
from app.user_code.reference import Reference, is_user_code

VERSIONS: Final = ("1.2", "1.3")
"""The versions of TLS that may be the oldest one allowed."""

PATHS: Final = ("certificate", "key", "client_ca")
"""The fields of `Tls` that are paths."""

LONGEST_NAME: Final = 80
LONGEST_GROUP: Final = 40
MOST_CONNECTIONS: Final = 100_000
LONGEST_IDLE_TIMEOUT: Final = 7 * 24 * 3600
LEAST_UNSENT_BYTES: Final = 64 * 1024
MOST_UNSENT_BYTES: Final = 1024**3

UDP_IDLE_SECONDS: Final = 30
"""How long a UDP peer may be idle if the spec has no idle time-out. UDP peers never close."""


_NOT_ONE_LINE: Final = Sentence("one-visible-line", "must be one line of visible characters")


def _path(value: object) -> str:
    path = text(value)
    if not path.isprintable():
        raise ValueError(_NOT_ONE_LINE)
    if wrong := home_folder_problem(path):
        raise ValueError(wrong)
    return path


def _version(value: object) -> str:
    if value not in VERSIONS:
        choices = " or ".join(map(quoted_value, VERSIONS))
        raise SentenceError(
            "must-be-quoted-choice",
            "must be {choices}, in quotes, not {value}",
            choices=choices,
            value=quoted_value(value),
        )
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
            [
                Problem.of(
                    "key",
                    "key-without-certificate",
                    "needs a certificate beside it: the one it was made for",
                )
            ]
        )
    return tls


def _name(value: object) -> str:
    name = text(value)
    if not name.strip():
        raise SentenceError("must-not-be-empty", "must not be empty")
    check_length(name, LONGEST_NAME)
    if not name.isprintable():
        raise ValueError(_NOT_ONE_LINE)
    if name != name.strip():
        raise SentenceError("no-space-around", "must not begin or end with a space")
    return name


def _protocol(value: object) -> str:
    name = text(value)
    if is_program(name):
        return str(ProgramReference.parse(name))
    return str(Reference.parse(name)) if is_user_code(name) else catalog.find(name).name


def _endpoint(value: object) -> str:
    description = text(value)
    Endpoint.parse(description)
    return description


def _read_faults(value: object) -> tuple[Fault, ...]:
    """The rule for a field that holds faults. Whether the endpoint allows them is checked later."""
    faults, problems = parse_faults(value, "", None)
    if any(not problem.path for problem in problems):  # the list itself is wrong
        raise ValueError(problems[0].message)
    if problems:
        raise InvalidValue(problems)
    return faults


def _read_seed(value: object) -> int | None:
    return None if value is None else whole_number(value, 0, LARGEST_SEED)


def _read_only(options: Mapping[str, object]) -> Mapping[str, object]:
    return MappingProxyType(dict(options))


@frozen(kw_only=True)
class ListenerSpec:
    """One listener as the user configured it. `check` finds out whether the values are valid.

    The metadata of each field has the rule for its value. A field that is an attrs class itself
    (`validated_by(table(Kind))`) is a table `[listener.…]` of the profile. A `form_field` is a row
    of the form as well. A new number or switch needs no other edit.
    """

    name: str = field(metadata=validated_by(_name, example='name = "Echo"'))
    """Its name in the window, the console and the JSON lines. Unique, ignoring case."""

    protocol: str = field(metadata=validated_by(_protocol, example='protocol = "echo"'))
    """A name of `app.protocols.catalog`, or a reference to user code."""

    endpoint: str = field(metadata=validated_by(_endpoint, example='endpoint = "tcp:8007"'))
    """A description that `Endpoint.parse` takes, as the user wrote it. `program` means the places
    where a program listens by itself; it is the default of a program."""

    max_connections: int = form_field(
        100,
        FormGroup.LIMITS,
        "Connections at &most",
        "One more is told so, and turned away",
        minimum=1,
        maximum=MOST_CONNECTIONS,
        always=True,
    )
    """The most connections at the same time."""

    max_connections_per_address: int = form_field(
        0,
        FormGroup.LIMITS,
        "Connections from &one address",
        "How many of the connections may come from the same address",
        maximum=MOST_CONNECTIONS,
        zero="any number",
    )
    """The most connections from one address; 0 for no limit. Behind `haproxy:` the address is that
    of the proxy."""

    idle_timeout: int = form_field(
        0,
        FormGroup.LIMITS,
        "Close when &idle",
        "A connection is closed when no data passes in either direction for this long",
        maximum=LONGEST_IDLE_TIMEOUT,
        unit=" s",
        zero="never",
        zero_over_udp=f"after {UDP_IDLE_SECONDS} s",
    )
    """Seconds without a byte, in or out, after which a connection is closed; 0 for no limit. With
    UDP, 0 means `UDP_IDLE_SECONDS`, as nothing else ends a peer."""

    max_unsent_bytes: int = form_field(
        16 * 1024**2,
        FormGroup.LIMITS,
        "Limit of &unsent data",
        "A peer that does not read is closed when more than this waits for it",
        minimum=LEAST_UNSENT_BYTES,
        maximum=MOST_UNSENT_BYTES,
        unit=" KiB",
        unit_size=1024,
        is_stream_only=True,
    )
    """The limit for bytes that wait for a peer. If more than that wait at a write, the connection
    is closed instead. So one write of any size is accepted, and at most this limit plus the largest
    write of the protocol can wait."""

    group: str = form_field(
        "",
        FormGroup.SWITCHES,
        "Group",
        "Listeners of the same group stand together in the window, and are started and "
        "stopped together",
        longest=LONGEST_GROUP,
    )
    """The name of the group that it belongs to; empty for none."""

    autostart: bool = form_field(
        False, FormGroup.SWITCHES, "Start it to&gether with Portdeck", always=True
    )
    """Whether it starts together with Portdeck."""

    traffic: bool = form_field(
        True,
        FormGroup.SWITCHES,
        "O&bserve in Traffic what crosses it",
        "Off, its chunks are counted and not kept, from now on and without a restart",
    )
    """Whether its bytes are kept for the traffic pane and recordings."""

    color: str = field(default=AUTOMATIC, metadata=validated_by(read_color))
    """The name of the `Color` that marks it in the window; `AUTOMATIC` lets the window choose."""

    tls: Tls | None = field(default=None, metadata=validated_by(read_tls))
    """The TLS settings; `None` without TLS, and if the endpoint itself encrypts."""

    auto_reload: bool = field(default=False, metadata=validated_by(boolean))
    """Whether user code is loaded again as soon as its file changes."""

    faults: tuple[Fault, ...] = field(default=(), metadata=validated_by(_read_faults, key="fault"))
    """The disturbances of its connections, in the order in which they act: the tables
    `[[listener.fault]]` of a profile."""

    seed: int | None = field(default=None, metadata=validated_by(_read_seed))
    """The seed of all random decisions of its faults; `None` for other ones at each start."""

    options: Mapping[str, object] = field(factory=dict, converter=_read_only, hash=False)
    """The options of its protocol that differ from the defaults. Read-only. There is no rule here,
    as each protocol has its own options; see `read_options`."""

    @property
    def has_tls(self) -> bool:
        """Whether its clients must speak TLS: by `tls`, or because the endpoint itself encrypts."""
        if self.tls is not None:
            return True
        try:
            return Endpoint.parse(self.endpoint).has_tls
        except EndpointError:
            return False


FIRST_LISTENERS: Final = (
    ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:8007:interface=127.0.0.1"),
    ListenerSpec(name="Hello", protocol="hello", endpoint="tcp:8025:interface=127.0.0.1"),
)


def check(values: Mapping[str, object], others: Iterable[str] = ()) -> tuple[Problem, ...]:
    """The problems of `values` as the fields of a `ListenerSpec`; empty if they are valid.

    The path of a problem is the name of the field, or `options.` with the name of an option.
    `others` are the names of the other listeners.
    """
    result = structure(with_keys(ListenerSpec, values))
    problems = () if isinstance(result, ListenerSpec) else result
    used = {name_key(other): other for other in others}
    other = used.get(name_key(str(values.get("name", "")).strip()))
    if other is None:
        return problems
    taken = Problem.of(
        "name",
        "name-used",
        "must be another one; there is a listener called {other}",
        other=quoted(other),
    )
    return (taken, *problems)


def structure(values: Mapping[str, object], path: str = "") -> ListenerSpec | tuple[Problem, ...]:
    """The spec with these `values`, or every problem that they have.

    `path` is the path of the values; each problem's path begins with it.
    """
    values = _with_endpoint(values)
    result = validation.structure(ListenerSpec, values, path)
    problems = () if isinstance(result, ListenerSpec) else result
    try:
        protocol = _protocol(values.get("protocol"))
    except ValueError:  # it is in `problems` already, and the options of the protocol are unknown
        return problems
    problems = (*problems, *_check_program(protocol, values.get("endpoint"), path))
    problems = (*problems, *_check_datagrams(protocol, values.get("endpoint"), path))
    kind, tables = _options_of(protocol)
    given = values.get("options", {})
    options, wrong = read_options(given, kind, join_path(path, "options"), tables)
    if not isinstance(result, ListenerSpec):
        return (*problems, *wrong)
    problems = (*problems, *_check_transport(result, path), *wrong)
    return problems or evolve(result, options=options)


def _with_endpoint(values: Mapping[str, object]) -> Mapping[str, object]:
    """`values`, with the default endpoint of a program if none is written."""
    protocol = values.get("protocol")
    if isinstance(protocol, str) and is_program(protocol) and not values.get("endpoint"):
        return {**values, "endpoint": OWN_PLACES}
    return values


def _check_program(protocol: str, endpoint: object, path: str) -> Iterator[Problem]:
    """A problem if the endpoint is that of programs and the protocol is of the catalog."""
    if endpoint == OWN_PLACES and not is_user_code(protocol):
        yield Problem.of(
            join_path(path, "endpoint"),
            "endpoint-of-program",
            "is for a whole program, such as python:server.py; write one such as tcp:8007",
        )


def _check_transport(spec: ListenerSpec, path: str) -> Iterator[Problem]:
    """Problems if the endpoint does not support the TLS settings, or the faults."""
    if spec.tls is not None and not Endpoint.parse(spec.endpoint).supports_tls:
        kind = Endpoint.parse(spec.endpoint).kind
        yield Problem.of(
            join_path(path, "tls"),
            "no-tls-with-endpoint",
            "cannot be used with an endpoint of the kind {kind}; use tcp, or remove it",
            kind=kind,
        )
        return
    carriers = transport_of(spec), target_transport_of(spec)
    yield from misfits(spec.faults, join_path(path, "fault"), *carriers)


def transport_of(spec: ListenerSpec) -> TransportKind:
    """How clients reach a listener, as far as that decides which faults it can have."""
    if Endpoint.parse(spec.endpoint).is_datagram:
        return TransportKind.DATAGRAMS
    return TransportKind.STREAM if spec.tls is None else TransportKind.TLS


def target_transport_of(spec: ListenerSpec) -> TransportKind | None:
    """The same for the targets of its clients; `None` if it does not forward them."""
    try:
        definition = catalog.find(spec.protocol)
        if definition.target_transport is None:
            return None
        options = definition.make_options(spec.options)
    except ValueError:  # user code, or options with a mistake of their own
        return None
    is_datagram = Endpoint.parse(spec.endpoint).is_datagram
    return definition.target_transport(options, is_datagram)


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


def _options_of(protocol: str) -> tuple[type, TableOptions | None]:
    """The options of a protocol. User code has none."""
    try:
        definition = catalog.find(protocol)
    except catalog.UnknownProtocol:
        return NoOptions, None
    return definition.options, definition.tables
