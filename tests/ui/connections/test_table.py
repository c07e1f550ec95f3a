"""The connections table compared with a plain list: opening, closing, sorting and filtering."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot
from twisted.internet.address import IPv4Address

from app.server.connections.closing import TlsFacts
from app.server.monitor import ClosedConnection, ClosedConnections
from app.ui.connections.columns import Row, columns
from app.ui.connections.table import ConnectionsModel
from tests.ui.reactor.peers import Peers

Accepts = Callable[[Row], bool]

NAMES = [column.name for column in columns(lambda row: "")]
LISTENER, OPEN, IN, OUT = (NAMES.index(name) for name in ("listener", "open", "in", "out"))

SORTS: dict[int, Callable[[Row], float | str]] = {
    -1: lambda connection: connection.number,
    LISTENER: lambda connection: connection.factory.spec.name.casefold(),
    IN: lambda connection: connection.bytes_in,
    OUT: lambda connection: connection.bytes_out,
}


def accept_all(row: Row) -> bool:
    return True


def model_of(peers: Peers) -> ConnectionsModel:
    return ConnectionsModel(peers.clock.seconds)


def shown(model: ConnectionsModel) -> list[Row]:
    return [model.row(row) for row in range(model.rowCount())]


def texts(model: ConnectionsModel, column: int) -> list[str]:
    return [model.index(row, column).data() for row in range(model.rowCount())]


class Table(RuleBasedStateMachine):
    """Any order of actions on the model, with Qt's model tester and a selection."""

    def __init__(self) -> None:
        super().__init__()
        self.peers = Peers("Echo", "Hello")
        self.model = model_of(self.peers)
        self.selection = QItemSelectionModel(self.model)
        self.tester = QAbstractItemModelTester(
            self.model, QAbstractItemModelTester.FailureReportingMode.Fatal
        )
        self.history = ClosedConnections(limit=3)
        self.accepts: Accepts = accept_all
        self.sort_column, self.descending = -1, False
        self.selected: set[Row] = set()
        self.ended: list[ClosedConnection] = []
        self.with_ended = True
        self.in_order = True

    @rule(factory=st.integers(0, 1))
    def open(self, factory: int) -> None:
        self.peers.open(factory)

    @precondition(lambda self: self.peers.live)
    @rule(data=st.data())
    def close(self, data: st.DataObject) -> None:
        # Its record has a fixed duration, so from the next tick it may belong to another place.
        self.in_order = self.in_order and self.sort_column != OPEN
        self.peers.close(data.draw(st.sampled_from(self.peers.live)))

    @precondition(lambda self: self.peers.live)
    @rule(data=st.data(), size=st.integers(1, 9))
    def speak(self, data: st.DataObject, size: int) -> None:
        self.in_order = self.in_order and self.sort_column not in (IN, OUT)
        data.draw(st.sampled_from(self.peers.live)).dataReceived(b"x" * size)

    @rule(seconds=st.integers(1, 9))
    def wait(self, seconds: int) -> None:
        # The duration of closed connections does not grow.
        self.in_order = self.in_order and self.sort_column != OPEN
        self.peers.clock.advance(seconds)

    @rule()
    def tick(self) -> None:
        batch = self.peers.changes.take()
        left, forgotten = self.history.add(batch.closed)
        self.ended = [each for each in (*self.ended, *left) if each not in forgotten]
        successors = {each.number: each for each in left if self.with_ended and self.accepts(each)}
        self.selected = {
            successors.get(each.number, each) if each in batch.closed else each
            for each in self.selected
        }
        if self.with_ended:
            self.model.apply([*batch.opened, *left], [*batch.closed, *forgotten])
        else:
            self.model.apply(batch.opened, batch.closed)
        self.model.resort()
        self.settle()

    @rule(column=st.sampled_from([*SORTS, OPEN]), order=st.sampled_from(Qt.SortOrder))
    def sort(self, column: int, order: Qt.SortOrder) -> None:
        self.sort_column, self.descending = column, order is Qt.SortOrder.DescendingOrder
        self.in_order = True
        self.model.sort(column, order)

    @rule(only=st.sampled_from([None, 0, 1]), with_ended=st.booleans())
    def filter(self, only: int | None, with_ended: bool) -> None:
        factory = None if only is None else self.peers.factories[only]

        def accepts(row: Row) -> bool:
            return factory is None or row.factory is factory

        self.accepts, self.with_ended = accepts, with_ended
        self.model.show([*self.peers.live, *(self.ended if with_ended else ())], accepts)
        self.settle()

    @precondition(lambda self: self.model.rowCount())
    @rule(data=st.data())
    def select(self, data: st.DataObject) -> None:
        row = data.draw(st.integers(0, self.model.rowCount() - 1))
        flags = QItemSelectionModel.SelectionFlag
        self.selection.select(self.model.index(row, 0), flags.Toggle | flags.Rows)
        self.selected ^= {self.model.row(row)}

    def settle(self) -> None:
        """Check that exactly the expected rows are shown."""
        self.in_order = True
        self.selected &= set(self.expected())
        assert set(shown(self.model)) == set(self.expected())

    def expected(self) -> list[Row]:
        ended = self.ended if self.with_ended else []
        rows: list[Row] = [*self.peers.live, *ended]
        rows = [each for each in rows if self.accepts(each)]
        return sorted(rows, key=self.key, reverse=self.descending and self.sort_column >= 0)

    def key(self, row: Row) -> float | str:
        if self.sort_column == OPEN:
            return (row.closed_at or self.peers.clock.seconds()) - row.opened_at
        return SORTS[self.sort_column](row)

    @invariant()
    def no_row_is_there_twice(self) -> None:
        assert len(set(shown(self.model))) == self.model.rowCount()

    @invariant()
    def rows_are_in_order(self) -> None:
        if self.in_order:
            keys = [self.key(each) for each in shown(self.model)]
            assert keys == sorted(keys, reverse=self.descending and self.sort_column >= 0)

    @invariant()
    def the_selection_stays_on_its_connections(self) -> None:
        rows = self.selection.selectedRows()
        assert {self.model.row(index.row()) for index in rows} == self.selected

    def teardown(self) -> None:
        self.tester.deleteLater()
        self.selection.deleteLater()
        self.model.deleteLater()


