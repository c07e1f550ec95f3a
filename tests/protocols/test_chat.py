"""Chat: who hears what, under which name, and what nobody can do to the others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.error import ConnectionDone
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from app.protocols.chat import HELP, ChatOptions, Member, Room, visible
from tests.protocols.conftest import ADDRESS, Join


class Person:
    """A member of a room, and the screen they read."""

    def __init__(self, room: Room) -> None:
        member = room.buildProtocol(ADDRESS)
        assert isinstance(member, Member)
        self.member = member
        self.transport = StringTransport()
        member.makeConnection(self.transport)

    def say(self, *lines: str) -> None:
        for line in lines:
            self.member.dataReceived(f"{line}\r\n".encode())

    def heard(self) -> list[str]:
        """What they were told since they were asked last."""
        lines: list[str] = self.transport.value().decode().split("\r\n")
        self.transport.clear()
        assert lines.pop() == ""
        return lines

    def hang_up(self) -> None:
        self.member.connectionLost(Failure(ConnectionDone()))


@pytest.fixture
def room() -> Room:
    return Room(ChatOptions())


@pytest.fixture
def ann(room: Room) -> Person:
    return named(room, "ann")


@pytest.fixture
def bob(room: Room, ann: Person) -> Person:
    bob = named(room, "bob")
    ann.heard()
    return bob


def named(room: Room, name: str) -> Person:
    """Somebody of that name, who has read everything so far."""
    person = Person(room)
    person.say(f"/nick {name}")
    person.heard()
    return person


# Coming, talking, going


def test_whoever_comes_is_welcome_as_a_guest_and_the_others_are_told(room: Room) -> None:
    first, second = Person(room), Person(room)
    assert first.heard() == [
        "Welcome, guest-1. /nick NAME changes your name, /help tells more.",
        "* guest-2 came.",
    ]
    assert second.heard() == ["Welcome, guest-2. /nick NAME changes your name, /help tells more."]


def test_everyone_sees_everyones_lines_in_order(room: Room, ann: Person, bob: Person) -> None:
    ann.say("Hello.", "Anybody?")
    bob.say("你好")
    expected = ["ann: Hello.", "ann: Anybody?", "bob: 你好"]
    assert ann.heard() == bob.heard() == expected


def test_a_bare_line_feed_ends_a_line_too(ann: Person) -> None:
    ann.member.dataReceived(b"one\ntwo\r\nth")
    ann.member.dataReceived(b"ree\n")
    assert ann.heard() == ["ann: one", "ann: two", "ann: three"]


def test_an_empty_line_is_not_passed_on(ann: Person) -> None:
    ann.say("", "  \t ", "\x07")
    assert ann.heard() == []


def test_the_others_are_told_once_who_went(ann: Person, bob: Person) -> None:
    bob.say("/quit", "too late")
    assert bob.heard() == ["Goodbye."]
    assert bob.transport.disconnecting
    assert bob.transport.producer is None, "it would keep the connection from closing"
    bob.hang_up()
    assert ann.heard() == ["* bob went."]


def test_a_lost_connection_is_a_farewell_too(ann: Person, bob: Person) -> None:
    bob.hang_up()
    ann.say("Bob?")
    assert ann.heard() == ["* bob went.", "ann: Bob?"]
    assert bob.heard() == []


def test_a_name_is_free_again_at_once_and_stays_with_who_takes_it(
    room: Room, ann: Person, bob: Person
) -> None:
    bob.say("/quit")
    heir = named(room, "bob")
    bob.hang_up()
    heir.say("/who")
    assert heir.heard() == ["Here are ann, bob."]


# Names


def test_everyone_is_told_of_a_new_name(ann: Person, bob: Person) -> None:
    ann.say("/nick Zoë")
    assert ann.heard() == bob.heard() == ["* ann is now Zoë."]
    ann.say("hi")
    assert bob.heard() == ["Zoë: hi"]


def test_who_lists_everybody(room: Room, ann: Person, bob: Person) -> None:
    Person(room)
    ann.heard()
    ann.say("/who")
    assert ann.heard() == ["Here are ann, bob, guest-3."]


@pytest.mark.parametrize(("wish", "name"), [("ann", "ann"), ("ANN", "ANN"), ("\uff21nn", "Ann")])
def test_a_name_that_reads_like_another_is_taken(
    ann: Person, bob: Person, wish: str, name: str
) -> None:
    bob.say(f"/nick {wish}")
    assert bob.heard() == [f"{name} is taken. Choose another name."]
    assert ann.heard() == []


def test_ones_own_name_may_be_written_anew(ann: Person) -> None:
    ann.say("/nick ANN")
    assert ann.heard() == ["* ann is now ANN."]


@pytest.mark.parametrize("name", ["", "two words", "a:b", "a\uff1ab", "x" * 21, "\x1b"])
def test_a_name_that_misleads_is_refused_with_what_is_right(ann: Person, name: str) -> None:
    ann.say(f"/nick {name}")
    assert ann.heard() == ["A name has 1 to 20 characters, and no space or colon among them."]
    ann.say("/nick " + "x" * 20)
    assert ann.heard() == ["* ann is now " + "x" * 20 + "."]


@pytest.mark.parametrize("name", ["नमस्ते", "名字", "o'neil", "🙂"])
def test_a_name_may_be_of_any_script(ann: Person, name: str) -> None:
    ann.say(f"/nick {name}")
    assert ann.heard() == [f"* ann is now {name}."]


def test_a_guest_gets_no_name_that_somebody_chose(room: Room, ann: Person) -> None:
    ann.say("/nick Guest-2")
    ann.heard()
    assert Person(room).member.name == "guest-3"


# Commands


def test_help_lists_what_there_is(ann: Person) -> None:
    ann.say("/help")
    assert ann.heard() == list(HELP)


@pytest.mark.parametrize("line", ["/dance", "/dance with me", "/Who", "/"])
def test_an_unknown_command_is_said_to_nobody_else(ann: Person, bob: Person, line: str) -> None:
    bob.say(line)
    assert bob.heard() == [f"There is no {line.split()[0]}. /help tells what there is."]
    assert ann.heard() == []


# What may not hurt the others


def test_nobody_can_steer_anothers_terminal(ann: Person, bob: Person) -> None:
    bob.member.dataReceived(b"\x1b[2Jred\x1b]0;title\x07\xc2\x9b31m\x00\ttab\rover\xe2\x80\xae\n")
    assert ann.heard() == ["bob: [2Jred]0;title31m tab over"]


def test_bytes_that_are_no_text_are_replaced(ann: Person, bob: Person) -> None:
    bob.member.dataReceived(b"\xe9t\xe9!\n")
    assert ann.heard() == ["bob: \ufffdt\ufffd!"]


@given(st.binary(max_size=50))
def test_any_line_becomes_visible_characters(line: bytes) -> None:
    text = visible(line)
    assert text.isprintable()
    assert text == text.strip()


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_any_bytes_reach_the_others_as_whole_lines(chunks: list[bytes]) -> None:
    room = Room(ChatOptions())
    ann, bob = named(room, "ann"), named(room, "bob")
    ann.heard()
    for chunk in chunks:
        bob.member.dataReceived(chunk)
        if bob.transport.disconnecting:
            break
    assert all(line.isprintable() for line in ann.heard() + bob.heard())


@pytest.mark.parametrize("chunks", [[b"x" * 11], [b"x" * 6, b"x" * 6], [b"x" * 11 + b"\n"]])
def test_a_line_that_is_too_long_ends_the_connection_with_a_sentence(chunks: list[bytes]) -> None:
    room = Room(ChatOptions(longest_line=10))
    ann, bob = Person(room), Person(room)
    ann.heard()
    bob.heard()
    for chunk in chunks:
        bob.member.dataReceived(chunk)
    assert bob.heard() == ["A line may have 10 bytes at most. Goodbye."]
    assert bob.transport.disconnecting
    assert ann.heard() == ["* guest-2 went."]


def test_who_does_not_keep_up_misses_lines_and_is_told_how_many(ann: Person, bob: Person) -> None:
    bob.member.pauseProducing()
    ann.say("one", "two", "three")
    assert bob.heard() == []
    assert ann.heard() == ["ann: one", "ann: two", "ann: three"]
    bob.member.resumeProducing()
    ann.say("four")
    assert bob.heard() == ["* You read too slowly and missed 3 lines.", "ann: four"]
    bob.member.pauseProducing()
    bob.member.resumeProducing()
    assert bob.heard() == []


# Over real sockets


def test_several_clients_talk_at_once(join: Join, room: Room) -> None:
    clients = {f"n{number}": join(room) for number in range(5)}
    for name, client in clients.items():
        client.send(f"/nick {name}\nI am {name}\n".encode())
    for client in clients.values():
        while client.received.count(b": I am ") < len(clients):
            client.read_all(len(client.received) + 1)
        for name in clients:
            assert client.received.count(f"{name}: I am {name}\r\n".encode()) == 1


def test_the_room_waits_for_nobody_and_keeps_little_for_who_reads_too_slowly(
    join: Join, room: Room
) -> None:
    slow, quick = join(room), join(room)
    member = slow.protocol
    assert isinstance(member, Member)
    line = b"x" * 990 + b"\n"

    def talk() -> bool:
        quick.send(line * 10)
        quick.read()
        quick.received = b""
        return member.skipped > 1000

    quick.until(talk)
    transport = slow.reactor.transports[0]
    assert len(transport.dataBuffer) + transport._tempDataLen < 200_000
    slow.until(lambda: slow.read() or b"You read too slowly and missed" in slow.received)


def test_a_goodbye_arrives_before_the_end(join: Join, room: Room) -> None:
    client = join(room)
    client.send(b"/quit\n")
    assert client.read_to_end().endswith(b"Goodbye.\r\n")
    assert not client.was_reset
