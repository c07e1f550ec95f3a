"""Listeners of every kind that a profile may hold."""

from __future__ import annotations

from hypothesis import strategies as st

from app.endpoint import Endpoint
from app.profile import ListenerSpec
from app.profile.spec import LONGEST_NAME, MOST_CONNECTIONS, comparable
from app.protocols import catalog

names = (
    st.text(min_size=1, max_size=LONGEST_NAME)
    .map(str.strip)
    .filter(lambda name: name != "" and name.isprintable())
)

_hosts = st.sampled_from(["127.0.0.1", "0.0.0.0", "::1", "localhost"])
_paths = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)
endpoints = st.one_of(
    st.builds(Endpoint.tcp, st.integers(0, 65535), _hosts),
    st.builds(lambda path: Endpoint("unix", (path,)), _paths),
    st.builds(lambda value: Endpoint("plugin", (), (("key", value),)), _paths),
).map(str)

specs = st.builds(
    ListenerSpec,
    name=names,
    protocol=st.sampled_from(catalog.names()),
    endpoint=endpoints,
    max_connections=st.integers(1, MOST_CONNECTIONS),
    autostart=st.booleans(),
)

listeners = st.lists(specs, max_size=5, unique_by=lambda spec: comparable(spec.name)).map(tuple)
