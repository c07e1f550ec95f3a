"""The traffic pane: the chunks in a table, what to show and to find, and the chosen one in full."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLabel, QMenu, QSplitter, QVBoxLayout, QWidget

from app.server.monitor import ChangeBatch
from app.traffic.chunk_log import Chunk, ChunkLog
from app.traffic.connection_info import ConnectionDirectory, name_of
from app.traffic.scan import PATIENCE_SECONDS
from app.traffic.source import ChunkSource
from app.ui.style.icons import Icons
from app.ui.traffic.copy_actions import CopyActions
from app.ui.traffic.detail import Detail
from app.ui.traffic.export_bar import ExportBar
from app.ui.traffic.filter_bar import FilterBar, FilterSource, TrafficFindBar, focus
from app.ui.traffic.recording_bar import RecordingBar
from app.ui.traffic.status_bar import TrafficStatusBar
from app.ui.traffic.view_bar import View, ViewBar
from app.ui.traffic.views import Views
from app.ui.widgets.labels import ElidingLabel
from app.ui.widgets.layouts import FoldingBox

# MERGED ui/traffic/row_menu: What can be done with the rows of the traffic that are selected.


def row_menu(
    parent: QWidget,
    chunk: Chunk,
    parties: ConnectionDirectory,
    filter_bar: FilterBar,
    follow: Callable[[], object],
) -> QMenu:
    """The menu of the row that shows `chunk`: what to show besides. It goes away when it closes.

    `follow` shows the conversation of its connection.
    """
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    number, name = chunk.connection, name_of(chunk.connection, parties)
    menu.addAction(QCoreApplication.translate("RowMenu", "Follow the stream"), follow)
    menu.addSeparator()
    only = QCoreApplication.translate("RowMenu", "Show only {0}")
    menu.addAction(
        only.format(name), lambda: filter_bar.only(FilterSource(connection=number), name)
    )
    party = parties.party(number)
    if party is not None:
        listener = party.listener
        menu.addAction(
            only.format(listener),
            lambda: filter_bar.only(FilterSource(listener=listener), listener),
        )
    menu.addAction(QCoreApplication.translate("RowMenu", "Show everything"), filter_bar.clear)
    return menu


def add_copy_actions(
    menu: QMenu, taking: CopyActions, data: bytes | None, read: Callable[[bytes], str]
) -> None:
    """Add what can be done with the bytes of the selected rows; `data` is `None` for too many."""
    menu.addSeparator()
    if data is not None:
        taking.fill(menu, lambda: data, read)
        return
    words = QCoreApplication.translate("RowMenu", "Too much to copy: export the selected instead")
    menu.addAction(words).setEnabled(False)


class TrafficPane(QWidget):
    """Puts the parts together. Paused, the view stays as it is while the log goes on.

    What the log drops meanwhile is shown as not kept.
    """

    def __init__(
        self,
        log: ChunkSource,
        icons: Icons,
        parties: ConnectionDirectory,
        parent: QWidget | None = None,
        *,
        taking: CopyActions | None = None,
    ) -> None:
        """`taking` is what can be done with bytes, if somebody listens to it."""
        super().__init__(parent)
        self._taking = taking or CopyActions(self)
        self._log = log
        self._parties = parties
        self.views = Views(log, parties)
        self.scans = self.views.scans
        self.table = self.views.table
        self.view_bar = ViewBar()
        self.detail = Detail(icons, self._taking)
        self.filter_bar = FilterBar(self._parties, icons)
        self.find_bar = TrafficFindBar(icons)
        self.trouble = QLabel()
        self.off = ElidingLabel()
        self.exporter = ExportBar(parties, icons)
        self.state = TrafficStatusBar(icons)
        self.recording = RecordingBar(log, parties, icons) if isinstance(log, ChunkLog) else None
        self.split = QSplitter(Qt.Orientation.Vertical)
        self._lay_out()
        self._bind()
        self._show_news()

    def refresh(self, batch: ChangeBatch) -> None:
        """Show who spoke and what crossed, unless it is paused."""
        self.filter_bar.offer_listeners()
        if self.recording is not None:
            self.recording.refresh()
        if self.isVisible():
            self._look()

    def rename(self, old: str, new: str) -> None:
        """The listener called `old` is called `new`."""
        self.filter_bar.rename(old, new)
        self.table.viewport().update()

    def show_off(self, listeners: Sequence[str]) -> None:
        """Say that the traffic of those listeners is not kept."""
        words = self.tr("Switched off in the form of the listener, and not shown: {0}.")
        self.off.setText(words.format(", ".join(listeners)))
        self.off.setVisible(bool(listeners))

    def showEvent(self, event: object) -> None:
        self._look()

    @property
    def wants_more(self) -> bool:
        """Whether `refresh` should come again soon, even if nothing happens meanwhile."""
        return self.recording is not None and self.recording.is_behind

    def hideEvent(self, event: object) -> None:
        self.scans.rest()

    def event(self, event: QEvent) -> bool:
        # While this pane has the focus, the keys of Find are its own and not the window's.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.matches(QKeySequence.StandardKey.Find)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Find):
            self.begin_find()
        else:
            super().keyPressEvent(event)

    def begin_find(self) -> None:
        """Let the user type what to find."""
        focus(self.find_bar.pattern)

    def find_next(self) -> None:
        """Choose the next find below the chosen row, or the first one."""
        self.views.find_next()

    def find_previous(self) -> None:
        """Choose the next find above the chosen row, or the last one."""
        self.views.find_previous()

    def _lay_out(self) -> None:
        self.trouble.setObjectName("trouble")
        self.trouble.setProperty("wrong", True)
        self.trouble.setWordWrap(True)
        self.trouble.hide()
        self.off.setObjectName("quiet")
        self.off.hide()
        bars = FoldingBox(spacing=8)
        bars.add(self.filter_bar, 4)
        bars.add(self.find_bar, 3)
        self.split.addWidget(self.views)
        self.split.addWidget(self.detail)
        self.split.setStretchFactor(0, 2)
        self.split.setStretchFactor(1, 1)
        self.split.setCollapsible(0, False)  # the bytes may give all their room to the rows
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.view_bar)
        layout.addWidget(bars)
        layout.addWidget(self.trouble)
        layout.addWidget(self.off)
        layout.addWidget(self.split, 1)
        layout.addWidget(self.exporter)
        if self.recording is not None:
            layout.addWidget(self.recording)
        layout.addWidget(self.state)

    def _bind(self) -> None:
        self.filter_bar.changed.connect(lambda: self.views.filter(self.filter_bar.criteria()))
        self.find_bar.pattern.changed.connect(
            lambda: self.views.look_for(self.find_bar.pattern.pattern)
        )
        self.find_bar.next_wanted.connect(self.find_next)
        self.find_bar.previous_wanted.connect(self.find_previous)
        self.scans.stepped.connect(self._show_news)
        self.view_bar.view_changed.connect(self._show_view)
        self.view_bar.encoding_changed.connect(self.views.use_encoding)
        self.view_bar.encoding_changed.connect(self.detail.use_encoding)
        self.views.choice_changed.connect(self._show_detail)
        self.table.customContextMenuRequested.connect(self._open_menu)
        self.state.time_chosen.connect(self.table.rows.use_time)
        self.state.pause_button.toggled.connect(self._hold)
        self.state.clear_button.clicked.connect(self._clear)
        if self.recording is None:
            self.state.show_as_finished()
        else:
            self.recording.moved.connect(self._show_recording)
            self.state.record_button.clicked.connect(self._record)
        for words, export in (
            (self.tr("Export all…"), self._export_all),
            (self.tr("Export what is shown…"), self._export_shown),
            (self.tr("Export the selected…"), self._export_selected),
        ):
            self.state.export_menu.addAction(words).triggered.connect(export)
        self.state.export_menu.setToolTipsVisible(True)
        self.state.export_menu.aboutToShow.connect(self._show_exports)
        copy = QAction(self.table)
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self._copy_selected)
        self.table.addAction(copy)
        for keys, act in (("F3", self.find_next), ("Shift+F3", self.find_previous)):
            shortcut = QAction(self)
            shortcut.setShortcut(QKeySequence(keys))
            shortcut.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.triggered.connect(act)
            self.addAction(shortcut)

    # What is shown

    def _look(self) -> None:
        self._log.look()
        self.scans.go_on()

    def _show_news(self) -> None:
        self.views.show_news()
        is_table = self.views.view is not View.STREAM
        is_filtered = is_table and self.scans.filter is not None
        count = self.table.rows.rowCount()
        self.state.show_counts(
            self._log,
            self.views.messages,
            shown=count if is_filtered else None,
            held_at=self.views.held_at,
        )
        self.table.hint.setVisible(count == 0)
        self.table.hint.setText(self._hint(is_filtered))
        self._show_trouble()
        self._show_finds()

    def _hint(self, is_filtered: bool) -> str:
        messages = self.views.messages
        if is_filtered:
            return self.tr("Nothing is as the filter wants it.")
        if messages is not None and messages.pending_bytes:
            return self.tr("No message is whole yet.")
        if self.recording is None:
            return self.tr("Nothing was recorded.")
        return self.tr("Nothing crossed a listener yet.")

    def _show_view(self) -> None:
        self.filter_bar.setVisible(self.view_bar.view is not View.STREAM)
        self.views.show_view(self.view_bar.view, self.view_bar.framing.framing)
        self._show_detail()
        self._show_news()

    def _hold(self, on: bool) -> None:
        self.views.hold(on)
        self.scans.go_on()
        self._show_news()

    def _record(self) -> None:
        if self.recording is None:
            return
        if self.recording.is_recording:
            self.recording.stop()
        else:
            self.recording.ask()
        self._show_recording()

    def _show_recording(self) -> None:
        if self.recording is not None:
            self.state.record_button.setChecked(self.recording.is_recording)

    def _clear(self) -> None:
        if isinstance(self._log, ChunkLog):
            self._log.clear()
        self.views.clear()
        self._look()

    def _show_finds(self) -> None:
        self.find_bar.show_finds(self.scans.search, self.views.chosen)

    def _show_trouble(self) -> None:
        typed = [
            self.view_bar.framing.trouble,
            self.filter_bar.pattern.trouble,
            self.filter_bar.sizes.trouble,
            self.find_bar.pattern.trouble,
        ]
        troubles = [*typed, *self.scans.troubles()]
        text = "\n".join(dict.fromkeys(trouble for trouble in troubles if trouble))
        if text != self.trouble.text():
            self.trouble.setText(text)
        self.trouble.setVisible(bool(text))

    def _show_detail(self) -> None:
        chunk = self.views.chosen_chunk
        name = "" if chunk is None else name_of(chunk.connection, self._parties)
        self.detail.show_chunk(chunk, name)
        if chunk is not None and self.scans.search is not None:
            self._show_match(chunk.number, chunk.data)
        self._show_finds()

    def _show_match(self, number: int, data: bytes) -> None:
        search = self.scans.search
        if search is None or not search.has(number):
            return
        try:
            match = search.criteria.patterns[-1].within(data, PATIENCE_SECONDS)
        except TimeoutError:
            return
        if match is not None:
            self.detail.hex.select(*match)

    def _show_exports(self) -> None:
        """What there is nothing of cannot be exported, and one export waits for the other."""
        is_free = not self.exporter.is_busy
        wait = self.tr("Wait until the export under way is written, or cancel it.")
        counts = len(self._log), self._count_shown(), len(self.views.selected)
        for action, count in zip(self.state.export_menu.actions(), counts, strict=True):
            action.setEnabled(is_free and count > 0)
            action.setToolTip(action.text() if is_free else wait)

    def _count_shown(self) -> int:
        found = self.scans.filter
        if self.views.view is View.STREAM and found is not None:
            return len(found.numbers(found.first, found.end))
        return self.table.rows.rowCount()

    def _export_all(self) -> None:
        self.exporter.ask(self._log, lambda: range(self._log.first, self._log.end))

    def _export_shown(self) -> None:
        found, rows = self.scans.filter, self.table.rows
        if self.views.view is View.STREAM and found is not None:
            self.exporter.ask(self._log, lambda: found.numbers(found.first, found.end))
        else:
            self.exporter.ask(self.views.log, rows.numbers)

    def _export_selected(self) -> None:
        self.exporter.ask(self.views.log, lambda: self.views.selected)

    def _menu_for(self, chunk: Chunk) -> QMenu:
        def follow() -> None:
            self.view_bar.choose(View.STREAM)

        menu = row_menu(self, chunk, self._parties, self.filter_bar, follow)
        add_copy_actions(menu, self._taking, self.views.selected_data, self.detail.as_text)
        return menu

    def _copy_selected(self) -> None:
        data = self.views.selected_data
        if data:
            QGuiApplication.clipboard().setText(self.detail.as_text(data))

    def _open_menu(self, at: QPoint) -> None:
        index = self.table.indexAt(at)
        chunk = self.table.rows.chunk(index.row()) if index.isValid() else None
        if chunk is not None:
            menu = self._menu_for(chunk)
            menu.popup(self.table.viewport().mapToGlobal(at))
