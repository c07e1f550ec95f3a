"""Line: each line comes back in capitals or reversed. An example of a protocol made of lines."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen
from twisted.internet.protocol import Factory
from twisted.protocols.basic import LineOnlyReceiver

from app.protocols.definition import ProtocolDefinition, ScriptSource, option


class Transformation(StrEnum):
    """How a line comes back."""

    CAPITALS = "capitals"
    REVERSED = "reversed"


@frozen
class LineOptions:
    """What one may choose."""

    how: Transformation = option(
        Transformation.CAPITALS, "Lines come back", "What is done to each line."
    )
    longest_line: int = option(
        1000,
        "Longest line",
        "A longer one ends the connection.",
        unit=" bytes",
        minimum=1,
        maximum=65536,
    )


class Line(LineOnlyReceiver):
    """Answers each line. A line ends in LF or CRLF, and so does its answer.

    Twisted cuts what arrives into lines and calls `lineReceived`; `LineOnlyReceiver` is a
    `LineReceiver` for protocols that never switch to raw data. The text is UTF-8, and a byte that
    is none comes back as it is.
    """

    delimiter = b"\n"
    factory: LineFactory

    def connectionMade(self) -> None:
        self.MAX_LENGTH = self.factory.options.longest_line

    def lineReceived(self, line: bytes) -> None:
        content = line.removesuffix(b"\r")
        text = content.decode("utf-8", "surrogateescape")
        answer = text.upper() if self.factory.options.how is Transformation.CAPITALS else text[::-1]
        self.sendLine(answer.encode("utf-8", "surrogateescape") + line[len(content) :])

    def lineLengthExceeded(self, line: bytes) -> None:
        assert self.transport is not None
        self.sendLine(b"A line may have %d bytes at most. Goodbye.\r" % self.MAX_LENGTH)
        self.transport.loseConnection()


class LineFactory(Factory[Line]):
    """Has the options that all of its connections follow."""

    protocol = Line

    def __init__(self, options: LineOptions) -> None:
        self.options = options


SCRIPT = ScriptSource(
    "Line",
    '''
class Line(LineOnlyReceiver):
    """Answers each line. Twisted cuts what arrives into lines, and calls lineReceived."""

    delimiter = b"\\n"
    MAX_LENGTH = LONGEST_LINE

    def connectionMade(self):
        self.factory.numProtocols = self.factory.numProtocols + 1

    def lineReceived(self, line):
        content = line.removesuffix(b"\\r")
        text = content.decode("utf-8", "surrogateescape")
        answer = text.upper() if HOW == "capitals" else text[::-1]
        self.sendLine(answer.encode("utf-8", "surrogateescape") + line[len(content):])

    def lineLengthExceeded(self, line):
        self.sendLine(b"A line may have %d bytes at most. Goodbye.\\r" % self.MAX_LENGTH)
        self.transport.loseConnection()

    def connectionLost(self, reason):
        self.factory.numProtocols = self.factory.numProtocols - 1
''',
    imports=("from twisted.protocols.basic import LineOnlyReceiver",),
)

DEFINITION = ProtocolDefinition(
    name="line",
    title="Line",
    summary="Sends each line back, in capitals or reversed.",
    port=8026,
    options=LineOptions,
    build=lambda options, context: LineFactory(options),
    script=SCRIPT,
)
