"""The engine's sentences in the language of the window.

`app` outside of `app.ui` knows no Qt and speaks English. What it says is a `Sentence`, and the
translation of its template is in the context `Engine`. Every place of the window that shows such
text calls `translated`, or gives it to a widget of `app.ui.widgets` that does.
"""

from __future__ import annotations

import logging

from PySide6.QtCore import QCoreApplication

from app.text.sentence import Sentence

CONTEXT = "Engine"


def translated(text: str) -> str:
    """`text` in the language of the window if it is a `Sentence`; any other text stays."""
    if not isinstance(text, Sentence):
        return text
    template = QCoreApplication.translate(CONTEXT, text.template)
    said = template.format_map({name: _value(value) for name, value in text.parameters.items()})
    return said.rstrip(".。") if text.is_part else said


def translated_record(record: logging.LogRecord) -> logging.LogRecord:
    """A copy of `record` whose message is in the language of the window."""
    copy = logging.makeLogRecord(record.__dict__)
    if isinstance(copy.msg, Sentence):
        copy.msg = translated(copy.msg)
    elif isinstance(copy.msg, str):
        copy.msg = QCoreApplication.translate(CONTEXT, copy.msg)
    if isinstance(copy.args, tuple):
        copy.args = tuple(map(_value, copy.args))
    return copy


def _value(value: object) -> object:
    """A value of a sentence or of the log. An exception or a problem counts as its sentence."""
    text = value if isinstance(value, str | int | float) else str(value)
    return translated(text) if isinstance(text, Sentence) else value
