"""The language of the window: its translators, and the engine's sentences in that language.

`app` outside of `app.ui` knows no Qt and speaks English. What it says is a `Sentence`, and the
translation of its template is in the context `Engine`. Every place of the window that shows such
text calls `translated`, or gives it to a widget of `app.ui.widgets` that does.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import QFont, QFontDatabase, QFontInfo
from PySide6.QtWidgets import QApplication

from app.runtime import resources
from app.text.sentence import Sentence
from app.ui.settings import Language
from app.ui.style.theme import Theme

CONTEXT: Final = "Engine"
_TRANSLATOR: Final = "language"

CHINESE_FONTS: Final = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "PingFang SC",
    "Microsoft YaHei UI",
)
"""Fonts for Chinese letters. On a desktop in another language, Qt would take those of a Japanese
font, and the ones that it lacks of a third font."""


def translated(text: str) -> str:
    """`text` in the language of the window if it is a `Sentence`; any other text stays."""
    if not isinstance(text, Sentence):
        return text
    template = QCoreApplication.translate(CONTEXT, text.template)
    said = template.format_map({name: _value(value) for name, value in text.parameters.items()})
    return said.rstrip(".。") if text.is_part else said


def listed(parts: Iterable[str]) -> str:
    """`parts` as a list within a sentence: `Echo, Hello`."""
    return QCoreApplication.translate("List", ", ").join(parts)


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


def apply_language(app: QApplication, language: Language) -> None:
    """Install the translators of `language` in place of earlier ones. Call it before a window is
    created.

    `SYSTEM` means the language of the desktop if there is a translation, otherwise English.
    """
    if installed_language() is Language.CHINESE:
        for font in _system_fonts():
            QFont.removeSubstitutions(font.family())
    for old in app.findChildren(QTranslator, _TRANSLATOR):
        app.removeTranslator(old)
        old.deleteLater()
        old.setObjectName("")
    locale = QLocale() if language is Language.SYSTEM else QLocale(language.value)
    is_chinese = locale.script() is QLocale.Script.SimplifiedHanScript
    Theme.of(app).use(script_family=_chinese_font() if is_chinese else "")
    if not is_chinese:
        return
    for font in _system_fonts():
        # Its own face first: the family may be a general one, such as "monospace".
        QFont.insertSubstitutions(font.family(), [QFontInfo(font).family(), *CHINESE_FONTS])
    # Qt's own texts first, because Qt asks the last installed translator first.
    for name, folder in (
        ("qtbase", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
        ("portdeck", str(resources.resource_path("translations"))),
    ):
        translator = QTranslator(app)
        translator.setObjectName(_TRANSLATOR)
        if translator.load(QLocale(Language.CHINESE.value), name, "_", folder):
            app.installTranslator(translator)


def installed_language() -> Language:
    """The language that the texts of the window have now."""
    app = QCoreApplication.instance()
    translated = app is not None and app.findChildren(QTranslator, _TRANSLATOR)
    return Language.CHINESE if translated else Language.ENGLISH


def _chinese_font() -> str:
    """The font for all texts of a Chinese window, so that they have the same weight and the same
    base line; empty if the system's font writes Chinese itself, or if there is none."""
    general, _ = _system_fonts()
    chinese = QFontDatabase.WritingSystem.SimplifiedChinese
    if chinese in QFontDatabase.writingSystems(QFontInfo(general).family()):
        return ""
    return next(filter(QFontDatabase.hasFamily, CHINESE_FONTS), "")


def _system_fonts() -> list[QFont]:
    kinds = QFontDatabase.SystemFont.GeneralFont, QFontDatabase.SystemFont.FixedFont
    return [QFontDatabase.systemFont(each) for each in kinds]
