"""Applies the design to the application, and follows the system if the user chose nothing else.

The application has one `Theme`; `Theme.of` returns it. Use it before the first widget is created,
so that each widget is styled only once.
"""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFont, QFontDatabase, QFontInfo, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from app.runtime import resources
from app.ui.style.palette import make_palette, make_view_palette
from app.ui.style.style import PortdeckStyle
from app.ui.style.tokens import BODY_PIXELS, FALLBACK_ACCENT, ZOOMS, Density, Scheme, Tokens, tokens

_QT_SCHEMES = {
    Scheme.SYSTEM: Qt.ColorScheme.Unknown,
    Scheme.LIGHT: Qt.ColorScheme.Light,
    Scheme.DARK: Qt.ColorScheme.Dark,
}
_PLACEHOLDER = re.compile(r"@(\w+)")
_VIEWS: Final = "QAbstractItemView"
_TIPS: Final = "QTipLabel"
_LARGEST_BODY = 24
"""The upper limit for the size of the system font. With larger ones the window would not fit."""


class Theme(QObject):
    """The choices of scheme, accent, density, zoom and fonts, and the design that follows."""

    changed = Signal()
    """The design changed."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._scheme = Scheme.SYSTEM
        self._accent = ""
        self._density = Density.COMFORTABLE
        self._zoom = 1.0
        self._family = self._mono_family = self._script_family = ""
        self._system_font = app.font()
        self._body_pixels = _body_pixels(self._system_font)
        self._system_accent = _system_accent(app)
        self._design = self._chosen_design()
        self._style = PortdeckStyle(self._design)
        self._is_on = False
        self._is_applying = False
        app.styleHints().colorSchemeChanged.connect(self.follow_system)

    @staticmethod
    def of(app: QApplication) -> Theme:
        """The theme of `app`. The first call creates it."""
        found = app.findChild(Theme)
        return found if isinstance(found, Theme) else Theme(app)

    @staticmethod
    def of_application() -> Theme:
        """The theme of the running application."""
        return _theme()

    @property
    def design(self) -> Tokens:
        """The current design."""
        return self._design

    @property
    def scheme(self) -> Scheme:
        """The choice of the user; `design.is_dark` has the result."""
        return self._scheme

    @property
    def density(self) -> Density:
        """The current density."""
        return self._density

    @property
    def zoom(self) -> float:
        """The current font zoom; 1.0 is the size of the system."""
        return self._zoom

    def use(
        self,
        scheme: Scheme | None = None,
        *,
        accent: str | None = None,
        density: Density | None = None,
        zoom: float | None = None,
        family: str | None = None,
        mono_family: str | None = None,
        script_family: str | None = None,
    ) -> None:
        """Apply the design with these choices; None keeps a choice. Does nothing without a change.

        `accent` is `#rrggbb`, or empty for the system's. Raises `ValueError` for any other.
        `family` and `mono_family` are families of fonts, or empty for the system's.
        `script_family` takes the place of a system's font that cannot write the window's language.
        """
        if accent and not re.fullmatch(r"#[0-9a-fA-F]{6}", accent):
            raise ValueError(f"The accent must be written as #rrggbb, not as {accent!r}.")
        self._accent = self._accent if accent is None else accent.lower()
        self._density = self._density if density is None else density
        self._family = self._family if family is None else family
        self._mono_family = self._mono_family if mono_family is None else mono_family
        self._script_family = self._script_family if script_family is None else script_family
        if zoom is not None:
            self._zoom = max(ZOOMS[0], min(ZOOMS[-1], zoom))
        if scheme is not None and scheme is not self._scheme:
            self._scheme = scheme
            self._app.styleHints().setColorScheme(_QT_SCHEMES[scheme])
        self._apply()

    def follow_system(self) -> None:
        """Read the colour scheme and the accent of the system again, after they changed."""
        if self._is_on and not self._is_applying:
            # Without this, Qt returns the palette that was set here.
            self._app.setPalette(QPalette())
            self._system_accent = _system_accent(self._app)
            self._app.setPalette(make_palette(self._design))
            self._apply()

    def _chosen_design(self) -> Tokens:
        scheme = self._scheme
        if scheme is Scheme.SYSTEM:
            is_night = self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
            scheme = Scheme.DARK if is_night else Scheme.LIGHT
        accent = self._accent or self._system_accent
        return tokens(
            scheme,
            accent,
            self._density,
            self._zoom,
            body_pixels=self._body_pixels,
            family=self._family or self._script_family,
            mono_family=self._mono_family,
        )

    def _apply(self) -> None:
        design = self._chosen_design()
        if self._is_on and design == self._design:
            return
        self._is_applying = True
        before, self._design = self._design, design
        self._style.use(design)
        if not self._is_on:
            self._app.setAttribute(Qt.ApplicationAttribute.AA_DontShowIconsInMenus)
            self._app.setStyle(self._style)
            self._is_on = True
        self._app.setFont(_font(self._system_font, design))
        self._app.setPalette(make_palette(design))
        # PySide takes the name of a class as text; its stubs ask for bytes.
        self._app.setPalette(make_view_palette(design), _VIEWS)  # type: ignore[arg-type]
        self._app.setPalette(make_palette(design), _TIPS)  # type: ignore[arg-type]
        if design.sizes != before.sizes or design.type != before.type:
            self._measure_anew()
        self._is_applying = False
        self.changed.emit()

    def _measure_anew(self) -> None:
        """Make every widget read the sizes again. Qt does not, as the style object is the same."""
        for widget in self._app.allWidgets():
            self._app.sendEvent(widget, QEvent(QEvent.Type.StyleChange))


def follow_system() -> None:
    """Read the colours of the system again. The main window calls it at a `ThemeChange`."""
    _theme().follow_system()


def mono_font() -> QFont:
    """The font for sent and received data, in the size of the current design."""
    type_scale = _theme().design.type
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    if not QFontInfo(font).fixedPitch():
        font.setFamilies(list(type_scale.mono_families))
        font.setStyleHint(QFont.StyleHint.Monospace)
    _prefer(type_scale.mono_family, font)
    font.setPointSizeF(_points(type_scale.mono))
    return font


class MonoFont(QObject):
    """Sets the font of a widget to `mono_font`, and updates it when the design changes."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        _theme().changed.connect(self.apply)
        self.apply()

    def apply(self) -> None:
        """Set the current font."""
        self._widget.setFont(mono_font())


