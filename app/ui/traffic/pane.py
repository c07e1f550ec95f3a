"""The traffic pane: the views of the bytes, the bars above and below, and the chosen chunk in full.

A recording is shown in the same pane, without the buttons to record, pause and clear.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu, QSplitter, QVBoxLayout, QWidget

from app.server.monitor import ChangeBatch
from app.traffic.chunk_log import Chunk, ChunkLog
from app.traffic.connection_info import ConnectionDirectory, connection_name
from app.traffic.content.http_body import read_head
from app.traffic.framing import Framing
from app.traffic.http_framing import Http, WebSockets
from app.traffic.scan import SPAN_TIMEOUT_SECONDS
from app.traffic.source import ChunkSource
from app.traffic.websocket_framing import WebSocketFrame, frame_of
from app.ui.style.icons import Icons
from app.ui.traffic.detail import Detail
from app.ui.traffic.export_bar import ExportBar, ExportMenu
from app.ui.traffic.filter_bar import FilterBar, TrafficFindBar
from app.ui.traffic.recording_bar import RecordingBar
from app.ui.traffic.row_menu import add_copy_actions, row_menu
from app.ui.traffic.status_bar import TrafficStatusBar
from app.ui.traffic.view_bar import View, ViewBar
from app.ui.traffic.views import Views
from app.ui.widgets.copy_actions import CopyActions
from app.ui.widgets.labels import ElidingLabel, OverlaidMistake
from app.ui.widgets.layouts import FoldingBox
from app.ui.widgets.translation import listed, translated

MOST_COMPARED = 2
LOW = 280
"""A pane lower than this gives its height to the rows: it has no bytes below them, and the search
only while it is used."""

SHARES = [30_000, 20_000]
"""The rows and the bytes below or beside them. Qt scales these to the room that there is."""


class TrafficPane(QWidget):
    """Composes the parts, and connects their signals.

    While it is paused, the view does not change and the log keeps growing. Rows that the log drops
    during that time are marked as not kept.
    """

    row_menu_opening = Signal(QMenu, object)
    """The menu of a row is about to open, and the `Chunk` of that row. More may be added to it."""

    def __init__(
        self,
        log: ChunkSource,
        icons: Icons,
        directory: ConnectionDirectory,
        parent: QWidget | None = None,
        *,
        copy_actions: CopyActions | None = None,
    ) -> None:
        """`copy_actions` are those whose signals are connected; by default they have no effect."""
        super().__init__(parent)
        self._copy_actions = copy_actions or CopyActions(self)
        self._log = log
        self._directory = directory
        self.views = Views(log, directory)
        self.scans = self.views.scans
        self.table = self.views.table
        self.view_bar = ViewBar(icons)
        self.detail = Detail(icons, self._copy_actions)
        self.detail.curl_of = self._curl_of
        self.filter_bar = FilterBar(self._directory, icons)
        self.find_bar = TrafficFindBar(icons)
        self.disabled_note = ElidingLabel()
        self.exporter = ExportBar(directory, icons)
        self.status_bar = TrafficStatusBar(icons, ExportMenu(self.exporter, self.views, self))
        self.recording = RecordingBar(log, directory, icons) if isinstance(log, ChunkLog) else None
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.trouble = OverlaidMistake(self.views, self)
        """The mistakes in the fields."""

        self._is_finding = False
        """Whether the user asked for the search while the pane is low."""
        self._lay_out()
        self._bind()
        self._show_news()

    def refresh(self, batch: ChangeBatch) -> None:
        """Show new listeners and new chunks."""
        self.filter_bar.add_listeners()
        if self.recording is not None:
            self.recording.refresh()
        if self.isVisible():
            self._look()

    def rename(self, old: str, new: str) -> None:
        """Show the new name of a listener."""
        self.filter_bar.rename(old, new)
        self.table.viewport().update()

    def show_disabled(self, listeners: Sequence[str]) -> None:
        """Show that the traffic of these listeners is not kept."""
        words = self.tr("Switched off in the form of the listener, and not shown: {0}.")
        self.disabled_note.setText(words.format(listed(listeners)))
        self.disabled_note.setVisible(bool(listeners))

    def showEvent(self, event: object) -> None:
        self._look()

    @property
    def message_framing(self) -> Framing | None:
        """The framing of the rows; `None` unless they are messages."""
        is_framed = self.view_bar.view is View.MESSAGES
        return self.view_bar.framing.framing if is_framed else None

    @property
    def selected_connections(self) -> tuple[int, ...]:
        """The connections of the selected rows, as long as they are at most `MOST_COMPARED`."""
        found: dict[int, None] = {}
        for number in self.views.selected:
            chunk = self.views.log.chunk(number)
            if chunk is not None:
                found[chunk.connection] = None
            if len(found) > MOST_COMPARED:
                return ()
        return tuple(found)

    @property
    def wants_more(self) -> bool:
        """Whether `refresh` should be called again soon, even without changes."""
        return self.recording is not None and self.recording.is_behind

    def hideEvent(self, event: object) -> None:
        self.scans.suspend()

    def resizeEvent(self, event: object) -> None:
        self._fit_height()

    def event(self, event: QEvent) -> bool:
        # While this pane has the focus, it handles the keys of Find itself.
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
        """Put the cursor into the search field."""
        self._is_finding = True
        self._fit_height()
        self.find_bar.pattern.start_typing()

    @property
    def recording_is_on(self) -> bool:
        """Whether the traffic is recorded to a file."""
        return self.recording is not None and self.recording.is_recording

    @property
    def is_detail_beside(self) -> bool:
        """Whether the bytes stand beside the rows, not below them."""
        return self.split.orientation() == Qt.Orientation.Horizontal

    def place_detail(self, beside: bool) -> None:
        """Put the bytes beside the rows, or below them."""
        self.status_bar.beside_button.setChecked(beside)
        if beside != self.is_detail_beside:
            orientation = Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical
            self.split.setOrientation(orientation)
            self.split.setSizes(SHARES)
            self._fit_height()

    def find_next(self) -> None:
        """Choose the next find below the chosen row, or the first one."""
        self.views.find_next()

    def find_previous(self) -> None:
        """Choose the next find above the chosen row, or the last one."""
        self.views.find_previous()

    def _lay_out(self) -> None:
        self.disabled_note.setObjectName("quiet")
        self.disabled_note.hide()
        fields = FoldingBox(spacing=12, is_patient=True)  # so that typing never folds it
        fields.add(self.filter_bar, 5)
        fields.add(self.find_bar, 6)  # it has more beside its field, so both are equally wide
        bars = FoldingBox(spacing=12, is_patient=True)
        bars.add(self.view_bar.framing, is_on_top=True)
        bars.add(fields, 1)
        self.split.addWidget(self.views)
        self.split.addWidget(self.detail)
        self.detail.setMinimumHeight(1)  # in a low window the rows get the room of the bytes
        self.split.setStretchFactor(0, 3)
        self.split.setStretchFactor(1, 2)
        self.split.setCollapsible(0, False)  # in a low window only the bytes are hidden
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.setSpacing(5)
        self.view_bar.options.add_row(self.tr("Time"), self.status_bar.time)
        head = FoldingBox(spacing=12, is_patient=True)
        head.add(self.view_bar)
        head.add(self.status_bar, 1, is_on_top=True)
        layout.addWidget(head)
        layout.addWidget(bars)
        layout.addWidget(self.disabled_note)
        layout.addWidget(self.split, 1)
        layout.addWidget(self.exporter)
        if self.recording is not None:
            layout.addWidget(self.recording)

    def _bind(self) -> None:
        self.filter_bar.changed.connect(lambda: self.views.filter(self.filter_bar.criteria()))
        self.find_bar.pattern.changed.connect(
            lambda: self.views.search_for(self.find_bar.pattern.pattern)
        )
        self.find_bar.next_wanted.connect(self.find_next)
        self.find_bar.previous_wanted.connect(self.find_previous)
        self.scans.stepped.connect(self._show_news)
        self.view_bar.view_changed.connect(self._show_view)
        self.view_bar.encoding_changed.connect(self.views.use_encoding)
        self.view_bar.encoding_changed.connect(self.detail.use_encoding)
        self.views.choice_changed.connect(self._show_detail)
        self.table.customContextMenuRequested.connect(self._open_menu)
        self.status_bar.time_chosen.connect(self.table.rows.use_time)
        self.status_bar.pause_button.toggled.connect(self._pause)
        self.status_bar.clear_button.clicked.connect(self._clear)
        self.status_bar.beside_button.toggled.connect(self.place_detail)
        if self.recording is None:
            self.status_bar.show_as_finished()
        else:
            self.recording.state_changed.connect(self._show_recording)
            self.status_bar.record_button.clicked.connect(self.toggle_recording)
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

    # Updates of the view

    def _fit_height(self) -> None:
        is_low = self.height() < LOW
        self._is_finding = self._is_finding and is_low
        is_used = self._is_finding or bool(self.find_bar.pattern.line.text())
        self.find_bar.setVisible(is_used or not is_low)
        has_room = self.is_detail_beside or not is_low
        if has_room and self.detail.isHidden():
            self.detail.show()
            self.split.setSizes(SHARES)
        self.detail.setVisible(has_room)

    def _look(self) -> None:
        self._log.look()
        self.scans.resume()

    def _show_news(self) -> None:
        self.views.show_news()
        is_table = self.views.view is not View.STREAM
        is_filtered = is_table and self.scans.filter is not None
        count = self.table.rows.rowCount()
        self.status_bar.show_counts(
            self._log,
            self.views.messages,
            shown=count if is_filtered else None,
            paused_at=self.views.paused_at,
        )
        self.table.hint.setVisible(count == 0)
        self.table.hint.setText(self._hint(is_filtered))
        self._show_trouble()
        self._show_finds()
        partner = self.views.partner_chunk
        if partner is not None and not self.detail.shows(partner.number):
            self._show_detail()  # the response came after the request was chosen

    def _hint(self, is_filtered: bool) -> str:
        messages = self.views.messages
        if is_filtered:
            return self.tr("Nothing matches the filter.")
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

    def _pause(self, on: bool) -> None:
        self.views.pause(on)
        self.scans.resume()
        self._show_news()

    def toggle_recording(self) -> None:
        """Ask for a file and record to it, or stop the recording under way."""
        if self.recording is None:
            return
        if self.recording.is_recording:
            self.recording.stop()
        else:
            self.recording.ask()
        self._show_recording()

    def _show_recording(self) -> None:
        if self.recording is not None:
            self.status_bar.show_recording(self.recording.is_recording)

    def _clear(self) -> None:
        if isinstance(self._log, ChunkLog):
            self._log.clear()
        self.views.clear()
        self._look()

    def _show_finds(self) -> None:
        self.find_bar.show_finds(self.scans.search, self.views.chosen)

    def _show_trouble(self) -> None:
        typed = (
            self.view_bar.framing.trouble,
            self.filter_bar.pattern.trouble,
            self.filter_bar.sizes.trouble,
            self.find_bar.pattern.trouble,
        )
        troubles = map(translated, [*typed, *self.scans.troubles()])
        self.trouble.setText("\n".join(dict.fromkeys(filter(None, troubles))))

    def _show_detail(self) -> None:
        chunk = self.views.chosen_chunk
        name = "" if chunk is None else connection_name(chunk.connection, self._directory)
        frame = None if chunk is None else self._frame_of(chunk.data)
        self.detail.show_chunk(chunk, name, self.views.partner_chunk, frame)
        if chunk is not None and self.scans.search is not None:
            self._show_match(chunk.number, chunk.data)
        self._show_finds()

    def _frame_of(self, data: bytes) -> WebSocketFrame | None:
        """The frame that a message is, if the framing has frames and it is no HTTP."""
        if not isinstance(self.message_framing, Http | WebSockets) or read_head(data) is not None:
            return None
        return frame_of(data)

    def _curl_of(self, chunk: Chunk) -> str | None:
        info = self._directory.info(chunk.connection)
        return None if info is None else self._copy_actions.curl_line(chunk.data, info)

    def _show_match(self, number: int, data: bytes) -> None:
        search = self.scans.search
        if search is None or not search.has(number):
            return
        try:
            match = search.criteria.patterns[-1].within(data, SPAN_TIMEOUT_SECONDS)
        except TimeoutError:
            return
        if match is not None:
            self.detail.content.select(*match)

    def _menu_for(self, chunk: Chunk) -> QMenu:
        def follow() -> None:
            self.view_bar.choose(View.STREAM)

        def show_exchanges() -> None:
            self.view_bar.framing.show_framing(Http())
            self.view_bar.choose(View.MESSAGES)

        menu = row_menu(self, chunk, self._directory, self.filter_bar, follow, show_exchanges)
        curl = self._curl_of(chunk) if len(self.views.selected) == 1 else None
        read = self.detail.as_text
        add_copy_actions(menu, self._copy_actions, self.views.selected_data, read, curl)
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
            self.row_menu_opening.emit(menu, chunk)
            menu.popup(self.table.viewport().mapToGlobal(at))
