"""A message over the window: what happened, with buttons for what to do. It blocks nothing.

It lies over the tool bar, where a window has the most room, and moves nothing. A message that asks
nothing goes by itself; one that went before anybody dismissed it is in the log.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent, QCursor
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.ui.style.icons import Icons
from app.ui.style.palette import tint_color
from app.ui.style.tokens import Tint
from app.ui.widgets.layouts import fill
from app.ui.widgets.translation import translated

WIDTH: Final = 640
MARGIN: Final = 4
ICON_SIZE: Final = 20
SPACING: Final = 10
LONGEST_MESSAGE: Final = 1_200
"""Letters that are shown. The log has the rest."""

LEAST_SECONDS: Final = 6.0
SECONDS_PER_LETTER: Final = 0.06
MOST_SECONDS: Final = 20.0
LINGER_SECONDS: Final = 2.0
"""How long it stays after the pointer or the focus has left it."""

_ICONS: Final = {
    Tint.INFO: "message-info",
    Tint.SUCCESS: "message-success",
    Tint.WARNING: "message-warning",
    Tint.DANGER: "message-error",
}
_LEVELS: Final = {Tint.WARNING: logging.WARNING, Tint.DANGER: logging.ERROR}

log = logging.getLogger(__name__)

BannerButton = tuple[str, Callable[[], object]]
"""The text of a button, and the function it calls."""


class Banner(QFrame):
    """Shows one message at a time. A new message replaces the one before."""

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._icons = icons
        self._area: QWidget | None = None
        self._above: QWidget | None = None
        self._whole = ""
        self._tint = Tint.INFO
        self._sign = QLabel()
        self._sign.setFixedSize(ICON_SIZE, ICON_SIZE)
        self._message = QLabel()
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self._message.setWordWrap(True)
        self._message.setMinimumWidth(1)  # or a long path would set the minimum width
        self._message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._buttons: list[QPushButton] = []
        self._dismiss = QToolButton(autoRaise=True)
        self._dismiss.setAccessibleName(self.tr("Dismiss"))
        self._dismiss.setToolTip(self.tr("Dismiss"))
        self._dismiss.clicked.connect(self.dismiss)
        icons.give(self._dismiss, "close")
        self._beside = QHBoxLayout()
        self._below = QHBoxLayout()
        self._layout = QVBoxLayout(self)
        self._lay_out()
        self._end = QTimer(self, singleShot=True)
        self._end.timeout.connect(self._go)
        self.hide()

    @property
    def message(self) -> str:
        """The shown message; empty while the banner is hidden."""
        return "" if self.isHidden() else self._whole

    @property
    def tint(self) -> Tint:
        """The severity of the last message."""
        return self._tint

    def lie_over(self, area: QWidget, below: QWidget | None = None) -> None:
        """Lie over the top of `area`, centred, and follow its size. `below` is not covered."""
        self._area, self._above = area, below
        self.setParent(area)
        area.installEventFilter(self)
        self.hide()

    def say(
        self,
        message: str,
        *buttons: BannerButton,
        seconds: float | None = None,
        tint: Tint = Tint.INFO,
    ) -> None:
        """Show `message` in the colour of `tint`, with `buttons`.

        It stays for `seconds`. Without them, a message with buttons stays until it is answered, and
        one without buttons as long as reading it takes.
        """
        self._log_if_missed()
        self._remove_buttons()
        message = translated(message)
        self._whole, self._tint = message, tint
        is_long = len(message) > LONGEST_MESSAGE
        self._message.setText(f"{message[:LONGEST_MESSAGE]}…" if is_long else message)
        # Beside a text of several lines, buttons would leave it a narrow column.
        self._add_buttons(buttons, self._below if "\n" in message else self._beside)
        self._show_tint()
        self.show()
        self.raise_()
        self._place()
        self._announce()
        self._end.stop()
        if seconds is None and not buttons:
            reading = LEAST_SECONDS + len(message) * SECONDS_PER_LETTER
            seconds = min(MOST_SECONDS, reading)
        if seconds is not None:
            self._end.start(int(seconds * 1000))

    def dismiss(self) -> None:
        """Hide the banner, because its message was read."""
        self._end.stop()
        self._remove_buttons()
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_end"):
            self._show_tint()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            self._place()
        return handled

    def _go(self) -> None:
        """Hide the banner at the end of its time, unless somebody is just using it."""
        if self.isVisible() and (self._is_pointed_at() or self._has_focus()):
            self._end.start(int(LINGER_SECONDS * 1000))
            return
        self._log_if_missed()
        self.dismiss()

    def _is_pointed_at(self) -> bool:
        # `underMouse` alone is true without a pointer on some platforms.
        at = self.mapFromGlobal(QCursor.pos())
        return self.underMouse() and self.rect().contains(at)

    def _has_focus(self) -> bool:
        focus = QApplication.focusWidget()
        return focus is not None and self.isAncestorOf(focus)

    def _log_if_missed(self) -> None:
        if self.message:
            log.log(_LEVELS.get(self._tint, logging.INFO), "%s", self.message)

    def _announce(self) -> None:
        """Let a screen reader speak the message."""
        self.setAccessibleName(self._message.text())
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def _show_tint(self) -> None:
        color = tint_color(self._tint, self.palette())
        scale = self.devicePixelRatioF()
        self._sign.setPixmap(self._icons.pixmap(_ICONS[self._tint], ICON_SIZE, color, scale))
        if self.property("tint") != self._tint.value:
            self.setProperty("tint", self._tint.value)
            self.style().unpolish(self)
            self.style().polish(self)

    def _place(self) -> None:
        area = self._area
        if area is None:
            return
        # The layout learns of a longer text only in a later turn of the event loop.
        margins = self._layout.contentsMargins()
        taken = [ICON_SIZE, self._dismiss.sizeHint().width()]
        if self._beside.count():
            taken.append(self._beside.sizeHint().width())
        others = margins.left() + margins.right() + sum(taken) + SPACING * len(taken)
        width = min(WIDTH, area.width() - 2 * MARGIN, others + self._text_width())
        room = width - others
        self._message.setMinimumHeight(self._text_height(max(1, room)))
        self._layout.invalidate()
        self._layout.activate()  # or the layouts in it would say what they needed before
        top = MARGIN + (self._above.geometry().bottom() if self._above is not None else 0)
        height = min(self._layout.totalMinimumSize().height(), area.height() - top - MARGIN)
        self.setGeometry((area.width() - width) // 2, top, width, height)

    def _text_height(self, width: int) -> int:
        """The height of the message. `heightForWidth` would count in that of the one before."""
        wraps = Qt.TextFlag.TextWordWrap.value
        metrics, text = self._message.fontMetrics(), self._message.text()
        return metrics.boundingRect(QRect(0, 0, width, 0), wraps, text).height()

    def _text_width(self) -> int:
        """The width of the message in one line; that of all its room if it has several."""
        text = self._message.text()
        return WIDTH if "\n" in text else self._message.fontMetrics().horizontalAdvance(text) + 8

    def _lay_out(self) -> None:
        top = fill(
            QHBoxLayout(),
            self._sign,
            (self._message, 1),
            self._beside,
            self._dismiss,
            spacing=SPACING,
        )
        below = QHBoxLayout()
        below.addSpacing(ICON_SIZE + SPACING)
        below.addLayout(self._below)
        below.addStretch(1)
        self._layout.setContentsMargins(12, 4, 4, 4)
        self._layout.setSpacing(4)
        self._layout.addLayout(top)
        self._layout.addLayout(below)

    def _add_buttons(self, buttons: Sequence[BannerButton], place: QHBoxLayout) -> None:
        for text, act in buttons:
            button = QPushButton(text)
            button.setProperty("small", True)
            button.clicked.connect(self.dismiss)
            button.clicked.connect(lambda _=False, act=act: act())
            place.addWidget(button)
            self._buttons.append(button)

    def _remove_buttons(self) -> None:
        for button in self._buttons:
            for place in (self._beside, self._below):
                place.removeWidget(button)
            button.hide()  # it stays above its successor until it is deleted
            button.deleteLater()
        self._buttons.clear()
