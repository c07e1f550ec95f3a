"""The window in the language of the user: English as in the code, or Simplified Chinese."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from app import resources


def install(app: QCoreApplication, locale: QLocale | None = None) -> None:
    """Have `app` speak `locale`, or the system's, as far as there is a translation for it.

    Qt's own texts, such as those of a line edit's menu, come from Qt. `make translations` makes the
    files of ours.
    """
    locale = locale or QLocale.system()
    qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    for name, folder in (("qtbase", qt), ("portdeck", str(resources.path("translations")))):
        translator = QTranslator(app)
        if translator.load(locale, name, "_", folder):
            app.installTranslator(translator)
