"""The view of the tour: the steps at the left, and the code of the running listener beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from attrs import frozen
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.ui.help.code_editor import CodeEditor
from app.ui.widgets.labels import ElidingLabel, WrappingLabel
from app.user_code.tour import Part, lines_of

STEPS_WIDTH: Final = 330
STEPS_SHARE: Final = 0.38
LOW_STEPS_SHARE: Final = 0.46
"""The steps take at most this share of a narrow pane, or of a low one; the rest is for the code."""

LEAST_STEPS: Final = 245
LEAST_CODE: Final = 185
LOW: Final = 300
"""In a pane lower than this, the steps have one line of buttons, above them."""

CODE_WIDTH: Final = 240
"""The code needs this width if its mark is shown."""

MARGIN: Final = 12
STEP_GAP: Final = 2
DONE, TO_DO = "✓", "○"
SIGN_WIDTH: Final = 14
"""The same for both signs, so that the words beside them do not move."""


@frozen
class Try:
    """Something to do in a step: what and why, and a button that does it."""

    words: str
    button: str
    act: Callable[[], object]
    is_done: Callable[[], bool]
    """Whether the user has done it. Asked at each refresh until it is true once."""


@frozen
class Step:
    """One step of the tour, about one part of the file."""

    part: Part
    title: str
    text: str
    tries: tuple[Try, ...]


class TourPane(QSplitter):
    """Shows one step at a time, with its part of the file. The owner saves and runs the file."""

    save_wanted = Signal()
    """The user wants the text saved, and run."""

    end_wanted = Signal()

    def __init__(self, steps: Sequence[Step], text: str, file_name: str) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._pages = [_StepPage(step) for step in steps]
        self._steps = list(steps)
        self._number = -1
        self._is_divided = False
        self._is_low = False
        self._titles_width = 0
        """The width of the steps with their titles. It is known once they are shown."""
        self._saved = text
        self.step_buttons = [QToolButton(autoRaise=True) for _ in steps]
        self.place = WrappingLabel()
        self.next = QPushButton(self.tr("Next"))
        self.file_name = ElidingLabel()
        self.file_name.setText(file_name)
        self.mark = QLabel()
        self.save = QPushButton(self.tr("Save and run"))
        self.editor = CodeEditor()
        self.editor.setPlainText(text)
        self.message = WrappingLabel()
        self._lay_out()
        self._bind()
        self.show_step(0)

    @property
    def text(self) -> str:
        """The text of the file as it is in the editor."""
        return self.editor.toPlainText()

    @property
    def has_unsaved(self) -> bool:
        """Whether the text differs from the saved one."""
        return self.text != self._saved

    @property
    def shown_signs(self) -> list[QLabel]:
        """The signs of what to try in the shown step, from top to bottom."""
        return [sign for _, sign in self._pages[self._number].tries]

    def show_step(self, number: int) -> None:
        """Show the step with this number, counted from 0."""
        self._number = max(0, min(number, len(self._steps) - 1))
        for at, (page, button) in enumerate(zip(self._pages, self.step_buttons, strict=True)):
            page.setVisible(at == self._number)
            button.setChecked(at == self._number)
        is_last = self._number == len(self._steps) - 1
        self.next.setText(self.tr("End the tour") if is_last else self.tr("Next"))
        self._area.verticalScrollBar().setValue(0)
        self.editor.show_part(lines_of(self.text, self._steps[self._number].part))
        self._mark_next()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._is_divided:
            self._is_divided = True
            # Only now do the buttons know the width of their texts.
            gaps = STEP_GAP * (len(self._steps) - 1)
            buttons = sum(button.sizeHint().width() for button in self.step_buttons)
            self._titles_width = buttons + gaps + 2 * MARGIN
            self._fit()
            least = self._steps_side.minimumWidth()
            share = LOW_STEPS_SHARE if self._is_low else STEPS_SHARE
            steps = max(least, min(STEPS_WIDTH, round(self.width() * share)))
            self.setSizes([steps, self.width() - steps])

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._is_divided:
            self._fit()
        super().resizeEvent(event)

    def _fit(self) -> None:
        """In a narrow or low pane, the buttons of the steps have their numbers alone. In a narrow
        one, only the button that saves tells whether the text is saved. In a low one, the button
        that goes on stands beside the numbers, and the sidebar alone tells who is connected."""
        is_wide = self.width() >= self._titles_width + CODE_WIDTH
        self.mark.setVisible(is_wide)
        is_low = self.height() < LOW
        if is_low != self._is_low:
            self._is_low = is_low
            self.place.setVisible(not is_low)
            (self._head if is_low else self._foot).addWidget(self.next)
        has_titles = is_wide and not is_low
        self._steps_side.setMinimumWidth(self._titles_width if has_titles else LEAST_STEPS)
        for number, (step, button) in enumerate(
            zip(self._steps, self.step_buttons, strict=True), 1
        ):
            button.setText(f"{number}  {step.title}" if has_titles else str(number))
            button.setToolTip("" if has_titles else step.title)

    def show_progress(self, place: str) -> None:
        """Mark what was done. `place` says where it listens and who is connected."""
        if place != self.place.text():
            self.place.setText(place)
        for page in self._pages:
            following = page.refresh()
            if following is not None and page.isVisible():
                self._area.ensureWidgetVisible(following)
        self._mark_next()

    def show_name(self, file_name: str) -> None:
        """The file is now another one, which is kept."""
        self.file_name.setText(file_name)

    def show_saved(self, text: str) -> None:
        """`text` is in the file."""
        self._saved = text
        self._show_mark()

    def say(self, message: str, *, wrong: bool = False, line: int | None = None) -> None:
        """Show `message` below the code, and mark the `line` with the mistake."""
        self.message.setText(message)
        if self.message.property("wrong") != wrong:
            self.message.setProperty("wrong", wrong)
            self.message.style().unpolish(self.message)
            self.message.style().polish(self.message)
        self.editor.mark_line(line)

    def _mark_next(self) -> None:
        """The way on is in the accent's colour once all of the step was tried."""
        _show_primary(self.next, self._pages[self._number].is_done)

    def _go_on(self) -> None:
        if self._number == len(self._steps) - 1:
            self.end_wanted.emit()
        else:
            self.show_step(self._number + 1)

    def _edited(self) -> None:
        self._show_mark()
        self.editor.follow_part(lines_of(self.text, self._steps[self._number].part))

    def _show_mark(self) -> None:
        is_new = self.has_unsaved
        self.mark.setText(self.tr("not saved") if is_new else self.tr("saved"))
        self.save.setEnabled(is_new)

    def _bind(self) -> None:
        group = QButtonGroup(self)
        for number, button in enumerate(self.step_buttons):
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, number=number: self.show_step(number))
            group.addButton(button)
        self.next.clicked.connect(self._go_on)
        self.save.clicked.connect(self.save_wanted)
        self.editor.save_wanted.connect(self.save_wanted)
        self.editor.textChanged.connect(self._edited)
        self._show_mark()

    def _lay_out(self) -> None:
        self.setChildrenCollapsible(False)
        self._steps_side = self._left()
        self.addWidget(self._steps_side)
        self.addWidget(self._right())
        self.setStretchFactor(0, 0)
        self.setStretchFactor(1, 1)
        self.setAccessibleName(self.tr("Tour"))

    def _left(self) -> QWidget:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(MARGIN, 8, MARGIN, 8)
        column.setSpacing(8)
        self._head, self._foot = QHBoxLayout(), QHBoxLayout()
        self._head.setSpacing(STEP_GAP)
        for number, button in enumerate(self.step_buttons, 1):
            title = self._steps[number - 1].title
            button.setText(f"{number}  {title}")
            button.setAccessibleName(f"{number}  {title}")
            self._head.addWidget(button)
        self._head.addStretch(1)
        body = QWidget()
        body.setObjectName("overviewBody")
        pages = QVBoxLayout(body)
        pages.setContentsMargins(0, 0, 8, 0)
        for page in self._pages:
            pages.addWidget(page)
        pages.addStretch(1)
        self._area = QScrollArea()
        self._area.setObjectName("overview")
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(body)
        self.place.setObjectName("quiet")
        self._foot.setSpacing(8)
        self._foot.addWidget(self.place, 1, Qt.AlignmentFlag.AlignVCenter)
        self._foot.addWidget(self.next)
        column.addLayout(self._head)
        column.addWidget(self._area, 1)
        column.addLayout(self._foot)
        left.setObjectName("overview")
        left.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        return left

    def _right(self) -> QWidget:
        right = QWidget()
        right.setMinimumWidth(LEAST_CODE)
        column = QVBoxLayout(right)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(8)
        self.file_name.setObjectName("paneTitle")
        self.mark.setObjectName("quiet")
        self.save.setToolTip(self.tr("Save the file, and let new connections run it (Ctrl+S)"))
        self.save.setProperty("small", True)
        self.save.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        head.addWidget(self.file_name)
        head.addWidget(self.mark)
        head.addStretch(1)
        head.addWidget(self.save)
        self.editor.setAccessibleName(self.tr("The code of the server"))
        self.editor.setAccessibleDescription(self.tr("F6 leaves the code."))
        self.message.setObjectName("trouble")
        self.message.setProperty("wrong", False)
        column.addLayout(head)
        column.addWidget(self.editor, 1)
        column.addWidget(self.message)
        return right


