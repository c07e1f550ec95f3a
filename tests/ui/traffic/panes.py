"""Helpers to use the traffic pane in tests."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from pytestqt.qtbot import QtBot

from app.server.monitor import ChangeBatch
from app.server.sockets.addresses import format_address
from app.traffic.connection_info import CloseKind
from app.ui.traffic.model import DATA
from app.ui.traffic.pane import TrafficPane


def shown(pane: TrafficPane) -> list[str]:
    model = pane.table.rows
    return [model.index(row, DATA).data() for row in range(model.rowCount())]


def settle(pane: TrafficPane, qtbot: QtBot) -> None:
    """Run a tick, and wait until the scans are done."""
    pane.refresh(ChangeBatch())
    qtbot.waitUntil(lambda: pane.scans.is_idle, timeout=20_000)


def choose(pane: TrafficPane, row: int) -> None:
    pane.table.setCurrentIndex(pane.table.rows.index(row, 0))


def use_expression(edit: Any) -> None:
    edit.kind.setCurrentIndex(1)


def connection(number: int, name: str = "Echo", peer: Any = None, host: Any = None) -> Any:
    return SimpleNamespace(
        number=number,
        factory=SimpleNamespace(spec=SimpleNamespace(name=name)),
        peer=f"peer {number}",
        peer_address=peer,
        is_datagram=getattr(peer, "type", "TCP") == "UDP",
        local=format_address(host),
        bytes_in=1,
        bytes_out=0,
        reason="closed by the peer",
        close_kind=CloseKind.CLOSED_BY_PEER,
        closed_at=1.0,
        unix_seconds=lambda moment: moment + 8.0,
    )
