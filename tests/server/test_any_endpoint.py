"""Any text as an endpoint: it has a problem, or the listener tries to listen."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.net.endpoint import Endpoint
from app.profile import ListenerSpec, check
from app.server.deck import Deck
from app.server.listener import State
from tests.server.reactors import HandReactor
from tests.server.record import Record

NAMES = (
    *("port", "interface", "backlog", "privateKey", "certKey", "sslmethod", "extraCertChain"),
    *("dhParameters", "path", "address", "mode", "lockfile", "domain", "index", "x"),
)
# No slash: paths stay in the folder of the test. No `::` alone: that would be a real socket.
WORDS = st.text(alphabet="ab01.-~é回 \\:=", max_size=6) | st.sampled_from(
    ["0", "8007", "65536", "127.0.0.1", r"\:\:1", "192.0.2.1", "600", "TLSv1_METHOD", "none.pem"]
)
PARTS = st.one_of(WORDS, st.builds("{}={}".format, st.sampled_from(NAMES), WORDS))
KINDS = st.sampled_from(
    ["tcp", "tcp6", "ssl", "tls", "unix", "udp", "haproxy", "systemd", "haproxy:tcp", "TCP", "tpc"]
)
DESCRIPTIONS = st.one_of(
    st.text(max_size=40),
    st.builds(lambda kind, parts: ":".join([kind, *parts]), KINDS, st.lists(PARTS, max_size=5)),
)


def is_safe(text: str) -> bool:
    """Whether listening there leaves standard input and other folders alone."""
    return "stdio" not in text and "/" not in text and "localhost" not in text.lower()


@settings(max_examples=600, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=DESCRIPTIONS.filter(is_safe))
def test_an_endpoint_that_is_accepted_listens_or_fails_with_a_reason(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    problems = check({"name": "Any", "protocol": "echo", "endpoint": text})
    assert all(str(each).isprintable() for each in problems)
    if problems:
        return
    if Endpoint.parse(text).interface == "::":
        return
    reactor = HandReactor()
    deck = Deck(reactor, Record())
    listener = deck.add(ListenerSpec(name="Any", protocol="echo", endpoint=text))
    assert deck.start_all().called
    assert listener.state in (State.LISTENING, State.FAILED)
    if listener.state is State.FAILED:
        assert listener.reason
        assert listener.reason.isprintable()
        assert "Traceback" not in listener.reason
    stopped = deck.stop(listener)
    reactor.turn()
    assert stopped.called
    assert listener.state is State.STOPPED
