"""The guide: its pages, its search, its links, and that it loads nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QTextDocument
from pytestqt.qtbot import QtBot

from app.runtime import resources
from app.ui.help.guide import GuideView, GuideWindow, read_pages, slug


@pytest.fixture
def guide(qtbot: QtBot) -> GuideWindow:
    guide = GuideWindow()
    qtbot.addWidget(guide)
    guide.show()
    return guide


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


def test_every_link_between_pages_leads_somewhere(guide: GuideWindow) -> None:
    pages = {page.name: page for page in read_pages(resources.resource_path("guide"))}
    for page in pages.values():
        for target in re.findall(r"\]\(([^)]+)\)", page.text):
            if "://" in target or target.startswith("../"):  # the source tree, on the web page
                continue
            path, _, anchor = target.partition("#")
            assert not path or Path(path).stem in pages, target
            if anchor:
                text = pages[Path(path).stem if path else page.name].text
                headings = re.findall(r"^#+ +(.+)$", text, re.MULTILINE)
                assert anchor in map(slug, headings), target


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


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [("Your own protocol", "your-own-protocol"), ("`serve --json`", "serve---json")],
)
def test_anchors_are_those_of_the_web_page(heading: str, anchor: str) -> None:
    assert slug(heading) == anchor
