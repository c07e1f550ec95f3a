"""What the states of a listener are called in the window."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.server.listener import State


def state_word(state: State) -> str:
    """One word, in the user's language."""
    translate = QCoreApplication.translate
    words = {
        State.STOPPED: translate("State", "stopped"),
        State.STARTING: translate("State", "starting"),
        State.LISTENING: translate("State", "listening"),
        State.STOPPING: translate("State", "stopping"),
        State.FAILED: translate("State", "failed"),
    }
    return words[state]
