"""The part of the form that asks for a Unix socket."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QWidget

from app.endpoint import Endpoint, EndpointError
from app.ui.listeners.file_edit import FileEdit
from app.ui.listeners.form_part import FormPart
from app.ui.wrapping import WrappingLabel

_EVERYBODY = "666"
"""What Twisted takes where no mode is written."""

_MODES = ("600", "660", _EVERYBODY)


class UnixForm(FormPart):
    """Asks for a path, and who on this computer may connect there."""

    edited = Signal()
    """Something was entered. Its endpoint is one of a `PlaceForm`, which says so itself."""

    def __init__(self, rows: QFormLayout, folder: Path) -> None:
        """A path begins in `folder`, where the profile lies, unless it is absolute."""
        super().__init__(rows)
        self.path = FileEdit(
            folder, self.tr("Choose where the socket shall be"), self.tr("Path"), may_be_new=True
        )
        self.path.line.setPlaceholderText("echo.sock")
        self.mode = QComboBox()
        self.mode.setEditable(True)
        self.mode.addItems(_MODES)
        self.mode.setAccessibleName(self.tr("Mode"))
        self.meaning = WrappingLabel()
        self.meaning.setObjectName("quiet")
        rows.addRow(self.tr("Pat&h"), self.path)
        rows.addRow(self.tr("Mo&de"), self.mode)
        rows.addRow("", self.meaning)
        self.path.changed.connect(self.edited)
        self.mode.currentTextChanged.connect(self._explain)
        self.mode.currentTextChanged.connect(self.edited)
        self._explain()

    def set_visible(self, visible: bool) -> None:
        """Ask, or do not."""
        parts: tuple[QWidget, ...] = (self.path, self.mode, self.meaning)
        for part in parts:
            self.rows.setRowVisible(part, visible)

    def show_endpoint(self, endpoint: Endpoint) -> bool:
        """Show an endpoint as it is written. False if it is none that this form could ask for."""
        names = {name for name, _ in endpoint.options} - {"address", "mode"}
        if endpoint.kind != "unix" or len(endpoint.args) > 2 or names:
            return False
        self.path.line.setText(endpoint.value("address") or "")
        self.mode.setCurrentText((endpoint.value("mode") or _EVERYBODY).removeprefix("0"))
        return True

    def endpoint(self) -> Endpoint:
        """What was entered. Raises `EndpointError`, which says what is wrong with it."""
        path, mode = self.path.line.text().strip(), self.mode.currentText().strip()
        if not path:
            raise EndpointError(self.tr("Write the path of the socket, such as echo.sock."))
        return Endpoint("unix", (path,), (("mode", mode),))

    def _explain(self) -> None:
        mode = self.mode.currentText().strip()
        if not mode.isdecimal():
            self.meaning.setText("")
            return
        digits = mode[-3:].rjust(3, "0")
        who = {
            "600": self.tr("Only you may connect."),
            "660": self.tr("You and your group may connect."),
            "666": self.tr("Every user of this computer may connect."),
        }
        self.meaning.setText(
            who.get(digits, self.tr("Octal, as for files: who may write may connect."))
        )
