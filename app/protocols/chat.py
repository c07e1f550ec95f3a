"""Chat: a room where everyone sees everyone's lines, and who came and went.

What the people in a room share, their names, is in the factory, the `Room`. What each of them does
is in the protocol, the `Member`, which finds the others through `self.factory`.
"""

from __future__ import annotations

import itertools
from typing import Any
from unicodedata import normalize

from attrs import frozen
from twisted.internet.interfaces import IPushProducer
from twisted.internet.protocol import Factory, connectionDone
from twisted.protocols.basic import LineOnlyReceiver
from twisted.python.failure import Failure
from zope.interface import implementer

from app.protocols.definition import ProtocolDefinition, ScriptSource, option

HELP = (
    "/nick NAME  be called NAME",
    "/who        who is here",
    "/quit       leave",
    "/help       this list",
    "Anything else is said to everyone.",
)


@frozen
class ChatOptions:
    """What one may choose."""

    longest_line: int = option(
        1000,
        "Longest line",
        "A longer one ends the connection.",
        unit=" bytes",
        minimum=10,
        maximum=65536,
    )
    longest_name: int = option(20, "Longest name", "In characters.", minimum=1, maximum=80)


def visible(line: bytes) -> str:
    """The text of `line` without anything that could steer the terminal of whoever reads it."""
    text = line.decode("utf-8", "replace")
    parts = (each if each.isprintable() else " " if each.isspace() else "" for each in text)
    return "".join(parts).strip()


@implementer(IPushProducer)
class Member(LineOnlyReceiver):
    """One person in the room.

    It is its transport's push producer, and so is told when the peer does not keep up. What is said
    meanwhile is skipped and counted: the room waits for nobody, and its memory stays bounded.
    """

    delimiter = b"\n"
    factory: Room
    transport: Any
    """Besides `ITransport` it is an `IConsumer`, as all of Twisted's streams are."""

    name = ""
    paused = False
    skipped = 0

    # What the transport says

    def connectionMade(self) -> None:
        self.MAX_LENGTH = self.factory.options.longest_line
        self.transport.registerProducer(self, True)
        self.factory.enter(self)
        self.tell(f"Welcome, {self.name}. /nick NAME changes your name, /help tells more.")

    def lineReceived(self, line: bytes) -> None:
        text = visible(line)
        if text.startswith("/"):
            command, _, argument = text.partition(" ")
            self.obey(command, argument.strip())
        elif text:
            self.factory.tell(f"{self.name}: {text}")

    def lineLengthExceeded(self, line: bytes) -> None:
        self.leave(f"A line may have {self.MAX_LENGTH} bytes at most. Goodbye.")

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.factory.leave(self)

    def pauseProducing(self) -> None:
        self.paused = True

    def resumeProducing(self) -> None:
        self.paused = False
        if self.skipped:
            skipped, self.skipped = self.skipped, 0
            self.tell(f"* You read too slowly and missed {skipped} lines.")

    def stopProducing(self) -> None:
        """The peer is gone: `connectionLost` follows."""

    # What it does

    def tell(self, text: str) -> None:
        """Show one line to this person, or skip it while they do not keep up."""
        if self.paused:
            self.skipped += 1
        else:
            self.transport.write(f"{text}\r\n".encode())

    def obey(self, command: str, argument: str) -> None:
        """Do what a line with a slash asks for."""
        match command:
            case "/nick":
                self.factory.rename(self, argument)
            case "/who":
                self.tell(f"Here are {self.factory.who()}.")
            case "/quit":
                self.leave("Goodbye.")
            case "/help":
                for line in HELP:
                    self.tell(line)
            case _:
                self.tell(f"There is no {command}. /help tells what there is.")

    def leave(self, goodbye: str) -> None:
        """Say `goodbye` to this person and hang up."""
        self.factory.leave(self)
        self.tell(goodbye)
        # A transport that is closing waits for its producer to end.
        self.transport.unregisterProducer()
        self.transport.loseConnection()


