"""The rule that replies to a message of the traffic as the recorded server did."""

from __future__ import annotations

from typing import Any

from attrs import frozen
from PySide6.QtCore import QObject, Signal

from app.rules.reading import parse
from app.rules.spec import MessageFraming, Rule, RuleSet, Unframed
from app.server.listener import Listener
from app.traffic.chunk_log import Chunk
from app.traffic.framing import Framing
from app.traffic.reply_rules import framing_table, propose_rule
from app.ui.conversations.reading import (
    ConversationReading,
    RecordedConnection,
    guessed_framing,
    message_at,
)


@frozen(eq=False)
class RowMessage:
    """A message of a client to which a rule shall reply, as a row of the traffic shows it."""

    connection: RecordedConnection
    chunk: Chunk
    framing: Framing | None
    """That of the view; `None` for chunks."""

    listener: Listener | None
    """The listener that gets the rule; `None` for a new one."""


class RuleSource(QObject):
    """Reads the conversation of a `RowMessage` and makes one rule of it."""

    made = Signal(object)
    """`rule` and `options` are there. Called with this object."""

    def __init__(self, message: RowMessage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.message = message
        self.rule: Rule | None = None
        """`None` if the message is not kept any more."""
        self.options: dict[str, Any] = {}
        """Those of a new listener that the rule suits."""
        self._framing = message.framing
        self._must_guess = message.framing is None
        if message.listener is not None:
            self._framing = traffic_framing(message.listener)
            self._must_guess = False
        self._reading = ConversationReading(self)
        self._reading.finished.connect(self._make)

    def begin(self) -> None:
        """Read. `made` comes later."""
        self._reading.read([self.message.connection], self._framing)

    def _make(self) -> None:
        (messages,) = self._reading.conversations
        if self._must_guess:
            self._must_guess = False
            self._framing = guessed_framing(messages)
            if self._framing is not None:
                self.begin()
                return
        chunk = self.message.chunk
        index = message_at(messages, from_server=False, time=chunk.time, data=chunk.data)
        is_datagram = self.message.connection.is_datagram
        self.options = {"framing": "datagram"} if is_datagram else framing_table(self._framing)
        if index is not None:
            table = propose_rule(messages[index], messages[index + 1 :], self._framing)
            result = parse({**self.options, "rule": [table]})
            self.rule = result.rules[0] if isinstance(result, RuleSet) else None
        self.made.emit(self)


def traffic_framing(listener: Listener) -> Framing | None:
    """How a listener that replies by rule cuts its messages; `None` for reads and datagrams."""
    result = parse(listener.spec.options)
    framing: MessageFraming = result.framing if isinstance(result, RuleSet) else Unframed.CHUNK
    return None if isinstance(framing, Unframed) else framing
