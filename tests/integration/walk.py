"""Walks through the states of the window that the pictures show, and looks at every widget."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Self

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget

from tests.integration.desk import OpenWindow
from tests.screenshots.stage import Scene, Stage
from tests.screenshots.world import CODE, CODE_FILE, Steps, World, profile

TURNS = 8
"""A layout asks for its room in later turns of the event loop."""

Look = Callable[[QWidget], Iterable[str]]
"""Looks at a window; gives a sentence for each fault."""


class Walk:
    """A window with its listeners on and clients connected, in one state after another."""

    def __init__(self, open_window: OpenWindow, folder: Path, *, mark: str = "") -> None:
        """`folder` is that of the profile. `mark` is as in `World`."""
        (folder / CODE_FILE).write_text(CODE, encoding="utf-8")
        self._target = socket.create_server(("127.0.0.1", 0))
        port = self._target.getsockname()[1]
        self.desk = open_window(profile(target=port, mark=mark))
        self.desk.settings.asks_before_closing = True
        self.world = World(self.desk.window, fixed_ports=False, mark=mark)
        self.stage = Stage(self.world)

    def __enter__(self) -> Self:
        try:
            self._play(self.world.populate())
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stage.clean()
        self._close()

    def through(self, scenes: Iterable[Scene], look: Look) -> Iterator[str]:
        """Play each scene, and look at all windows on show: the faults, each with its scene."""
        for scene in scenes:
            self.stage.clean()
            try:
                self._play(scene.play(self.stage))
            except Exception as error:
                error.add_note(f"in the scene {scene.name}")
                raise
            for _ in range(TURNS):
                QApplication.processEvents()
                QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            for window in self.stage.windows():
                yield from (f"{scene.name}: {fault}" for fault in look(window))

    def _close(self) -> None:
        self.world.close()
        self._target.close()

    def _play(self, steps: Steps) -> None:
        for condition in steps:
            if not condition():
                self.desk.until(lambda: bool(condition()))  # noqa: B023 - it is over at once
