"""The rows of the form for a whole program: a file with its arguments, or a plugin of `twist`."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path
from typing import Final

from attrs import evolve, frozen
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLineEdit, QPushButton, QWidget

from app.text import readable
from app.ui.widgets.dialogs import FileEdit
from app.ui.widgets.plain_text import plain_tip, set_tip
from app.ui.widgets.translation import translated
from app.user_code.programs.reference import ProgramKind, ProgramReference, is_program, program_at
from app.user_code.reference import TWIST_PREFIX, UserCodeError

_TIP: Final = Qt.ItemDataRole.ToolTipRole

PROGRAM: Final = "program"
"""The choice *A whole Twisted program*."""

PLUGIN: Final = TWIST_PREFIX
"""The choice *A plugin of twist*."""


@frozen
class _Entered:
    """The text in the rows."""

    source: str
    arguments: str


class ProgramForm(QObject):
    """Asks for a program. `protocol()` is what the profile says of it.

    A file is never run here. Plugins of `twist` are looked for when they are asked for first, which
    executes the modules that announce them, as `twist --help` does.
    """

    changed = Signal()
    """Something else was entered."""

    def __init__(self, rows: QFormLayout, folder: Path) -> None:
        """`folder` is the folder of the profile; a file below it is written short."""
        super().__init__(rows)
        self._rows = rows
        self._choice = ""
        self._kept: tuple[_Entered, ProgramReference] | None = None
        """The program of the spec that is shown, and what is entered while it is unchanged."""
        self._plugin_problem = ""
        self.file = FileEdit(
            folder,
            self.tr("Choose a Twisted program"),
            self.tr("Program"),
            kinds=self.tr("Twisted programs (*.py *.pyw *.tac);;All files (*)"),
        )
        self.file.line.setPlaceholderText("server.py")
        self.plugin = QComboBox()
        self.plugin.setAccessibleName(self.tr("Plugin"))
        self.arguments = QLineEdit()
        self.arguments.setAccessibleName(self.tr("Arguments"))
        self.options = QPushButton(self.tr("Options"))
        self.options.setToolTip(self.tr("The options that the plugin itself describes"))
        self._line = QWidget()
        line = QHBoxLayout(self._line)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.arguments, 1)
        line.addWidget(self.options)
        rows.addRow(self.tr("Pro&gram"), self.file)
        rows.addRow(self.tr("Pl&ugin"), self.plugin)
        rows.addRow(self.tr("Argu&ments"), self._line)
        self.file.changed.connect(self.changed)
        self.arguments.textChanged.connect(self.changed)
        self.plugin.currentIndexChanged.connect(self._change_plugin)
        self.show_choice("")

    def show_choice(self, choice: str) -> None:
        """Ask for what `choice` needs: `PROGRAM`, `PLUGIN`, or nothing for any other."""
        self._choice = choice
        if choice == PLUGIN and not self.plugin.count():
            self._offer_plugins()
        self._rows.setRowVisible(self.file, choice == PROGRAM)
        self._rows.setRowVisible(self.plugin, choice == PLUGIN)
        self._rows.setRowVisible(self._line, choice in (PROGRAM, PLUGIN))
        self.options.setVisible(choice == PLUGIN)

    def show_protocol(self, protocol: str) -> str:
        """Show a protocol such as `python:server.py`. Returns its choice; empty if it is none."""
        if not is_program(protocol):
            return ""
        try:
            reference = ProgramReference.parse(protocol)
        except UserCodeError:
            return ""
        choice = PLUGIN if reference.kind is ProgramKind.PLUGIN else PROGRAM
        self.show_choice(choice)
        if choice == PLUGIN:
            if self.plugin.findData(reference.source) < 0:
                self.plugin.addItem(reference.source, reference.source)
            self.plugin.setCurrentIndex(self.plugin.findData(reference.source))
        else:
            self.file.line.setText(reference.source)
        self.arguments.setText(shlex.join(reference.arguments))
        self._kept = self._entered(), reference
        return choice

    @property
    def field(self) -> QWidget:
        """The field for what is run."""
        return self.plugin if self._choice == PLUGIN else self.file

    def protocol(self) -> str:
        """The protocol of the spec. While there is a problem it is no valid one."""
        entered = self._entered()
        if self._kept is not None and self._kept[0].source == entered.source:
            start = str(evolve(self._kept[1], arguments=()))  # it may be a module
        elif self._choice == PLUGIN:
            start = TWIST_PREFIX + entered.source
        else:
            start = str(program_at(entered.source))
        return f"{start} {entered.arguments}".strip()

    def problem(self) -> str:
        """What is missing or wrong, as a sentence; empty if nothing is."""
        if not self._entered().source:
            if self._choice == PLUGIN:
                return self.tr("Choose a plugin.")
            return self.tr("Choose a program: a file that ends in .py or .tac, or a folder.")
        try:
            ProgramReference.parse(self.protocol())
        except UserCodeError as error:
            return str(error)
        return self._plugin_problem if self._choice == PLUGIN else ""

    def _entered(self) -> _Entered:
        source = self.plugin.currentData() if self._choice == PLUGIN else self.file.text()
        return _Entered(source or "", self.arguments.text().strip())

    # Plugins

    def _offer_plugins(self) -> None:
        from app.user_code.programs.twist_plugins import find_plugins  # slow to import

        found = find_plugins()
        self.plugin.blockSignals(True)
        for each in found.usable:
            self.plugin.addItem(each.name, each.name)
            self.plugin.setItemData(self.plugin.count() - 1, plain_tip(each.description), _TIP)
        self.plugin.blockSignals(False)
        set_tip(self.plugin, "\n".join(map(translated, found.problems)))
        self._offer_options()

    def _change_plugin(self) -> None:
        self._offer_options()
        self.changed.emit()

    def _offer_options(self) -> None:
        from PySide6.QtWidgets import QMenu

        from app.user_code.programs.twist_plugins import OptionKind, describe_plugin_options

        described = describe_plugin_options(self.plugin.currentData() or "")
        self._plugin_problem = described.problem
        menu = QMenu(self.options)
        for option in described.options:
            takes_value = option.kind is not OptionKind.FLAG
            default = f" [{option.default}]" if option.default else ""
            text = f"--{option.name}{'=…' if takes_value else ''}   {option.help}{default}"
            menu.addAction(
                readable.escape_mnemonics(text),
                partial(self._add_option, f"--{option.name}{'=' if takes_value else ''}"),
            )
        self.options.setMenu(menu)
        self.options.setEnabled(bool(described.options))

    def _add_option(self, text: str) -> None:
        before = self.arguments.text().rstrip()
        self.arguments.setText(f"{before} {text}".strip())
        self.arguments.setFocus()