class _StepPage(QWidget):
    """The text of a step, and below it what to try."""

    def __init__(self, step: Step) -> None:
        super().__init__()
        self.tries: list[tuple[Try, QLabel]] = []
        self._buttons: list[QPushButton] = []
        text = WrappingLabel()
        text.setText(step.text)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for row, each in enumerate(step.tries):
            self._add(grid, row, each)
        self._mark_next()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(text)
        column.addLayout(grid)

    def refresh(self) -> QWidget | None:
        """Mark what was done. Returns the button of what to try next, if something was done."""
        done = [sign for each, sign in self.tries if sign.text() == TO_DO and each.is_done()]
        for sign in done:
            sign.setText(DONE)
            sign.setAccessibleName(self.tr("Done"))
        if not done:
            return None
        self._mark_next()
        return next((each for each in self._buttons if each.property("kind")), None)

    @property
    def is_done(self) -> bool:
        """Whether all of it was tried."""
        return all(sign.text() == DONE for _, sign in self.tries)

    def _mark_next(self) -> None:
        to_do = [sign.text() == TO_DO for _, sign in self.tries]
        for number, button in enumerate(self._buttons):
            _show_primary(button, to_do[number] and not any(to_do[:number]))

    def _add(self, grid: QGridLayout, row: int, each: Try) -> None:
        sign = QLabel(TO_DO)
        sign.setFixedWidth(SIGN_WIDTH)
        sign.setAccessibleName(self.tr("To do"))
        words = QLabel(each.words)
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setWordWrap(True)
        button = QPushButton(each.button)
        button.setProperty("small", True)
        button.clicked.connect(lambda: each.act())
        grid.addWidget(sign, row, 0)
        grid.addWidget(words, row, 1)
        grid.addWidget(button, row, 2)
        self.tries.append((each, sign))
        self._buttons.append(button)


def _show_primary(button: QPushButton, primary: bool) -> None:
    """Paint `button` as the one to press next, or as any other."""
    button.setProperty("kind", "primary" if primary else "")
    button.update()