Table.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestTable = Table.TestCase


def test_the_model_keeps_qts_rules(qtmodeltester: ModelTester) -> None:
    peers = Peers()
    model = model_of(peers)
    model.apply([peers.open(), peers.open()], [])
    qtmodeltester.check(model)


def test_a_connection_filtered_in_before_its_tick_has_one_row() -> None:
    peers = Peers()
    model = model_of(peers)
    connection = peers.open()
    model.show(peers.live, accept_all)
    model.apply(peers.changes.take().opened, [])
    assert shown(model) == [connection]


def test_a_connection_that_opened_and_closed_within_a_tick_has_no_row() -> None:
    peers = Peers()
    model = model_of(peers)
    peers.close(peers.open())
    batch = peers.changes.take()
    model.apply(batch.opened, batch.closed)
    assert shown(model) == []


def test_a_row_shows_the_facts_of_its_connection() -> None:
    peers = Peers("My echo")
    model = model_of(peers)
    connection = peers.open()
    peers.clock.advance(60)
    connection.dataReceived(b"x" * 1500)
    peers.clock.advance(2)
    connection.rate = 2500.0
    model.apply([connection], [])
    row = [model.index(0, column).data() for column in range(model.columnCount())]
    assert row == [
        *("127.0.0.1:50001", "My echo", "", "127.0.0.1:8007", "", "", "", "open"),
        *("01:02", "00:02", "1.5 kB", "1.5 kB", "", "2.5 kB/s"),
    ]


def test_peers_are_sorted_by_port_as_numbers() -> None:
    peers = Peers()
    model = model_of(peers)
    ports = (9999, 10_001, 80)
    model.apply([peers.open(address=IPv4Address("TCP", "127.0.0.1", port)) for port in ports], [])
    model.sort(0)
    assert texts(model, 0) == ["127.0.0.1:80", "127.0.0.1:9999", "127.0.0.1:10001"]


