"""The rows for the options of a protocol, which change with the protocol."""

from __future__ import annotations

from enum import Enum, StrEnum
from pathlib import Path
from typing import TypeVar, cast

import pytest
from attrs import evolve, frozen
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.profile import ListenerSpec
from app.protocols import catalog
from app.protocols.definition import NoOptions, describe_options, option
from app.protocols.http.options import Mode
from app.protocols.line import Transformation
from app.ui.listener_form.form import ListenerForm
from app.ui.listener_form.protocol_options import OptionsForm
from tests.ui.listener_form.forms import save

Kind = TypeVar("Kind", bound=QWidget)

GREETER = ListenerSpec(name="Greeter", protocol="hello", endpoint="tcp:8025:interface=127.0.0.1")


class Size(Enum):
    SMALL = "small"
    VERY_LARGE = "very_large"


class Ending(StrEnum):
    CR = "cr"
    LF = "lf"


@frozen
class CakeOptions:
    label: str = option("Eat\n", "Label", "On top.", maximum=10)
    layers: int = option(3, "Layers", "Of cream.", minimum=1, maximum=9)
    is_vegan: bool = option(False, "Vegan", "No eggs.")
    size: Size = option(Size.SMALL, "Size", "Of a slice.")
    ending: Ending = option(Ending.LF, "Ending", "Of a line.")


def child(parent: QWidget, kind: type[Kind], name: str) -> Kind:
    found = parent.findChild(kind, name)
    assert found is not None
    return found


class Bakery(QWidget):
    """A form with two rows, and the options between them."""

    def __init__(self) -> None:
        super().__init__()
        self.form = QFormLayout(self)
        self.first, self.last = QLineEdit(), QLineEdit()
        self.form.addRow("First", self.first)
        self.form.addRow("Last", self.last)
        self.options = OptionsForm(self.form, below=self.first, after=self.first)
        self.changes = 0
        self.options.changed.connect(self.count)

    def count(self) -> None:
        self.changes += 1

    def labels(self) -> list[str]:
        """The label of each row, or the text of its check box."""
        labels = []
        for row in range(self.form.rowCount()):
            label = self.form.itemAt(row, QFormLayout.ItemRole.LabelRole)
            field = self.form.itemAt(row, QFormLayout.ItemRole.FieldRole)
            item = field if label is None else label
            assert item is not None
            labels.append(cast(QLabel | QCheckBox, item.widget()).text())
        return labels

    def line(self) -> QLineEdit:
        return child(self, QLineEdit, "label")

    def number(self) -> QSpinBox:
        return child(self, QSpinBox, "layers")

    def box(self) -> QCheckBox:
        return child(self, QCheckBox, "is_vegan")

    def choice(self, name: str = "size") -> QComboBox:
        return child(self, QComboBox, name)


@pytest.fixture
def bakery(qtbot: QtBot) -> Bakery:
    bakery = Bakery()
    qtbot.addWidget(bakery)
    bakery.options.show_options(CakeOptions, {})
    return bakery


def test_each_option_is_a_row_below_the_given_widget(bakery: Bakery) -> None:
    assert bakery.labels() == ["First", "Label", "Layers", "Vegan", "Size", "Ending", "Last"]


def test_each_kind_of_option_has_its_widget_with_the_default(bakery: Bakery) -> None:
    assert bakery.line().text() == r"Eat\n"
    number = bakery.number()
    assert (number.minimum(), number.value(), number.maximum()) == (1, 3, 9)
    assert not bakery.box().isChecked()
    choice = bakery.choice()
    assert [choice.itemText(i) for i in range(choice.count())] == ["Small", "Very large"]
    assert choice.currentText() == "Small"
    assert bakery.options.chosen() == {}


def test_entered_values_have_the_type_of_the_option(bakery: Bakery) -> None:
    bakery.line().setText(r"Drink\t")
    bakery.number().setValue(9)
    bakery.box().click()
    bakery.choice().setCurrentIndex(1)
    bakery.choice("ending").setCurrentIndex(0)
    chosen = {
        "label": "Drink\t",
        "layers": 9,
        "is_vegan": True,
        "size": Size.VERY_LARGE,
        "ending": Ending.CR,
    }
    assert bakery.options.chosen() == chosen
    assert all(type(value) is type(chosen[name]) for name, value in chosen.items())
    assert bakery.changes == 5
    assert CakeOptions(**bakery.options.chosen()) == CakeOptions(**chosen)  # type: ignore[arg-type]


