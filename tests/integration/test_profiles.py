"""The window and other profiles: opened beside it, taken from, and written to."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest
from attrs import evolve
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QMenu,
    QPushButton,
)

from app.profile import FIRST_LISTENERS, ListenerSpec, default_path, parse
from app.profile.storage import create
from app.profile.writing import render
from app.runtime.single_instance import ProfileLock
from app.ui.profiles.listener_choice import ListenerChoice
from app.ui.profiles.other_profiles import open_window as start_process
from app.ui.settings import MOST_RECENT, Settings
from app.ui.window.window_frame import window_title
from tests.integration.desk import Desk, OpenWindow
from tests.integration.programs import PATIENCE_SECONDS

ECHO, HELLO = FIRST_LISTENERS
TWO = render(FIRST_LISTENERS)


class Opened(list[Path]):
    """Stands for the start of another process: the profiles that it was asked for."""

    def __call__(self, path: Path) -> int | None:
        self.append(path)
        return 1


@pytest.fixture
def desk(open_window: OpenWindow) -> Desk:
    return open_window(TWO)


@pytest.fixture
def opened(desk: Desk) -> Opened:
    opened = Opened()
    desk.window.rest.profiles.open_window = opened
    return opened


def file_dialog(desk: Desk) -> QFileDialog:
    (dialog,) = [each for each in desk.window.findChildren(QFileDialog) if each.isVisible()]
    return dialog


def choose(desk: Desk, path: Path) -> None:
    """Take `path` in the file dialog that is open."""
    dialog = file_dialog(desk)
    dialog.setDirectory(str(path.parent))
    dialog.selectFile(path.name)
    dialog.accept()
    desk.until(lambda: not dialog.isVisible())


def choice(desk: Desk) -> ListenerChoice:
    (dialog,) = [each for each in desk.window.findChildren(ListenerChoice) if each.isVisible()]
    return dialog


def accept_button(dialog: ListenerChoice) -> QAbstractButton:
    (button,) = [
        each
        for each in dialog.buttons.buttons()
        if dialog.buttons.buttonRole(each) is QDialogButtonBox.ButtonRole.AcceptRole
    ]
    return button


def accept(desk: Desk) -> None:
    desk.click(accept_button(choice(desk)))


def remembered(desk: Desk) -> Settings:
    """What the windows remember."""
    return desk.settings


def recent(desk: Desk) -> QMenu:
    """The menu of recent profiles, about to show."""
    menu = desk.menu_item("Recent profiles").menu()
    assert isinstance(menu, QMenu)
    menu.aboutToShow.emit()
    return menu


# New, open, recent


def test_a_recording_that_is_chosen_as_a_profile_opens_as_one(
    desk: Desk, opened: Opened, tmp_path: Path
) -> None:
    path = tmp_path / "traffic.sqlite"
    path.write_bytes(b"SQLite format 3\0")
    desk.do(desk.menu_item("Open profile…"))
    choose(desk, path)
    assert opened == []
    assert "traffic.sqlite" in desk.window.rest.banner.message


def test_a_new_profile_is_empty_and_opens_in_a_window_of_its_own(
    desk: Desk, opened: Opened, tmp_path: Path
) -> None:
    desk.do(desk.menu_item("New profile…"))
    choose(desk, tmp_path / "fresh")
    fresh = tmp_path / "fresh.toml"
    assert opened == [fresh]
    assert parse(fresh.read_text()).listeners == ()
    assert desk.window.rest.banner.message == "fresh.toml opens in a window of its own."
    assert [each.spec for each in desk.deck.listeners] == [ECHO, HELLO], "this window goes on"


def test_a_new_profile_takes_the_place_of_none(desk: Desk, opened: Opened, tmp_path: Path) -> None:
    old = tmp_path / "old.toml"
    old.write_text(render([ECHO]))
    desk.do(desk.menu_item("New profile…"))
    choose(desk, old)
    assert opened == []
    assert desk.window.rest.banner.message == f"There is {old} already."
    assert parse(old.read_text()).listeners == (ECHO,)
    desk.click(desk.offer("Open it"))
    assert opened == [old]


def test_a_new_profile_that_cannot_be_made_says_why(
    desk: Desk, opened: Opened, tmp_path: Path
) -> None:
    desk.window.rest.profiles.create(tmp_path / "missing" / "new.toml")
    assert "cannot be written (No such file or directory)" in desk.window.rest.banner.message
    assert opened == []


def test_another_profile_opens_beside_this_one(desk: Desk, opened: Opened, tmp_path: Path) -> None:
    create(tmp_path / "other.toml")
    desk.do(desk.menu_item("Open profile…"))
    choose(desk, tmp_path / "other.toml")
    assert opened == [tmp_path / "other.toml"]


def test_the_profile_of_this_window_is_not_opened_again(
    desk: Desk, opened: Opened, tmp_path: Path, profile: Path
) -> None:
    (tmp_path / "link.toml").symlink_to(profile)
    desk.window.rest.profiles.open(tmp_path / "link.toml")
    assert desk.window.rest.banner.message.endswith("link.toml is the profile of this window.")
    assert opened == []


def test_a_process_that_does_not_start_is_told(desk: Desk, tmp_path: Path) -> None:
    create(tmp_path / "other.toml")
    desk.window.rest.profiles.open_window = lambda path: None
    desk.window.rest.profiles.open(tmp_path / "other.toml")
    assert desk.window.rest.banner.message.startswith("No window could be opened for ")


def test_recent_profiles_are_those_of_other_windows_the_last_one_first(
    desk: Desk, opened: Opened, tmp_path: Path
) -> None:
    (only,) = recent(desk).actions()
    assert (only.text(), only.isEnabled()) == ("None yet", False)
    for name in ("one.toml", "gone.toml", "R&D.toml"):
        create(tmp_path / name)
        remembered(desk).add_recent(tmp_path / name)
    (tmp_path / "gone.toml").unlink()
    amp, gone, one, _, forget = recent(desk).actions()
    assert amp.text().endswith("R&&D.toml")
    assert (gone.isEnabled(), one.isEnabled()) == (False, True)
    assert gone.text().endswith("gone.toml (is not there any more)")
    amp.trigger()
    assert opened == [tmp_path / "R&D.toml"]
    forget.trigger()
    assert len(recent(desk).actions()) == 1


def test_recent_profiles_are_no_more_than_a_menu_can_show(desk: Desk, tmp_path: Path) -> None:
    for number in range(100):
        remembered(desk).add_recent(tmp_path / f"{number}.toml")
    shown = [each for each in recent(desk).actions() if ".toml" in each.text()]
    assert len(shown) == MOST_RECENT
    assert "99.toml" in shown[0].text()


def test_a_window_remembers_its_profile_for_the_others(
    desk: Desk, profile: Path, open_window: OpenWindow
) -> None:
    assert remembered(desk).recent_profiles == [profile]
    open_window(TWO)
    assert remembered(desk).recent_profiles == [profile]


def test_the_title_names_every_profile_but_the_users_own(tmp_path: Path) -> None:
    assert window_title(default_path()) == ""
    assert window_title(tmp_path / "other.toml") == "other.toml"


@pytest.mark.skipif(sys.platform == "win32", reason="ends the process by a signal")
def test_another_process_opens_the_profile_whatever_lies_in_its_folder(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").write_text("raise SystemExit('not Portdeck')")
    monkeypatch.chdir(tmp_path)
    other = tmp_path / "other.toml"
    create(other)
    number = start_process(other)
    assert number is not None
    process = psutil.Process(number)
    try:
        claim = ProfileLock(other)
        until = time.monotonic() + PATIENCE_SECONDS
        while claim.take():
            claim.release()
            assert time.monotonic() < until, "it does not open"
            assert process.is_running()
            time.sleep(0.05)
        while not claim.ask_to_show():
            assert time.monotonic() < until, "it does not answer"
            time.sleep(0.05)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)


def test_a_folder_in_the_place_of_a_profile_is_told_and_never_renamed(
    open_window: OpenWindow, profile: Path
) -> None:
    profile.mkdir()
    desk = open_window("")
    assert "cannot be read (Is a directory)" in desk.window.rest.banner.message
    words = [each.text() for each in desk.window.rest.banner.findChildren(QPushButton)]
    assert words == ["Load it again"]
    assert profile.is_dir()


# Import


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A profile elsewhere: one name and one port are taken here, and one listener is bad."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    own = ListenerSpec(name="Own", protocol="python:own.py:Own", endpoint="tcp:0")
    mine = evolve(ECHO, name="echo", endpoint="tcp:8025")
    path = folder / "source.toml"
    odd = ListenerSpec(name="Odd", protocol="echo", endpoint="tcp:1")
    path.write_text(render([mine, own, odd]).replace('"tcp:1"', '"tpc:1"'))
    return path


def test_listeners_are_imported_under_free_names_and_what_collides_is_said(
    desk: Desk, source: Path, profile: Path
) -> None:
    desk.do(desk.menu_item("Import listeners from…"))
    choose(desk, source)
    dialog = choice(desk)
    rows = [dialog.list.item(row).text() for row in range(dialog.list.count())]
    assert rows == [
        "echo: echo on 127.0.0.1:8025 – will be called echo 2; listens where Hello does",
        "Own: python:elsewhere/own.py:Own on 127.0.0.1:0 – runs the code in elsewhere/own.py",
    ]
    labels = [each.text() for each in dialog.findChildren(QLabel)]
    assert any("listener[2].endpoint" in text for text in labels)
    accept(desk)
    names = [each.spec.name for each in desk.deck.listeners]
    assert names == ["Echo", "Hello", "echo 2", "Own"]
    desk.until(desk.row("Own").isVisible)
    assert [each.name for each in parse(profile.read_text()).listeners] == names
    assert desk.window.rest.banner.message.splitlines() == [
        "Imported from source.toml: echo 2, Own.",
        "echo 2 cannot be on at once with Hello: give it another port.",
    ]


def test_only_what_is_ticked_is_imported(desk: Desk, source: Path) -> None:
    desk.window.rest.exchange.choose_from(source)
    dialog = choice(desk)
    dialog.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    accept(desk)
    assert [each.spec.name for each in desk.deck.listeners] == ["Echo", "Hello", "Own"]


def test_nothing_ticked_is_nothing_to_import(desk: Desk, source: Path) -> None:
    desk.window.rest.exchange.choose_from(source)
    dialog = choice(desk)
    none, everything = (
        next(each for each in dialog.findChildren(QPushButton) if each.text() == word)
        for word in ("None", "All")
    )
    button = accept_button(dialog)
    desk.click(none)
    assert not button.isEnabled()
    desk.click(everything)
    assert button.isEnabled()
    dialog.reject()
    assert len(desk.deck.listeners) == 2


@pytest.mark.parametrize(("text", "said"), [("", "version: is missing"), ("version = 1", "")])
def test_a_file_without_listeners_is_told(desk: Desk, tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "bare.toml"
    path.write_text(text)
    desk.window.rest.exchange.choose_from(path)
    assert desk.window.rest.banner.message.startswith(f"There is no listener to import in {path}.")
    assert said in desk.window.rest.banner.message


def test_many_collisions_make_no_endless_message(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "many.toml"
    path.write_text(render([evolve(ECHO, name=f"Echo {number}") for number in range(50)]))
    desk.window.rest.exchange.choose_from(path)
    accept(desk)
    assert len(desk.window.rest.banner.message.splitlines()) < 10
    assert len(desk.deck.listeners) == 52


# Export


def test_ticked_listeners_are_exported_to_a_profile_of_their_own(
    desk: Desk, tmp_path: Path
) -> None:
    desk.do(desk.menu_item("Export profile as…"))
    dialog = choice(desk)
    assert dialog.ticked() == [ECHO, HELLO]
    dialog.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    accept(desk)
    choose(desk, tmp_path / "export")
    path = tmp_path / "export.toml"
    assert parse(path.read_text()).listeners == (HELLO,)
    assert desk.window.rest.banner.message == f"Written to {path}: Hello."


def test_several_marked_listeners_are_those_that_an_export_offers(open_window: OpenWindow) -> None:
    third = evolve(ECHO, name="Third", endpoint="tcp:0")
    desk = open_window(render([ECHO, HELLO, third]))
    desk.choose("Echo")
    desk.window.rest.exchange.choose_listeners()
    assert choice(desk).ticked() == [ECHO, HELLO, third], "one is not several"
    choice(desk).reject()
    row = desk.row("Third")
    at = QPoint(row.width() // 2, row.height() - 3)
    keys = Qt.KeyboardModifier.ControlModifier
    desk.qtbot.mouseClick(row, Qt.MouseButton.LeftButton, keys, at)
    desk.window.rest.exchange.choose_listeners()
    assert choice(desk).ticked() == [ECHO, third]
    choice(desk).reject()


def test_an_export_does_not_replace_the_profile_of_this_window(desk: Desk, profile: Path) -> None:
    before = profile.read_text()
    desk.window.rest.exchange.export([HELLO], profile)
    assert "is the profile of this window. Choose another file." in desk.window.rest.banner.message
    assert profile.read_text() == before


def test_an_export_that_fails_says_why(desk: Desk, tmp_path: Path) -> None:
    desk.window.rest.exchange.export([HELLO], tmp_path / "missing" / "export.toml")
    assert "cannot be written (No such file or directory)" in desk.window.rest.banner.message


# To the front


def test_a_minimized_window_comes_back_when_it_is_asked_for(desk: Desk) -> None:
    desk.window.showMinimized()
    desk.window.bring_to_front("a token")
    assert os.environ.pop("XDG_ACTIVATION_TOKEN") == "a token"
    assert desk.window.isVisible()
    assert not desk.window.isMinimized()
