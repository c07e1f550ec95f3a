"""The rewrite rules of a forwarding listener, in a window that acts at once."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QMessageBox,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app.forwarding.holding import Direction
from app.forwarding.reading import KEYS, MAX_RULES, Alterations, parse
from app.forwarding.rewriting import Rewriter, RunningRewrite
from app.net.endpoint import Endpoint
from app.rules.reading import FRAMING_KEYS, MAX_SIZE
from app.rules.spec import MessageFraming, Unframed, Written
from app.rules.writing import framing_keys
from app.server.listener import Listener
from app.server.workspace import Workspace
from app.text.notation import Notation, NotationError, read, write
from app.text.problems import Problem
from app.ui.rules.byte_fields import WrittenEdit, line_edit
from app.ui.rules.edited_rules import one_line, sentence
from app.ui.rules.rule_list import RuleList, RuleRows
from app.ui.style.icons import Icons
from app.ui.style.palette import quiet_color
from app.ui.widgets.framing_form import FramingForm
from app.ui.widgets.labels import MistakeLabel, WrappingLabel
from app.ui.widgets.layouts import fill
from app.ui.widgets.tables import Index
from app.ui.widgets.task_window import ListenerWindow
from app.ui.widgets.translation import translated

APPLY_MS: Final = 300
"""How long after the last key the rules are applied."""

Table = Mapping[str, Any]
"""One rule, with the keys of `[[listener.options.rewrite]]`."""

NEW: Final[Table] = {"find": "", "replace": ""}

DIRECTION, FIND, REPLACE, HITS = range(1, 5)


def written_of(value: object) -> Written:
    """The value of `find` or `replace` in a profile."""
    if isinstance(value, Mapping):
        return Written(str(value.get("hex", "")), Notation.HEX)
    return Written(str(value))


def plain(written: Written) -> Any:
    """`written` as a profile has it."""
    return {"hex": written.text} if written.notation is Notation.HEX else written.text


class RewriteModel(RuleRows[Table]):
    """The rules in the plain values of a profile."""

    def __init__(self, parent: QObject | None = None) -> None:
        titles = (
            self.tr("Rule"),
            self.tr("Direction"),
            self.tr("Replaces"),
            self.tr("By"),
            self.tr("Hits"),
        )
        super().__init__(titles, parent)
        self._running: Sequence[RunningRewrite] = ()
        self.directions = {
            "both": self.tr("both ways"),
            "in": self.tr("from the client"),
            "out": self.tr("to the client"),
        }
        """The directions of a profile, and their words."""

    def show_running(self, running: Sequence[RunningRewrite]) -> None:
        """Show the hits of the rules that run; they are those of the table, in its order."""
        self._running = running
        self.hits_changed()

    def is_on(self, rule: Table) -> bool:
        return bool(rule.get("enabled", True))

    def switched(self, rule: Table, on: bool) -> Table:
        kept = {key: value for key, value in rule.items() if key != "enabled"}
        return kept if on else {**kept, "enabled": False}

    def text(self, rule: Table, index: Index) -> str:
        match index.column():
            case 0:
                return str(rule.get("name", ""))
            case 1:
                return self.directions.get(rule.get("direction", "both"), "")
            case 2 if "regex" in rule:
                return f"/{one_line(str(rule['regex']))}/"
            case 2:
                return one_line(written_of(rule.get("find", "")).text)
            case 3:
                return one_line(written_of(rule.get("replace", "")).text)
        if len(self._running) != len(self.rows):  # a rule was added or removed since then
            return ""
        return f"{self._running[index.row()].hits:,}"

    def ink(self, rule: Table, column: int) -> Any:
        return None if self.is_on(rule) else quiet_color(QGuiApplication.palette())


class RewriteEditor(ListenerWindow):
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
        super().__init__(listener, workspace, show_save_error, owner, wait_ms=APPLY_MS)
        self._applied: object = None
        """The options of the listener when they were shown or applied last."""
        self.model = RewriteModel(self)
        self.rules = RuleList(
            self.model,
            NEW,
            MAX_RULES,
            self.tr("Rewrite rules, applied one after the other"),
            self.tr("No rule yet, so all bytes pass as they are."),
            icons,
        )
        self.name = QLineEdit()
        self.direction = QComboBox()
        self.kind = QComboBox()
        self.wanted = WrittenEdit(self.tr("The bytes that are replaced"))
        self.regex = line_edit(self.tr("The expression"), self.tr(r"such as ^Host: (\S+)"))
        self.replacement = WrittenEdit(
            self.tr("What comes instead"), self.tr("such as Host: {1}:8080")
        )
        is_datagram = Endpoint.parse(listener.spec.endpoint).is_datagram
        unframed = Unframed.DATAGRAM if is_datagram else Unframed.CHUNK
        self.framing: FramingForm[MessageFraming] = FramingForm(unframed=unframed, longest=MAX_SIZE)
        self.message = line_edit(self.tr("A message to try"), self.tr("type a message to try"))
        self.outcome = WrappingLabel()
        self.at_once = WrappingLabel()
        self.trouble = MistakeLabel()
        self._set_up()
        self._lay_out()
        self._bind()
        self._load()
        self.refresh()

    @property
    def running(self) -> tuple[RunningRewrite, ...]:
        """The rules as they run; none while the listener is off."""
        rewriter = self.listener.part("rewriter", Rewriter)
        return () if rewriter is None else rewriter.rules

    @property
    def is_changed(self) -> bool:
        """Whether something was entered that is not in use, because it has a mistake."""
        if self._wait.isActive():
            self.look_at_entered()
        return bool(self.trouble.text())

    def refresh(self) -> None:
        """Show the hits of now, and follow the listener."""
        self.setWindowTitle(self.tr("Rules of {0}").format(self.listener.spec.name))
        if not self._wait.isActive() and self._applied != self._options():
            self._load()
        self.model.show_running(() if self._wait.isActive() else self.running)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.is_changed:
            buttons = QMessageBox.StandardButton
            self.ask_before_closing(
                event,
                self.tr("The rules have a mistake, so the last changes are not in use."),
                buttons.Discard | buttons.Cancel,
                self._answer_close,
            )

    def _answer_close(self, answer: int) -> None:
        if answer == QMessageBox.StandardButton.Discard.value:
            self.trouble.setText("")
            self.close()

    # Layout

    def _set_up(self) -> None:
        for value, words in self.model.directions.items():
            self.direction.addItem(words, value)
        self.direction.setAccessibleName(self.tr("Direction"))
        self.kind.addItem(self.tr("bytes"), "find")
        self.kind.addItem(self.tr("an expression"), "regex")
        self.kind.setAccessibleName(self.tr("What is replaced"))
        self.name.setAccessibleName(self.tr("Name"))
        self.outcome.setObjectName("quiet")
        self.at_once.setText(self.tr("Changes act at once, on open connections too."))
        self.at_once.setObjectName("quiet")

    def _lay_out(self) -> None:
        self.form = QWidget()
        rows = QFormLayout(self.form)
        rows.addRow(self.tr("Name"), self.name)
        rows.addRow(self.tr("Direction"), self.direction)
        what = QVBoxLayout()
        for field in (self.kind, self.wanted, self.regex):
            what.addWidget(field)
        rows.addRow(self.tr("Replaces"), what)
        rows.addRow(self.tr("By"), self.replacement)
        rows.addRow("", self.at_once)
        across = QSplitter(Qt.Orientation.Horizontal)
        across.addWidget(self.rules)
        across.addWidget(self.form)
        across.setSizes([520, 400])
        shared = QFormLayout()
        shared.addRow(self.tr("Messages are"), self.framing)
        shared.addRow(self.tr("Tester"), self.message)
        shared.addRow(QLabel(), self.outcome)
        fill(QVBoxLayout(self), (across, 1), shared, self.trouble)
        self.resize(960, 560)

    def _bind(self) -> None:
        self.rules.chosen.connect(self._show_chosen)
        self.rules.added.connect(self._begin_rule)
        self.rules.rearranged.connect(self.look_at_entered)
        self.rules.changed.connect(self.wait_for_more)
        for signal in (
            self.name.textChanged,
            self.direction.currentIndexChanged,
            self.kind.currentIndexChanged,
            self.wanted.changed,
            self.regex.textChanged,
            self.replacement.changed,
        ):
            signal.connect(self._take_form)
        self.framing.changed.connect(self.wait_for_more)
        self.message.textChanged.connect(self._try)

    # Edits

    def _options(self) -> dict[str, Any]:
        """The options that are edited here, and those that are read with them."""
        options = self.listener.spec.options
        return {key: options[key] for key in KEYS if key in options}

    def _load(self) -> None:
        """Show the rules of the listener."""
        options = self._options()
        self._applied = options
        self.trouble.setText("")
        read = parse(options)
        self._is_showing = True
        if isinstance(read, Alterations):
            self.framing.show_framing(read.framing)
        self._is_showing = False
        self.rules.show_rules(options.get("rewrite", ()))
        self._try()

    def _show_chosen(self) -> None:
        rule = self.rules.rule
        self._is_showing = True
        self.form.setEnabled(self.rules.row >= 0)
        self.name.setText(str(rule.get("name", "")))
        self.direction.setCurrentIndex(self.direction.findData(rule.get("direction", "both")))
        self.kind.setCurrentIndex(self.kind.findData("regex" if "regex" in rule else "find"))
        self.wanted.show_written(written_of(rule.get("find", "")))
        self.regex.setText(one_line(str(rule.get("regex", ""))))
        self.replacement.show_written(written_of(rule.get("replace", "")))
        self._is_showing = False
        self._show_possible()

    def _show_possible(self) -> None:
        is_regex = self.kind.currentData() == "regex"
        self.wanted.setVisible(not is_regex)
        self.regex.setVisible(is_regex)

    def _take_form(self) -> None:
        if self._is_showing:
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
        self.rules.replace_chosen(rule)

    def _begin_rule(self) -> None:
        """Wait for what the new rule replaces. A duplicate has it."""
        self.wanted.setFocus()
        if self.rules.rule != NEW:
            self.wait_for_more()

    def _entered(self) -> dict[str, Any]:
        """The options as they are entered."""
        options = {key: each for key, each in self._options().items() if key not in FRAMING_KEYS}
        framing = self.framing.framing
        if framing is not Unframed.CHUNK:
            options = {**framing_keys(framing), **options}
        options["rewrite"] = list(self.model.rows)
        return options

    def look_at_entered(self) -> None:
        """Give the rules to the listener and its profile, unless they have a mistake."""
        self._wait.stop()
        if not self.is_listed:
            return
        entered = self._entered()
        result = parse(entered)
        mistakes = self._mistakes(result)
        self.trouble.setText(mistakes)
        if not mistakes:
            kept = {
                key: value for key, value in self.listener.spec.options.items() if key not in KEYS
            }
            if not entered["rewrite"]:
                del entered["rewrite"]
            self._applied = entered
            self.use_options({**kept, **entered})
        self._try()
        self.refresh()

    def _mistakes(self, result: object) -> str:
        """What is wrong, and that the rules of before act; empty if nothing is."""
        found = [self.framing.trouble] if self.framing.trouble else []
        if isinstance(result, tuple):
            found += map(self._named, result)
        if not found:
            return ""
        goes_on = self.tr("The listener goes on with the rules of before.")
        return f"{sentence(found)} {goes_on}"

    def _named(self, problem: Problem) -> str:
        """`problem` with the words of this window in place of its path in the profile."""
        place = re.match(r"rewrite\[(\d+)\]\.?(\w*)", problem.path)
        if place is None:
            return translated(str(problem))
        titles = {"find": self.tr("Replaces"), "replace": self.tr("By"), "name": self.tr("Name")}
        title = titles.get(place[2].replace("regex", "find"))
        name = self.model.rows[int(place[1])].get("name") or int(place[1]) + 1
        message = translated(problem.message)
        if title is None:
            return self.tr("Rule {0}: {1}").format(name, message)
        return self.tr("Rule {0}, {1}: {2}").format(name, title, message)

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
