"""What a listener may be doing."""

from __future__ import annotations

from enum import Enum


class State(Enum):
    """The value is the word a person reads."""

    STOPPED = "stopped"
    STARTING = "starting"
    LISTENING = "listening"

    PAUSED = "paused"
    """It would listen, and lets nobody in for want of descriptors."""

    DRAINING = "draining"
    """It lets nobody in, and stops when the last peer has gone."""

    STOPPING = "stopping"
    FAILED = "failed"
