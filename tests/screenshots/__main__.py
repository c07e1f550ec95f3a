"""`python -m tests.screenshots [WORD ...]`: pictures of the real program (Linux).

Without words, everything: the pictures of the README and the guide go to `resources/screenshots/`,
and every pane, dialog and menu in every variant goes to `build/screenshots/`, with a page to look
at them. Each word chooses a part: `readme`, the beginning of the names of some scenes, or one or
more of the schemes, languages, scales and sizes, as in `traffic dark zh_CN 200 900x560`.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from html import escape
from itertools import product
from pathlib import Path
from typing import Final

from attrs import frozen

from tests.portdeck_process import PortdeckProcess
from tests.screen import Screen
from tests.screenshots import readme
from tests.screenshots.starts import STARTS, Start

FOLDER: Final = Path(__file__).resolve().parents[2] / "build" / "screenshots"
README: Final = "readme"
SCHEMES: Final = ("light", "dark")
LANGUAGES: Final = ("en", "zh_CN")
SCALES: Final = ("100", "200")
SIZES: Final = {"900x560": (900, 560), "1280x800": (1280, 800), "2560x1440": (2560, 1440)}
LARGEST: Final = "2560x1440"
"""The size of a screen in pixels at any scale. The others are sizes of the window, which have more
pixels at a larger scale."""


@frozen
class Variant:
    """How all scenes are pictured."""

    scheme: str
    language: str
    scale: str
    size: str

    @property
    def name(self) -> str:
        """The name of its folder."""
        return f"{self.scheme}-{self.language}-{self.scale}-{self.size}"

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of the pictures."""
        width, height = SIZES[self.size]
        factor = 1 if self.size == LARGEST else int(self.scale) // 100
        return width * factor, height * factor

    @property
    def settings(self) -> str:
        """What the window remembers."""
        return f"[General]\nscheme={self.scheme}\nlanguage={self.language}\n"


def main(words: Sequence[str]) -> None:
    readme.check_ports()
    axes = [_chosen(words, all_of) for all_of in (SCHEMES, LANGUAGES, SCALES, tuple(SIZES))]
    of_axes = {README, *SCHEMES, *LANGUAGES, *SCALES, *SIZES}
    prefixes = tuple(word for word in words if word not in of_axes)
    if README in words or not words:
        readme.take()
    if set(words) == {README}:
        return
    wanted = [
        (start, [each.name for each in start.scenes if each.name.startswith(prefixes or ("",))])
        for start in STARTS
    ]
    wanted = [(start, names) for start, names in wanted if names]
    if not wanted:
        sys.exit(f"No scene begins so: {' '.join(prefixes)}")
    missing = 0
    for variant in (Variant(*each) for each in product(*axes)):
        began = time.monotonic()
        answers = {name: text for each in wanted for name, text in _take(variant, *each)}
        troubles = {name: text for name, text in answers.items() if text}
        missing += len(troubles)
        print(
            f"{variant.name}: {len(answers)} pictures, {time.monotonic() - began:.0f} s", flush=True
        )
        for name, text in troubles.items():
            print(f"  {name}: {text}", flush=True)
    _write_index()
    sys.exit(missing and 1)


def _chosen(words: Sequence[str], all_of: Sequence[str]) -> list[str]:
    return [each for each in all_of if each in words] or list(all_of)


def _take(variant: Variant, start: Start, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The name of each scene, and why there is no picture of it, if there is none."""
    width, height = variant.pixels
    with (
        Screen(width, height) as screen,
        PortdeckProcess(
            screen,
            start.profile,
            module="tests.screenshots.posed_window",
            settings=variant.settings,
            environment={"QT_SCALE_FACTOR": str(int(variant.scale) / 100)},
            pipe=subprocess.PIPE,
        ) as portdeck,
    ):
        if start.is_populated and (trouble := readme.ask(portdeck, "populate")):
            yield from ((name, trouble) for name in names)
            return
        for name in names:
            path = FOLDER / variant.name / f"{name}.png"
            yield name, readme.ask(portdeck, f"{name} {path}")


def _write_index() -> None:
    """A page with a row for each scene and a column for each variant."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    variants = sorted(each.name for each in FOLDER.iterdir() if each.is_dir())
    scenes = sorted({each.stem for each in FOLDER.glob("*/*.png")})
    rows = []
    for scene in scenes:
        cells = [
            f'<td><a href="{path}"><img loading="lazy" src="{path}"></a></td>'
            if (FOLDER / (path := f"{variant}/{scene}.png")).exists()
            else "<td></td>"
            for variant in variants
        ]
        rows.append(f"<tr><th>{escape(scene)}</th>{''.join(cells)}</tr>")
    heads = "".join(f"<th>{escape(each)}</th>" for each in variants)
    style = "td img{width:480px} th{font:14px sans-serif;position:sticky;left:0;background:#fff}"
    index = FOLDER / "index.html"
    index.write_text(
        f'<!doctype html><meta charset="utf-8"><title>Portdeck</title><style>{style}</style>'
        f"<table><tr><th></th>{heads}</tr>{''.join(rows)}</table>\n",
        encoding="utf-8",
    )
    print(index)


if __name__ == "__main__":
    main(sys.argv[1:])
