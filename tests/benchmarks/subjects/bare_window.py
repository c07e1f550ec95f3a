"""The least that a window with Twisted in it can be.

``python -m tests.benchmarks.subjects.bare_window``

PySide6, Twisted and qt-reactor as their own manuals put them together, and an empty main window as
large as that of Portdeck.
"""

from __future__ import annotations

import os
import sys

from PySide6.QtWidgets import QApplication, QMainWindow

if __name__ == "__main__":
    os.environ.setdefault("QT_API", "pyside6")
    application = QApplication(sys.argv[:1])

    import qreactor

    qreactor.install()
    from twisted.internet import reactor

    window = QMainWindow()
    window.resize(1280, 800)
    window.show()
    reactor.runReturn()  # type: ignore[attr-defined]
    sys.exit(application.exec())
