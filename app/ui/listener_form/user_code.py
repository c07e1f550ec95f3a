"""The row of the form for user code: a Python file, and the object in it that serves."""

from __future__ import annotations

import os.path
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from app.files.paths import home_folder_problem, resolve_path
from app.ui.widgets.translation import translated
from app.user_code import inspection, template
from app.user_code.factory_proposal import propose_factory
from app.user_code.reference import PREFIX, CodeLocation, Reference, UserCodeError


class UserCodeForm(QWidget):
    """Asks for a Python file, and in `name` for an object in it that can serve.

    The owner adds `name` to a row of its own. The file is parsed but not executed; it is executed
    when the listener starts.
    """

    changed = Signal()
    """The user entered something."""

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        """`folder` is that of the profile. A path below it is shown relative to it."""
        super().__init__(parent)
        self._folder = folder
        self._datagrams = False
        self._problem = ""
        self._note = ""
        self._saved = Reference(CodeLocation.FILE, "", "")
        self.path = QLineEdit()
        self.choose_button = QPushButton(self.tr("Choose…"))
        self.start_button = QPushButton(self.tr("New file…"))
        self.name = QComboBox(self)
        self._lay_out()
        self.path.textChanged.connect(self._read)
        self.choose_button.clicked.connect(self._choose)
        self.start_button.clicked.connect(self._ask_for_new_file)
        self.name.currentIndexChanged.connect(self.changed)
        self._read()

    def show_reference(self, protocol: str) -> None:
        """Show the reference of a profile, such as `python:echo_server.py:Echo`.

        It stays as it is, right or wrong, until something else is chosen.
        """
        try:
            reference = Reference.parse(protocol)
        except UserCodeError:
            return
        self._saved = reference
        self.path.setText(reference.source)
        index = self.name.findData(reference.name)
        if index < 0:
            self.name.addItem(reference.name, reference.name)
            index = self.name.count() - 1
        self.name.setCurrentIndex(index)

    def reference(self) -> str:
        """The reference for the profile. While there is a problem, only its prefix."""
        source, name = self.path.text().strip(), self.name.currentData()
        if (source, name) == (self._saved.source, self._saved.name):
            return str(self._saved)
        if not source or not name:
            return PREFIX
        try:
            return str(inspection.reference_to(self._file(source), name, self._folder))
        except UserCodeError:
            return PREFIX

    def serve_datagrams(self, datagrams: bool) -> None:
        """Offer objects that serve UDP, or again those that serve connections."""
        if datagrams != self._datagrams:
            self._datagrams = datagrams
            self.path.setPlaceholderText(self._starter.file_name)
            self._read()

    def problem(self) -> str:
        """The mistake as a sentence; empty if there is none."""
        if not self.path.text().strip():
            return (
                self.tr("Choose a Python file with a Twisted DatagramProtocol.")
                if self._datagrams
                else self.tr("Choose a Python file with a Twisted Protocol or Factory.")
            )
        return self._problem

    @property
    def note(self) -> str:
        """A hint as a sentence, shown while there is no mistake; often empty."""
        return self._note or self._proposal()

    def _proposal(self) -> str:
        """A sentence about the factory that the chosen protocol needs; empty if it needs none."""
        source, name = self.path.text().strip(), self.name.currentData()
        if self._problem or not source or not name:
            return ""
        try:
            proposal = propose_factory(self._file(source), name)
        except UserCodeError:  # it is shown as the mistake of the file
            return ""
        return "" if proposal is None else proposal.sentence

    @property
    def _starter(self) -> template.Template:
        return template.DATAGRAMS if self._datagrams else template.STREAM

    def _lay_out(self) -> None:
        self.path.setPlaceholderText(self._starter.file_name)
        self.path.setAccessibleName(self.tr("Python file"))
        self.name.setAccessibleName(self.tr("What serves, in the file"))
        self.start_button.setToolTip(self.tr("Write a short server to begin with, and open it"))
        self.setFocusProxy(self.path)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # for the key of its label
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.path, 1)
        line.addWidget(self.choose_button)
        line.addWidget(self.start_button)

    def _read(self) -> None:
        source = self.path.text().strip()
        chosen = self.name.currentData()
        self.name.blockSignals(True)
        self.name.clear()
        self._problem = self._load(source) if source else ""
        self.name.setCurrentIndex(max(0, self.name.findData(chosen)))
        self.name.setEnabled(self.name.count() > 0)
        self.name.blockSignals(False)
        self.changed.emit()

    def _load(self, source: str) -> str:
        """Fill `name` from the file. Returns the mistake as a sentence, or an empty text."""
        try:
            self._fill_names(source)
        except UserCodeError as error:
            if source != self._saved.source:
                return str(error)
            self.name.addItem(self._saved.name, self._saved.name)
        return ""

    def _fill_names(self, source: str) -> None:
        """Fill `name`. Raises `UserCodeError` if the file has no object that can serve."""
        if not source.lower().endswith(".py"):
            raise UserCodeError(self.tr("Choose a file whose name ends in .py."))
        offered = inspection.found_objects(self._file(source))
        usable = inspection.usable(offered, datagrams=self._datagrams)
        for offer in usable:
            self.name.addItem(f"{offer.name} ({translated(offer.kind.value)})", offer.name)
        if not usable:
            raise UserCodeError(
                self.tr("There is no Twisted DatagramProtocol to serve UDP with in it.")
                if self._datagrams
                else self.tr(
                    "There is no Twisted Protocol, Factory or function to serve with in it."
                )
            )

    def _file(self, source: str) -> Path:
        """The path of the file. Raises `UserCodeError` if the home folder in it is unknown."""
        if wrong := home_folder_problem(source):
            raise UserCodeError(wrong)
        return Path(os.path.normpath(resolve_path(source, self._folder)))

    def _choose(self) -> None:
        dialog = self._dialog(self.tr("Choose a Python file"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._show_path)
        dialog.open()

    def _ask_for_new_file(self) -> None:
        dialog = self._dialog(self.tr("Write a new Python file"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("py")
        dialog.selectFile(self._starter.file_name)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)  # it never does
        dialog.fileSelected.connect(self._write_starter)
        dialog.open()

    def _dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self, title, str(self._folder), self.tr("Python files (*.py)"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    def _write_starter(self, path: str) -> None:
        try:
            template.write(Path(path), self._starter)
        except UserCodeError as error:
            self._problem = str(error)
            self.changed.emit()
            return
        self._show_path(path)
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(path)):
            self._note = self.tr("No program here opens {0}. Edit it by hand.").format(path)
            self.changed.emit()

    def _show_path(self, path: str) -> None:
        file = Path(path)
        inside = file.is_relative_to(self._folder)
        self.path.setText(file.relative_to(self._folder).as_posix() if inside else path)
