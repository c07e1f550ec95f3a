"""The sections of the form for the name and protocol of a listener, and for its color."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QGuiApplication, QIcon, QStandardItemModel
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLineEdit, QWidget

from app.profile import ListenerSpec, Problem
from app.profile.colors import AUTOMATIC, Color
from app.profile.spec import name_key
from app.protocols.catalog import definitions, find
from app.protocols.definition import NoOptions, ProtocolDefinition, TableOptions
from app.ui.listener_form.program import PLUGIN, PROGRAM, ProgramForm
from app.ui.listener_form.protocol_options import OptionsForm, catalog_text
from app.ui.listener_form.section import FormSection
from app.ui.listener_form.user_code import UserCodeForm
from app.ui.style.listener_colors import draw_swatch
from app.ui.widgets.labels import WrappingLabel
from app.ui.widgets.layouts import add_heading
from app.ui.widgets.translation import translated
from app.user_code.reference import PREFIX, is_user_code

_USER_CODE_PORT = 8100
"""The port that is proposed for a listener with user code."""


class IdentityForm(FormSection):
    """Asks for the name, the protocol and its options, or for the file of user code.

    A new listener gets the name of its protocol until the user types a name.
    """

    port_proposed = Signal(int)
    """The user chose a protocol for a new listener. This is its usual port."""

    program_chosen = Signal(bool, bool)
    """The user chose a protocol. First whether it is a whole program, which has its own addresses;
    second whether its code may have some."""

    def __init__(self, rows: QFormLayout, taken_names: Collection[str], folder: Path) -> None:
        """The name must not be one of `taken_names`. `folder` is that of the profile."""
        super().__init__(rows)
        self._taken = {name_key(name) for name in taken_names}
        self._shown: ListenerSpec | None = None
        self._is_name_automatic = True
        self._datagrams = False
        self.name = QLineEdit()
        self.protocol = QComboBox()
        self.summary = WrappingLabel()
        self.code = UserCodeForm(folder)
        self.auto_reload = QCheckBox(self.tr("Reload it &when the file changes"))
        self.auto_reload.setToolTip(
            self.tr("New connections run the new code; those that are there keep the old")
        )
        for entry in definitions():
            self.protocol.addItem(catalog_text(entry.title), entry.name)
        self.protocol.addItem(self.tr("Your own code"), PREFIX)
        self.protocol.addItem(self.tr("A whole Twisted program"), PROGRAM)
        self.protocol.addItem(self.tr("A plugin of twist"), PLUGIN)
        self.summary.setObjectName("quiet")
        rows.addRow(self.tr("&Name"), self.name)
        rows.addRow(self.tr("&Protocol"), self.protocol)
        rows.addRow("", self.summary)
        rows.addRow(self.tr("P&ython file"), self.code)
        rows.addRow(self.tr("&Serve with"), self.code.name)
        self.program = ProgramForm(rows, folder)
        rows.addRow("", self.auto_reload)
        self.options = OptionsForm(rows, below=self.summary, after=self.protocol)
        self._show_protocol()
        self._propose_name()
        self.name.selectAll()  # so that the user's own name takes its place
        self._connect()

    def propose(self) -> None:
        """Emit `port_proposed` for the chosen protocol."""
        self.port_proposed.emit(self._usual_port())

    def serve_datagrams(self, datagrams: bool) -> None:
        """Offer only the protocols that support UDP; all of them if `datagrams` is false."""
        if datagrams == self._datagrams:
            return
        self._datagrams = datagrams
        self.code.serve_datagrams(datagrams)
        self._enable_protocols()
        if not self._is_user_code() and not self.is_program:
            self.summary.setText(self._summary())

    def show_spec(self, spec: ListenerSpec) -> None:
        self._shown, self._is_name_automatic = spec, False
        self.name.setText(spec.name)
        self.auto_reload.setChecked(spec.auto_reload)
        kind = self.program.show_protocol(spec.protocol)
        if not kind and is_user_code(spec.protocol):
            self.code.show_reference(spec.protocol)
            kind = PREFIX
        kind = kind or spec.protocol
        self.protocol.setCurrentIndex(self.protocol.findData(kind))
        self._show_protocol()

    def values(self) -> Mapping[str, Any]:
        return {
            "name": self.name.text().strip(),
            "protocol": self._protocol(),
            "options": self.options.chosen(),
            "auto_reload": self.auto_reload.isChecked(),
        }

    def problems(self) -> list[Problem]:
        missing = self.code.problem() if self._is_user_code() else ""
        missing = self.program.problem() if self.is_program else missing
        found = self.options.problems()
        return [*found, Problem("protocol", missing)] if missing else found

    def notes(self) -> list[str]:
        return [self.code.note] if self._is_user_code() and self.code.note else []

    def reveal(self, problem: Problem) -> QWidget | None:
        field, _, option = problem.path.partition(".")
        if field == "name":
            return self.name
        if field == "options":
            return self.options.field(option)
        if field == "protocol" and self._is_user_code():
            return self.code
        if field == "protocol":
            return self.program.field if self.is_program else self.protocol
        return None

    def sentence(self, problem: Problem) -> str:
        if problem.path == "name":
            return self.tr("The name {0}.").format(translated(problem.message))
        if problem.path == "protocol":
            return problem.message
        field, _, option = problem.path.partition(".")
        if field == "options" and self.options.title(option):
            return f"{self.options.title(option)}: {translated(problem.message)}."
        return ""

    def _connect(self) -> None:
        self.name.textEdited.connect(self._keep_name)
        # Connected first: the options must be those of the new protocol before they are checked.
        self.protocol.currentIndexChanged.connect(self._choose_protocol)
        self.name.textChanged.connect(self.changed)
        self.protocol.currentIndexChanged.connect(self.changed)
        self.options.changed.connect(self.changed)
        self.code.changed.connect(self.changed)
        self.program.changed.connect(self.changed)
        self.auto_reload.toggled.connect(self.changed)

    def _keep_name(self) -> None:
        self._is_name_automatic = False

    def _choose_protocol(self) -> None:
        self._show_protocol()
        if self._shown is None:
            self._propose_name()
            self.propose()

    @property
    def is_program(self) -> bool:
        """Whether a whole program is chosen."""
        return self.protocol.currentData() in (PROGRAM, PLUGIN)

    @property
    def may_have_places(self) -> bool:
        """Whether the code may say where it listens, as services in it do."""
        return self.is_program or self._is_user_code()

    def _is_user_code(self) -> bool:
        return bool(self.protocol.currentData() == PREFIX)

    def _protocol(self) -> str:
        if self.is_program:
            return self.program.protocol()
        chosen: str = self.protocol.currentData()
        return self.code.reference() if self._is_user_code() else chosen

    def _entry(self) -> ProtocolDefinition[Any]:
        return find(self.protocol.currentData())

    def _usual_port(self) -> int:
        has_entry = not self._is_user_code() and not self.is_program
        return self._entry().port if has_entry else _USER_CODE_PORT

    def _propose_name(self) -> None:
        if not self._is_name_automatic:
            return
        has_entry = not self._is_user_code() and not self.is_program
        wish = catalog_text(self._entry().title) if has_entry else self.tr("My server")
        name, number = wish, 2
        while name_key(name) in self._taken:
            name, number = f"{wish} {number}", number + 1
        self.name.setText(name)

    def _enable_protocols(self) -> None:
        """Disable the protocols that do not support UDP while the transport is UDP."""
        model = self.protocol.model()
        assert isinstance(model, QStandardItemModel)
        for row, entry in enumerate(definitions()):
            can = not self._datagrams or entry.datagrams is not None
            model.item(row).setEnabled(can)

    def _summary(self) -> str:
        entry = self._entry()
        over_udp = entry.datagrams if self._datagrams else None
        return catalog_text(entry.summary if over_udp is None else over_udp.summary)

    def _show_protocol(self) -> None:
        protocol = self.protocol.currentData()
        self.rows.setRowVisible(self.code, self._is_user_code())
        self.rows.setRowVisible(self.code.name, self._is_user_code())
        self.program.show_choice(protocol)
        self.rows.setRowVisible(self.auto_reload, self._is_user_code() or self.is_program)
        self.program_chosen.emit(self.is_program, self.may_have_places)
        options: type = NoOptions
        tables: TableOptions | None = None
        if self.is_program:
            summary = self.tr(
                "Runs as by python or twistd, inside Portdeck, with all that you may do."
            )
        elif self._is_user_code():
            summary = self.tr("Your own code. It runs inside Portdeck, with all that you may do.")
        else:
            entry = self._entry()
            summary, options, tables = self._summary(), entry.options, entry.tables
        shown = self._shown
        is_same = shown is not None and shown.protocol == protocol
        self.summary.setText(summary)
        self.options.show_options(options, shown.options if shown and is_same else {}, tables)


class ColorForm(FormSection):
    """Asks for the colour that marks the listener. Each is shown with its name."""

    def __init__(self, rows: QFormLayout) -> None:
        super().__init__(rows)
        add_heading(rows, self.tr("In Portdeck"))
        self.color = QComboBox()
        self.color.addItem(self.tr("Any that is free"), AUTOMATIC)
        palette = QGuiApplication.palette()
        for color, word in color_words().items():
            self.color.addItem(QIcon(draw_swatch(color, palette)), word, color.value)
        self.color.setToolTip(self.tr("It marks the listener, and its connections in the table"))
        rows.addRow(self.tr("Co&lour"), self.color)
        self.color.currentIndexChanged.connect(self.changed)

    def show_spec(self, spec: ListenerSpec) -> None:
        self.color.setCurrentIndex(self.color.findData(spec.color))

    def values(self) -> Mapping[str, Any]:
        return {"color": self.color.currentData()}


def color_words() -> dict[Color, str]:
    """The name of each colour in the user's language."""
    return {
        Color.BLUE: QCoreApplication.translate("Colors", "Blue"),
        Color.ORANGE: QCoreApplication.translate("Colors", "Orange"),
        Color.GREEN: QCoreApplication.translate("Colors", "Green"),
        Color.PINK: QCoreApplication.translate("Colors", "Pink"),
        Color.SKY: QCoreApplication.translate("Colors", "Sky blue"),
        Color.RED: QCoreApplication.translate("Colors", "Red"),
        Color.PURPLE: QCoreApplication.translate("Colors", "Purple"),
        Color.TEAL: QCoreApplication.translate("Colors", "Teal"),
        Color.OLIVE: QCoreApplication.translate("Colors", "Olive"),
        Color.BROWN: QCoreApplication.translate("Colors", "Brown"),
        Color.GRAPHITE: QCoreApplication.translate("Colors", "Graphite"),
        Color.CRIMSON: QCoreApplication.translate("Colors", "Crimson"),
    }
