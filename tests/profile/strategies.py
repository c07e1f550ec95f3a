"""Strategies for listeners of every kind that a profile may hold."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from hypothesis import strategies as st

from app.faults.spec import Direction, Fault, FaultKind, LimitAction
from app.files.paths import home_folder_problem
from app.net.endpoint import Endpoint
from app.profile import ListenerSpec, Tls
from app.profile.spec import (
    LEAST_UNSENT_BYTES,
    LONGEST_NAME,
    MOST_CONNECTIONS,
    MOST_UNSENT_BYTES,
    VERSIONS,
    name_key,
)
from app.protocols import catalog
from app.protocols.definition import Option, describe_options

_visible = st.characters(exclude_categories=["C", "Z"])
names = st.builds(
    lambda first, rest, last: f"{first}{rest}{last}",
    _visible,
    st.text(_visible | st.just(" "), max_size=LONGEST_NAME - 2),
    _visible,
)
"""Names of listeners: printable, without a space at either end."""

_hosts = st.sampled_from(["127.0.0.1", "0.0.0.0", "::1", "localhost"])
_paths = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)
_sockets = _paths.filter(lambda path: home_folder_problem(path) == "")
endpoints = st.one_of(
    st.builds(Endpoint.tcp, st.integers(0, 65535), _hosts),
    st.builds(lambda path: Endpoint("unix", (path,)), _sockets),
    st.builds(lambda value: Endpoint("haproxy", (), (("key", value),)), _paths),
).map(str)

_files = st.sampled_from(["certificate.pem", "/etc/ssl/a b.pem", 'C:\\keys\\"k".pem'])
_tls = st.builds(
    Tls,
    certificate=_files,
    key=_files | st.just(""),
    client_ca=_files | st.just(""),
    minimum_version=st.sampled_from(VERSIONS),
) | st.builds(Tls, client_ca=_files | st.just(""))


_faults = st.one_of(
    st.builds(
        Fault,
        kind=st.just(FaultKind.LATENCY),
        direction=st.sampled_from(Direction),
        seconds=st.floats(0, 60),
        jitter=st.floats(0, 1),
        chance=st.floats(0, 1),
        enabled=st.booleans(),
    ),
    st.builds(
        Fault,
        kind=st.just(FaultKind.LIMIT),
        bytes=st.integers(1, 10_000),
        then=st.sampled_from(LimitAction),
    ),
    st.builds(Fault, kind=st.just(FaultKind.REFUSE), chance=st.floats(0, 1)),
)


def _values(option: Option) -> st.SearchStrategy[object]:
    """Valid values of an option other than its default."""
    values: st.SearchStrategy[object]
    match option.default:
        case bool():
            values = st.booleans()
        case int():
            values = st.integers(option.minimum, option.maximum)
        case Enum() as member:
            values = st.sampled_from(type(member))
        case _ if option.check is not None:
            values = st.sampled_from(
                ["localhost:80", "tls:a.example:443", "unix:/a b", "udp:[::1]:9"]
            )
        case _:
            values = st.text(max_size=20)
    return values.filter(lambda value: value != option.default)


def _options(options: Sequence[Option]) -> st.SearchStrategy[dict[str, object]]:
    """Options that differ from their defaults, without those that have no effect beside others."""
    defaults = {each.name: each.default for each in options}

    def with_effect(values: dict[str, object]) -> dict[str, object]:
        every = {**defaults, **values}
        used = {each.name for each in options if each.is_used(every)}
        return {name: value for name, value in values.items() if name in used}

    values = st.fixed_dictionaries({}, optional={each.name: _values(each) for each in options})
    return values.map(with_effect)


def _specs(protocol: str) -> st.SearchStrategy[ListenerSpec]:
    options = describe_options(catalog.find(protocol).options)
    return st.builds(
        ListenerSpec,
        name=names,
        protocol=st.just(protocol),
        endpoint=endpoints,
        max_connections=st.integers(1, MOST_CONNECTIONS),
        group=st.sampled_from(["", "web", "the Büro"]),
        autostart=st.booleans(),
        traffic=st.booleans(),
        max_connections_per_address=st.sampled_from([0, 1, MOST_CONNECTIONS]),
        idle_timeout=st.sampled_from([0, 60]),
        max_unsent_bytes=st.sampled_from([16 * 1024**2, LEAST_UNSENT_BYTES, MOST_UNSENT_BYTES]),
        tls=st.none() | _tls,
        faults=st.lists(_faults, max_size=2).map(tuple),
        seed=st.none() | st.integers(0, 2**40),
        options=_options(options),
    )


specs = st.sampled_from(catalog.names()).flatmap(_specs)

listeners = st.lists(specs, max_size=5, unique_by=lambda spec: name_key(spec.name)).map(tuple)
