"""The file of the tour: a server in three parts, each of which a step of the tour explains.

The file is a real one: a listener runs it, and `python` can run it alone. It lies in the folder for
Portdeck's state, one for each profile, and is deleted when the tour ends. What the user changed and
did not keep stays there until the next tour.
"""

from __future__ import annotations

import ast
import hashlib
import re
from enum import Enum
from pathlib import Path
from typing import Final

import platformdirs

from app.files.atomic_write import write_atomically
from app.net.endpoint import Endpoint, EndpointError
from app.text.sentence import Sentence
from app.user_code.errors import MAIN_GUARD
from app.user_code.reference import CodeLocation, Reference
from app.user_code.template import unwritable

FILE_NAME: Final = "echo_server.py"
FACTORY_NAME: Final = "EchoFactory"
PORT: Final = 8123
LIMIT: Final = 2
"""The most connections that the file allows at first."""

LARGEST_TEXT: Final = 1_000_000
"""Letters. A larger file is no code; the tour begins anew instead."""

_START: Final = f'''\
"""An echo server in three parts. It runs in Portdeck, and alone with python {FILE_NAME}."""

from twisted.internet.protocol import Factory, Protocol


class Echo(Protocol):
    """What one connection does. Each has an Echo of its own."""

    def connectionMade(self):
        self.factory.numProtocols = self.factory.numProtocols + 1
        if self.factory.numProtocols > self.factory.limit:
            self.transport.write(b"Too many connections, try later\\r\\n")
            self.transport.loseConnection()
        else:
            self.transport.write(b"Connections now: %d\\r\\n" % self.factory.numProtocols)

    def dataReceived(self, data):
        self.transport.write(data)

    def connectionLost(self, reason):
        self.factory.numProtocols = self.factory.numProtocols - 1


class {FACTORY_NAME}(Factory):
    """What all connections share: self.factory for each Echo."""

    protocol = Echo
    numProtocols = 0
    limit = {LIMIT}


{MAIN_GUARD}:
    from twisted.internet import endpoints, reactor

    endpoint = endpoints.serverFromString(
        reactor, "ENDPOINT"
    )
    endpoint.listen({FACTORY_NAME}())
    reactor.run()
'''


class Part(Enum):
    """A part of the file. The value matches its first line."""

    PROTOCOL = r"class \w+\(.*Protocol\b"
    FACTORY = r"class \w+\(.*Factory\b"
    REACTOR = r"if __name__\b"


def lines_of(text: str, part: Part) -> range:
    """The lines of `part`, counted from 0. Empty if it is not there.

    It reads the text and not its syntax, so it works while the user types.
    """
    lines = text.split("\n")
    first = next((at for at, line in enumerate(lines) if re.match(part.value, line)), None)
    if first is None:
        return range(0)
    ends = (
        at for at, line in enumerate(lines[first + 1 :], first + 1) if line[:1].strip(" )]}#\t")
    )
    end = next(ends, len(lines))
    while end > first + 1 and not lines[end - 1].strip():
        end -= 1
    return range(first, end)


def endpoint_in(text: str) -> Endpoint | None:
    """The endpoint of the last part; `None` if there is none, or one with a mistake."""
    try:
        calls = [each for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Call)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for call in calls:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        texts = [each.value for each in call.args if isinstance(each, ast.Constant)]
        if name == "serverFromString" and texts and isinstance(texts[0], str):
            try:
                return Endpoint.parse(texts[0]).bound()
            except EndpointError:
                return None
    return None


def syntax_error(text: str) -> tuple[int, str] | None:
    """The line, counted from 0, and what is wrong with it; `None` if nothing is."""
    try:
        compile(text, FILE_NAME, "exec")
    except SyntaxError as error:
        return max(0, (error.lineno or 1) - 1), error.msg
    except (ValueError, RecursionError, MemoryError) as error:
        return 0, str(error) or Sentence("python-cannot-read", "Python cannot read it")
    return None


class TourFile:
    """The file of the tour, on disk."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made for the file, and removed with it."""
        self.path = folder / FILE_NAME
        self._original = ""

    @classmethod
    def of_profile(cls, profile: Path) -> TourFile:
        """The file of the tour in the window of `profile`, in the folder for Portdeck's state."""
        digest = hashlib.sha256(str(profile.resolve()).encode()).hexdigest()[:16]
        state = platformdirs.user_state_path("portdeck", appauthor=False)
        return cls(state / "tour" / digest)

    @property
    def reference(self) -> str:
        """The protocol of a listener that runs the file."""
        return str(Reference(CodeLocation.FILE, str(self.path), FACTORY_NAME))

    def begin(self, endpoint: Endpoint) -> str:
        """The text to start with: the new file, or the one that was left by an earlier tour. Raises
        `UserCodeError`."""
        self._original = _START.replace("ENDPOINT", str(endpoint))
        try:
            left = self.path.read_text(encoding="utf-8")
        except (OSError, ValueError):
            left = ""
        if left and len(left) <= LARGEST_TEXT:
            return left
        self.write(self._original)
        return self._original

    def write(self, text: str) -> None:
        """Write the text. Raises `UserCodeError`."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise unwritable(self.path, error) from None
        self.copy_to(self.path, text)

    def is_changed(self, text: str) -> bool:
        """Whether the user made `text` of the file."""
        return text != self._original

    def copy_to(self, path: Path, text: str) -> None:
        """Write `text` to a file of the user's. Raises `UserCodeError`."""
        try:
            write_atomically(path, text.encode(errors="replace"))
        except OSError as error:
            raise unwritable(path, error) from None

    def delete(self) -> None:
        """Delete the file, and the folders that were made for it. An error leaves them there."""
        try:
            self.path.unlink(missing_ok=True)
            self.path.parent.rmdir()
            self.path.parent.parent.rmdir()
        except OSError:  # another window's tour is there, or something of the user's
            return
