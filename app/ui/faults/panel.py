"""The faults of one listener, or of one connection, in a window that acts at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attrs import evolve
from PySide6.QtCore import QRegularExpression, QTimer, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.faults.reading import LARGEST_SEED
from app.faults.spec import AT_ACCEPT, KINDS_OF, Fault, FaultLeg, TransportKind, armed
from app.profile import ListenerSpec
from app.profile.spec import target_transport_of, transport_of
from app.server.connections.connection import Connection
from app.server.listener import Listener
from app.server.workspace import Workspace
from app.ui.faults.editor import FaultsEditor
from app.ui.faults.fault_row import Kinds
from app.ui.style.icons import Icons
from app.ui.widgets.labels import WrappingLabel
from app.ui.widgets.task_window import TaskWindow

APPLY_MS: Final = 40
"""Changes that come closer together are applied together: a slider moves 60 times a second."""


def kinds_of(spec: ListenerSpec) -> Kinds:
    """The kinds that a listener can have, at each leg."""
    target = target_transport_of(spec)
    return {
        FaultLeg.CLIENT: KINDS_OF[transport_of(spec)],
        FaultLeg.TARGET: frozenset() if target is None else KINDS_OF[target],
    }


class ListenerTarget:
    """The faults of a listener, which its profile keeps."""

    def __init__(self, listener: Listener, workspace: Workspace, saved: Callable[[], None]) -> None:
        """`saved` is called after each change, to show why it was not saved."""
        self.listener = listener
        self._workspace = workspace
        self._saved = saved

    @property
    def subject(self) -> Listener:
        return self.listener

    @property
    def title(self) -> str:
        return self.listener.spec.name

    @property
    def is_there(self) -> bool:
        return self.listener in self._workspace.deck.listeners

    @property
    def kinds(self) -> Kinds:
        return kinds_of(self.listener.spec)

    @property
    def faults(self) -> tuple[Fault, ...]:
        return self.listener.spec.faults

    @property
    def has_chance(self) -> bool:
        """Whether a fault can miss something that it could hit."""
        return True

    @property
    def seed(self) -> int | None:
        """The seed of its random decisions."""
        return self.listener.spec.seed

    def apply(self, faults: tuple[Fault, ...]) -> None:
        self._change(faults, self.seed)

    def apply_seed(self, seed: int | None) -> None:
        """Set another seed; `None` for another one at each start."""
        self._change(self.faults, seed)

    def _change(self, faults: tuple[Fault, ...], seed: int | None) -> None:
        if self.is_there and (faults, seed) != (self.faults, self.seed):
            spec = evolve(self.listener.spec, faults=faults, seed=seed)
            self._workspace.change(self.listener, spec, restart=False)
            self._saved()


class ConnectionTarget:
    """The faults of one connection alone. They replace those of its listener."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @property
    def subject(self) -> Connection:
        return self.connection

    @property
    def title(self) -> str:
        return f"{self.connection.factory.spec.name} · {self.connection.peer}"

    @property
    def is_there(self) -> bool:
        return self.connection.connected

    @property
    def kinds(self) -> Kinds:
        kinds = kinds_of(self.connection.factory.spec)
        return {leg: those - AT_ACCEPT for leg, those in kinds.items()}

    @property
    def has_own(self) -> bool:
        """Whether the faults of its listener do not act on it."""
        return self.connection.own_faults is not None

    @property
    def has_chance(self) -> bool:
        """Whether a fault can miss something: a datagram. The connection itself is always hit."""
        spec = self.connection.factory.spec
        return TransportKind.DATAGRAMS in (transport_of(spec), target_transport_of(spec))

    @property
    def faults(self) -> tuple[Fault, ...]:
        own = self.connection.own_faults
        if own is not None:
            return own
        listed = self.connection.factory.faults.faults
        return tuple(self._alone(each) for each in listed if each.kind not in AT_ACCEPT)

    def _alone(self, fault: Fault) -> Fault:
        """A fault of the listener as one of this connection: it is off if it has missed it."""
        if self.has_chance:
            return fault
        return evolve(fault, enabled=fault in self.connection.acting_faults, chance=1.0)

    def apply(self, faults: tuple[Fault, ...]) -> None:
        if self.is_there:
            self.connection.set_faults(faults)

    def follow_listener(self) -> None:
        """Let the faults of its listener act on it again."""
        if self.is_there:
            self.connection.set_faults(None)


