"""A certificate says every name under which its listener is found."""

from __future__ import annotations

import socket

import pytest

from app.net.endpoint import Endpoint
from app.net.ip import network_addresses
from app.tls.issuing import ALWAYS, names_for


@pytest.mark.parametrize("endpoint", ["tcp:0", "tcp:0:interface=127.0.0.1", "unix:/tmp/a"])
def test_this_computer_has_names_of_its_own(endpoint: str) -> None:
    assert names_for(Endpoint.parse(endpoint)) == ALWAYS


@pytest.mark.parametrize("interface", ["192.0.2.7", "2001:db8::7", "server.example"])
def test_an_interface_is_one_of_the_names(interface: str) -> None:
    assert names_for(Endpoint.tcp(0, interface)) == (*ALWAYS, interface)


def test_a_name_with_other_letters_is_written_as_certificates_have_it() -> None:
    endpoint = Endpoint.tcp(0, "b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.example")
    assert names_for(endpoint) == (*ALWAYS, "xn--bcher-kva.example")


def test_what_can_be_no_name_is_left_out() -> None:
    assert names_for(Endpoint.tcp(0, "\N{LATIN SMALL LETTER U WITH DIAERESIS}..example")) == ALWAYS


@pytest.mark.parametrize("interface", ["0.0.0.0", "::"])
def test_who_listens_everywhere_has_all_addresses_of_the_machine(interface: str) -> None:
    names = names_for(Endpoint.tcp(0, interface))
    assert {*ALWAYS, *(str(address) for _, address in network_addresses())} <= set(names)
    assert socket.gethostname() in names
    assert interface not in names