class Room(Factory[Member]):
    """Knows who is there. Invariant: no two names differ by case alone."""

    protocol = Member

    def __init__(self, options: ChatOptions) -> None:
        self.options = options
        self._members: dict[str, Member] = {}
        self._guest_numbers = itertools.count(1)

    def enter(self, member: Member) -> None:
        """Give `member` a name, and tell the others."""
        guests = (f"guest-{number}" for number in self._guest_numbers)
        member.name = next(name for name in guests if name not in self._members)
        self.tell(f"* {member.name} came.")
        self._members[member.name] = member

    def leave(self, member: Member) -> None:
        """Tell the others that `member` went, once."""
        key = member.name.casefold()
        if self._members.get(key) is member:
            del self._members[key]
            self.tell(f"* {member.name} went.")

    def rename(self, member: Member, wish: str) -> None:
        """Call `member` what they wish, if nobody is called that and it cannot mislead."""
        name = normalize("NFKC", wish)
        most = self.options.longest_name
        if not 1 <= len(name) <= most or {" ", ":"} & set(name):
            member.tell(f"A name has 1 to {most} characters, and no space or colon among them.")
        elif self._members.get(name.casefold(), member) is not member:
            member.tell(f"{name} is taken. Choose another name.")
        else:
            del self._members[member.name.casefold()]
            self._members[name.casefold()] = member
            old, member.name = member.name, name
            self.tell(f"* {old} is now {name}.")

    def who(self) -> str:
        """The names, in the order in which people came or chose them."""
        return ", ".join(member.name for member in self._members.values())

    def tell(self, text: str) -> None:
        """Show one line to everybody."""
        for member in list(self._members.values()):
            member.tell(text)


SCRIPT = ScriptSource(
    "Member",
    '''
class Member(LineOnlyReceiver):
    """One person in the room. The others are found through the factory."""

    delimiter = b"\\n"
    MAX_LENGTH = LONGEST_LINE

    def connectionMade(self):
        self.factory.numProtocols = self.factory.numProtocols + 1
        self.factory.enter(self)
        self.tell(f"Welcome, {self.name}. /nick NAME changes your name, /who tells who is here.")

    def lineReceived(self, line):
        text = "".join(each for each in line.decode("utf-8", "replace") if each.isprintable())
        command, _, argument = text.strip().partition(" ")
        if command == "/nick":
            self.factory.rename(self, argument.strip())
        elif command == "/who":
            self.tell("Here are " + ", ".join(self.factory.members) + ".")
        elif command == "/quit":
            self.transport.loseConnection()
        elif text.strip():
            self.factory.tell(f"{self.name}: {text.strip()}")

    def tell(self, text):
        self.transport.write(text.encode() + b"\\r\\n")

    def connectionLost(self, reason):
        self.factory.numProtocols = self.factory.numProtocols - 1
        self.factory.leave(self)
''',
    imports=("from twisted.protocols.basic import LineOnlyReceiver",),
    shared="""
def __init__(self):
    self.members = {}
    self.guests = 0

def enter(self, member):
    self.guests = self.guests + 1
    member.name = f"guest-{self.guests}"
    self.tell(f"* {member.name} came.")
    self.members[member.name] = member

def leave(self, member):
    del self.members[member.name]
    self.tell(f"* {member.name} went.")

def rename(self, member, name):
    if not 1 <= len(name) <= LONGEST_NAME or " " in name or name in self.members:
        member.tell("Choose another name.")
        return
    del self.members[member.name]
    self.tell(f"* {member.name} is now {name}.")
    member.name = name
    self.members[name] = member
    member.tell(f"* You are {name} now.")

def tell(self, text):
    for member in self.members.values():
        member.tell(text)
""",
)

DEFINITION = ProtocolDefinition(
    name="chat",
    title="Chat",
    summary="A room: everyone sees what everyone says, and who comes and goes.",
    port=8027,
    options=ChatOptions,
    build=lambda options, context: Room(options),
    script=SCRIPT,
)
