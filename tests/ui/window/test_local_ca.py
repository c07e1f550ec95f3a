"""The certificate of the local CA is given away, and its key is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from app.tls.local_ca import LocalCa
from app.ui.style.icons import Icons
from app.ui.widgets.banner import Banner
from app.ui.window.local_ca import LocalCaCommands


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> QWidget:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def banner(window: QWidget) -> Banner:
    banner = Banner(Icons())
    banner.setParent(window)
    return banner


def test_it_writes_the_certificate_alone(window: QWidget, banner: Banner, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    LocalCaCommands(banner, window).export_to(str(path))
    assert path.read_bytes() == LocalCa().export()
    assert b"PRIVATE" not in path.read_bytes()
    assert str(path) in banner.message


def test_it_says_why_it_cannot_be_written(window: QWidget, banner: Banner, tmp_path: Path) -> None:
    LocalCaCommands(banner, window).export_to(str(tmp_path / "nowhere" / "ca.pem"))
    assert "cannot be written" in banner.message


def test_it_says_why_there_is_no_ca(window: QWidget, banner: Banner, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    LocalCaCommands(banner, window).export_to(str(tmp_path / "ca.pem"))
    assert "Portdeck keeps its certificates in" in banner.message


def test_it_asks_for_the_place_first(window: QWidget, banner: Banner) -> None:
    LocalCaCommands(banner, window).export()
    (dialog,) = window.findChildren(QFileDialog)
    assert dialog.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    dialog.reject()
