"""What the states of a listener are called in the window."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.server.listener import State


def state_word(state: State) -> str:
    """One word, in the user's language."""
    words = {
        State.STOPPED: QCoreApplication.translate("State", "stopped"),
        State.STARTING: QCoreApplication.translate("State", "starting"),
        State.LISTENING: QCoreApplication.translate("State", "listening"),
        State.PAUSED: QCoreApplication.translate("State", "paused"),
        State.DRAINING: QCoreApplication.translate("State", "draining"),
        State.STOPPING: QCoreApplication.translate("State", "stopping"),
        State.FAILED: QCoreApplication.translate("State", "failed"),
    }
    return words[state]
