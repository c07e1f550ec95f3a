"""The theme of the application, which is restored after each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from app.ui.style.theme import Theme
from app.ui.style.tokens import Density, Scheme


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    theme = Theme.of(qapp)
    theme.use(Scheme.LIGHT)
    yield theme
    theme.use(Scheme.SYSTEM, accent="", density=Density.COMFORTABLE, zoom=1.0)
