"""XML and HTML as lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.traffic.content.page import Page, Style
from app.traffic.content.xml_layout import looks_like_xml, xml_lines


def lay_out(text: str) -> Page:
    page = Page()
    for _ in xml_lines(text, page):
        pass
    return page


def lines(text: str) -> list[str]:
    page = lay_out(text)
    return [f"{page.level(line) * '  '}{page.texts[line]}" for line in range(len(page))]


def test_each_element_has_its_lines_and_a_short_text_stays_in_one() -> None:
    assert lines('<a x="1"\n  y="2"><b>text</b><c/><d><e></e>more</d></a>') == [
        '<a x="1" y="2">',
        "  <b>text</b>",
        "  <c/>",
        "  <d>",
        "    <e></e>",
        "    more",
        "  </d>",
        "</a>",
    ]


def test_elements_fold() -> None:
    assert lay_out("<a><b><c/></b></a>").folds == {1: 3, 0: 4}


def test_entities_are_never_expanded() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY x "lol"><!ENTITY y "&x;&x;">]><a>&y;</a>'
    page = lay_out(bomb)
    assert page.texts[-1] == "<a>&y;</a>"
    assert page.style(0) is Style.XML_COMMENT


def test_html_may_leave_tags_open() -> None:
    text = "<!doctype html><html><body><p>one<br>two<script>if (a < b) {}</script></body></html>"
    page = lay_out(text)
    assert page.texts[-2:] == ["</body>", "</html>"]
    assert "if (a < b) {}" in page.texts


@pytest.mark.parametrize(
    "text", ["<a><b", '<a "', "<", "<a><!-- ", "<a></b></a>", "</a>", "<a><b></a>"]
)
def test_what_is_not_well_formed_is_laid_out_as_far_as_it_goes(text: str) -> None:
    page = lay_out(text)
    assert all(0 <= first < last < len(page) for first, last in page.folds.items())


@given(st.text(alphabet="<>/ab=\"' !-[]?&\n", max_size=80))
def test_any_text_ends(text: str) -> None:
    lay_out(text)


@pytest.mark.parametrize("text", ["<a>" * 30_000, "<a>" * 100 + "</b>" * 30_000, '<a "' * 30_000])
def test_hostile_text_ends_soon(text: str) -> None:
    lay_out(text)


@pytest.mark.parametrize(
    ("text", "is_xml"),
    [
        ("<?xml version='1.0'?>", True),
        ("  <!DOCTYPE html>", True),
        ("<a>b</a>", True),
        ("<a/>", True),
        ("<13>Oct 11 syslog", False),
        ("<user> hello", False),
        ("< b", False),
        ("a < b > c", False),
    ],
)
def test_xml_is_more_than_a_word_in_brackets(text: str, is_xml: bool) -> None:
    assert looks_like_xml(text, is_whole=True) is is_xml