def test_durations_are_sorted() -> None:
    peers = Peers()
    model = model_of(peers)
    old = peers.open()
    peers.clock.advance(10)
    new = peers.open()
    old.dataReceived(b"awake")
    peers.clock.advance(10)
    new.dataReceived(b"awake")
    model.apply([old, new], [])
    model.sort(OPEN)
    assert shown(model) == [new, old]
    model.sort(OPEN + 1)
    assert shown(model) == [new, old]
    model.sort(OPEN + 1, Qt.SortOrder.DescendingOrder)
    assert shown(model) == [old, new]


def test_updating_rows_reports_only_existing_rows() -> None:
    peers = Peers()
    model = model_of(peers)
    model.apply([peers.open(), peers.open()], [])
    announced: list[tuple[int, int]] = []

    def note(top: QModelIndex, bottom: QModelIndex) -> None:
        announced.append((top.row(), bottom.row()))

    model.dataChanged.connect(note)
    model.update_rows(1, 50)
    model.update_rows(2, 50)
    assert announced == [(1, 1)]


def test_only_columns_that_change_with_the_traffic_are_painted_for_it() -> None:
    peers = Peers()
    model = model_of(peers)
    model.apply([peers.open()], [])
    announced: list[str] = []

    def note(top: QModelIndex, bottom: QModelIndex) -> None:
        announced[:] = [each.name for each in model.columns[top.column() : bottom.column() + 1]]

    model.dataChanged.connect(note)
    model.update_rows(0, 0, traffic_only=True)
    assert {"peer", "listener", "process"}.isdisjoint(announced)
    assert {each.name for each in model.columns if each.is_changing} <= set(announced)


def test_numbers_are_on_the_right_under_titles_on_the_right() -> None:
    peers = Peers()
    model = model_of(peers)
    model.apply([peers.open()], [])
    role = Qt.ItemDataRole.TextAlignmentRole
    for column, each in enumerate(model.columns):
        on_the_right = bool(model.index(0, column).data(role) & Qt.AlignmentFlag.AlignRight.value)
        title = model.headerData(column, Qt.Orientation.Horizontal, role)
        assert on_the_right is each.is_number
        assert title == model.index(0, column).data(role)


def test_every_column_has_a_title_and_a_tool_tip() -> None:
    model = model_of(Peers())
    for column in range(model.columnCount()):
        assert model.headerData(column, Qt.Orientation.Horizontal)
        assert model.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert model.headerData(0, Qt.Orientation.Vertical) is None
    assert model.headerData(99, Qt.Orientation.Horizontal) is None


def test_the_record_of_a_closed_connection_replaces_its_row_in_grey(qtbot: QtBot) -> None:
    peers = Peers()
    model = model_of(peers)
    first, second = peers.open(), peers.open()
    model.apply(peers.changes.take().opened, [])
    peers.clock.advance(60)
    peers.close(first)
    left, _ = ClosedConnections().add(peers.changes.take().closed)
    model.apply(left, [first])
    peers.clock.advance(60)
    assert shown(model) == [left[0], second]
    state = model.column("state")
    assert texts(model, state) == ["closed by the peer", "open"]
    assert texts(model, OPEN) == ["01:00", "02:00"]
    role = Qt.ItemDataRole.ForegroundRole
    assert model.index(0, 0).data(role) == model.quiet
    assert model.index(1, 0).data(role) is None


def test_only_the_listener_column_has_the_colour_swatch(qtbot: QtBot) -> None:
    peers = Peers("Echo")
    swatch = QPixmap(8, 8)
    model = ConnectionsModel(peers.clock.seconds, swatch_of=lambda row: swatch)
    model.apply([peers.open()], [])
    role = Qt.ItemDataRole.DecorationRole
    decorated = [model.index(0, column).data(role) for column in range(model.columnCount())]
    assert [column for column, each in enumerate(decorated) if each] == [LISTENER]


def test_the_tls_column_shows_version_cipher_and_client() -> None:
    peers = Peers()
    model = model_of(peers)
    connection = peers.open()
    model.apply([connection], [])
    connection.tls = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", "Alice")
    assert texts(model, model.column("tls")) == ["TLSv1.3 · TLS_AES_256_GCM_SHA384 · Alice"]
