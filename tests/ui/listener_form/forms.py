"""Helpers to use the form of a listener in tests."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import (
    QDialogButtonBox,
    QPushButton,
)

from app.profile import ListenerSpec
from app.ui.listener_form.form import ListenerForm
from app.ui.listener_form.section import TransportChoice

OpenForm = Callable[..., ListenerForm]


def save(form: ListenerForm) -> QPushButton:
    return form.buttons.button(QDialogButtonBox.StandardButton.Save)


def describe(form: ListenerForm, description: str) -> None:
    """Enter an endpoint as a description."""
    form.address.choose(TransportChoice.DESCRIPTION)
    form.address.description.setText(description)


def choose_interface(form: ListenerForm, interface: str) -> None:
    form.address.interface.setCurrentIndex(form.address.interface.findData(interface))


def spec(endpoint: str, **more: object) -> ListenerSpec:
    return ListenerSpec(name="It", protocol="echo", endpoint=endpoint, **more)  # type: ignore[arg-type]
