"""The language of the window: the desktop's, where Portdeck speaks it, or the one that was chosen.

What the engine says, such as the reason of a failure, is English in all of them.
"""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from app import resources


class Language(Enum):
    """What may be chosen. The value is what the settings hold."""

    SYSTEM = "system"
    ENGLISH = "en"
    CHINESE = "zh_CN"


def use(app: QApplication, language: Language) -> None:
    """Translate every text that is asked for from now on; call it before there is a window."""
    locale = QLocale() if language is Language.SYSTEM else QLocale(language.value)
    if locale.script() is not QLocale.Script.SimplifiedHanScript:
        return
    # Qt's own texts first: a translator that comes later is asked earlier.
    for name, folder in (
        ("qtbase", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
        ("portdeck", str(resources.path("translations"))),
    ):
        translator = QTranslator(app)
        if translator.load(QLocale(Language.CHINESE.value), name, "_", folder):
            app.installTranslator(translator)
