"""The target that reaches a listener: over TCP, or as a WebSocket with its path."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from twisted.internet.address import IPv4Address

from app.profile import ListenerSpec
from app.server.listener import Listener
from app.ui.console.target_widgets import target_of


@pytest.mark.parametrize(
    ("protocol", "endpoint", "options", "target"),
    [
        ("echo", "tcp:8007", {}, "127.0.0.1:8007"),
        ("http", "tcp:8007", {}, "127.0.0.1:8007"),
        ("websocket", "tcp:8007", {}, "ws://127.0.0.1:8007/"),
        ("websocket", "tcp:8007", {"path": "/chat"}, "ws://127.0.0.1:8007/chat"),
        ("websocket", "ssl:8007", {}, "wss://127.0.0.1:8007/"),
    ],
)
def test_the_target_of_a_listener_depends_on_its_protocol(
    protocol: str, endpoint: str, options: dict[str, Any], target: str
) -> None:
    spec = ListenerSpec(name="Test", protocol=protocol, endpoint=endpoint, options=options)
    address = IPv4Address("TCP", "127.0.0.1", 8007)
    listener = cast(Listener, SimpleNamespace(spec=spec, address=address))
    assert str(target_of(listener)) == target
