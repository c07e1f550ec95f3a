"""The table model: the checks of Qt pass while the log grows, drops chunks and is filtered."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.modeltest import ModelTester

from app.text.hex import ENCODINGS
from app.traffic.chunk_log import ChunkLog
from app.traffic.framing import Lines
from app.traffic.messages import Messages
from app.traffic.pattern import PatternKind, parse
from app.traffic.scan import Criteria, Scan
from app.traffic.source import AllRows
from app.ui.traffic.connection_names import ConnectionNames
from app.ui.traffic.model import CONNECTION, DATA, DIRECTION, SIZE, TIME, TimeForm, TrafficModel
from tests.ui.traffic.conftest import Say


def shown(model: TrafficModel, column: int = DATA) -> list[str]:
    return [model.index(row, column).data() for row in range(model.rowCount())]


def scan_for(log: ChunkLog, text: str) -> Scan:
    pattern = parse(PatternKind.TEXT, text)
    assert pattern is not None
    return Scan(log, Criteria((pattern,)))


def test_rows_are_added_at_the_end_and_removed_at_the_front(
    log: ChunkLog, say: Say, qapp: QApplication, qtmodeltester: ModelTester
) -> None:
    model = TrafficModel(log, ConnectionNames())
    qtmodeltester.check(model)
    for number in range(5_000):
        say(b"%d" % number)
        if number % 1_700 == 0:
            model.pull()
    model.pull()
    assert log.dropped
    assert shown(model) == [str(number) for number in range(log.first, 5_000)]


def test_a_filter_shows_its_finds_as_the_log_grows_and_drops(
    log: ChunkLog, say: Say, qapp: QApplication, qtmodeltester: ModelTester
) -> None:
    model = TrafficModel(log, ConnectionNames())
    qtmodeltester.check(model)
    scan = scan_for(log, "7")
    model.show_rows(scan)
    for number in range(5_000):
        say(b"%d" % number)
        if number % 1_700 == 0:
            scan.step(60)
            model.pull()
    scan.step(60)
    model.pull()
    assert shown(model) == [str(each) for each in range(log.first, 5_000) if "7" in str(each)]


def test_clearing_the_log_empties_it(log: ChunkLog, say: Say, qapp: QApplication) -> None:
    model = TrafficModel(log, ConnectionNames())
    say(b"a")
    model.pull()
    log.clear()
    model.pull()
    assert model.rowCount() == 0
    say(b"b")
    model.pull()
    assert shown(model) == ["b"]


def test_new_chunks_are_shown_only_after_pull(log: ChunkLog, say: Say, qapp: QApplication) -> None:
    model = TrafficModel(log, ConnectionNames())
    say(b"a")
    assert model.rowCount() == 0


def test_a_row_of_a_dropped_chunk_is_marked(log: ChunkLog, say: Say, qapp: QApplication) -> None:
    model = TrafficModel(log, ConnectionNames())
    say(b"a")
    model.pull()
    log.clear()
    assert shown(model) == ["(not kept any more)"]
    assert shown(model, SIZE) == [""]
    assert model.chunk(0) is None
    assert model.row(0) is None


def test_a_row_shows_connection_direction_and_size(
    log: ChunkLog, say: Say, qapp: QApplication
) -> None:
    model = TrafficModel(log, ConnectionNames())
    say(b"a\r\nb\xff", connection=7, sent=True)
    model.pull()
    texts = [model.index(0, column).data() for column in (CONNECTION, DIRECTION, SIZE, DATA)]
    assert texts == ["#7", "→", "5 B", r"a⏎b\xff"]


def test_rows_are_found_by_the_number_of_their_chunk(
    log: ChunkLog, say: Say, qapp: QApplication
) -> None:
    for data in (b"x", b"-", b"x"):
        say(data)
    scan = scan_for(log, "x")
    scan.step(60)
    model = TrafficModel(log, ConnectionNames())
    model.show_rows(scan)
    assert [model.row(number) for number in range(4)] == [0, None, 1, None]
    assert [model.number(row) for row in range(2)] == [0, 2]


def test_rows_until_a_number_show_only_older_chunks(
    log: ChunkLog, say: Say, qapp: QApplication
) -> None:
    for data in (b"0", b"1", b"2"):
        say(data)
    model = TrafficModel(log, ConnectionNames())
    model.show_rows(AllRows(log), until=2)
    assert shown(model) == ["0", "1"]
    model.grow(2)
    assert shown(model) == ["0", "1"]
    log.clear()
    model.grow(2)
    assert model.rowCount() == 2


def test_the_time_column_has_three_formats(log: ChunkLog, qapp: QApplication) -> None:
    for time, data in ((1000.0, b"a"), (1000.25, b"b"), (2234.5, b"a"), (2234.25, b"b")):
        log.append(time, 1, True, data)
    model = TrafficModel(log, ConnectionNames())
    model.pull()
    assert shown(model, TIME)[1].endswith(":40.250")
    model.use_time(TimeForm.SINCE_FIRST)
    assert shown(model, TIME) == ["0.000000", "0.250000", "1,234.500000", "1,234.250000"]
    model.use_time(TimeForm.SINCE_PREVIOUS)
    assert shown(model, TIME) == ["", "0.250000", "1,234.250000", "-0.250000"]
    scan = scan_for(log, "a")
    scan.step(60)
    model.show_rows(scan)
    assert shown(model, TIME) == ["", "1,234.500000"]


def test_found_rows_are_marked(log: ChunkLog, say: Say, qapp: QApplication) -> None:
    say(b"a")
    say(b"b")
    model = TrafficModel(log, ConnectionNames())
    model.pull()
    model.mark({1}.__contains__)
    role = Qt.ItemDataRole.BackgroundRole
    assert [model.index(row, DATA).data(role) is not None for row in range(2)] == [False, True]


@given(st.binary(max_size=300), st.sampled_from(sorted(ENCODINGS.values())))
def test_any_bytes_make_one_line_of_text_in_any_encoding(data: bytes, encoding: str) -> None:
    log = ChunkLog()
    log.append(1.0, 1, False, data)
    model = TrafficModel(log, ConnectionNames())
    model.use_encoding(encoding)
    text = model.index(0, DATA).data()
    assert "\n" not in text
    framed = Messages(log, Lines(), max_bytes=10_000, max_chunks=1_000)
    framed.step(60)
    model.use_log(framed.log, framed.flaw)
    assert all("\n" not in text for text in shown(model))
