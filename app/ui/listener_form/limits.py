"""The part of the form that asks how much a listener takes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QCheckBox, QFormLayout, QSpinBox

from app.profile import ListenerSpec
from app.profile.spec import (
    LEAST_UNSENT_BYTES,
    LONGEST_IDLE_TIMEOUT,
    MOST_CONNECTIONS,
    MOST_UNSENT_BYTES,
)
from app.server.udp.factory import IDLE_SECONDS
from app.ui.listener_form.section import FormSection

_KIBIBYTE = 1024


class LimitsForm(FormSection):
    """Asks for the limits: how many peers, how long they may be silent, how much they are owed."""

    def __init__(self, rows: QFormLayout) -> None:
        super().__init__(rows)
        self.add_heading(self.tr("Limits"))
        self.max_connections = self._add(
            self.tr("Connections at &most"),
            self.tr("One more is told so, and turned away"),
            (1, MOST_CONNECTIONS),
        )
        self.max_connections_per_address = self._add(
            self.tr("From &one address"),
            self.tr("How many of the connections may come from the same address"),
            (0, MOST_CONNECTIONS),
            nought=self.tr("any number"),
        )
        self.idle_timeout = self._add(
            self.tr("Close when &idle"),
            self.tr("For how long nothing may cross a connection, in or out, until it is closed"),
            (0, LONGEST_IDLE_TIMEOUT),
            suffix=self.tr(" s"),
            nought=self.tr("never"),
        )
        self.max_unsent = self._add(
            self.tr("&Unsent at most"),
            self.tr("A peer that does not read is closed once more than this waits for it"),
            (LEAST_UNSENT_BYTES // _KIBIBYTE, MOST_UNSENT_BYTES // _KIBIBYTE),
            suffix=self.tr(" KiB"),
        )
        self.max_unsent.setGroupSeparatorShown(True)
        self._unsent_bytes = 0
        self.show_spec(ListenerSpec(name="", protocol="", endpoint=""))

    def serve_datagrams(self, datagrams: bool) -> None:
        """Ask for what there is over UDP from now on, or again for connections."""
        default = self.tr("after {0} s").format(f"{IDLE_SECONDS:g}")
        self.idle_timeout.setSpecialValueText(default if datagrams else self.tr("never"))
        self.rows.setRowVisible(self.max_unsent, not datagrams)

    def show_spec(self, spec: ListenerSpec) -> None:
        self.max_connections.setValue(spec.max_connections)
        self.max_connections_per_address.setValue(spec.max_connections_per_address)
        self.idle_timeout.setValue(spec.idle_timeout)
        self._show_unsent(spec.max_unsent_bytes)

    def values(self) -> Mapping[str, Any]:
        return {
            "max_connections": self.max_connections.value(),
            "max_connections_per_address": self.max_connections_per_address.value(),
            "idle_timeout": self.idle_timeout.value(),
            "max_unsent_bytes": self._unsent(),
        }

    def _show_unsent(self, count: int) -> None:
        self._unsent_bytes = count
        self.max_unsent.setValue(count // _KIBIBYTE)

    def _unsent(self) -> int:
        """In bytes; the very number that was there, if it is shown still."""
        shown = self.max_unsent.value()
        if shown == self._unsent_bytes // _KIBIBYTE:
            return self._unsent_bytes
        return shown * _KIBIBYTE

    def _add(
        self,
        title: str,
        hint: str,
        bounds: tuple[int, int],
        *,
        suffix: str = "",
        nought: str = "",
    ) -> QSpinBox:
        box = QSpinBox()
        box.setRange(*bounds)
        box.setSuffix(suffix)
        box.setSpecialValueText(nought)
        box.setToolTip(hint)
        box.setAccessibleName(title.replace("&", ""))
        box.setAccessibleDescription(hint)
        self.rows.addRow(title, box)
        box.valueChanged.connect(self.changed)
        return box


# MERGED ui/listeners/switches_form: The part of the form with what is simply on or off.


class SwitchesForm(FormSection):
    """Asks what a listener does by itself."""

    def __init__(self, rows: QFormLayout) -> None:
        super().__init__(rows)
        self.autostart = QCheckBox(self.tr("Start it to&gether with Portdeck"))
        self.traffic = QCheckBox(self.tr("O&bserve in Traffic what crosses it"))
        self.traffic.setToolTip(
            self.tr("Off, its chunks are counted and not kept, from now on and without a restart")
        )
        for switch in (self.autostart, self.traffic):
            rows.addRow("", switch)
            switch.toggled.connect(self.changed)
        self.show_spec(ListenerSpec(name="", protocol="", endpoint=""))

    def show_spec(self, spec: ListenerSpec) -> None:
        self.autostart.setChecked(spec.autostart)
        self.traffic.setChecked(spec.traffic)

    def values(self) -> Mapping[str, Any]:
        return {"autostart": self.autostart.isChecked(), "traffic": self.traffic.isChecked()}
