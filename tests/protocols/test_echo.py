"""Echo, on a transport that keeps what it is given."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.testing import StringTransport

from app.protocols.echo import Echo


@given(st.lists(st.binary()))
def test_every_byte_comes_back_in_order(chunks: list[bytes]) -> None:
    transport = StringTransport()
    echo = Echo()
    echo.makeConnection(transport)
    for chunk in chunks:
        echo.dataReceived(chunk)
    assert transport.value() == b"".join(chunks)
    assert not transport.disconnecting


def test_it_says_nothing_by_itself() -> None:
    transport = StringTransport()
    Echo().makeConnection(transport)
    assert transport.value() == b""
