"""The form to make a listener or to change one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.endpoint import LARGEST_PORT, Endpoint, EndpointError
from app.own_protocol import PREFIX, is_own
from app.profile import ListenerSpec, Problem, check
from app.profile.spec import MOST_CONNECTIONS
from app.protocols.catalog import CATALOG, Entry, find
from app.protocols.options import NoOptions
from app.server.listener import needs_restart
from app.ui.listeners.options_form import OptionsForm, translated
from app.ui.listeners.own_code_form import OwnCodeForm
from app.ui.wrapping import WrappingLabel

_DESCRIPTION = ""
_OWN_PORT = 8100
"""What a listener with code of the user's own is offered."""


class ListenerForm(QDialog):
    """Asks for a spec; `spec()` is what was entered. Show it with `open()`.

    What is wrong is said while one types, and only what could be a listener can be accepted.
    """

    def __init__(
        self,
        others: Iterable[ListenerSpec],
        current: ListenerSpec | None = None,
        *,
        folder: Path,
        is_on: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """`others` are the specs of the other listeners; `current` is the one to change, `None` for
        a new listener; `is_on`: it is running. `folder` is where the profile lies."""
        super().__init__(parent)
        others = tuple(others)
        self._taken_names = [other.name for other in others]
        self._taken_ports = {Endpoint.parse(other.endpoint).port for other in others}
        self._current = current
        self._is_on = is_on
        self._name_is_ours = current is None
        self.name = QLineEdit()
        self.protocol = QComboBox()
        self.summary = WrappingLabel()
        self.code = OwnCodeForm(folder)
        self.reach = QComboBox()
        self.port = QSpinBox()
        self.description = QLineEdit()
        self.max_connections = QSpinBox()
        self.autostart = QCheckBox(self.tr("Start it together with Portdeck"))
        self.trouble = WrappingLabel(least_lines=2)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        for button in self.buttons.buttons():
            button.setIcon(QIcon())
        self._form = QFormLayout()
        self.options = OptionsForm(self._form, below=self.summary, after=self.protocol)
        self.setWindowTitle(
            self.tr("New listener") if current is None else self.tr("Edit {0}").format(current.name)
        )
        self._fill_choices()
        self._lay_out()
        self._fill(current)
        self._connect()
        self._show_what_is_wrong()

    def spec(self) -> ListenerSpec:
        """What was entered. Call it once the form is accepted."""
        return ListenerSpec(**self._values())

    def _values(self) -> dict[str, Any]:
        """What was entered, by the names of the spec's fields."""
        return {
            "name": self.name.text().strip(),
            "protocol": self._protocol(),
            "endpoint": self._endpoint(),
            "max_connections": self.max_connections.value(),
            "autostart": self.autostart.isChecked(),
            "options": self.options.chosen(),
        }

    def _fill_choices(self) -> None:
        for entry in CATALOG:
            self.protocol.addItem(translated(entry.title), entry.name)
        self.protocol.addItem(self.tr("Your own code"), PREFIX)
        for words, interface in (
            (self.tr("This computer only (127.0.0.1)"), "127.0.0.1"),
            (self.tr("This computer only, IPv6 (::1)"), "::1"),
            (self.tr("Everybody who reaches this computer (0.0.0.0)"), "0.0.0.0"),
            (self.tr("Something else: a Twisted endpoint"), _DESCRIPTION),
        ):
            self.reach.addItem(words, interface)
        self.port.setRange(0, LARGEST_PORT)
        self.max_connections.setRange(1, MOST_CONNECTIONS)
        self.description.setPlaceholderText("tcp:8007:interface=127.0.0.1")

    def _lay_out(self) -> None:
        self.summary.setObjectName("quiet")
        self.trouble.setObjectName("trouble")
        self._form.addRow(self.tr("&Name"), self.name)
        self._form.addRow(self.tr("&Protocol"), self.protocol)
        self._form.addRow("", self.summary)
        self._form.addRow(self.tr("P&ython file"), self.code)
        self._form.addRow(self.tr("&Reachable for"), self.reach)
        self._form.addRow(self.tr("P&ort"), self.port)
        self._form.addRow(self.tr("&Endpoint"), self.description)
        self._form.addRow(self.tr("Connections at &most"), self.max_connections)
        self._form.addRow("", self.autostart)
        layout = QVBoxLayout(self)
        layout.addLayout(self._form)
        layout.addStretch(1)
        layout.addWidget(self.trouble)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(460)

    def _fill(self, current: ListenerSpec | None) -> None:
        if current is None:
            self._show_protocol()
            self._take_defaults(CATALOG[0].title, CATALOG[0].port)
            self.max_connections.setValue(100)
            return
        self.name.setText(current.name)
        if is_own(current.protocol):
            self.code.show_reference(current.protocol)
        kind = PREFIX if is_own(current.protocol) else current.protocol
        self.protocol.setCurrentIndex(self.protocol.findData(kind))
        self._fill_endpoint(current.endpoint)
        self.max_connections.setValue(current.max_connections)
        self.autostart.setChecked(current.autostart)
        self._show_protocol()

    def _fill_endpoint(self, description: str) -> None:
        self.description.setText(description)
        endpoint = Endpoint.parse(description).bound()
        place = self.reach.findData(endpoint.interface)
        is_plain = endpoint.port is not None and place >= 0
        if is_plain and endpoint == Endpoint.tcp(endpoint.port or 0, endpoint.interface or ""):
            self.reach.setCurrentIndex(place)
            self.port.setValue(endpoint.port or 0)
        else:
            self.reach.setCurrentIndex(self.reach.findData(_DESCRIPTION))
        self._show_reach()

    def _connect(self) -> None:
        self.name.textEdited.connect(self._own_name)
        self.protocol.currentIndexChanged.connect(self._choose_protocol)
        self.reach.currentIndexChanged.connect(self._show_reach)
        for changed in (
            self.name.textChanged,
            self.protocol.currentIndexChanged,
            self.reach.currentIndexChanged,
            self.port.valueChanged,
            self.description.textChanged,
            self.max_connections.valueChanged,
            self.options.changed,
            self.code.changed,
        ):
            changed.connect(self._show_what_is_wrong)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def _own_name(self) -> None:
        self._name_is_ours = False

    def _choose_protocol(self) -> None:
        # Before a new name is checked: with it go the options of the new protocol.
        self._show_protocol()
        if self._current is not None:
            return
        if self._has_own_code():
            self._take_defaults(self.tr("My server"), _OWN_PORT)
        else:
            entry: Entry[Any] = find(self.protocol.currentData())
            self._take_defaults(entry.title, entry.port)

    def _has_own_code(self) -> bool:
        return bool(self.protocol.currentData() == PREFIX)

    def _protocol(self) -> str:
        return self.code.reference() if self._has_own_code() else self.protocol.currentData()

    def _take_defaults(self, title: str, port: int) -> None:
        self.port.setValue(self._free_port(port))
        if self._name_is_ours:
            self.name.setText(self._free_name(translated(title)))
        self._show_reach()

    def _free_name(self, wish: str) -> str:
        taken = {name.casefold() for name in self._taken_names}
        name, number = wish, 2
        while name.casefold() in taken:
            name, number = f"{wish} {number}", number + 1
        return name

    def _free_port(self, wish: int) -> int:
        ports = range(wish, LARGEST_PORT + 1)
        return next((port for port in ports if port not in self._taken_ports), 0)

    def _show_protocol(self) -> None:
        protocol = self.protocol.currentData()
        self._form.setRowVisible(self.code, self._has_own_code())
        if self._has_own_code():
            summary = self.tr("Your own code. It runs inside Portdeck, with all that you may do.")
            options: type = NoOptions
        else:
            entry = find(protocol)
            summary, options = translated(entry.summary), entry.options
        current = self._current
        is_same = current is not None and current.protocol == protocol
        self.summary.setText(summary)
        self.options.show_options(options, current.options if current and is_same else {})

    def _show_reach(self) -> None:
        by_description = self.reach.currentData() == _DESCRIPTION
        if by_description and not self.description.text():
            self.description.setText(str(Endpoint.tcp(self.port.value())))
        self._form.setRowVisible(self.port, not by_description)
        self._form.setRowVisible(self.description, by_description)

    def _endpoint(self) -> str:
        """The description of what was entered; that of `current`, as it was written, if equal."""
        interface = self.reach.currentData()
        if interface == _DESCRIPTION:
            return self.description.text().strip()
        endpoint = Endpoint.tcp(self.port.value(), interface)
        if self._current is not None and Endpoint.parse(self._current.endpoint).bound() == endpoint:
            return self._current.endpoint
        return str(endpoint)

    def _show_what_is_wrong(self) -> None:
        problems = check(self._values(), self._taken_names)
        problems = (*problems, *self.options.problems())
        missing = self.code.problem() if self._has_own_code() else ""
        if missing:
            problems = (
                *(problem for problem in problems if problem.path != "protocol"),
                Problem("protocol", missing),
            )
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setEnabled(not problems)
        sentences = [self._sentence(problem) for problem in problems] or [self._note()]
        self.trouble.setText("\n".join(sentences))
        self.trouble.setProperty("wrong", bool(problems))
        self.trouble.style().polish(self.trouble)
        self._show_save()

    def _sentence(self, problem: Problem) -> str:
        """The profile's words for a problem, with the label of the field instead of its key."""
        if problem.path == "name":
            return self.tr("The name {0}.").format(problem.message)
        field, _, option = problem.path.partition(".")
        if field == "options" and option:
            return f"{self.options.title(option)}: {problem.message}."
        return str(problem.message if problem.path in ("endpoint", "protocol") else problem)

    def _note(self) -> str:
        try:
            endpoint = Endpoint.parse(self._endpoint()).bound()
        except EndpointError:
            return ""
        notes = []
        if endpoint.port == 0:
            notes.append(self.tr("With port 0 it gets any free port, another one at each start."))
        if not endpoint.loopback_only:
            notes.append(self.tr("Others on your network will be able to connect."))
        return "\n".join(notes)

    def _show_save(self) -> None:
        save = self.buttons.button(QDialogButtonBox.StandardButton.Save)
        restarts = (
            save.isEnabled()
            and self._is_on
            and self._current is not None
            and needs_restart(self._current, self.spec())
        )
        save.setText(self.tr("Save and restart") if restarts else self.tr("Save"))
