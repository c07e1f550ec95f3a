"""The dialog that makes or edits a listener. It is composed of a `FormSection` for each group of
rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout, QWidget

from app.profile import ListenerSpec, Problem, check
from app.profile.compare import restart_changes
from app.profile.validation import FormGroup
from app.tls.local_ca import LocalCa
from app.ui.listener_form.address import AddressForm
from app.ui.listener_form.field_notes import FieldNotes
from app.ui.listener_form.identity import ColorForm, IdentityForm
from app.ui.listener_form.section import FormSection
from app.ui.listener_form.spec_fields import SpecFieldsForm
from app.ui.listener_form.tls import TlsForm
from app.ui.style.tokens import Tint
from app.ui.widgets.dialogs import dialog_buttons, keep_on_screen
from app.ui.widgets.labels import WrappingLabel
from app.ui.widgets.layouts import FittingContent, FittingScroll, widen_labels
from app.ui.widgets.translation import listed, translated


class ListenerForm(QDialog):
    """Asks for a spec, which `spec()` returns. Show it with `open()`.

    Mistakes are shown while the user types. The dialog can be accepted only without mistakes.
    """

    def __init__(
        self,
        others: Iterable[ListenerSpec],
        current: ListenerSpec | None = None,
        *,
        folder: Path,
        ca_folder: Path | None = None,
        running: ListenerSpec | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`others` has the specs of the other listeners. `current` is the spec to change; `None`
        makes a new listener. `running` is the spec that the listener was started with, if it runs.
        `folder` is the folder of the profile. `ca_folder` is the folder of the local CA; `None` is
        that of the user."""
        super().__init__(parent)
        others = tuple(others)
        self._used_names = [other.name for other in others]
        self._current = current
        self._running = running
        self.restarts = True
        """Whether to restart the running listener now, if the changes need that."""
        content = FittingContent()
        rows = QFormLayout(content)
        rows.setContentsMargins(0, 0, 0, 0)
        self.identity = IdentityForm(rows, self._used_names, folder)
        self.address = AddressForm(rows, [other.endpoint for other in others], folder)
        self.tls = TlsForm(rows, folder, LocalCa(ca_folder))
        self.limits = SpecFieldsForm(rows, FormGroup.LIMITS, self.tr("Limits"))
        self.color = ColorForm(rows)
        self.switches = SpecFieldsForm(rows, FormGroup.SWITCHES)
        self._sections: tuple[FormSection, ...] = (
            self.identity,
            self.address,
            self.tls,
            self.limits,
            self.color,
            self.switches,
        )
        widen_labels(rows)
        self.trouble = WrappingLabel()
        self.buttons = dialog_buttons(
            QDialogButtonBox.StandardButton.Save, QDialogButtonBox.StandardButton.Cancel
        )
        self.starts = False
        """Whether the listener shall be started after it is saved."""
        self.start = self.buttons.addButton(
            self.tr("Save and start"), QDialogButtonBox.ButtonRole.ActionRole
        )
        later = self.tr("Save, restart later")
        self.later = self.buttons.addButton(later, QDialogButtonBox.ButtonRole.ActionRole)
        self.setWindowTitle(
            self.tr("New listener") if current is None else self.tr("Edit {0}").format(current.name)
        )
        self._notes = FieldNotes(rows, is_touched=current is not None)
        self.said = ""
        """All that the form says, a sentence a line."""
        self._lay_out(content)
        self._fill()
        self._connect()
        self._validate()

    def spec(self) -> ListenerSpec:
        """The entered spec. Call it after the form was accepted."""
        values = self._values()
        if self._current is None:
            return ListenerSpec(**values)
        return evolve(self._current, **values)

    def _lay_out(self, content: FittingContent) -> None:
        self.later.setToolTip(self.tr("It goes on as it is until it starts again"))
        self.trouble.setObjectName("trouble")
        self._content = content
        self._shrink = QTimer(self, singleShot=True, interval=0)
        self._shrink.timeout.connect(self._fit)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addWidget(FittingScroll(content), 1)
        layout.addWidget(self.trouble)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(480)

    def _fill(self) -> None:
        self.identity.port_proposed.connect(self.address.propose_port)
        self.identity.program_chosen.connect(self.address.serve_program)
        self.address.serve_program(self.identity.is_program, self.identity.may_have_places)
        self.address.changed.connect(self._update_for_address)
        if self._current is None:
            self.identity.propose()
        else:
            for part in self._sections:
                part.show_spec(self._current)
        self._update_for_address()

    def _update_for_address(self) -> None:
        """The address decides which protocols, limits and TLS settings there are."""
        endpoint = self.address.endpoint()
        datagrams = endpoint is not None and endpoint.is_datagram
        self.identity.serve_datagrams(datagrams)
        self.limits.serve_datagrams(datagrams)
        self.tls.show_address(self.address.chosen, endpoint)

    def _connect(self) -> None:
        for part in self._sections:
            part.changed.connect(self._validate)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.later.clicked.connect(self._save_for_later)
        self.start.clicked.connect(self._save_and_start)
        self._content.size_hint_changed.connect(self._shrink.start)

    def _values(self) -> dict[str, Any]:
        return {name: value for part in self._sections for name, value in part.values().items()}

    def _problems(self) -> list[Problem]:
        """All problems. At a path where a section has a problem, that of `check` is left out."""
        own = [problem for part in self._sections for problem in part.problems()]
        known = {problem.path for problem in own}
        values = self._values()
        if self._current is not None:
            # No section asks for the faults, and another endpoint may not support them.
            values.setdefault("faults", self._current.faults)
        found = check(values, self._used_names)
        return [*(problem for problem in found if problem.path not in known), *own]

    def _validate(self) -> None:
        problems = self._problems()
        for button in (self.buttons.button(QDialogButtonBox.StandardButton.Save), self.start):
            button.setEnabled(not problems)
        elsewhere = self._show_at_fields(problems)
        notes = [note for part in self._sections for note in part.notes()]
        changes: Sequence[str] = ()
        if self._running is not None and not problems:
            changes = restart_changes(self._running, self.spec())
        if changes:
            notes.append(self._restart_note(changes))
        said = [self._sentence(problem) for problem in problems]
        warnings = [text for part in self._sections for text in part.warnings().values()]
        self.said = "\n".join(said or [*warnings, *notes])
        self.trouble.setText("\n".join(elsewhere if problems else notes))
        self.trouble.setVisible(bool(self.trouble.text()))
        self.trouble.setProperty("wrong", bool(problems))
        self.trouble.style().polish(self.trouble)
        self._show_save(changes)

    def _show_at_fields(self, problems: Sequence[Problem]) -> list[str]:
        """Show each problem and each warning at its field. Returns the sentences of problems that
        have no field."""
        shown: dict[QWidget, tuple[str, Tint]] = {}
        elsewhere = []
        for problem in problems:
            fields = (part.reveal(problem) for part in self._sections)
            field = next((each for each in fields if each is not None), None)
            text = self._sentence(problem)
            if field is None:
                elsewhere.append(text)
            else:
                before = f"{shown[field][0]}\n" if field in shown else ""
                shown[field] = (before + text, Tint.DANGER)
        for part in self._sections:
            for warned, text in part.warnings().items():
                shown.setdefault(warned, (text, Tint.WARNING))
        self._notes.show(shown)
        return elsewhere

    def _sentence(self, problem: Problem) -> str:
        """The sentence for a problem, with the label of the field instead of its path."""
        said = (part.sentence(problem) for part in self._sections)
        return translated(next(filter(None, said), str(problem)))

    def _show_save(self, changes: Sequence[str]) -> None:
        """Label the buttons; `changes` has the fields that need a restart."""
        save = self.buttons.button(QDialogButtonBox.StandardButton.Save)
        save.setText(self.tr("Save and restart") if changes else self.tr("Save"))
        self.later.setVisible(bool(changes))
        self.start.setVisible(self._running is None)

    def _restart_note(self, changes: Sequence[str]) -> str:
        words = {
            "endpoint": self.tr("where it listens"),
            "protocol": self.tr("what it speaks"),
            "options": self.tr("the options of its protocol"),
            "tls": self.tr("how it is encrypted"),
        }
        changed = listed(words[name] for name in changes)
        said = self.tr("It runs, and must restart to change {0}; that closes its connections.")
        return said.format(changed)

    def _fit(self) -> None:
        """Become as high as the rows that are shown, and wide enough for their labels."""
        layout = self.layout()
        assert layout is not None
        layout.activate()
        width = max(self.width(), self.minimumSizeHint().width())
        self.resize(width, self.sizeHint().height())
        keep_on_screen(self)

    def _save_and_start(self) -> None:
        self.starts = True
        self.accept()

    def _save_for_later(self) -> None:
        self.restarts = False
        self.accept()
