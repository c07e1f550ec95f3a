"""The film of the README: three clicks and a word lead from a stopped listener to its bytes."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from tests.screenshots.stage import Stage
from tests.screenshots.world import Steps

SETTLE_SECONDS: Final = 0.25
GLIDE_FRAMES: Final = 7
GLIDE_MS: Final = 40
TYPED_MS: Final = 110
SAID: Final = "hello"
POINTER: Final = ((0, 0), (0, 17), (4, 13), (7, 20), (10, 19), (7, 12), (12, 12))
"""The corners of the pointer, in pixels from its tip."""


class Film:
    """Frames of the screen, each with the time that it is shown, and the pointer of the mouse."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._at = QPointF(stage.window.rect().center())
        self._frames: list[tuple[QImage, int]] = []

    def show(self, ms: int) -> None:
        """Add what is on the screen, for so long."""
        frame = self._stage.window.screen().grabWindow(0).toImage()
        with QPainter(frame) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor("white"), 1.2))
            painter.setBrush(QColor("black"))
            painter.drawPolygon(QPolygonF([self._at + QPointF(*each) for each in POINTER]))
        if self._frames and self._frames[-1][0] == frame:
            ms += self._frames.pop()[1]
        self._frames.append((frame, ms))

    def hold(self, ms: int) -> Steps:
        """Wait until the window has settled, and add it for so long."""
        until = time.monotonic() + SETTLE_SECONDS
        yield lambda: time.monotonic() > until
        self.show(ms)

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        """Move the pointer to `widget`, or to a place in it, and click there."""
        place = widget.rect().center() if at is None else at
        start, end = self._at, QPointF(widget.mapToGlobal(place))
        for number in range(1, GLIDE_FRAMES + 1):
            done = number / GLIDE_FRAMES
            self._at = start + (end - start) * (done * done * (3 - 2 * done))
            self.show(GLIDE_MS)
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=place)

    def save(self, path: Path) -> None:
        """Write all frames as one picture that repeats for ever."""
        with TemporaryDirectory() as folder:
            command = ["convert", "-loop", "0"]
            for number, (frame, ms) in enumerate(self._frames):
                file = f"{folder}/{number:03}.png"
                frame.save(file)
                command += ["-delay", f"{ms}x1000", file]
            subprocess.run([*command, "-layers", "optimize", str(path)], check=True)


def tell(stage: Stage, film: Film) -> Steps:
    """Start Echo, connect, say hello, and see it cross."""
    window, card = stage.window, stage.window.first_steps
    assert card is not None
    yield from film.hold(1200)
    film.click(card.start)
    yield lambda: stage.listener("Echo").is_on
    yield from film.hold(700)
    yield card.connect_button.isEnabled
    film.click(card.connect_button)
    session = stage.session_tab.session
    yield lambda: session.state.is_open
    yield from film.hold(900)
    for letter in SAID:
        QTest.keyClicks(stage.session_tab.input_bar.input, letter)
        yield from film.hold(TYPED_MS)
    QTest.keyClick(stage.session_tab.input_bar.input, Qt.Key.Key_Return)
    yield lambda: session.bytes_in > len(SAID)
    yield from film.hold(1200)
    tabs = window.tabs.tabBar()
    film.click(tabs, tabs.tabRect(window.tabs.indexOf(window.rest.traffic)).center())
    yield lambda: stage.pane.table.rows.rowCount() > 1
    yield from film.hold(600)
    table = stage.pane.table
    newest = table.rows.index(table.rows.rowCount() - 1, 4)
    film.click(table.viewport(), table.visualRect(newest).center())
    yield from film.hold(3000)
