"""The language of the window: chosen, or the desktop's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from app.ui import settings
from app.ui.settings import Language


@pytest.fixture(autouse=True)
def afterwards_english(qapp: QApplication) -> Iterator[None]:
    before = QLocale()
    known = set(qapp.findChildren(QTranslator))
    yield
    QLocale.setDefault(before)
    for translator in set(qapp.findChildren(QTranslator)) - known:
        qapp.removeTranslator(translator)
        translator.deleteLater()


def texts() -> tuple[str, str]:
    """One of ours, and one of Qt's."""
    ours = QCoreApplication.translate("Menus", "&File")
    return ours, QCoreApplication.translate("QPlatformTheme", "Cancel")


def test_chinese_is_spoken_by_us_and_by_qt(qapp: QApplication) -> None:
    settings.apply_language(qapp, Language.CHINESE)
    assert texts() == ("文件(&F)", "取消")


def test_english_is_spoken_on_a_chinese_desktop_if_it_was_chosen(qapp: QApplication) -> None:
    QLocale.setDefault(QLocale("zh_CN"))
    settings.apply_language(qapp, Language.ENGLISH)
    assert texts() == ("&File", "Cancel")


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("zh_CN", "文件(&F)"),
        ("zh_SG", "文件(&F)"),
        ("zh_TW", "&File"),
        ("de_DE", "&File"),
        ("C", "&File"),
    ],
)
def test_by_itself_it_speaks_as_the_desktop_does_or_english(
    qapp: QApplication, locale: str, expected: str
) -> None:
    QLocale.setDefault(QLocale(locale))
    settings.apply_language(qapp, Language.SYSTEM)
    assert texts()[0] == expected