def test_given_values_are_shown(bakery: Bakery) -> None:
    chosen = {"label": "", "layers": 1, "is_vegan": True, "size": Size.VERY_LARGE}
    bakery.options.show_options(CakeOptions, chosen)
    assert bakery.options.chosen() == chosen
    assert bakery.line().text() == ""


def test_a_value_set_back_to_the_default_is_left_out(bakery: Bakery) -> None:
    bakery.number().setValue(4)
    bakery.number().setValue(3)
    assert bakery.options.chosen() == {}


def test_an_invalid_escape_is_a_problem(bakery: Bakery) -> None:
    bakery.line().setText(r"Eat\m")
    (problem,) = bakery.options.problems()
    assert str(problem).startswith(r"options.label: must not hold \m. ")
    assert bakery.options.chosen() == {}
    bakery.line().setText(r"Eat\\m")
    assert bakery.options.problems() == []
    assert bakery.options.chosen() == {"label": r"Eat\m"}


def test_options_of_another_protocol_replace_the_rows(bakery: Bakery) -> None:
    bakery.number().setValue(4)
    bakery.options.show_options(catalog.find("hello").options, {})
    assert bakery.labels() == ["First", "Text", "Close after the text", "Last"]
    assert bakery.options.chosen() == {}
    bakery.options.show_options(NoOptions, {})
    assert bakery.labels() == ["First", "Last"]


def test_tab_follows_the_order_of_the_rows(bakery: Bakery) -> None:
    bakery.options.show_options(CakeOptions, {})
    bakery.show()
    bakery.first.setFocus()
    visited = []
    for _ in range(6):
        bakery.focusNextChild()
        visited.append(bakery.focusWidget())
    assert visited == [
        bakery.line(),
        bakery.number(),
        bakery.box(),
        bakery.choice(),
        bakery.choice("ending"),
        bakery.last,
    ]


def test_hints_are_tool_tips_and_accessible_descriptions(bakery: Bakery) -> None:
    for widget, hint in ((bakery.line(), "On top."), (bakery.box(), "No eggs.")):
        assert widget.toolTip() == widget.accessibleDescription() == hint


# In the form of a listener


def open_form(
    qtbot: QtBot, current: ListenerSpec | None = None, *, is_on: bool = False
) -> ListenerForm:
    form = ListenerForm([], current, running=current if is_on else None, folder=Path())
    qtbot.addWidget(form)
    form.show()
    return form


def choose(form: ListenerForm, protocol: str) -> None:
    form.identity.protocol.setCurrentIndex(form.identity.protocol.findData(protocol))


@pytest.mark.parametrize("name", catalog.names())
def test_every_protocol_of_the_catalog_can_be_saved_with_its_defaults(
    qtbot: QtBot, name: str
) -> None:
    form = open_form(qtbot)
    choose(form, name)
    assert save(form).isEnabled()
    assert (form.spec().protocol, form.spec().options) == (name, {})
    options = describe_options(catalog.find(name).options)
    defaults = {each.name: each.default for each in options}
    for each in options:
        widget = child(form, QWidget, each.name)
        qtbot.waitUntil(widget.isVisible if each.is_used(defaults) else widget.isHidden)


def test_only_the_options_with_an_effect_are_shown_and_saved(qtbot: QtBot) -> None:
    form = open_form(qtbot)
    choose(form, "http")
    mode, folder = child(form, QComboBox, "mode"), child(form, QLineEdit, "folder")
    qtbot.waitUntil(folder.isHidden)
    mode.setCurrentText("Folder")
    folder.setText("site")
    qtbot.waitUntil(folder.isVisible)
    assert form.spec().options == {"mode": Mode.FOLDER, "folder": "site"}
    mode.setCurrentText("Fixed")
    qtbot.waitUntil(folder.isHidden)
    assert form.spec().options == {"mode": Mode.FIXED}


