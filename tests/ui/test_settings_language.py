"""The language of the window: the chosen one or the desktop's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from app.ui import settings
from app.ui.settings import Language


@pytest.fixture(autouse=True)
def restore_language(qapp: QApplication) -> Iterator[None]:
    before = QLocale()
    known = set(qapp.findChildren(QTranslator))
    yield
    QLocale.setDefault(before)
    for translator in set(qapp.findChildren(QTranslator)) - known:
        qapp.removeTranslator(translator)
        translator.deleteLater()


def texts() -> tuple[str, str]:
    """A text of Portdeck and a text of Qt."""
    ours = QCoreApplication.translate("Menus", "&File")
    return ours, QCoreApplication.translate("QPlatformTheme", "Cancel")


def test_chinese_applies_to_portdeck_and_qt(qapp: QApplication) -> None:
    settings.apply_language(qapp, Language.CHINESE)
    assert texts() == ("文件(&F)", "取消")


def test_english_can_be_chosen_on_a_chinese_desktop(qapp: QApplication) -> None:
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
def test_the_default_language_is_the_desktops_or_english(
    qapp: QApplication, locale: str, expected: str
) -> None:
    QLocale.setDefault(QLocale(locale))
    settings.apply_language(qapp, Language.SYSTEM)
    assert texts()[0] == expected