class FaultsPanel(TaskWindow):
    """Edits the faults of a target. A change acts within `APPLY_MS`."""

    applied = Signal()
    """The target has the faults that are shown."""

    def __init__(
        self, target: ListenerTarget | ConnectionTarget, icons: Icons, owner: QWidget
    ) -> None:
        """It looks as `owner` does and closes with it."""
        super().__init__(owner)
        self.target = target
        self.editor = FaultsEditor(target.kinds, icons, has_chance=target.has_chance)
        self.note = WrappingLabel()
        self.seed = QLineEdit(self)
        self.as_listener = QPushButton(self.tr("As the &listener"))
        self.all_off = QPushButton(self.tr("&Switch all off"))
        self._wait = QTimer(self, singleShot=True, interval=APPLY_MS)
        self._wait.timeout.connect(self._apply)
        self._lay_out()
        self.editor.changed.connect(self._wait_to_apply)
        self.all_off.clicked.connect(self.switch_off)
        self.as_listener.clicked.connect(self._follow_listener)
        self.seed.editingFinished.connect(self._apply_seed)
        self.refresh()

    def refresh(self) -> None:
        """Show the target as it is now, unless a change of the user is about to be applied."""
        if not self.target.is_there:
            self._wait.stop()
        if self.editor.kinds != self.target.kinds:
            self.editor.use_kinds(self.target.kinds)
        if not self._wait.isActive():
            if self.editor.faults != self.target.faults:
                self.editor.show_faults(self.target.faults)
            self._show_seed()
        self._show_state()

    def switch_off(self) -> None:
        """Keep all faults, and let none of them act."""
        self.editor.show_faults(tuple(evolve(each, enabled=False) for each in self.editor.faults))
        self._apply()

    def closeEvent(self, event: object) -> None:
        if self._wait.isActive():
            self._wait.stop()
            self._apply()

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        if isinstance(self.target, ListenerTarget):
            label = QLabel(self.tr("S&eed"))
            label.setBuddy(self.seed)
            tip = self.tr("With the same number, a run repeats. Empty: each start is different.")
            digits = QRegularExpression(r"\d{0,19}")
            self.seed.setValidator(QRegularExpressionValidator(digits, self.seed))
            self.seed.setPlaceholderText(self.tr("different at each start"))
            self.seed.setToolTip(tip)
            bar.addWidget(label)
            bar.addWidget(self.seed, 1)
            self.as_listener.hide()
        else:
            self.seed.hide()
            self.as_listener.setToolTip(
                self.tr("Let the faults of the listener act on this connection again")
            )
            bar.addWidget(self.as_listener)
        bar.addStretch(1)
        bar.addWidget(self.all_off)
        self.note.setObjectName("quiet")
        layout = QVBoxLayout(self)
        layout.addWidget(self.note)
        layout.addWidget(self.editor, 1)
        layout.addLayout(bar)
        self.resize(640, 560)

    def _show_state(self) -> None:
        target = self.target
        self.setWindowTitle(self.tr("Faults of {0}").format(target.title))
        self.note.setText(self._note())
        self.editor.setEnabled(target.is_there)
        self.seed.setEnabled(target.is_there)
        self.all_off.setEnabled(target.is_there and bool(armed(self.editor.faults)))
        if isinstance(target, ConnectionTarget):
            self.as_listener.setEnabled(target.is_there and target.has_own)

    def _note(self) -> str:
        target = self.target
        if isinstance(target, ListenerTarget):
            if not target.is_there:
                return self.tr("The listener was removed.")
            return self.tr("They act on all connections, from the first one to the last.")
        if not target.is_there:
            return self.tr("The connection is closed.")
        if target.has_own:
            return self.tr("They act on this connection alone, instead of those of its listener.")
        return self.tr(
            "These are the faults of the listener. A change is for this connection alone."
        )

    def _show_seed(self) -> None:
        if isinstance(self.target, ListenerTarget) and not self.seed.hasFocus():
            seed = self.target.seed
            self.seed.setText("" if seed is None else str(seed))

    def _wait_to_apply(self) -> None:
        if not self._wait.isActive():
            self._wait.start()

    def _apply(self) -> None:
        self.target.apply(self.editor.faults)
        self._show_state()
        self.applied.emit()

    def _apply_seed(self) -> None:
        if isinstance(self.target, ListenerTarget):
            text = self.seed.text()
            self.target.apply_seed(min(int(text), LARGEST_SEED) if text else None)

    def _follow_listener(self) -> None:
        if isinstance(self.target, ConnectionTarget):
            self._wait.stop()
            self.target.follow_listener()
            self.refresh()
            self.applied.emit()
