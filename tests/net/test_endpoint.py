"""Endpoint descriptions: parsed as Twisted does, and bound to loopback by default."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet import endpoints as twisted_endpoints
from twisted.internet.endpoints import serverFromString
from twisted.internet.protocol import Factory
from twisted.internet.testing import MemoryReactor

from app.net.endpoint import Endpoint, EndpointError
from app.net.endpoint_kinds import KINDS

descriptions = st.text(alphabet=":=\\ ab0.", max_size=30)
interfaces = st.sampled_from(["127.0.0.1", "0.0.0.0", "::1", "::", "localhost", "fe80::1%eth0"])
words = st.text(alphabet=st.characters(exclude_categories=["C", "Z"]), max_size=10)


@given(descriptions)
def test_a_description_is_parsed_as_twisted_does(rest: str) -> None:
    text = f"haproxy:{rest}"
    try:
        args, options = twisted_endpoints._parse(text)
    except RuntimeError:  # Twisted's answer to a backslash at the very end
        with pytest.raises(EndpointError, match="backslash"):
            Endpoint.parse(text)
        return
    endpoint = Endpoint.parse(text)
    assert [endpoint.kind, *endpoint.args] == args
    assert dict(endpoint.options) == options


def test_options_may_come_before_the_kind_as_in_twisted() -> None:
    endpoint = Endpoint.parse("interface=127.0.0.1:tcp:8007")
    assert str(endpoint) == "tcp:8007:interface=127.0.0.1"


@given(st.lists(words), st.dictionaries(words, words))
def test_a_formatted_endpoint_parses_to_an_equal_one(
    args: list[str], options: dict[str, str]
) -> None:
    endpoint = Endpoint("haproxy", tuple(args), tuple(options.items()))
    assert Endpoint.parse(str(endpoint)) == endpoint


def sentence_or_endpoint(text: str) -> str | Endpoint:
    try:
        return Endpoint.parse(text)
    except EndpointError as error:
        return str(error)


@given(
    st.text()
    | st.builds("{}{}".format, st.sampled_from(["tcp:80", "udp:80", "unix:"]), descriptions)
)
def test_every_text_gives_an_endpoint_or_an_error_sentence(text: str) -> None:
    outcome = sentence_or_endpoint(text)
    if isinstance(outcome, Endpoint):
        assert Endpoint.parse(str(outcome)) == outcome
    else:
        assert outcome.isprintable()
        assert outcome.endswith((".", "?"))


@given(st.integers(0, 65535), st.none() | interfaces, st.integers(1, 500))
def test_twisted_listens_where_the_endpoint_says(
    port: int, interface: str | None, backlog: int
) -> None:
    options = [("backlog", str(backlog))]
    if interface is not None:
        options.append(("interface", interface))
    endpoint = Endpoint("tcp", (str(port),), tuple(options))
    reactor = MemoryReactor()
    description = str(endpoint.bound())
    serverFromString(reactor, description).listen(Factory())
    (listened,) = reactor.tcpServers
    assert (listened[0], *listened[2:]) == (endpoint.port, backlog, endpoint.interface)


@pytest.mark.parametrize(
    ("kind", "function"),
    [
        ("tcp", twisted_endpoints._parseTCP),
        ("ssl", twisted_endpoints._parseSSL),
        ("unix", twisted_endpoints._parseUNIX),
        ("tcp6", twisted_endpoints._TCP6ServerParser._parseServer),
        ("tls", twisted_endpoints._TLSServerEndpointParser._actualParseStreamServer),
    ],
)
def test_the_parameters_of_each_kind_are_those_of_the_installed_twisted(
    kind: str, function: Callable[..., object]
) -> None:
    given = {"self", "reactor", "factory"}
    names = tuple(name for name in inspect.signature(function).parameters if name not in given)
    assert names == KINDS[kind].parameters


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("tcp:8007", "tcp:8007:interface=127.0.0.1"),
        ("tcp:port=8007", "tcp:port=8007:interface=127.0.0.1"),
        ("TCP:8007", "tcp:8007:interface=127.0.0.1"),
        ("tcp:8007:interface=", "tcp:8007:interface=127.0.0.1"),
        ("tcp:8007::50", "tcp:8007:127.0.0.1:50"),
        ("tcp:8007:backlog=5", "tcp:8007:backlog=5:interface=127.0.0.1"),
        ("tcp6:8007", r"tcp6:8007:interface=\:\:1"),
        ("tcp6:8007:50:", r"tcp6:8007:50:\:\:1"),
        ("ssl:8443", "ssl:8443:privateKey=/p/server.pem:interface=127.0.0.1"),
        ("tls:certificates", "tls:/p/certificates:interface=127.0.0.1"),
        ("udp:8007", "udp:8007:interface=127.0.0.1"),
        ("udp:8007:", "udp:8007:127.0.0.1"),
        ("UDP:port=0:interface=", "udp:port=0:interface=127.0.0.1"),
        ("haproxy:tcp:8007", "haproxy:tcp:8007:interface=127.0.0.1"),
        ("haproxy:TCP6:8007:interface=", r"haproxy:tcp6:8007:interface=\:\:1"),
    ],
)
def test_without_an_interface_only_this_machine_is_bound(text: str, bound: str) -> None:
    endpoint = Endpoint.parse(text)
    assert str(endpoint.bound(Path("/p"))) == bound
    assert endpoint.loopback_only
    assert endpoint.bound(Path("/p")).bound(Path("/p")) == endpoint.bound(Path("/p"))


@pytest.mark.parametrize(
    "text",
    [
        "tcp:8007:interface=0.0.0.0",
        "tcp:8007:0.0.0.0:50",
        r"tcp:8007:interface=\:\:",
        "unix:/tmp/echo.sock:mode=660",
        "udp:8007:interface=0.0.0.0",
        r"udp:8007:\:\:1",
        "haproxy:tcp:8007:one=two",
        "haproxy:tcp:8007:interface=0.0.0.0",
        "haproxy:haproxy:tcp:8007",
        r"haproxy:tcp\:8007",
    ],
)
def test_a_written_interface_is_bound_as_written(text: str) -> None:
    assert Endpoint.parse(text).bound() == Endpoint.parse(text)


@pytest.mark.parametrize(
    ("interface", "loopback_only"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("localhost", True),
        ("LocalHost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("::ffff:0.0.0.0", False),
        ("192.168.1.4", False),
        ("example.org", False),
        ("localhost.example.org", False),
    ],
)
def test_an_interface_is_loopback_only_if_no_other_machine_can_reach_it(
    interface: str, *, loopback_only: bool
) -> None:
    assert Endpoint.tcp(8007, interface).loopback_only is loopback_only


def test_a_unix_socket_is_loopback_only_and_a_plugin_is_not() -> None:
    assert Endpoint.parse("unix:/tmp/echo.sock").loopback_only
    assert not Endpoint.parse("systemd:domain=INET:index=0").loopback_only
    assert not Endpoint.parse("haproxy:tcp:80:interface=0.0.0.0").loopback_only
    assert Endpoint.parse("haproxy:tcp:80:interface=localhost").loopback_only
    assert Endpoint.parse("haproxy:unix:echo.sock").loopback_only


@pytest.mark.parametrize(
    ("text", "port", "interface", "display"),
    [
        ("tcp:8007", 8007, "127.0.0.1", "127.0.0.1:8007"),
        ("tcp:port=8007", 8007, "127.0.0.1", "127.0.0.1:8007"),
        ("tcp:0:interface=0.0.0.0", 0, "0.0.0.0", "0.0.0.0:0"),
        (r"tcp:8007:interface=\:\:1", 8007, "::1", "[::1]:8007"),
        ("tcp6:8007", 8007, "::1", "[::1]:8007"),
        ("ssl:8443:interface=localhost", 8443, "localhost", "localhost:8443"),
        ("tls:certificates", 443, "127.0.0.1", "127.0.0.1:443"),
        ("udp:0", 0, "127.0.0.1", "127.0.0.1:0"),
        (r"udp:8007:\:\:1", 8007, "::1", "[::1]:8007"),
        ("unix:/tmp/a\\:b", None, None, "/tmp/a:b"),
        ("haproxy:tcp\\:80", None, None, "haproxy:tcp\\:80"),
    ],
)
def test_port_interface_and_display_text(
    text: str, port: int | None, interface: str | None, display: str
) -> None:
    endpoint = Endpoint.parse(text)
    assert (endpoint.port, endpoint.interface, endpoint.display) == (port, interface, display)


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("unix:echo.sock:mode=600", "unix:/profiles/echo.sock:mode=600"),
        ("unix:address=a/b.sock", "unix:address=/profiles/a/b.sock"),
        ("unix:/run/echo.sock", "unix:/run/echo.sock"),
        ("haproxy:unix:echo.sock", "haproxy:unix:/profiles/echo.sock"),
        (
            "ssl:1:a/k.pem:/c.pem:interface=lo:dhParameters=d",
            "ssl:1:/profiles/a/k.pem:/c.pem:interface=lo:dhParameters=/profiles/d",
        ),
        ("ssl:1:interface=lo", "ssl:1:interface=lo:privateKey=/profiles/server.pem"),
        ("tls:path=certificates:interface=lo", "tls:path=/profiles/certificates:interface=lo"),
    ],
)
def test_relative_paths_start_in_the_folder_of_the_profile(text: str, bound: str) -> None:
    assert str(Endpoint.parse(text).bound(Path("/profiles"))) == bound


def test_a_tcp_endpoint_is_made_from_a_port_on_loopback() -> None:
    assert str(Endpoint.tcp(8007)) == "tcp:8007:interface=127.0.0.1"
    assert str(Endpoint.tcp(0, "::1")) == r"tcp:0:interface=\:\:1"
    with pytest.raises(EndpointError, match="from 0 to 65535"):
        Endpoint.tcp(65536)


def test_a_udp_endpoint_takes_datagrams_and_no_other_does() -> None:
    assert str(Endpoint.udp(8007)) == "udp:8007:interface=127.0.0.1"
    assert str(Endpoint.udp(0, "::1")) == r"udp:0:interface=\:\:1"
    assert Endpoint.udp(8007).is_datagram
    assert not Endpoint.tcp(8007).is_datagram
    assert not Endpoint.parse(r"haproxy:tcp\:8007").is_datagram


@pytest.mark.parametrize("kind", ["", "TCP", "tcp:8007", "127.0.0.1"])
def test_the_constructor_checks_the_values_too(kind: str) -> None:
    with pytest.raises(EndpointError, match="Begin the endpoint with its kind"):
        Endpoint(kind, ("8007",))


COLON_ADVICE = r"A colon inside a value needs a backslash, as in interface=\:\:1."
KIND_ADVICE = (
    "Begin the endpoint with its kind, as in tcp:8007 or tcp:8007:interface=127.0.0.1, not "
)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Write an endpoint, such as tcp:8007."),
        ("8007", f'{KIND_ADVICE}"8007".'),
        (":8007", f'{KIND_ADVICE}":8007".'),
        ("port=8007", f'{KIND_ADVICE}"port=8007".'),
        (" tcp:8007", f'{KIND_ADVICE}" tcp:8007".'),
        ("localhost:8007", f'{KIND_ADVICE}"localhost:8007".'),
        ("127.0.0.1:8007", f'{KIND_ADVICE}"127.0.0.1:8007".'),
        ("tcp", "tcp needs its port, as in tcp:8007."),
        ("tcp:", "tcp needs its port, as in tcp:8007."),
        ("tcp:interface=127.0.0.1", "tcp needs its port, as in tcp:8007."),
        ("tls", "tls needs its path, as in tls:certificates:8443."),
        ("unix:", "unix needs its address, as in unix:/tmp/echo.sock."),
        ("udp", "udp needs its port, as in udp:8007."),
        ("udp:70000", 'The port must be a whole number from 0 to 65535, not "70000".'),
        ("udp:80:backlog=5", 'udp has no option "backlog". It takes: port, interface, shared.'),
        (
            "udp:80:interface=example.org",
            "The interface must be an address such as 127.0.0.1, 0.0.0.0 or \\:\\:1, "
            'not "example.org".',
        ),
        ("tcp:http", 'The port must be a whole number from 0 to 65535, not "http".'),
        ("tcp:65536", 'The port must be a whole number from 0 to 65535, not "65536".'),
        ("tcp:-1", 'The port must be a whole number from 0 to 65535, not "-1".'),
        ("tcp:8_0", 'The port must be a whole number from 0 to 65535, not "8_0".'),
        ("tcp:٨٠", 'The port must be a whole number from 0 to 65535, not "٨٠".'),
        ("tls:certificates:", 'The port must be a whole number from 0 to 65535, not "".'),
        ("tcp:80:backlog=x", 'The backlog must be a whole number, not "x".'),
        ("unix:/s:mode=9", 'The mode must be three octal digits such as 660, not "9".'),
        ("unix:~nobody-here/s", 'There is no user "nobody-here". Write the whole path.'),
        (
            "ssl:1:certKey=~nobody-here/c.pem",
            'There is no user "nobody-here". Write the whole path.',
        ),
        ("unix:/s:lockfile=no", 'The lockfile must be 0 or 1, not "no".'),
        ("tcp:80:interfce=::", 'tcp has no option "interfce". Did you mean interface?'),
        ("tcp:80:x=1", 'tcp has no option "x". It takes: port, interface, backlog.'),
        ("tcp:80:interface=::1", f"Write the interface once. {COLON_ADVICE}"),
        ("tcp:80:::1", f"tcp takes no more than 3 values, here are 4. {COLON_ADVICE}"),
        ("tcp:80\\", "Remove the backslash at the end, or write two of them."),
        ("unix:/a\nb", "Write the endpoint on one line, without invisible characters."),
    ],
)
def test_a_wrong_description_gets_a_sentence_that_says_what_to_do(text: str, sentence: str) -> None:
    with pytest.raises(EndpointError) as caught:
        Endpoint.parse(text)
    assert str(caught.value) == sentence


def test_a_sentence_shows_no_control_characters_and_no_more_than_a_line_of_the_input() -> None:
    with pytest.raises(EndpointError) as caught:
        Endpoint.parse("\x1b[31m" + "x" * 10_000)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < len(KIND_ADVICE) + 64


def test_the_import_installs_no_reactor() -> None:
    code = "import sys, app.net.endpoint; sys.exit('twisted.internet.reactor' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("tpc:8027", "Did you mean tcp?"),
        ("TPC:8027", "Did you mean tcp?"),
        ("ha-proxy:tcp:80", "Did you mean haproxy?"),
        ("gopher:70", "Use one of: haproxy, "),
    ],
)
def test_an_unknown_kind_is_an_error_that_lists_the_known_kinds(text: str, advice: str) -> None:
    with pytest.raises(EndpointError, match="There is no kind of endpoint called") as caught:
        Endpoint.parse(text)
    assert advice in str(caught.value)


def test_every_kind_of_an_installed_plugin_is_accepted() -> None:
    for kind in ("haproxy", "stdio", "systemd"):
        assert Endpoint.parse(f"{kind}:x").kind == kind


def test_plugins_are_not_searched_for_a_known_kind() -> None:
    code = (
        "import sys, app.net.endpoint\n"
        "app.net.endpoint.Endpoint.parse('tcp:1'), app.net.endpoint.Endpoint.parse('unix:a')\n"
        "print('twisted.plugin' in sys.modules)\n"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False\n"