class WindowSheet(QObject):
    """Sets the style sheet of a window, and updates it when the design changes.

    The application has no style sheet: Qt would match it with every widget twice, before and after
    the widget gets a parent. That made the start a tenth slower.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        _theme().changed.connect(self.apply)
        self.apply()

    def apply(self) -> None:
        """Set the current style sheet."""
        self._window.setStyleSheet(style_sheet(_theme().design))


def _theme() -> Theme:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return Theme.of(app)


def style_sheet(design: Tokens) -> str:
    """`resources/style.qss` with the values of `design`. Raises `KeyError` for an unknown token."""
    sizes = {**design.sizes._asdict(), **design.spacing._asdict()}
    texts = design.type._asdict()
    sizes |= {f"type_{name}": value for name, value in texts.items() if isinstance(value, int)}
    values = {name: f"{value}px" for name, value in sizes.items()} | design.colors._asdict()
    text = resources.resource_path("style.qss").read_text(encoding="utf-8")
    body = text[text.index("*/") + 2 :]
    return _PLACEHOLDER.sub(lambda found: values[found[1]], body)


def _font(font: QFont, design: Tokens) -> QFont:
    font = QFont(font)
    _prefer(design.type.family, font)
    font.setPointSizeF(_points(design.type.body))
    return font


def _prefer(family: str, font: QFont) -> None:
    """Use `family`, if there is one, and the families of `font` for what it lacks."""
    if family:
        font.setFamilies([family, *font.families()])


def _points(pixels: int) -> float:
    """A size in points. A font that was set in pixels has no size in points for its users."""
    return pixels * 72 / QGuiApplication.primaryScreen().logicalDotsPerInchY()


def _body_pixels(font: QFont) -> int:
    """The size of the system font, at least that of the design and at most the upper limit."""
    return max(BODY_PIXELS, min(_LARGEST_BODY, QFontInfo(font).pixelSize()))


def _system_accent(app: QApplication) -> str:
    """The accent of the desktop. Qt's default counts as no accent."""
    accent = app.palette().color(QPalette.ColorRole.Accent)
    own = app.style().standardPalette().color(QPalette.ColorRole.Accent)
    is_default = accent == own or is_grey(accent.name())
    return FALLBACK_ACCENT if is_default else accent.name()


def is_grey(color: str) -> bool:
    """Whether `color` is nearly grey, so that it cannot mark anything."""
    channels = [int(color[start : start + 2], 16) for start in (1, 3, 5)]
    return max(channels) - min(channels) < 24
