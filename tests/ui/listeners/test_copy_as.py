"""*Copy as*: the entries of the menu, and the copied or saved text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QWidget
from pytestqt.qtbot import QtBot
from twisted.internet.defer import Deferred

from app.codegen.script import script
from app.profile import ListenerSpec, Tls
from app.server.deck import Deck
from app.server.listener import Listener
from app.server.monitor import Changes
from app.ui.listeners.copy_as import CopyAsMenu
from app.ui.reactor.reactor import DeckReactor
from app.ui.style.icons import Icons
from app.ui.widgets.banner import Banner


@pytest.fixture
def deck(reactor: DeckReactor, result_of: Callable[[Deferred[None]], None]) -> Iterator[Deck]:
    deck = Deck(reactor, Changes(lambda: None))
    yield deck
    result_of(deck.stop_all())


@pytest.fixture
def echo(deck: Deck) -> Listener:
    return deck.add(ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:0"))


@pytest.fixture
def copying(qtbot: QtBot, tmp_path: Path) -> CopyAsMenu:
    window = QWidget()
    qtbot.addWidget(window)
    banner = Banner(Icons(), window)
    window.show()
    return CopyAsMenu(tmp_path, banner, window)


@pytest.fixture
def menu(qtbot: QtBot) -> QMenu:
    menu = QMenu()
    qtbot.addWidget(menu)
    return menu


def offered(menu: QMenu) -> list[str]:
    return [each.text() for each in menu.actions() if not each.isSeparator()]


def choose(menu: QMenu, text: str) -> str:
    """Choose the entry `text`; returns the clipboard."""
    (action,) = [each for each in menu.actions() if each.text() == text]
    action.trigger()
    return QApplication.clipboard().text()


def test_the_menu_has_command_lines_and_a_script(
    copying: CopyAsMenu,
    menu: QMenu,
    deck: Deck,
    echo: Listener,
    tmp_path: Path,
    result_of: Callable[[Deferred[None]], None],
) -> None:
    result_of(deck.start(echo))
    copying.fill(menu, echo)
    scripts = ["Twisted script", "Save as Twisted script…"]
    assert offered(menu) == ["nc", "telnet", "socat", *scripts]
    port = getattr(echo.address, "port")  # noqa: B009
    assert choose(menu, "nc") == f"nc 127.0.0.1 {port}"
    assert choose(menu, "Twisted script") == script(echo.spec, tmp_path)


def test_before_the_start_port_0_has_a_script_but_no_command_lines(
    copying: CopyAsMenu, menu: QMenu, echo: Listener
) -> None:
    copying.fill(menu, echo)
    assert offered(menu) == [
        "Start it first: its address is not known yet",
        "Twisted script",
        "Save as Twisted script…",
    ]
    assert not menu.actions()[0].isEnabled()


def test_a_menu_that_opens_again_is_for_the_current_listener(
    copying: CopyAsMenu, menu: QMenu, deck: Deck
) -> None:
    fixed = deck.add(ListenerSpec(name="Fixed", protocol="echo", endpoint="udp:8007"))
    copying.fill(menu, None)
    assert len(offered(menu)) == 1
    copying.fill(menu, fixed)
    assert offered(menu)[:2] == ["nc", "socat"]


def test_a_saved_script_is_reported_with_its_path(
    copying: CopyAsMenu, menu: QMenu, echo: Listener, tmp_path: Path
) -> None:
    copying.fill(menu, echo)
    choose(menu, "Save as Twisted script…")
    window = copying.parent()
    assert window is not None
    (dialog,) = window.findChildren(QFileDialog)
    assert Path(dialog.selectedFiles()[0]).name == "echo.py"
    path = tmp_path / "my.py"
    dialog.fileSelected.emit(str(path))
    dialog.reject()
    assert path.read_text(encoding="utf-8") == script(echo.spec, tmp_path)
    assert "python my.py" in copying.banner.message


def test_an_error_while_the_script_is_written_is_shown(
    copying: CopyAsMenu, echo: Listener, tmp_path: Path
) -> None:
    copying.write_script(echo, tmp_path / "nowhere" / "echo.py")
    assert "cannot be written (No such file or directory)" in copying.banner.message


def test_without_its_certificate_no_script_is_copied(
    copying: CopyAsMenu, deck: Deck, tmp_path: Path
) -> None:
    tls = Tls(certificate="gone.pem")
    secure = deck.add(ListenerSpec(name="Safe", protocol="echo", endpoint="tcp:1", tls=tls))
    QApplication.clipboard().setText("before")
    copying.copy_script(secure)
    copying.copy_line(secure, "openssl s_client")
    copying.write_script(secure, tmp_path / "safe.py")
    gone = tmp_path / "gone.pem"
    assert copying.banner.message == f"There is no file {gone}. Choose one that is there."
    assert QApplication.clipboard().text() == "before"
    assert not (tmp_path / "safe.py").exists()