def test_chosen_options_are_in_the_spec(qtbot: QtBot) -> None:
    form = open_form(qtbot)
    choose(form, "line")
    child(form, QComboBox, "how").setCurrentIndex(1)
    assert form.spec().options == {"how": Transformation.REVERSED}


def test_the_options_of_the_listener_to_edit_are_shown_and_kept(qtbot: QtBot) -> None:
    spec = evolve(GREETER, options={"text": "Hi\r\n", "closes": False})
    form = open_form(qtbot, spec)
    assert child(form, QLineEdit, "text").text() == r"Hi\r\n"
    assert form.spec() == spec


RULES = [{"any": True, "reply": "x"}]


def test_rules_are_kept_and_a_hint_says_where_they_are(qtbot: QtBot) -> None:
    spec = evolve(GREETER, protocol="replies", options={"greeting": "hi", "rule": RULES})
    form = open_form(qtbot, spec)
    hint = catalog.find("replies").tables
    assert hint is not None
    assert hint.hint in [label.text() for label in form.findChildren(QLabel)]
    assert form.spec() == spec
    choose(form, "hello")
    assert form.spec().options == {}
    choose(form, "replies")
    assert form.spec() == spec
    assert save(form).isEnabled()


def test_other_rules_of_a_running_listener_need_no_restart(qtbot: QtBot) -> None:
    spec = evolve(GREETER, protocol="replies", options={"rule": RULES})
    form = open_form(qtbot, spec, is_on=True)
    choose(form, "hello")
    assert save(form).text() == "Save and restart"
    choose(form, "replies")
    assert save(form).text() == "Save"


def test_another_protocol_and_back_shows_the_saved_options_again(qtbot: QtBot) -> None:
    spec = evolve(GREETER, options={"text": "Hi"})
    form = open_form(qtbot, spec)
    choose(form, "chat")
    assert form.spec().options == {}
    choose(form, "hello")
    assert form.spec() == spec


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (r"Hi\q", r"Text: must not hold \q. "),
        ("x" * 4001, "Text: must be at most 4000 characters long, not 4001."),
    ],
)
def test_a_wrong_option_is_shown_and_cannot_be_saved(
    qtbot: QtBot, text: str, sentence: str
) -> None:
    form = open_form(qtbot, GREETER)
    line = child(form, QLineEdit, "text")
    line.setText(text)
    assert not save(form).isEnabled()
    assert form.said.startswith(sentence)
    line.setText("right")
    assert save(form).isEnabled()
    assert form.said == ""


def test_other_options_of_a_running_listener_need_a_restart(qtbot: QtBot) -> None:
    form = open_form(qtbot, GREETER, is_on=True)
    closes = child(form, QCheckBox, "closes")
    closes.click()
    assert form.buttons.button(QDialogButtonBox.StandardButton.Save).text() == "Save and restart"
    closes.click()
    assert form.buttons.button(QDialogButtonBox.StandardButton.Save).text() == "Save"


class Shouting(QTranslator):
    """Translates the catalog, and nothing else, into capitals."""

    def isEmpty(self) -> bool:
        return False

    def translate(
        self, context: str, text: str, disambiguation: str | None = None, n: int = -1
    ) -> str:
        return text.upper() if context == "Catalog" else ""


def test_the_texts_of_the_catalog_are_translated(qtbot: QtBot) -> None:
    translator = Shouting()
    QCoreApplication.installTranslator(translator)
    try:
        form = open_form(qtbot, evolve(GREETER, protocol="line"))
        assert form.identity.protocol.currentText() == "LINE"
        assert form.identity.summary.text() == "SENDS EACH LINE BACK, IN CAPITALS OR REVERSED."
        assert form.identity.options.title("longest_line") == "LONGEST LINE"
        assert child(form, QComboBox, "how").currentText() == "CAPITALS"
        assert child(form, QWidget, "how").toolTip() == "WHAT IS DONE TO EACH LINE."
    finally:
        QCoreApplication.removeTranslator(translator)
