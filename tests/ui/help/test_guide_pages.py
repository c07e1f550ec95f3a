"""The pages of the guide: where their links lead, and that translations say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.runtime import resources
from app.ui.help.guide_pages import Page, read_pages, readable, search_pattern, slug

GUIDE = resources.resource_path("guide")
CHINESE = GUIDE / "zh_CN"
FIGURES = "performance"
"""Programs write the figures of this page, in English alone. A translation links to them."""

ENGLISH_PAGES = {page.name: page for page in read_pages(GUIDE)}
CHINESE_PAGES = {page.name: page for page in read_pages(CHINESE)}
BOTH = [
    pytest.param(page, CHINESE_PAGES[page.name], id=page.name)
    for page in ENGLISH_PAGES.values()
    if page.name in CHINESE_PAGES
]
BOTH_BUT_FIGURES = [each for each in BOTH if each.id != FIGURES]


def sections(markdown: str) -> list[str]:
    """The text from each heading to the next one, without code blocks."""
    text = re.sub(r"^```.*?^```", "", markdown, flags=re.DOTALL | re.MULTILINE)
    return re.split(r"^(?=#+ )", text, flags=re.MULTILINE)[1:]


def code_blocks(markdown: str) -> list[str]:
    """The code blocks, without comments."""
    blocks = re.findall(r"^```.*?^```", markdown, re.DOTALL | re.MULTILINE)
    return [re.sub(r" *# .*$", "", block, flags=re.MULTILINE) for block in blocks]


def code_spans(section: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", re.sub(r"\s+", " ", section)))


def table_rows(section: str) -> list[int]:
    """How many bars each row of a table has."""
    return [line.count("|") for line in section.splitlines() if line.startswith("|")]


def links(page: Page) -> list[str]:
    return re.findall(r"\]\(([^)]+)\)", page.text)


def in_chinese(link: str, page: Page) -> str:
    """The link of a Chinese page that does what `link` does on the English `page`."""
    path, _, anchor = link.partition("#")
    name = Path(path).stem or page.name
    if "://" in link:
        return link
    if name not in ENGLISH_PAGES:
        return f"../{link}"  # into the source tree
    if not anchor:
        return link
    number = ENGLISH_PAGES[name].anchors.index(anchor)
    return f"{path}#{CHINESE_PAGES[name].anchors[number]}"


@pytest.mark.parametrize("folder", [GUIDE, CHINESE], ids=["English", "Chinese"])
def test_every_link_of_the_guide_leads_somewhere(folder: Path) -> None:
    for page in read_pages(folder):
        for link in links(page):
            path, _, anchor = link.partition("#")
            if "://" in link:
                continue
            target = (folder / path).resolve() if path else folder / f"{page.name}.md"
            assert target.exists(), link
            if anchor:
                (leads_to,) = (
                    each for each in read_pages(target.parent) if each.name == target.stem
                )
                assert anchor in leads_to.anchors, link


@pytest.mark.parametrize("pages", [ENGLISH_PAGES, CHINESE_PAGES], ids=["English", "Chinese"])
def test_no_two_headings_of_a_page_have_the_same_anchor(pages: dict[str, Page]) -> None:
    for page in pages.values():
        assert len(set(page.anchors)) == len(page.anchors), page.name
        assert all(page.anchors), page.name


def test_the_chinese_guide_has_the_same_pages() -> None:
    assert CHINESE_PAGES.keys() == ENGLISH_PAGES.keys()


@pytest.mark.parametrize(("english", "chinese"), BOTH)
def test_a_chinese_page_has_the_same_headings(english: Page, chinese: Page) -> None:
    of_each = [[text.split()[0] for text in sections(page.text)] for page in (english, chinese)]
    assert of_each[0] == of_each[1]


@pytest.mark.parametrize(("english", "chinese"), BOTH)
def test_a_chinese_page_has_the_same_code(english: Page, chinese: Page) -> None:
    assert code_blocks(chinese.text) == code_blocks(english.text)


@pytest.mark.parametrize(("english", "chinese"), BOTH_BUT_FIGURES)
def test_a_chinese_page_names_the_same_keys_in_each_part(english: Page, chinese: Page) -> None:
    for ours, theirs in zip(sections(english.text), sections(chinese.text), strict=True):
        assert code_spans(theirs) == code_spans(ours)
        assert table_rows(theirs) == table_rows(ours)


@pytest.mark.parametrize(("english", "chinese"), BOTH_BUT_FIGURES)
def test_a_chinese_page_has_the_same_links(english: Page, chinese: Page) -> None:
    expected = [in_chinese(link, english) for link in links(english)]
    assert sorted(links(chinese)) == sorted(expected)


def test_a_paragraph_in_chinese_is_one_line() -> None:
    """A line break is shown as a space, which Chinese text does not have."""
    for page in CHINESE_PAGES.values():
        for section in sections(page.text):
            assert not re.search(r"^[^|\n].*\n(?![-|\n]|\Z)", section, re.MULTILINE), page.name


def test_a_page_that_is_missing_in_a_language_is_the_english_one(tmp_path: Path) -> None:
    (tmp_path / "xx").mkdir()
    (tmp_path / "serve.md").write_text("# Serve\n")
    (tmp_path / "rules.md").write_text("# Rules\n")
    (tmp_path / "xx" / "rules.md").write_text("# Xes\n")
    assert [page.title for page in read_pages(tmp_path, "xx")] == ["Xes", "Serve"]
    assert [page.title for page in read_pages(tmp_path, "en")] == ["Rules", "Serve"]


@pytest.mark.parametrize(
    ("text", "title", "anchors"),
    [
        ("# `serve`: no window\n\n## One\n", "serve", ("serve-no-window", "one")),
        ("# `serve`：没有窗口\n", "serve", ("serve没有窗口",)),
        ("# One\n\n```\n# no heading\n```\n", "One", ("one",)),
        ("Words only.\n", "page", ("page",)),
    ],
)
def test_a_page_has_a_title_and_the_anchors_of_its_headings(
    tmp_path: Path, text: str, title: str, anchors: tuple[str, ...]
) -> None:
    (tmp_path / "page.md").write_text(text, encoding="utf-8")
    (page,) = read_pages(tmp_path)
    assert (page.title, page.anchors) == (title, anchors)


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Your own protocol", "your-own-protocol"),
        ("`serve --json`", "serve---json"),
        ("监听器：`[listener.options]`", "监听器listeneroptions"),
    ],
)
def test_anchors_are_those_of_the_web_page(heading: str, anchor: str) -> None:
    assert slug(heading) == anchor


@pytest.mark.parametrize(
    ("wanted", "text", "is_found"),
    [
        ("数据块", "每个数据块都会显示", True),
        ("TLS证书", "需要 TLS 证书", True),
        ("TLS 证书", "需要 TLS 证书", True),
        ("tls 证书的", "需要 TLS证书的密钥", True),
        ("用 8007", "使用 8007 端口", True),
        ("证 书", "证书", False),
        ("a.b*", "A.B*", True),
        ("a.b", "acb", False),
    ],
)
def test_a_search_needs_no_space_between_chinese_and_latin(
    wanted: str, text: str, is_found: bool
) -> None:
    assert bool(re.search(search_pattern(wanted), text, re.IGNORECASE)) is is_found


def test_a_search_finds_no_addresses_and_no_marks() -> None:
    assert readable("**转发**：[`规则`](rules.md#x)\n| a |") == "转发：规则 a "
