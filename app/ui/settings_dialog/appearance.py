"""The appearance that the user chose: applied to the theme and saved in one step."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.ui.settings import Settings
from app.ui.style.theme import Theme
from app.ui.style.tokens import Density, Scheme, next_zoom


class Appearance(QObject):
    """Changes scheme, accent, density, zoom and fonts; each change shows at once and is saved."""

    def __init__(self, theme: Theme, settings: Settings) -> None:
        super().__init__(theme)
        self._theme = theme
        self._settings = settings

    @property
    def zoom(self) -> float:
        """The zoom on show."""
        return self._theme.zoom

    def apply(self) -> None:
        """Show what is saved."""
        self._theme.use(
            self._settings.scheme,
            accent=self._settings.accent,
            density=self._settings.density,
            zoom=self._settings.zoom,
            family=self._settings.font,
            mono_family=self._settings.data_font,
        )

    def set_scheme(self, scheme: Scheme) -> None:
        """Turn light or dark, or follow the system."""
        self._settings.scheme = scheme
        self._theme.use(scheme)

    def set_accent(self, accent: str) -> None:
        """Use the accent `#rrggbb`, or that of the system if it is empty."""
        self._settings.accent = accent
        self._theme.use(accent=accent)

    def set_density(self, density: Density) -> None:
        """Give controls and rows this much room."""
        self._settings.density = density
        self._theme.use(density=density)

    def set_zoom(self, zoom: float) -> None:
        """Scale the fonts, and the controls with them."""
        self._theme.use(zoom=zoom)
        self._settings.zoom = self._theme.zoom

    def set_font(self, family: str) -> None:
        """Use this family for the texts of the window, or the system's font if it is empty."""
        self._settings.font = family
        self._theme.use(family=family)

    def set_data_font(self, family: str) -> None:
        """Use this family for data that crossed the wire, or the system's if it is empty."""
        self._settings.data_font = family
        self._theme.use(mono_family=family)

    def step_zoom(self, steps: int) -> None:
        """Go so many steps larger, or smaller."""
        self.set_zoom(next_zoom(self.zoom, steps))
