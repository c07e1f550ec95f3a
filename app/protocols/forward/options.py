"""The options of `forward`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from attrs import evolve, field, frozen

from app.net.target import Target, TargetError, Transport
from app.net.target_syntax import read_target
from app.text.sentence import Sentence, without_stop


class ConnectAt(StrEnum):
    """When the target is connected to."""

    ACCEPT = "accept"
    FIRST_BYTE = "first-byte"


class ProxyHeader(StrEnum):
    """The version of the PROXY protocol towards the target."""

    NONE = "none"
    V1 = "v1"
    V2 = "v2"


def check_target(text: str) -> None:
    """Raises `ValueError` with a sentence for what is no target to forward to."""
    try:
        target = read_target(text)
    except TargetError as error:
        raise ValueError(without_stop(str(error))) from None
    if target.transport.has_messages:
        raise ValueError(
            Sentence("forward-no-websocket", "cannot be a WebSocket; write tcp, tls, unix or udp")
        )


def read_forward_target(text: str, *, is_datagram: bool) -> Target:
    """The target in `text`. Without a transport it is UDP for clients that come over UDP.

    Raises `TargetError`.
    """
    target = read_target(text)
    is_named = text.lstrip().lower().startswith("tcp")
    if is_datagram and target.transport is Transport.TCP and not is_named:
        return evolve(target, transport=Transport.UDP)
    return target


@frozen
class ForwardOptions:
    """The target, and what changes on the way to it."""

    to: str = field(
        default="127.0.0.1:8080",
        metadata={
            "title": "Forward to",
            "hint": "Such as localhost:8080, tls:example.org:443, unix:/run/app.sock.",
            "maximum": 1000,
            "check": check_target,
        },
    )
    connect_at: ConnectAt = field(
        default=ConnectAt.ACCEPT,
        metadata={
            "title": "Connect at",
            "hint": "When a client comes, or when it has sent something.",
        },
    )
    connect_seconds: int = field(
        default=10,
        metadata={
            "title": "Connect within (seconds)",
            "hint": "After that the client is turned away.",
            "minimum": 1,
            "maximum": 300,
        },
    )
    proxy: ProxyHeader = field(
        default=ProxyHeader.NONE,
        metadata={
            "title": "PROXY header",
            "hint": "Tells the target the address of the client, as HAProxy does.",
        },
    )
    verify: bool = field(
        default=True,
        metadata={
            "title": "Check the certificate of a TLS target",
            "hint": "Without that anybody can pretend to be the target.",
        },
    )
    ca_file: str = field(
        default="",
        metadata={
            "title": "Authorities to trust",
            "hint": "A PEM file; those of the system if it is empty.",
            "maximum": 4000,
            "is_path": True,
        },
    )
    tables: Mapping[str, Any] = field(factory=dict)
    """The framing, the rewrite rules and the hold rule. `service.read_tables` has checked them."""
