"""Portdeck that poses: `python -m tests.screenshots.posed_window --profile FILE`.

Takes the arguments of Portdeck and is Portdeck. Each line on standard input says what to do:
`populate` has clients come, `film FILE` plays the film, and others are the name of a scene and the
file for its picture. Each is answered with a line: nothing, or why it could not be done.
"""

from __future__ import annotations

import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from tests.screenshots.world import CODE, CODE_FILE, Condition, Steps

POLL_MS: Final = 10
TITLE_BAR: Final = 28
PATIENCE_SECONDS: Final = 15.0
SETTLED_LOOKS: Final = 12
"""A picture is taken when so many looks at the screen saw the same: longer than between two ticks.

Looks are counted, not time: on a busy machine little is done between two of them.
"""

RESTLESS_SECONDS: Final = 1.5
"""A screen that goes on changing, such as a clock, is pictured after this."""


class Poser:
    """Plays one scene at a time, from a timer of Qt's, so that the window lives meanwhile."""

    def __init__(self, reactor: Any) -> None:
        from PySide6.QtCore import QTimer
        from PySide6.QtWidgets import QApplication

        from app.ui.window.main_window import MainWindow
        from tests.screenshots.stage import Stage
        from tests.screenshots.starts import STARTS
        from tests.screenshots.world import World

        (window,) = (
            each for each in QApplication.topLevelWidgets() if isinstance(each, MainWindow)
        )
        self.world = World(window, fixed_ports=True)
        self._stage = Stage(self.world)
        self._scenes = {scene.name: scene for start in STARTS for scene in start.scenes}
        self._steps: Steps = iter(())
        self._condition: Condition = lambda: True
        self._deadline = 0.0
        self._path: Path | None = None
        self._timer = QTimer(interval=POLL_MS)
        self._timer.timeout.connect(self._step)
        window.setGeometry(window.screen().geometry())
        threading.Thread(target=self._listen, args=(reactor,), daemon=True).start()

    def _listen(self, reactor: Any) -> None:
        for line in sys.stdin:
            reactor.callFromThread(self._begin, *line.split())

    def _begin(self, name: str, path: str = "") -> None:
        self._path = Path(path) if path else None
        if name == "populate":
            self._steps = self.world.populate()
        elif name == "film":
            self._steps = self._film(Path(path))
            self._path = None
        else:
            self._stage.clean()
            self._steps = self._scenes[name].play(self._stage)
        self._condition = lambda: True
        self._deadline = time.monotonic() + PATIENCE_SECONDS
        self._timer.start()

    def _film(self, path: Path) -> Steps:
        from tests.screenshots.film import Film, tell

        film = Film(self._stage)
        yield from tell(self._stage, film)
        film.save(path)

    def _step(self) -> None:
        try:
            while self._condition():
                self._condition = next(self._steps)
            if time.monotonic() > self._deadline:
                where = getattr(self._condition, "__code__", None)
                raise TimeoutError(f"did not happen: {where}")
        except StopIteration:
            self._timer.stop()
            self._answer("" if self._path is None else self._take(self._path))
        except Exception as error:  # noqa: BLE001 - a scene may break in any way; the others go on
            self._timer.stop()
            traceback.print_exc()
            self._answer(f"{type(error).__name__}: {error}")

    def _take(self, path: Path) -> str:
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QApplication

        *_, front = self._stage.windows()
        if front is not self._stage.window:
            self._centre(front)
        if QApplication.activePopupWidget() is None:
            front.activateWindow()
        screen = self._stage.window.screen()
        picture = screen.grabWindow(0).toImage()
        began = time.monotonic()
        looks = 0
        while looks < SETTLED_LOOKS:
            QTest.qWait(POLL_MS)
            newer = screen.grabWindow(0).toImage()
            looks += 1
            if newer != picture and time.monotonic() - began < RESTLESS_SECONDS:
                picture, looks = newer, 0
        picture.setDevicePixelRatio(screen.devicePixelRatio())
        for window in self._stage.windows()[1:]:
            _frame(picture, window)
        path.parent.mkdir(parents=True, exist_ok=True)
        return "" if picture.save(str(path)) else f"{path} cannot be written"

    def _centre(self, window: Any) -> None:
        """As a window manager does, which the screen has not."""
        from PySide6.QtCore import Qt

        if window.windowType() in (Qt.WindowType.Window, Qt.WindowType.Dialog):
            room = self._stage.window.geometry().adjusted(0, TITLE_BAR, 0, 0)
            window.resize(window.size().boundedTo(room.size()))
            frame = window.frameGeometry()
            frame.moveCenter(room.center())
            window.move(frame.topLeft())

    def _answer(self, text: str) -> None:
        print(text.replace("\n", " "), flush=True)


def _frame(picture: Any, window: Any) -> None:
    """Paint the frame and the title that a window manager would give `window`."""
    from PySide6.QtCore import QRect, Qt
    from PySide6.QtGui import QColor, QPainter

    if window.windowType() not in (Qt.WindowType.Window, Qt.WindowType.Dialog):
        return
    inside = window.geometry()
    title = QRect(inside.left(), inside.top() - TITLE_BAR, inside.width(), TITLE_BAR)
    with QPainter(picture) as painter:
        painter.setFont(window.font())
        painter.fillRect(title, QColor("#4a4f57"))
        painter.setPen(QColor("white"))
        painter.drawText(title, Qt.AlignmentFlag.AlignCenter, window.windowTitle())
        painter.setPen(QColor("#4a4f57"))
        painter.drawRect(title.united(inside))


def main() -> int:
    from app import cli
    from app.ui.event_loop import Lifecycle

    file = Path(sys.argv[sys.argv.index("--profile") + 1])
    (file.parent / CODE_FILE).write_text(CODE, encoding="utf-8")
    run = Lifecycle.run

    def run_posed(lifecycle: Lifecycle) -> int:
        from twisted.internet import reactor

        poser = Poser(reactor)
        try:
            return run(lifecycle)
        finally:
            poser.world.close()

    with patch.object(Lifecycle, "run", run_posed):
        return cli.main()


if __name__ == "__main__":
    sys.exit(main())
