"""Plugins, functions that make factories, coroutines and proposals."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.protocol import Factory, Protocol
from twisted.protocols.basic import LineReceiver
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory

from app.user_code.code import CoroutineWarnings, coroutine_callbacks
from app.user_code.errors import LoadingFailed, SourceFiles
from app.user_code.factory_proposal import propose_factory
from app.user_code.made_by_function import factory_of_function
from app.user_code.programs.twist_plugins import (
    OptionKind,
    describe_plugin_options,
    find_plugins,
    make_service,
)
from app.user_code.reference import UserCodeError
from tests.user_code.conftest import Write


def made(function: Any) -> Any:
    return factory_of_function(function, "make", "the reactor", SourceFiles())


def test_a_function_may_make_a_factory_with_the_reactor() -> None:
    factory = Factory.forProtocol(Protocol)
    seen = []

    def make(reactor: object) -> object:
        seen.append(reactor)
        return factory

    assert made(make) is factory
    assert seen == ["the reactor"]


def test_a_function_may_take_the_address_of_each_peer() -> None:
    seen = []

    def make(address: object) -> object:
        seen.append(address)
        return Protocol()

    factory = made(make)
    assert isinstance(factory.buildProtocol("the peer"), Protocol)
    assert seen[-1] == "the peer"


def test_a_list_of_one_is_that_one() -> None:
    factory = Factory.forProtocol(Protocol)
    assert made(lambda: [factory]) is factory


def test_a_service_gives_its_factory() -> None:
    from twisted.application.internet import StreamServerEndpointService, TCPServer

    factory = Factory.forProtocol(Protocol)
    assert made(lambda: TCPServer(0, factory)) is factory
    assert made(lambda: StreamServerEndpointService(object(), factory)) is factory


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (lambda: 3, "make returns no protocol and no factory (int)."),
        (lambda: [1, 2], "make returns 2 objects"),
        (lambda host: host, "make needs arguments (host)."),
    ],
)
def test_a_wrong_function_fails_at_the_start(function: Any, sentence: str) -> None:
    with pytest.raises(LoadingFailed) as raised:
        made(function)
    assert str(raised.value).startswith(sentence)


class Dropped(LineReceiver):
    async def lineReceived(self, line: bytes) -> None:
        """It would never run."""


def test_coroutine_callbacks_are_warned_of_once_a_class() -> None:
    warnings = CoroutineWarnings()
    assert "lineReceived of Dropped" in warnings.about(Dropped())
    assert warnings.about(Dropped()) == ""
    assert coroutine_callbacks(LineReceiver) == ()


def test_a_wrapper_does_not_hide_a_coroutine_callback() -> None:
    wrapper = ProtocolWrapper(WrappingFactory(Factory()), Dropped())
    assert "ensureDeferred" in CoroutineWarnings().about(wrapper)


IGNORED = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of twisted.web, in itself


@IGNORED
def test_plugins_describe_their_options() -> None:
    assert "web" in [each.name for each in find_plugins().usable]
    options = {each.name: each for each in describe_plugin_options("web").options}
    assert options["logfile"].kind is OptionKind.VALUE
    assert options["path"].kind is OptionKind.REPEATED
    assert options["personal"].kind is OptionKind.FLAG


@IGNORED
def test_bad_plugins_and_arguments_are_told() -> None:
    assert "There is no plugin nothing" in describe_plugin_options("nothing").problem
    with pytest.raises(UserCodeError, match="does not take these arguments"):
        make_service("web", ["--no-such-thing"])
    with pytest.raises(UserCodeError, match="only shows help"):
        make_service("web", ["--help"])


CHAT = """
from twisted.internet.protocol import Factory, Protocol

class Chat(Protocol):
    def connectionMade(self):
        self.factory.clients.append(self)

class Plain(Protocol):
    pass
"""


@pytest.mark.parametrize(
    ("lines", "factory"),
    [
        ("factory = Factory.forProtocol(Chat)\nfactory.clients = []", "factory"),
        ("shared = Factory()\nshared.protocol = Chat\nshared.clients = []", "shared"),
        ("class ChatFactory(Factory):\n    protocol = Chat\n    clients = []", "ChatFactory"),
        (
            "class Made(Factory):\n    def buildProtocol(self, addr):\n        return Chat()",
            "Made",
        ),
    ],
)
def test_a_protocol_that_needs_its_factory_is_told_which(
    write: Write, lines: str, factory: str
) -> None:
    proposal = propose_factory(write("chat.py", CHAT + lines), "Chat")
    assert proposal is not None
    assert proposal.factory == factory
    assert proposal.needs == ("clients",)
    assert factory in proposal.sentence


def test_a_protocol_that_needs_nothing_has_no_proposal(write: Write) -> None:
    path = write("chat.py", CHAT + "factory = Factory.forProtocol(Plain)")
    assert propose_factory(path, "Plain") is None
    assert propose_factory(path, "Chat") is None
