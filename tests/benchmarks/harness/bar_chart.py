"""A picture of horizontal bars as SVG, for a page that is light or dark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape

from attrs import frozen

WIDTH, ROW, TOP, LABELS, FIGURES = 760, 26, 44, 290, 110
FONT = "system-ui, -apple-system, 'Segoe UI', sans-serif"

_INK: Final = {"light": ("#1f2328", "#59636e"), "dark": ("#f0f6fc", "#9198a1")}
"""Of text and of titles."""

_FILL: Final = {"light": ("#0b7285", "#adb5bd"), "dark": ("#3bc9db", "#5c636a")}
"""Of our own bars and of the others."""


@frozen
class Bar:
    """One value, which is above 0."""

    label: str
    value: float


def draw(title: str, bars: Sequence[Bar], scheme: str, ours: str = "Portdeck") -> str:
    """The picture. Lower is better, so a long bar is cut off at eight times the shortest.

    `scheme` is `light` or `dark`; bars whose label begins with `ours` stand out.
    """
    ink, faint = _INK[scheme]
    room = WIDTH - LABELS - FIGURES
    longest = min(max(each.value for each in bars), 8 * min(each.value for each in bars))
    height = TOP + ROW * len(bars) + 12
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" font-family="{FONT}" font-size="13" role="img">',
        f"<title>{escape(title)}</title>",
        f'<text x="0" y="22" fill="{faint}">{escape(title)} (shorter is better)</text>',
    ]
    for number, each in enumerate(bars):
        y = TOP + ROW * number
        fill = _FILL[scheme][not each.label.startswith(ours)]
        length = room * min(each.value / longest, 1.0)
        lines += [
            f'<text x="{LABELS - 10}" y="{y + 14}" fill="{ink}" text-anchor="end">'
            f"{escape(each.label)}</text>",
            f'<rect x="{LABELS}" y="{y}" width="{length:.1f}" height="18" rx="2" fill="{fill}"/>',
            f'<text x="{LABELS + length + 8:.1f}" y="{y + 14}" fill="{ink}">'
            f"{each.value:,.1f}{' (cut)' if each.value > longest else ''}</text>",
        ]
    return "\n".join([*lines, "</svg>", ""])
