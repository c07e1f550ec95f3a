"""The template file works unchanged, and never replaces another file."""

from __future__ import annotations

from pathlib import Path

import pytest
from twisted.internet.testing import FakeDatagramTransport, StringTransport

from app.user_code import template
from app.user_code.factories import build, build_datagrams
from app.user_code.inspection import found_objects, usable
from app.user_code.reference import UserCodeError
from tests.user_code.conftest import Load


def test_the_template_serves_and_counts_its_connections(folder: Path, take: Load) -> None:
    template.write(folder / template.STREAM.file_name)
    factory = build(take(f"{template.STREAM.file_name}:{template.STREAM.name}"))
    protocols = [factory.buildProtocol(None), factory.buildProtocol(None)]  # type: ignore[arg-type]
    transports = [StringTransport(), StringTransport()]
    for protocol, transport in zip(protocols, transports, strict=True):
        assert protocol is not None
        protocol.makeConnection(transport)
        protocol.dataReceived(b"hi")
    assert [transport.value() for transport in transports] == [
        b"Connections now: 1\r\nhi",
        b"Connections now: 2\r\nhi",
    ]
    assert protocols[0] is not None
    protocols[0].connectionLost(None)  # type: ignore[arg-type]
    assert factory.factory.numProtocols == 1  # type: ignore[attr-defined]


def test_the_factory_of_the_template_is_the_default(folder: Path) -> None:
    template.write(folder / template.STREAM.file_name)
    offered = found_objects(folder / template.STREAM.file_name)
    assert [(offer.name, bool(offer.summary)) for offer in offered] == [
        ("Echo", True),
        ("EchoFactory", True),
    ]
    assert usable(offered)[0].name == template.STREAM.name


def test_the_udp_template_serves_and_counts_datagrams(folder: Path, take: Load) -> None:
    template.write(folder / template.DATAGRAMS.file_name, template.DATAGRAMS)
    reference = f"{template.DATAGRAMS.file_name}:{template.DATAGRAMS.name}"
    (offer,) = usable(found_objects(folder / template.DATAGRAMS.file_name), datagrams=True)
    assert offer.name == template.DATAGRAMS.name
    serving = build_datagrams(take(reference))
    transport = FakeDatagramTransport()
    serving.start(transport)
    for word in (b"hi", b"ho"):
        serving.protocol.datagramReceived(word, ("127.0.0.1", 5000))
    assert transport.written == [
        (b"1: hi", ("127.0.0.1", 5000)),
        (b"2: ho", ("127.0.0.1", 5000)),
    ]


def test_an_existing_file_is_not_replaced(folder: Path) -> None:
    path = folder / "echo.py"
    path.write_text("mine")
    with pytest.raises(UserCodeError, match=r"echo.py exists already. Choose another name."):
        template.write(path)
    assert path.read_text() == "mine"


def test_a_folder_that_cannot_be_written_to_is_refused_with_a_sentence(folder: Path) -> None:
    with pytest.raises(UserCodeError, match=r"cannot be written \(No such file or directory\)"):
        template.write(folder / "nowhere" / "echo.py")
