"""The design as numbers and colours. It does not import Qt, so that tests can check all of it.

`tokens` is a pure function: the same scheme, accent, density and zoom always give equal values.
Sizes are logical pixels. Colours are `#rrggbb`.
"""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType
from typing import Final, NamedTuple

from app.profile.colors import Color

FALLBACK_ACCENT: Final = "#2f6fdb"
"""The accent if the system has none."""

TEXT_CONTRAST: Final = 4.5
"""The least contrast between text and its ground (WCAG 2.2, 1.4.3)."""

SHAPE_CONTRAST: Final = 3.0
"""The least contrast of a control (WCAG 2.2, 1.4.11)."""

ZOOMS: Final = (0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)
"""The steps of the font zoom."""

BODY_PIXELS: Final = 13
MONO_FAMILIES: Final = ("SF Mono", "Cascadia Mono", "JetBrains Mono", "DejaVu Sans Mono", "Menlo")


class Scheme(Enum):
    """The user's choice of a colour scheme. The value is the one in the settings file."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Density(Enum):
    """The density of controls and rows. The value is the one in the settings file."""

    COMFORTABLE = "comfortable"
    COMPACT = "compact"


class Tint(Enum):
    """A meaning that has its own colour."""

    SUCCESS = "success"
    WARNING = "warning"
    DANGER = "danger"
    INFO = "info"


class Spacing(NamedTuple):
    """Distances between widgets, in multiples of 4."""

    tight: int
    small: int
    medium: int
    large: int
    wide: int


class Sizes(NamedTuple):
    """Heights and widths of controls, and the radii of their corners."""

    control: int
    row: int
    header: int
    tab: int
    menu_item: int
    indicator: int
    icon: int
    scroll_bar: int
    splitter: int
    radius: int
    small_radius: int
    focus_ring: float


class Type(NamedTuple):
    """The type scale in pixels, and the families of fonts."""

    small: int
    body: int
    title: int
    heading: int
    mono: int
    family: str
    """The family for the texts of the window; empty for the system's font."""
    mono_family: str
    """What the user chose for data that crossed the wire; empty for the system's font."""
    mono_families: tuple[str, ...]
    """What to try if the system has no font for data."""


class Colors(NamedTuple):
    """Every colour of one scheme."""

    window: str
    surface: str
    raised: str
    text: str
    muted: str
    disabled: str
    line: str
    control_line: str
    shape_line: str
    button: str
    hover: str
    pressed: str
    accent: str
    accent_hover: str
    accent_pressed: str
    on_accent: str
    accent_text: str
    accent_soft: str
    selection: str
    success: str
    warning: str
    danger: str
    info: str
    danger_fill: str
    on_danger: str
    warning_soft: str
    danger_soft: str
    success_soft: str
    track: str
    scroll_thumb: str
    scroll_thumb_hover: str

    def tint(self, tint: Tint) -> str:
        """The colour of text and signs that have this meaning."""
        return str(getattr(self, tint.value))


class Tokens(NamedTuple):
    """The whole design for one scheme, accent, density and zoom."""

    is_dark: bool
    spacing: Spacing
    sizes: Sizes
    type: Type
    colors: Colors


def tokens(
    scheme: Scheme,
    accent: str = FALLBACK_ACCENT,
    density: Density = Density.COMFORTABLE,
    zoom: float = 1.0,
    *,
    body_pixels: int = BODY_PIXELS,
    family: str = "",
    mono_family: str = "",
) -> Tokens:
    """The design for `scheme`, which is light or dark; `SYSTEM` counts as light.

    `accent` is `#rrggbb` and is made darker or lighter until text on it can be read. `zoom` scales
    type and what holds type. `body_pixels` is the size of the system's font. `family` and
    `mono_family` replace the system's fonts.
    """
    is_dark = scheme is Scheme.DARK
    scale = zoom * body_pixels / BODY_PIXELS
    return Tokens(
        is_dark=is_dark,
        spacing=Spacing(tight=4, small=8, medium=12, large=16, wide=24),
        sizes=_sizes(density, scale),
        type=_type(scale, family, mono_family),
        colors=_dark_colors(accent) if is_dark else _light_colors(accent),
    )


def next_zoom(zoom: float, steps: int) -> float:
    """The zoom some steps above or below `zoom`, within the bounds."""
    nearest = min(range(len(ZOOMS)), key=lambda index: abs(ZOOMS[index] - zoom))
    return ZOOMS[max(0, min(len(ZOOMS) - 1, nearest + steps))]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours as WCAG defines it: 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mix(front: str, back: str, share: float) -> str:
    """A mix of two colours; the share of `front` is from 0.0 to 1.0."""
    pairs = zip(_channels(front), _channels(back), strict=True)
    return "#" + "".join(f"{round(share * one + (1 - share) * other):02x}" for one, other in pairs)


