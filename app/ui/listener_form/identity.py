"""The first part of the form: what a listener is called, and what it speaks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QGuiApplication, QIcon, QStandardItemModel
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLineEdit

from app.profile import ListenerSpec, Problem
from app.profile.spec import AUTOMATIC, Color, comparable
from app.protocols.catalog import definitions, find
from app.protocols.definition import NoOptions, ProtocolDefinition
from app.ui.listener_form.protocol_options import OptionsForm, translated
from app.ui.listener_form.section import FormSection
from app.ui.listener_form.user_code import UserCodeForm
from app.ui.style.theme import draw_swatch
from app.ui.widgets.labels import WrappingLabel
from app.user_code.reference import PREFIX, is_user_code

_OWN_PORT = 8100
"""What a listener with code of the user's own is offered."""


class IdentityForm(FormSection):
    """Asks for name, protocol, its options, and the file of a protocol of the user's own.

    The name of a new listener follows its protocol until the user types one.
    """

    port_proposed = Signal(int)
    """A new listener got another protocol, which is usually found at this port."""

    def __init__(self, rows: QFormLayout, taken_names: Collection[str], folder: Path) -> None:
        """No listener may have one of `taken_names`. `folder` is where the profile lies."""
        super().__init__(rows)
        self._taken = {comparable(name) for name in taken_names}
        self._shown: ListenerSpec | None = None
        self._name_is_ours = True
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
            self.protocol.addItem(translated(entry.title), entry.name)
        self.protocol.addItem(self.tr("Your own code"), PREFIX)
        self.summary.setObjectName("quiet")
        rows.addRow(self.tr("&Name"), self.name)
        rows.addRow(self.tr("&Protocol"), self.protocol)
        rows.addRow("", self.summary)
        rows.addRow(self.tr("P&ython file"), self.code)
        rows.addRow(self.tr("&Serve with"), self.code.name)
        rows.addRow("", self.auto_reload)
        self.options = OptionsForm(rows, below=self.summary, after=self.protocol)
        self._show_protocol()
        self._propose_name()
        self._connect()

    def propose(self) -> None:
        """Tell where the protocol that a new listener begins with is usually found."""
        self.port_proposed.emit(self._usual_port())

    def serve_datagrams(self, datagrams: bool) -> None:
        """Ask for what serves UDP from now on, or again for what serves connections."""
        if datagrams == self._datagrams:
            return
        self._datagrams = datagrams
        self.code.serve_datagrams(datagrams)
        self._offer_protocols()
        if not self._is_own():
            self.summary.setText(self._summary())

    def show_spec(self, spec: ListenerSpec) -> None:
        self._shown, self._name_is_ours = spec, False
        self.name.setText(spec.name)
        self.auto_reload.setChecked(spec.auto_reload)
        if is_user_code(spec.protocol):
            self.code.show_reference(spec.protocol)
        kind = PREFIX if is_user_code(spec.protocol) else spec.protocol
        self.protocol.setCurrentIndex(self.protocol.findData(kind))
        self._show_protocol()

    def values(self) -> Mapping[str, Any]:
        return {
            "name": self.name.text().strip(),
            "protocol": self.code.reference() if self._is_own() else self.protocol.currentData(),
            "options": self.options.chosen(),
            "auto_reload": self.auto_reload.isChecked(),
        }

    def problems(self) -> list[Problem]:
        missing = self.code.problem() if self._is_own() else ""
        found = self.options.problems()
        return [*found, Problem("protocol", missing)] if missing else found

    def notes(self) -> list[str]:
        return [self.code.note] if self._is_own() and self.code.note else []

    def sentence(self, problem: Problem) -> str:
        if problem.path == "name":
            return self.tr("The name {0}.").format(problem.message)
        if problem.path == "protocol":
            return problem.message
        field, _, option = problem.path.partition(".")
        if field == "options" and option:
            return f"{self.options.title(option)}: {problem.message}."
        return ""

    def _connect(self) -> None:
        self.name.textEdited.connect(self._own_name)
        # Before anything is checked: with a protocol go its options.
        self.protocol.currentIndexChanged.connect(self._choose_protocol)
        self.name.textChanged.connect(self.changed)
        self.protocol.currentIndexChanged.connect(self.changed)
        self.options.changed.connect(self.changed)
        self.code.changed.connect(self.changed)
        self.auto_reload.toggled.connect(self.changed)

    def _own_name(self) -> None:
        self._name_is_ours = False

    def _choose_protocol(self) -> None:
        self._show_protocol()
        if self._shown is None:
            self._propose_name()
            self.propose()

    def _is_own(self) -> bool:
        return bool(self.protocol.currentData() == PREFIX)

    def _entry(self) -> ProtocolDefinition[Any]:
        return find(self.protocol.currentData())

    def _usual_port(self) -> int:
        return _OWN_PORT if self._is_own() else self._entry().port

    def _propose_name(self) -> None:
        if not self._name_is_ours:
            return
        wish = self.tr("My server") if self._is_own() else translated(self._entry().title)
        name, number = wish, 2
        while comparable(name) in self._taken:
            name, number = f"{wish} {number}", number + 1
        self.name.setText(name)

    def _offer_protocols(self) -> None:
        """What cannot be spoken over UDP is there, but cannot be chosen for it."""
        model = self.protocol.model()
        assert isinstance(model, QStandardItemModel)
        for row, entry in enumerate(definitions()):
            can = not self._datagrams or entry.datagrams is not None
            model.item(row).setEnabled(can)

    def _summary(self) -> str:
        entry = self._entry()
        over_udp = entry.datagrams if self._datagrams else None
        return translated(entry.summary if over_udp is None else over_udp.summary)

    def _show_protocol(self) -> None:
        protocol = self.protocol.currentData()
        self.rows.setRowVisible(self.code, self._is_own())
        self.rows.setRowVisible(self.code.name, self._is_own())
        self.rows.setRowVisible(self.auto_reload, self._is_own())
        if self._is_own():
            summary = self.tr("Your own code. It runs inside Portdeck, with all that you may do.")
            options: type = NoOptions
        else:
            summary, options = self._summary(), self._entry().options
        shown = self._shown
        is_same = shown is not None and shown.protocol == protocol
        self.summary.setText(summary)
        self.options.show_options(options, shown.options if shown and is_same else {})


# MERGED ui/listeners/color_form: The part of the form that asks for the colour of a listener.


class ColorForm(FormSection):
    """Offers the colours by name and by sight."""

    def __init__(self, rows: QFormLayout) -> None:
        super().__init__(rows)
        self.add_heading(self.tr("In Portdeck"))
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
    """What a person calls each colour."""
    return {
        Color.BLUE: QCoreApplication.translate("Colors", "Blue"),
        Color.ORANGE: QCoreApplication.translate("Colors", "Orange"),
        Color.GREEN: QCoreApplication.translate("Colors", "Green"),
        Color.PINK: QCoreApplication.translate("Colors", "Pink"),
        Color.SKY: QCoreApplication.translate("Colors", "Sky blue"),
        Color.RED: QCoreApplication.translate("Colors", "Red"),
    }
