from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtWidgets import QApplication

from app.text.sentence import Sentence, composed
from app.ui.widgets.plain_text import plain_tip
from app.ui.widgets.translation import translated, translated_record

GERMAN = {
    "Port {port} is in use by {holder}.": "{holder} belegt Port {port}.",
    "another program": "eine andere Anwendung",
    "{path}: {message}": "{path} – {message}",
    "%s is listening on %s.": "%s lauscht auf %s.",
}


class German(QTranslator):
    def translate(
        self, context: str, source: str, disambiguation: str | None = None, n: int = -1
    ) -> str:
        return GERMAN.get(source, source) if context == "Engine" else source

    def isEmpty(self) -> bool:
        return False


@pytest.fixture
def german(qapp: QApplication) -> Iterator[None]:
    translator = German()
    QCoreApplication.installTranslator(translator)
    yield
    QCoreApplication.removeTranslator(translator)


def taken() -> Sentence:
    holder = Sentence("another-program", "another program")
    return Sentence("port-in-use", "Port {port} is in use by {holder}.", port=8007, holder=holder)


def test_without_a_translation_a_sentence_stays(qapp: QApplication) -> None:
    assert translated(taken()) == taken()


@pytest.mark.usefixtures("german")
def test_a_sentence_and_its_parts_are_translated() -> None:
    assert translated(taken()) == "eine andere Anwendung belegt Port 8007."
    both = composed("{path}: {message}", path="a.toml", message=taken())
    assert translated(both) == "a.toml – eine andere Anwendung belegt Port 8007."


@pytest.mark.usefixtures("german")
def test_plain_text_stays() -> None:
    assert translated("another program") == "another program"


@pytest.mark.usefixtures("german")
def test_a_tip_is_translated() -> None:
    assert plain_tip(taken()) == "eine andere Anwendung belegt Port 8007."


@pytest.mark.usefixtures("german")
def test_a_record_of_the_log_is_translated_for_the_window_alone() -> None:
    record = logging.LogRecord(
        "app", logging.INFO, "", 1, "%s is listening on %s.", ("Echo", taken()), None
    )
    shown = translated_record(record)
    assert shown.getMessage() == "Echo lauscht auf eine andere Anwendung belegt Port 8007.."
    assert record.getMessage() == f"Echo is listening on {taken()}."


@pytest.mark.usefixtures("german")
def test_an_exception_in_a_record_counts_as_its_sentence() -> None:
    record = logging.LogRecord("app", logging.INFO, "", 1, "%s", (ValueError(taken()),), None)
    assert translated_record(record).getMessage() == "eine andere Anwendung belegt Port 8007."


@pytest.mark.usefixtures("german")
def test_a_part_of_a_sentence_has_no_full_stop_in_any_language() -> None:
    assert translated(taken().without_stop()) == "eine andere Anwendung belegt Port 8007"
