"""The theme: one design for the whole application, which can change at run time."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTableView, QWidget
from pytestqt.qtbot import QtBot

from app.server.listener import State
from app.ui.style.palette import is_dark, quiet_color, state_color, tint_color
from app.ui.style.theme import MonoFont, Theme, WindowSheet, is_grey, style_sheet
from app.ui.style.tokens import TEXT_CONTRAST, Density, Scheme, Tint, contrast, tokens

ROLES = QPalette.ColorRole


def test_light_is_light_and_dark_is_dark(theme: Theme, qapp: QApplication) -> None:
    theme.use(Scheme.DARK)
    assert is_dark(qapp.palette())
    theme.use(Scheme.LIGHT)
    assert not is_dark(qapp.palette())


def test_the_scheme_changes_under_open_widgets(
    theme: Theme, qapp: QApplication, qtbot: QtBot
) -> None:
    field = QLineEdit("text")
    field.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its ring would make two pictures differ
    qtbot.addWidget(field)
    field.show()
    before = field.grab().toImage()
    theme.use(Scheme.DARK)
    qtbot.waitUntil(lambda: is_dark(field.palette()))
    assert field.grab().toImage() != before
    theme.use(Scheme.LIGHT)
    qtbot.waitUntil(lambda: not is_dark(field.palette()))


def test_a_window_gets_the_sheet_of_each_design(theme: Theme, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    WindowSheet(window)
    assert window.styleSheet() == style_sheet(tokens(Scheme.LIGHT))
    theme.use(Scheme.DARK)
    assert window.styleSheet() == style_sheet(tokens(Scheme.DARK))


def test_the_same_choice_again_changes_nothing(theme: Theme, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(theme.changed):
        theme.use(Scheme.LIGHT)
    with qtbot.waitSignal(theme.changed):
        theme.use(Scheme.DARK)


def test_an_application_has_one_theme(theme: Theme, qapp: QApplication) -> None:
    assert Theme.of(qapp) is theme


def test_density_and_zoom_change_the_design(theme: Theme, qtbot: QtBot) -> None:
    field, text = QLineEdit(), QPlainTextEdit()
    for widget in (field, text):
        qtbot.addWidget(widget)
        widget.show()
    MonoFont(text)
    height, letters = field.sizeHint().height(), QFontInfo(text.font()).pixelSize()
    theme.use(density=Density.COMPACT)
    assert field.sizeHint().height() < height
    theme.use(density=Density.COMFORTABLE, zoom=2.0)
    assert field.sizeHint().height() >= 2 * height
    assert QFontInfo(text.font()).pixelSize() == 2 * letters
    assert QFontInfo(text.font()).fixedPitch()


def test_an_accent_can_be_set_and_removed(theme: Theme, qapp: QApplication) -> None:
    before = qapp.palette().color(ROLES.Highlight)
    theme.use(accent="#7A1FA2")
    assert qapp.palette().color(ROLES.Highlight) == QColor("#7a1fa2")
    theme.use(accent="")
    assert qapp.palette().color(ROLES.Highlight) == before


@pytest.mark.parametrize("accent", ["red", "#12345", "#12345g", "#1234567"])
def test_an_accent_that_is_no_colour_is_refused(theme: Theme, accent: str) -> None:
    design = theme.design
    with pytest.raises(ValueError, match="#rrggbb"):
        theme.use(accent=accent)
    assert theme.design is design


def test_a_change_of_the_system_leaves_the_users_choice(theme: Theme, qapp: QApplication) -> None:
    theme.use(Scheme.DARK)
    theme.follow_system()
    assert is_dark(qapp.palette())


def test_a_grey_accent_is_ignored() -> None:
    assert is_grey("#808488")
    assert not is_grey("#2f6fdb")


def test_a_chosen_row_keeps_the_colour_of_its_text(theme: Theme, qtbot: QtBot) -> None:
    table = QTableView()
    qtbot.addWidget(table)
    table.ensurePolished()
    palette = table.palette()
    assert palette.color(ROLES.HighlightedText) == palette.color(ROLES.Text)


@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK])
def test_the_style_sheet_has_no_unknown_token(scheme: Scheme) -> None:
    design = tokens(scheme)
    sheet = style_sheet(design)
    assert re.search(r"@\w", sheet) is None
    assert design.colors.danger in sheet
    assert "gradient" not in sheet


@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        (ROLES.WindowText, ROLES.Window),
        (ROLES.Text, ROLES.Base),
        (ROLES.PlaceholderText, ROLES.Base),
        (ROLES.ButtonText, ROLES.Button),
        (ROLES.ToolTipText, ROLES.ToolTipBase),
        (ROLES.HighlightedText, ROLES.Highlight),
        (ROLES.Link, ROLES.Window),
    ],
)
def test_the_palette_can_be_read(
    theme: Theme, qapp: QApplication, scheme: Scheme, text: ROLES, ground: ROLES
) -> None:
    theme.use(scheme)
    palette = qapp.palette()
    pair = palette.color(text).name(), palette.color(ground).name()
    assert contrast(*pair) >= TEXT_CONTRAST


@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK])
def test_signs_and_quiet_text_can_be_read(theme: Theme, qapp: QApplication, scheme: Scheme) -> None:
    theme.use(scheme)
    palette = qapp.palette()
    ground = palette.color(ROLES.Window).name()
    shown = [quiet_color(palette)]
    shown += [tint_color(tint, palette) for tint in Tint]
    shown += [state_color(state, palette) for state in State]
    assert all(contrast(color.name(), ground) >= TEXT_CONTRAST for color in shown)


def test_a_widget_with_a_mono_font_can_be_deleted_before_the_theme_changes(
    theme: Theme, qapp: QApplication
) -> None:
    text = QPlainTextEdit()
    MonoFont(text)
    text.deleteLater()
    qapp.sendPostedEvents(text, QEvent.Type.DeferredDelete.value)
    theme.use(zoom=1.5)
