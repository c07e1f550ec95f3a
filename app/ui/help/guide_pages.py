"""The pages of the guide: the Markdown files of `resources/guide`.

A folder below it has the same files in another language, such as `resources/guide/zh_CN`. A page
that is missing there is shown in English. The headings of both are the same in number and order, so
the anchor of an English heading leads to the translated one.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from attrs import frozen

FIRST_PAGES: Final = (
    "window",
    "profile",
    "programs",
    "rules",
    "faults",
    "forward",
    "captures",
    "serve",
    "connect",
)
"""The order of these pages. All others follow by name."""

_FENCED: Final = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_CHINESE, _LATIN = "[\u4e00-\u9fff]", "[A-Za-z0-9]"
_SEAM: Final = re.compile(
    rf"(?<={_CHINESE})(?:\\ )?(?={_LATIN})|(?<={_LATIN})(?:\\ )?(?={_CHINESE})"
)
"""Where Chinese meets Latin in an escaped text, with a space between them or without."""


@frozen
class Page:
    """A page of the guide."""

    name: str
    """The file name without its ending."""
    title: str
    text: str
    """The Markdown."""
    anchors: tuple[str, ...]
    """Those of its headings, the title first."""


def read_pages(folder: Path, language: str = "") -> list[Page]:
    """The pages in `folder`, in their order, each from the folder of `language` if it is there."""
    paths = [*folder.glob("*.md"), *(folder / language).glob("*.md")]
    pages = [_read(path) for path in {path.name: path for path in paths}.values()]
    rank = {name: number for number, name in enumerate(FIRST_PAGES)}
    return sorted(pages, key=lambda page: (rank.get(page.name, len(rank)), page.name))


def slug(heading: str) -> str:
    """The anchor of a heading, as GitHub makes it: "Your own protocol" is "your-own-protocol"."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def search_pattern(text: str) -> str:
    """A regular expression for `text`. Few people type the space between Chinese and Latin."""
    return _SEAM.sub(" ?", re.escape(text.strip()))


def readable(markdown: str) -> str:
    """`markdown` as it reads, roughly: a search finds no address of a link and no mark."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    return re.sub(r"\s+", " ", re.sub(r"[*`_#|]", "", text))


def _read(path: Path) -> Page:
    text = path.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ +(.+)$", _FENCED.sub("", text), re.MULTILINE) or [path.stem]
    # What follows a colon explains the title, and has no room in the list of pages.
    title = re.split("[:\uff1a]", readable(headings[0]))[0].strip()
    return Page(path.stem, title, text, tuple(map(slug, headings)))
