"""The part of the form with what is simply on or off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QCheckBox, QFormLayout

from app.profile import ListenerSpec
from app.ui.listeners.form_part import FormPart


class SwitchesForm(FormPart):
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
