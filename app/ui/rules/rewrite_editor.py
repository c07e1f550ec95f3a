"""The rewrite rules of a forwarding listener, in a window that acts at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from attrs import evolve
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.forwarding.holding import Direction
from app.forwarding.reading import KEYS, MAX_RULES, Alterations, parse
from app.forwarding.rewriting import Rewriter, RunningRewrite
from app.net.endpoint import Endpoint
from app.rules.reading import FRAMING_KEYS
from app.rules.spec import Unframed
from app.rules.writing import framing_keys
from app.server.listener import Listener
from app.server.workspace import Workspace
from app.text.notation import Notation, NotationError, read, write
from app.ui.rules.checking import sentence
from app.ui.rules.framing_edit import FramingEdit
from app.ui.rules.one_line import one_line
from app.ui.rules.rewrite_model import HITS, NAME, RewriteModel, Table, plain, written_of
from app.ui.rules.written_edit import WrittenEdit, line_edit
from app.ui.style.icons import Icons
from app.ui.widgets.controls import icon_button
from app.ui.widgets.dialogs import open_modal
from app.ui.widgets.labels import WrappingLabel
from app.ui.widgets.plain_text import message_box
from app.ui.widgets.tables import set_up_table
from app.ui.widgets.task_window import TaskWindow
from app.ui.widgets.translation import translated

APPLY_MS: Final = 300
"""How long after the last key the rules are applied."""

NEW: Final[Table] = {"find": "", "replace": ""}


class RewriteEditor(TaskWindow):
    """Edits the rules and the framing. They act on open connections too, as soon as they are right.

    While they have a mistake, the listener goes on with those of before.
    """

    def __init__(
        self,
        listener: Listener,
        workspace: Workspace,
        icons: Icons,
        show_save_error: Callable[[], None],
        owner: QWidget,
    ) -> None:
        """It looks as `owner` does and closes with it."""
        super().__init__(owner)
        self.listener = listener
        self._workspace = workspace
        self._show_save_error = show_save_error
        self._is_showing = False
        self._applied: object = None
        """The options of the listener when they were shown or applied last."""
        self.model = RewriteModel(self)
        self.table = QTableView()
        self.add = QPushButton(self.tr("&Add a rule"))
        self.up = icon_button(icons, "find-previous", self.tr("Apply it earlier"))
        self.down = icon_button(icons, "find-next", self.tr("Apply it later"))
        self.remove = icon_button(icons, "remove", self.tr("Remove the rule"))
        self.name = QLineEdit()
        self.direction = QComboBox()
        self.kind = QComboBox()
        self.wanted = WrittenEdit(self.tr("The bytes that are replaced"))
        self.regex = line_edit(self.tr("The expression"), self.tr(r"such as ^Host: (\S+)"))
        self.replacement = WrittenEdit(
            self.tr("What comes instead"), self.tr("such as Host: {1}:8080")
        )
        is_datagram = Endpoint.parse(listener.spec.endpoint).is_datagram
        self.framing = FramingEdit(is_datagram=is_datagram)
        self.message = line_edit(self.tr("A message to try"), self.tr("type a message to try"))
        self.outcome = WrappingLabel()
        self.trouble = WrappingLabel()
        self._wait = QTimer(self, singleShot=True, interval=APPLY_MS)
        self._wait.timeout.connect(self._apply)
        self._set_up()
        self._lay_out()
        self._bind()
        self._load()
        self.refresh()

    @property
    def running(self) -> tuple[RunningRewrite, ...]:
        """The rules as they run; none while the listener is off."""
        factory = self.listener.factory
        if factory is None or not self.listener.can_stop:
            return ()
        rewriter = getattr(factory.service, "rewriter", None)
        return rewriter.rules if isinstance(rewriter, Rewriter) else ()

    def refresh(self) -> None:
        """Show the hits of now, and follow the listener."""
        self.setWindowTitle(self.tr("Rules of {0}").format(self.listener.spec.name))
        if not self._wait.isActive() and self._applied != self._options():
            self._load()
        self.model.show_running(() if self._wait.isActive() else self.running)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._wait.isActive():
            self._apply()
        if not self.trouble.text():
            return
        event.ignore()
        if any(each.isVisible() for each in self.findChildren(QMessageBox)):
            return
        buttons = QMessageBox.StandardButton
        box = message_box(
            self,
            self.windowTitle(),
            self.tr("The rules have a mistake, so the last changes are not in use."),
            icon=QMessageBox.Icon.Question,
            buttons=buttons.Discard | buttons.Cancel,
        )
        box.finished.connect(self._answer_close)
        open_modal(box)

    def _answer_close(self, answer: int) -> None:
        if answer == QMessageBox.StandardButton.Discard.value:
            self._show_mistakes("")
            self.close()

    # Layout

    def _set_up(self) -> None:
        set_up_table(self.table, self.model, self.tr("Rewrite rules, applied one after the other"))
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for column in (NAME, HITS):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        for value, words in self.model.directions.items():
            self.direction.addItem(words, value)
        self.direction.setAccessibleName(self.tr("Direction"))
        self.kind.addItem(self.tr("bytes"), "find")
        self.kind.addItem(self.tr("an expression"), "regex")
        self.kind.setAccessibleName(self.tr("What is replaced"))
        self.name.setAccessibleName(self.tr("Name"))
        self.outcome.setObjectName("quiet")
        self.trouble.setObjectName("trouble")
        self.trouble.setProperty("wrong", True)
        self.trouble.hide()

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.addWidget(self.add)
        for button in (self.up, self.down, self.remove):
            tools.addWidget(button)
        tools.addStretch(1)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(tools)
        column.addWidget(self.table, 1)
        self.form = QWidget()
        rows = QFormLayout(self.form)
        rows.addRow(self.tr("Name"), self.name)
        rows.addRow(self.tr("Direction"), self.direction)
        what = QVBoxLayout()
        for field in (self.kind, self.wanted, self.regex):
            what.addWidget(field)
        rows.addRow(self.tr("Replaces"), what)
        rows.addRow(self.tr("By"), self.replacement)
        across = QSplitter(Qt.Orientation.Horizontal)
        across.addWidget(left)
        across.addWidget(self.form)
        across.setSizes([520, 400])
        shared = QFormLayout()
        shared.addRow(self.tr("Messages are"), self.framing)
        shared.addRow(self.tr("Tester"), self.message)
        shared.addRow(QLabel(), self.outcome)
        layout = QVBoxLayout(self)
        layout.addWidget(across, 1)
        layout.addLayout(shared)
        layout.addWidget(self.trouble)
        self.resize(960, 560)

    def _bind(self) -> None:
        self.table.selectionModel().currentRowChanged.connect(self._show_chosen)
        self.model.dataChanged.connect(self._change_model)
        for signal in (
            self.name.textChanged,
            self.direction.currentIndexChanged,
            self.kind.currentIndexChanged,
            self.wanted.changed,
            self.regex.textChanged,
            self.replacement.changed,
        ):
            signal.connect(self._take_form)
        self.framing.changed.connect(self._wait_to_apply)
        self.message.textChanged.connect(self._try)
        self.add.clicked.connect(self._add)
        self.remove.clicked.connect(self._remove)
        self.up.clicked.connect(lambda: self._move(-1))
        self.down.clicked.connect(lambda: self._move(+1))

    # Edits

    @property
    def _row(self) -> int:
        """The chosen row, or -1."""
        return self.table.currentIndex().row()

    def _options(self) -> dict[str, Any]:
        """The options that are edited here, and those that are read with them."""
        options = self.listener.spec.options
        return {key: options[key] for key in KEYS if key in options}

    def _load(self) -> None:
        """Show the rules of the listener."""
        row = max(0, self._row)
        options = self._options()
        self._applied = options
        self._show_mistakes("")
        read = parse(options)
        self._is_showing = True
        if isinstance(read, Alterations):
            self.framing.show_framing(read.framing)
        self.model.show_rules(options.get("rewrite", ()))
        self._is_showing = False
        count = self.model.rowCount()
        if count:
            self.table.selectRow(min(row, count - 1))
        self._show_chosen()
        self._try()

    def _show_chosen(self) -> None:
        row, last = self._row, self.model.rowCount() - 1
        rule = self.model.rules[row] if 0 <= row <= last else NEW
        self._is_showing = True
        self.form.setEnabled(row >= 0)
        self.name.setText(str(rule.get("name", "")))
        self.direction.setCurrentIndex(self.direction.findData(rule.get("direction", "both")))
        self.kind.setCurrentIndex(self.kind.findData("regex" if "regex" in rule else "find"))
        self.wanted.show_written(written_of(rule.get("find", "")))
        self.regex.setText(one_line(str(rule.get("regex", ""))))
        self.replacement.show_written(written_of(rule.get("replace", "")))
        self._is_showing = False
        self._show_possible()

    def _show_possible(self) -> None:
        row, last = self._row, self.model.rowCount() - 1
        is_regex = self.kind.currentData() == "regex"
        self.wanted.setVisible(not is_regex)
        self.regex.setVisible(is_regex)
        self.remove.setEnabled(row >= 0)
        self.up.setEnabled(row > 0)
        self.down.setEnabled(0 <= row < last)
        self.add.setEnabled(last + 1 < MAX_RULES)

    def _take_form(self) -> None:
        if self._is_showing or self._row < 0:
            return
        self._show_possible()
        rule: dict[str, Any] = {}
        if self.name.text():
            rule["name"] = self.name.text()
        if self.direction.currentData() != "both":
            rule["direction"] = self.direction.currentData()
        if self.kind.currentData() == "regex":
            rule["regex"] = self.regex.text()
        else:
            rule["find"] = plain(self.wanted.written)
        rule["replace"] = plain(self.replacement.written)
        if not self.model.rules[self._row].get("enabled", True):
            rule["enabled"] = False
        self.model.replace(self._row, rule)

    def _change_model(self, _first: object, _last: object, roles: object = ()) -> None:
        if not roles:  # not only the hits
            self._wait_to_apply()

    def _add(self) -> None:
        row = self._row + 1
        self.model.insert(row, NEW)
        self.table.selectRow(row)
        self._show_chosen()
        self.wanted.setFocus()

    def _remove(self) -> None:
        if self._row >= 0:
            self.model.remove(self._row)
            self._show_chosen()
            self._apply()

    def _move(self, by: int) -> None:
        row = self._row
        if row >= 0 and 0 <= row + by < self.model.rowCount():
            self.model.swap(row, row + by)
            self.table.selectRow(row + by)
            self._apply()

    def _wait_to_apply(self) -> None:
        if not self._is_showing:
            self._wait.start()

    def _entered(self) -> dict[str, Any]:
        """The options as they are entered."""
        options = {key: each for key, each in self._options().items() if key not in FRAMING_KEYS}
        framing = self.framing.framing
        if framing is not Unframed.CHUNK:
            options = {**framing_keys(framing), **options}
        options["rewrite"] = self.model.rules
        return options

    def _apply(self) -> None:
        """Give the rules to the listener and its profile, unless they have a mistake."""
        self._wait.stop()
        if self.listener not in self._workspace.deck.listeners:
            return
        entered = self._entered()
        result = parse(entered)
        mistakes = self._mistakes(result)
        self._show_mistakes(mistakes)
        if not mistakes:
            kept = {
                key: value for key, value in self.listener.spec.options.items() if key not in KEYS
            }
            if not entered["rewrite"]:
                del entered["rewrite"]
            self._applied = entered
            spec = evolve(self.listener.spec, options={**kept, **entered})
            self._workspace.change(self.listener, spec, restart=False)
            self._show_save_error()
        self._try()
        self.refresh()

    def _show_mistakes(self, mistakes: str) -> None:
        self.trouble.setText(mistakes)
        self.trouble.setVisible(bool(mistakes))

    def _mistakes(self, result: object) -> str:
        """What is wrong, and that the rules of before act; empty if nothing is."""
        found = [self.framing.mistake] if self.framing.mistake else []
        if isinstance(result, tuple):
            found += [translated(str(each)) for each in result]
        if not found:
            return ""
        goes_on = self.tr("The listener goes on with the rules of before.")
        return f"{sentence(found)} {goes_on}"

    # The tester

    def _try(self) -> None:
        """Show what the message in the tester would become, in each direction."""
        text = self.message.text()
        if not text:
            self.outcome.setText("")
            return
        alterations = parse(self._entered())
        try:
            message = read(text, Notation.ESCAPES)
        except NotationError as error:
            self.outcome.setText(sentence([str(error)]))
            return
        if not isinstance(alterations, Alterations):
            self.outcome.setText(self.tr("There are mistakes in the rules."))
            return
        failures: list[str] = []
        rewriter = Rewriter(alterations.rewrites, time.time, failures.append)
        words = self.model.directions
        results = (
            f"{words[direction.value]}: "
            f"{write(rewriter.rewrite(message, direction), Notation.ESCAPES)}"
            for direction in Direction
        )
        self.outcome.setText("\n".join([*results, *failures]))