def readable(color: str, ground: str, least: float = TEXT_CONTRAST) -> str:
    """`color`, made darker or lighter until its contrast with `ground` is `least`."""
    end = "#000000" if contrast("#000000", ground) > contrast("#ffffff", ground) else "#ffffff"
    for step in range(51):
        moved = mix(end, color, step / 50)
        if contrast(moved, ground) >= least:
            return moved
    return end


def _sizes(density: Density, scale: float) -> Sizes:
    is_compact = density is Density.COMPACT

    def scaled(comfortable: int, compact: int) -> int:
        return max(1, round((compact if is_compact else comfortable) * scale))

    return Sizes(
        control=scaled(28, 24),
        row=scaled(28, 22),
        header=scaled(28, 24),
        tab=scaled(36, 30),
        menu_item=scaled(28, 24),
        indicator=scaled(16, 14),
        icon=scaled(16, 16),
        scroll_bar=12,
        splitter=5,
        radius=6,
        small_radius=4,
        focus_ring=2.0,
    )


def _type(scale: float, family: str, mono_family: str) -> Type:
    def scaled(pixels: int) -> int:
        return max(8, round(pixels * scale))

    return Type(
        small=scaled(11),
        body=scaled(BODY_PIXELS),
        title=scaled(15),
        heading=scaled(20),
        mono=scaled(BODY_PIXELS),
        family=family,
        mono_family=mono_family,
        mono_families=MONO_FAMILIES,
    )


def _light_colors(accent: str) -> Colors:
    window, surface, text = "#f4f5f7", "#ffffff", "#1b1f24"
    fill = readable(accent, "#ffffff")
    soft = mix(fill, window, 0.12)
    return Colors(
        window=window,
        surface=surface,
        raised="#ffffff",
        text=text,
        muted="#5b6370",
        disabled="#9aa1ac",
        line="#dfe2e7",
        control_line="#c9ced6",
        shape_line="#848c98",
        button="#ffffff",
        hover=mix(text, window, 0.06),
        pressed=mix(text, window, 0.12),
        accent=fill,
        accent_hover=mix("#000000", fill, 0.10),
        accent_pressed=mix("#000000", fill, 0.20),
        on_accent="#ffffff",
        accent_text=readable(readable(accent, soft), window),
        accent_soft=soft,
        selection=mix(fill, surface, 0.16),
        success="#116329",
        warning="#7d4e00",
        danger="#b3261e",
        info=readable("#0860c4", window, 5.0),
        danger_fill="#c5322a",
        on_danger="#ffffff",
        warning_soft="#fdf1d6",
        danger_soft="#fce8e6",
        success_soft="#e2f3e6",
        track="#868d99",
        scroll_thumb="#c3c8d0",
        scroll_thumb_hover="#989fab",
    )


def _dark_colors(accent: str) -> Colors:
    window, surface, text = "#212327", "#18191c", "#e3e5e9"
    fill = readable(accent, "#ffffff")
    soft = mix(fill, window, 0.22)
    return Colors(
        window=window,
        surface=surface,
        raised="#2a2d32",
        text=text,
        muted="#9ca3ae",
        disabled="#666c76",
        line="#34373d",
        control_line="#474b53",
        shape_line="#80868f",
        button="#2e3136",
        hover=mix("#ffffff", window, 0.07),
        pressed=mix("#ffffff", window, 0.13),
        accent=fill,
        accent_hover=mix("#000000", fill, 0.10),
        accent_pressed=mix("#000000", fill, 0.20),
        on_accent="#ffffff",
        accent_text=readable(readable(mix("#ffffff", fill, 0.35), soft), window),
        accent_soft=soft,
        selection=mix(fill, surface, 0.34),
        success="#4ac26b",
        warning="#e3b341",
        danger="#ff7b72",
        info="#6cb6ff",
        danger_fill="#c5322a",
        on_danger="#ffffff",
        warning_soft="#3a3019",
        danger_soft="#40211f",
        success_soft="#1b3323",
        track="#767c86",
        scroll_thumb="#454950",
        scroll_thumb_hover="#666c76",
    )


LISTENER_COLORS: Final = MappingProxyType(
    {
        Color.BLUE: ("#0050a0", "#6f8fff"),
        Color.ORANGE: ("#c97a00", "#e69f00"),
        Color.GREEN: ("#007a5e", "#1fbf8f"),
        Color.PINK: ("#c4569a", "#e8a0cc"),
        Color.SKY: ("#2f96d6", "#7fd0ff"),
        Color.RED: ("#b5320a", "#ff6a3d"),
        Color.PURPLE: ("#6a3fb5", "#b58cff"),
        Color.TEAL: ("#00838f", "#2fd6d6"),
        Color.OLIVE: ("#6f7a00", "#b9c42e"),
        Color.BROWN: ("#7a4a2b", "#c99a78"),
        Color.GRAPHITE: ("#5a6270", "#a7afbd"),
        Color.CRIMSON: ("#c2185b", "#ff5c8a"),
    }
)
"""The colours of listeners on light and on dark grounds. Color-blind users can distinguish the
first six."""


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _luminance(color: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in _channels(color))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
