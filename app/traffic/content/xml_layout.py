"""XML and HTML as lines, by their tags alone.

No entity is expanded and nothing is loaded, so no document can grow. What is not well-formed is
laid out as far as it can be: HTML leaves tags open.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Final

from app.traffic.content.page import LONG, Page, Style

_TAG = re.compile(
    r"""<(?P<end>/?)(?P<name>[^\s<>/="'!?][^\s<>/="']*+)(?P<rest>(?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>"""
)
_NAME = re.compile(r"""<[^\s<>/="'!?][^\s<>/="']*""")
_BREAKS = re.compile(r"\s*\n\s*")
_SPECIALS = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"))
_DECLARATION = re.compile(r"<![^\[>]*+(?:\[[^\]]*+\]\s*+)?>?")
LONGEST_TAG: Final = 64 * 1024
LONGEST_INLINE: Final = 100
"""Letters of a text that stays in the line of its element."""

_VOID: Final = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
"""The elements of HTML that have no end tag."""

_RAW: Final = frozenset(("script", "style"))
"""The elements of HTML whose text has no tags."""

_SEARCHED_OPEN: Final = 64
"""How many open elements an end tag may skip."""

_STEP_TOKENS = 32

Steps = Generator[None, None, int]
"""Yields after each small step. Returns how many letters were understood."""


def xml_lines(text: str, page: Page, level: int = 0) -> Steps:
    """Add the lines of `text` until its end, or until a tag that never ends."""
    return _XmlLayout(text, page, level).steps()


class _XmlLayout:
    def __init__(self, text: str, page: Page, level: int) -> None:
        self._text = text
        self._page = page
        self._level = level
        self._open: list[tuple[str, int]] = []
        """The name and the line of each open element."""

        self._is_html = "<html" in text[:LONG].lower() or "<!doctype html" in text[:LONG].lower()

    def steps(self) -> Steps:
        text, at, tokens = self._text, 0, 0
        while at < len(text):
            tokens += 1
            if not tokens % _STEP_TOKENS:
                yield
            if text[at] != "<":
                end = text.find("<", at)
                at = yield from self._add_text(at, len(text) if end < 0 else end)
                continue
            if text[at + 1 : at + 2] in ("!", "?"):
                at = yield from self._add_block(at, self._end_of_block(at))
                continue
            tag = _TAG.match(text, at, at + LONGEST_TAG)
            if tag is None:
                break
            at = self._end(tag) if tag["end"] else self._begin(tag)
        for _, line in self._open:
            self._page.close(line)
        return at

    def _begin(self, tag: re.Match[str]) -> int:
        """Take a start tag, and its end tag if there is nothing but a short text between them."""
        name, end = tag["name"], tag.end()
        shown = _BREAKS.sub(" ", tag[0])
        is_over = tag["rest"].endswith("/") or (self._is_html and name.lower() in _VOID)
        closing = f"</{name}>"
        next_tag = self._text.find("<", end, end + LONGEST_INLINE)
        inline = self._text[end:next_tag] if next_tag >= 0 else "\n"
        if not is_over and "\n" not in inline and self._text.startswith(closing, next_tag):
            shown += inline + closing
            end = next_tag + len(closing)
            is_over = True
        self._page.add(shown, self._depth, Style.XML, Style.XML)
        if not is_over:
            self._open.append((name, len(self._page) - 1))
        return end

    def _end(self, tag: re.Match[str]) -> int:
        name = tag["name"]
        names = [each for each, _ in self._open[-_SEARCHED_OPEN:]]
        if name in names:
            while self._open[-1][0] != name:
                self._page.close(self._open.pop()[1])
            _, line = self._open.pop()
            self._page.add(_BREAKS.sub(" ", tag[0]), self._depth, Style.XML, Style.XML)
            self._page.close(line)
        else:
            self._page.add(_BREAKS.sub(" ", tag[0]), self._depth, Style.XML, Style.XML)
        return tag.end()

    def _add_text(self, at: int, end: int) -> Steps:
        if self._is_html and self._open and self._open[-1][0].lower() in _RAW:
            closing = self._text.find(f"</{self._open[-1][0]}", at)
            end = len(self._text) if closing < 0 else closing
        return (yield from self._add_lines(at, end, Style.XML_TEXT))

    def _end_of_block(self, at: int) -> int:
        """The end of a comment, a CDATA section, a processing instruction or a declaration."""
        text = self._text
        for opening, closing in _SPECIALS:
            if text.startswith(opening, at):
                end = text.find(closing, at + len(opening))
                return len(text) if end < 0 else end + len(closing)
        declaration = _DECLARATION.match(text, at)
        return len(text) if declaration is None else declaration.end()

    def _add_block(self, at: int, end: int) -> Steps:
        is_mute = self._text.startswith(("<!--", "<?", "<!D", "<!d"), at)
        return (
            yield from self._add_lines(at, end, Style.XML_COMMENT if is_mute else Style.XML_TEXT)
        )

    def _add_lines(self, at: int, end: int, style: Style) -> Steps:
        """Add each line of the text that is not empty. The text has no indent of its own then."""
        while at < end:
            stop = self._text.find("\n", at, end)
            stop = end if stop < 0 else stop
            if stop - at > LONG:
                yield from self._page.add_long(self._text, self._depth, style, style, at, stop)
            elif line := self._text[at:stop].strip():
                self._page.add(line, self._depth, style, style)
            at = stop + 1
            yield
        return end

    @property
    def _depth(self) -> int:
        return self._level + len(self._open)


def looks_like_xml(text: str, *, is_whole: bool) -> bool:
    """Whether `text`, or the beginning of one, is XML or HTML and not just a word in brackets."""
    at = len(text) - len(text.lstrip())
    head = text[at : at + 16].lower()
    if head.startswith(("<?xml", "<!doctype", "<!--")):
        return True
    if _NAME.match(text, at) is None or _TAG.match(text, at, at + LONGEST_TAG) is None:
        return False
    if not is_whole:
        return True
    return text.rstrip().endswith(">") and ("</" in text or "/>" in text)
