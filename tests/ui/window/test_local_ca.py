"""The export of the local CA certificate, without its key."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from app.tls.local_ca import LocalCa
from app.ui.style.icons import Icons
from app.ui.widgets.banner import Banner
from app.ui.window.local_ca import LocalCaActions


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


def test_only_the_certificate_is_written(window: QWidget, banner: Banner, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    LocalCaActions(banner, window).export_to(str(path))
    assert path.read_bytes() == LocalCa().export()
    assert b"PRIVATE" not in path.read_bytes()
    assert str(path) in banner.message


def test_a_write_error_is_shown(window: QWidget, banner: Banner, tmp_path: Path) -> None:
    LocalCaActions(banner, window).export_to(str(tmp_path / "nowhere" / "ca.pem"))
    assert "cannot be written" in banner.message


def test_a_missing_ca_is_explained(window: QWidget, banner: Banner, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    LocalCaActions(banner, window).export_to(str(tmp_path / "ca.pem"))
    assert "Portdeck keeps its certificates in" in banner.message


def test_export_asks_for_a_file(window: QWidget, banner: Banner) -> None:
    LocalCaActions(banner, window).export()
    (dialog,) = window.findChildren(QFileDialog)
    assert dialog.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    dialog.reject()
