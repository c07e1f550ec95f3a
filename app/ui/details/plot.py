"""A live plot of both directions. `pyqtgraph` is imported when the first plot is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.text import readable
from app.ui.details.history import RateHistory
from app.ui.style.theme import Theme
from app.ui.widgets.labels import ElidingLabel

SPANS: Final = (60, 300, 3_600)
STEP_MS: Final = 1_000
"""The plot moves on once a second, and only while it is visible."""

LEAST_TOP: Final = 100.0
"""The axis reaches at least so many bytes a second."""

HEIGHT: Final = 130
FILL_ALPHA: Final = 40


class RatePlot(QWidget):
    """Shows the history that it was given last, over 1, 5 or 60 minutes."""

    def __init__(self, seconds: Callable[[], float], parent: QWidget | None = None) -> None:
        """`seconds` is the clock of the histories."""
        super().__init__(parent)
        self._seconds = seconds
        self._history: RateHistory | None = None
        self._curves: tuple[Any, Any] | None = None
        self._plot: Any = None
        self._axis: Any = None
        self._box: Any = None
        self.span = SPANS[0]
        self.buttons: dict[int, QToolButton] = {}
        self.peaks = (ElidingLabel(), ElidingLabel())
        for peak, name in zip(self.peaks, ("received", "sent"), strict=True):
            peak.setObjectName(name)
        self._timer = QTimer(self, interval=STEP_MS)
        self._timer.setTimerType(Qt.TimerType.CoarseTimer)
        self._timer.timeout.connect(self.update_plot)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        self._layout.addLayout(self._head())
        self._layout.addLayout(self._legend())
        self.setAccessibleName(self.tr("Bytes a second, received and sent"))
        Theme.of_application().changed.connect(self._use_design)

    @property
    def is_moving(self) -> bool:
        """Whether a timer moves the plot on."""
        return self._timer.isActive()

    def show_history(self, history: RateHistory | None) -> None:
        """Plot `history` from now on."""
        self._history = history
        if self.isVisible():
            self.update_plot()

    def choose_span(self, span: int) -> None:
        """Show the last `span` seconds."""
        self.span = span
        self.buttons[span].setChecked(True)
        self.update_plot()

    def update_plot(self) -> None:
        """Draw the history as it is now."""
        if self._history is None or self._curves is None:
            return
        series = self._history.series(self._seconds(), self.span)
        received, sent = self._curves
        # The last bin is not over: its rate would always fall.
        received.setData(series.seconds_ago[:-1], series.bytes_in[:-1])
        sent.setData(series.seconds_ago[:-1], series.bytes_out[:-1])
        top = max(LEAST_TOP, *series.bytes_in, *series.bytes_out)
        self._box.setRange(xRange=(-self.span, 0), yRange=(0, top * 1.05), padding=0)
        both = series.bytes_in, series.bytes_out
        rates = [readable.format_rate(max(each)) or "0 B/s" for each in both]
        for peak, arrow, rate in zip(self.peaks, "↓↑", rates, strict=True):
            peak.setText(f"{arrow} {rate}")
        said = self.tr("Peak: {0} received, {1} sent")
        self.setAccessibleDescription(said.format(*rates))

    def showEvent(self, event: object) -> None:
        if self._plot is None:
            self._make_plot()
        self.update_plot()
        self._timer.start()

    def hideEvent(self, event: object) -> None:
        self._timer.stop()

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(2)
        group = QButtonGroup(self)
        for span in SPANS:
            button = QToolButton(autoRaise=True)
            button.setCheckable(True)
            button.setText(self.tr("{0} min").format(span // 60))
            button.setAccessibleName(self.tr("Plot the last {0} minutes").format(span // 60))
            button.clicked.connect(lambda _=False, span=span: self.choose_span(span))
            group.addButton(button)
            head.addWidget(button)
            self.buttons[span] = button
        self.buttons[self.span].setChecked(True)
        head.addStretch(1)
        return head

    def _legend(self) -> QHBoxLayout:
        """The largest rates, in the colours of the curves."""
        legend = QHBoxLayout()
        legend.setSpacing(12)
        title = QLabel(self.tr("Peak"))
        title.setObjectName("quiet")
        for part in (title, *self.peaks):
            legend.addWidget(part)
        legend.addStretch(1)
        return legend

    def _make_plot(self) -> None:
        import pyqtgraph  # half a second, with numpy

        # Its `PlotItem` would make seven menus, which nobody opens here.
        view = pyqtgraph.GraphicsView()
        layout = pyqtgraph.GraphicsLayout()
        layout.setContentsMargins(0, 6, 0, 6)
        view.setCentralItem(layout)
        view.setFixedHeight(HEIGHT)
        view.setMinimumWidth(1)
        view.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._axis = _RateAxis(pyqtgraph).item
        self._box = pyqtgraph.ViewBox(enableMouse=False, enableMenu=False)
        layout.addItem(self._axis, 0, 0)
        layout.addItem(self._box, 0, 1)
        self._axis.linkToView(self._box)
        self._curves = (pyqtgraph.PlotCurveItem(), pyqtgraph.PlotCurveItem())
        for curve in self._curves:
            self._box.addItem(curve)
        self._plot = view
        self._layout.insertWidget(1, view)
        view.show()  # now, and not in the next turn of the event loop
        self._use_design()

    def _use_design(self) -> None:
        if self._plot is None or self._curves is None:
            return
        import pyqtgraph

        colors = Theme.of_application().design.colors
        self._plot.setBackground(colors.window)
        self._axis.setPen(pyqtgraph.mkPen(colors.line))
        self._axis.setTextPen(pyqtgraph.mkPen(colors.muted))
        for curve, name in zip(self._curves, ("success", "info"), strict=True):
            color = QColor(getattr(colors, name))
            curve.setPen(pyqtgraph.mkPen(color, width=1))
            soft = QColor(color)
            soft.setAlpha(FILL_ALPHA)
            curve.setFillLevel(0)
            curve.setBrush(soft)


class _RateAxis:
    """The axis at the left, with bytes a second in readable units."""

    def __init__(self, pyqtgraph: Any) -> None:
        self.item = pyqtgraph.AxisItem("left")
        self.item.tickStrings = self._texts
        self.item.setWidth(58)

    @staticmethod
    def _texts(values: list[float], scale: float, spacing: float) -> list[str]:
        return [readable.format_size(value) for value in values]
