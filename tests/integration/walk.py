"""Walks through the states of the window that the pictures show, and looks at every widget."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

from tests.integration.desk import Desk
from tests.screenshots.stage import Scene, Stage
from tests.screenshots.world import CODE, CODE_FILE, Steps, World

Look = Callable[[QWidget], Iterable[str]]
"""Looks at a window; gives a sentence for each fault."""


class Walk:
    """A window with its listeners on and clients connected, in one state after another."""

    def __init__(self, desk: Desk, folder: Path, *, mark: str = "") -> None:
        """`folder` is that of the profile. `mark` is as in `World`."""
        (folder / CODE_FILE).write_text(CODE, encoding="utf-8")
        self._desk = desk
        self.world = World(desk.window, fixed_ports=False, mark=mark)
        self.stage = Stage(self.world)
        self._play(self.world.populate())

    def through(self, scenes: Iterable[Scene], look: Look) -> Iterator[str]:
        """Play each scene, and look at all windows on show: the faults, each with its scene."""
        for scene in scenes:
            self.stage.clean()
            self._play(scene.play(self.stage))
            for _ in range(3):  # a layout asks for its room in later turns of the event loop
                QApplication.processEvents()
            for window in self.stage.windows():
                yield from (f"{scene.name}: {fault}" for fault in look(window))
        self.stage.clean()

    def close(self) -> None:
        """End the clients."""
        self.world.close()

    def _play(self, steps: Steps) -> None:
        for condition in steps:
            self._desk.until(lambda condition=condition: bool(condition()))
