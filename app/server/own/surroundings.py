"""What the user's code is loaded with: where its relative paths begin, and who is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

CURRENT_FOLDER: Final = Path()

Announce = Callable[[Path], None]
"""Told which file is executed next. Nothing else happens until that ends, and it may never end."""


def announce_nothing(path: Path) -> None:
    """For whoever has nobody to tell."""
