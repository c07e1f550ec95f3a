"""The language of the window: the chosen one or the desktop's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QLocale
from PySide6.QtGui import QFont, QFontDatabase, QFontInfo, QKeySequence
from PySide6.QtWidgets import QApplication

from app.ui.settings import Language
from app.ui.widgets import translation


@pytest.fixture(autouse=True)
def restore_language(qapp: QApplication) -> Iterator[None]:
    before = QLocale()
    yield
    QLocale.setDefault(before)
    translation.apply_language(qapp, Language.ENGLISH)


def texts() -> tuple[str, str]:
    """A text of Portdeck and a text of Qt."""
    ours = QCoreApplication.translate("Menus", "&File")
    return ours, QCoreApplication.translate("QPlatformTheme", "Cancel")


def test_chinese_applies_to_portdeck_and_qt(qapp: QApplication) -> None:
    translation.apply_language(qapp, Language.CHINESE)
    assert texts() == ("文件(&F)", "取消")


def test_english_can_be_chosen_on_a_chinese_desktop(qapp: QApplication) -> None:
    QLocale.setDefault(QLocale("zh_CN"))
    translation.apply_language(qapp, Language.ENGLISH)
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
    translation.apply_language(qapp, Language.SYSTEM)
    assert texts()[0] == expected


def test_chinese_letters_in_data_have_a_chinese_font_and_all_others_keep_theirs(
    qapp: QApplication,
) -> None:
    fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    face = QFontInfo(fixed).family()
    translation.apply_language(qapp, Language.CHINESE)
    assert QFontInfo(fixed).family() == face
    chinese = {name.lower() for name in translation.CHINESE_FONTS}
    assert chinese < {name.lower() for name in QFont.substitutes(fixed.family())}
    translation.apply_language(qapp, Language.ENGLISH)
    assert not QFont.substitutes(fixed.family())


def test_the_installed_language_is_known(qapp: QApplication) -> None:
    assert translation.installed_language() is Language.ENGLISH
    translation.apply_language(qapp, Language.CHINESE)
    assert translation.installed_language() is Language.CHINESE


def test_a_chinese_window_writes_all_texts_in_one_font(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = QFontInfo(qapp.font()).family()
    other = QFontInfo(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)).family()
    monkeypatch.setattr(translation, "CHINESE_FONTS", ("Missing Sans", other))
    translation.apply_language(qapp, Language.CHINESE)
    assert qapp.font().families()[0] == other
    translation.apply_language(qapp, Language.ENGLISH)
    assert QFontInfo(qapp.font()).family() == before


def test_a_list_in_a_chinese_sentence_has_chinese_commas(qapp: QApplication) -> None:
    assert translation.listed(["Echo", "Hello"]) == "Echo, Hello"
    translation.apply_language(qapp, Language.CHINESE)
    assert translation.listed(["Echo", "Hello"]) == "Echo、Hello"


def test_a_chinese_menu_names_keys_as_keyboards_do(qapp: QApplication) -> None:
    translation.apply_language(qapp, Language.CHINESE)
    for keys, shown in (("Ctrl+Return", "Ctrl+Enter"), ("Ctrl+Shift+Up", "Ctrl+Shift+↑")):
        sequence = QKeySequence(keys)
        assert sequence.toString(QKeySequence.SequenceFormat.NativeText) == shown
        assert sequence.toString() == keys
