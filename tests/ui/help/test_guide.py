"""The guide: its pages, its search, its links, and that it loads nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QTextDocument
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.runtime import resources
from app.ui.help.guide import GuideView, GuideWindow
from app.ui.help.guide_pages import read_pages
from app.ui.settings import Language
from app.ui.widgets.translation import apply_language


@pytest.fixture
def guide(qtbot: QtBot) -> GuideWindow:
    guide = GuideWindow()
    qtbot.addWidget(guide)
    guide.show()
    return guide


@pytest.fixture
def chinese(qapp: QApplication, qtbot: QtBot) -> Iterator[GuideWindow]:
    apply_language(qapp, Language.CHINESE)
    guide = GuideWindow()
    qtbot.addWidget(guide)
    guide.show()
    yield guide
    apply_language(qapp, Language.ENGLISH)


def titles(guide: GuideWindow) -> list[str]:
    rows = range(guide.list.count())
    return [guide.list.item(row).text() for row in rows if not guide.list.item(row).isHidden()]


def test_every_file_of_the_guide_is_a_page(guide: GuideWindow) -> None:
    files = {path.stem for path in resources.resource_path("guide").glob("*.md")}
    assert {page.name for page in read_pages(resources.resource_path("guide"))} == files
    assert guide.list.count() == len(files)
    assert titles(guide)[0] == "The window"
    assert "Each listener has a switch" in guide.view.toPlainText()


def test_search_shows_the_pages_that_have_the_text(guide: GuideWindow) -> None:
    guide.search.setText("SIGHUP")
    assert titles(guide)
    assert all("(" in title for title in titles(guide))
    assert "SIGHUP" in guide.view.toPlainText()
    assert guide.view.extraSelections()
    assert guide.view.textCursor().selectedText() == "SIGHUP"
    guide.search.clear()
    assert guide.list.count() == len(titles(guide))


def test_a_search_for_what_is_not_there_says_so(guide: GuideWindow) -> None:
    guide.search.setText("no such words anywhere")
    assert guide.state.text()
    guide.find_next()


def test_enter_goes_from_place_to_place_and_to_the_next_page(guide: GuideWindow) -> None:
    guide.search.setText("listener")
    seen = []
    for _ in range(300):
        guide.find_next()
        assert guide.view.textCursor().selectedText().lower() == "listener"
        seen.append(guide.page)
    assert len(set(seen)) == len(titles(guide))
    guide.find_next(backward=True)
    assert guide.view.textCursor().selectedText().lower() == "listener"


def test_a_link_to_a_file_of_the_source_tree_is_only_text(qtbot: QtBot) -> None:
    view = GuideView()
    qtbot.addWidget(view)
    view.show_markdown("[the protocols](../../app/protocols/) and [serve](serve.md)")
    assert view.toPlainText() == "the protocols and serve"
    assert "app/protocols" not in view.toHtml()
    assert "serve.md" in view.toHtml()


def test_a_link_to_another_page_shows_it(guide: GuideWindow) -> None:
    guide.view.anchorClicked.emit(QUrl("serve.md#nowhere"))
    assert guide.page == "serve"
    guide.view.anchorClicked.emit(QUrl("window.md#your-own-protocol"))
    assert guide.page == "window"
    assert guide.view.textCursor().block().text() == "Your own protocol"


def test_a_chinese_window_shows_the_chinese_pages(chinese: GuideWindow) -> None:
    assert chinese.windowTitle() == "指南"
    assert titles(chinese)[:2] == ["窗口", "配置"]
    assert len(titles(chinese)) == len(read_pages(resources.resource_path("guide")))
    assert "每个监听器都有一个开关" in chinese.view.toPlainText()


def test_chinese_is_found_with_and_without_the_space_beside_latin(chinese: GuideWindow) -> None:
    chinese.search.setText("CA证书")
    assert chinese.view.extraSelections()
    with_space = chinese.search.text().replace("CA", "CA ")
    places = titles(chinese)
    chinese.search.setText(with_space)
    assert titles(chinese) == places
    chinese.find_next()
    assert chinese.view.textCursor().selectedText() == with_space


def test_an_english_anchor_leads_to_the_chinese_heading(chinese: GuideWindow) -> None:
    chinese.show_page("window", "your-own-protocol")
    assert chinese.view.textCursor().block().text() == "您自己的协议"
    assert chinese.anchor == "your-own-protocol"
    chinese.view.anchorClicked.emit(QUrl("#阅读字节"))
    assert chinese.view.textCursor().block().text() == "阅读字节"
    chinese.view.anchorClicked.emit(QUrl("rules.md#应答"))
    assert chinese.page == "rules"
    assert chinese.view.textCursor().block().text() == "应答"


def test_a_chinese_page_leads_to_the_english_figures_and_back(chinese: GuideWindow) -> None:
    chinese.show_page("performance")
    chinese.view.anchorClicked.emit(QUrl("../performance.md#over-time"))
    assert chinese.page == "performance"
    assert chinese.view.textCursor().block().text() == "Over time"
    chinese.list.itemClicked.emit(chinese.list.currentItem())
    assert chinese.view.toPlainText().startswith("性能")


@pytest.mark.parametrize("shown", ["guide", "chinese"])
def test_no_mark_of_markdown_is_left_in_what_is_shown(
    shown: str, request: pytest.FixtureRequest
) -> None:
    guide = request.getfixturevalue(shown)
    for page in read_pages(resources.resource_path("guide")):
        guide.show_page(page.name)
        assert page.name == guide.page
        assert "**" not in guide.view.toPlainText()
        assert "](" not in guide.view.toPlainText()


def test_a_link_to_the_web_opens_in_the_browser(
    guide: GuideWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    guide.view.anchorClicked.emit(QUrl("https://twisted.org"))
    guide.view.anchorClicked.emit(QUrl("file:///etc/passwd"))
    assert opened == ["https://twisted.org"]


def test_a_table_after_a_picture_is_shown(qtbot: QtBot) -> None:
    view = GuideView()
    qtbot.addWidget(view)
    view.show_markdown(
        '<!-- x: begin -->\nWords.\n\n<picture>\n  <img src="x.svg">\n</picture>\n\n'
        "| a | b |\n|---|---|\n| one | two |\n<!-- x: end -->\n"
    )
    assert view.toPlainText().split() == ["Words.", "a", "b", "one", "two"]


def test_a_table_after_code_begins_with_its_header(qtbot: QtBot) -> None:
    view = GuideView()
    qtbot.addWidget(view)
    view.show_markdown("```\ncode\n```\n\n| a | b |\n|---|---|\n| one | two |\n")
    assert view.toPlainText().splitlines() == ["code", "a", "b", "one", "two"]


def test_nothing_is_loaded(qtbot: QtBot) -> None:
    view = GuideView()
    qtbot.addWidget(view)
    view.show_markdown("![picture](https://example.org/x.png) and ![local](/etc/passwd)")
    kind = QTextDocument.ResourceType.ImageResource.value
    assert view.loadResource(kind, QUrl("file:///etc/passwd")) is None


def test_a_changed_design_keeps_the_page(guide: GuideWindow) -> None:
    guide.show_page("serve")
    text = guide.view.toPlainText()
    guide.view._show_again()
    assert guide.view.toPlainText() == text
