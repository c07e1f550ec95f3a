"""*About* and the licences: what they name, and that the versions can be copied."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app import __version__
from app.ui.help.about import AboutDialog, LicencesWindow, licences, versions


def test_the_versions_name_everything_a_report_needs(qtbot: QtBot) -> None:
    text = versions(Path("/p/profile.toml"))
    for word in (f"Portdeck {__version__}", "Python 3", "Qt 6", "Twisted", "/p/profile.toml"):
        assert word in text


def test_the_versions_can_be_copied(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    dialog = AboutDialog(Path("/p/<h1>x</h1>.toml"), window)
    dialog.copy_button.click()
    assert QGuiApplication.clipboard().text() == versions(Path("/p/<h1>x</h1>.toml"))
    assert dialog.copy_button.text() == "Copied"
    with qtbot.waitSignal(dialog.licences_wanted):
        dialog.licences.click()


def test_the_licences_are_those_of_what_is_installed() -> None:
    found = {each.package.lower().replace("_", "-"): each for each in licences()}
    for package in ("portdeck", "twisted", "attrs", "cryptography", "pyside6-essentials"):
        assert found[package].version
        assert found[package].name
    assert "MIT" in found["twisted"].name
    assert "Permission is hereby granted" in found["twisted"].text


def test_each_licence_is_shown(qtbot: QtBot) -> None:
    window = LicencesWindow()
    qtbot.addWidget(window)
    for row in range(window.list.count()):
        window.list.setCurrentRow(row)
        assert window.list.item(row).text().split()[0] in window.text.toPlainText()
