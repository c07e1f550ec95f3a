"""Opens the form of a listener in the tests."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.profile import ListenerSpec
from app.ui.listener_form.form import ListenerForm
from tests.ui.listener_form.forms import OpenForm


@pytest.fixture
def open_form(qtbot: QtBot, tmp_path: Path) -> OpenForm:
    def open_one(
        others: Iterable[ListenerSpec] = (),
        current: ListenerSpec | None = None,
        *,
        is_on: bool = False,
    ) -> ListenerForm:
        running = current if is_on else None
        form = ListenerForm(others, current, running=running, folder=tmp_path, ca_folder=tmp_path)
        qtbot.addWidget(form)
        form.show()
        return form

    return open_one
