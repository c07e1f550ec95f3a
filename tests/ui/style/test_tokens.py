"""The tokens: values, and colours with enough contrast."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ui.style.tokens import (
    FALLBACK_ACCENT,
    SHAPE_CONTRAST,
    TEXT_CONTRAST,
    ZOOMS,
    Colors,
    Density,
    Scheme,
    Tint,
    contrast,
    mix,
    next_zoom,
    readable,
    tokens,
)

colours = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")
schemes = st.sampled_from([Scheme.LIGHT, Scheme.DARK])
GROUNDS = ("window", "surface", "raised")


def pairs(colors: Colors) -> list[tuple[str, str, str]]:
    """Every text colour with each of its grounds: a name, the text, the ground."""
    found = [
        (f"{name} on {ground}", getattr(colors, name), getattr(colors, ground))
        for name in ("text", "muted", "success", "warning", "danger", "info")
        for ground in GROUNDS
    ]
    on_selection = [
        (f"{name} on {ground}", getattr(colors, name), getattr(colors, ground))
        for name in ("text", "muted")
        for ground in ("hover", "accent_soft", "selection")
    ]
    return [
        *found,
        *on_selection,
        ("on_accent", colors.on_accent, colors.accent),
        ("on_accent, hovered", colors.on_accent, colors.accent_hover),
        ("on_accent, pressed", colors.on_accent, colors.accent_pressed),
        ("on_danger", colors.on_danger, colors.danger_fill),
        ("accent_text", colors.accent_text, colors.window),
        ("accent_text on its tint", colors.accent_text, colors.accent_soft),
        ("warning badge", colors.warning, colors.warning_soft),
        ("danger badge", colors.danger, colors.danger_soft),
        ("success badge", colors.success, colors.success_soft),
    ]


@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK])
def test_every_text_can_be_read_on_every_ground_that_it_stands_on(scheme: Scheme) -> None:
    weak = {
        name: round(contrast(text, ground), 2)
        for name, text, ground in pairs(tokens(scheme).colors)
        if contrast(text, ground) < TEXT_CONTRAST
    }
    assert not weak


@given(schemes, colours)
def test_with_any_accent_of_the_system_text_can_be_read(scheme: Scheme, accent: str) -> None:
    colors = tokens(scheme, accent).colors
    for text, ground in (
        (colors.on_accent, colors.accent),
        (colors.on_accent, colors.accent_hover),
        (colors.accent_text, colors.accent_soft),
        (colors.text, colors.selection),
    ):
        assert contrast(text, ground) >= TEXT_CONTRAST


@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK])
def test_an_unticked_box_and_a_switch_that_is_off_can_be_seen(scheme: Scheme) -> None:
    colors = tokens(scheme).colors
    for ground in (colors.window, colors.surface):
        assert contrast(colors.shape_line, ground) >= SHAPE_CONTRAST
        assert contrast(colors.track, ground) >= SHAPE_CONTRAST
    assert contrast(colors.track, "#ffffff") >= SHAPE_CONTRAST, "the knob is white"


@given(schemes, colours, st.sampled_from(Density), st.sampled_from(ZOOMS))
def test_the_same_choices_give_equal_tokens(
    scheme: Scheme, accent: str, density: Density, zoom: float
) -> None:
    assert tokens(scheme, accent, density, zoom) == tokens(scheme, accent, density, zoom)


def test_tokens_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        tokens(Scheme.LIGHT).sizes.control = 19  # type: ignore[misc]


def test_light_and_dark_differ_in_colours_alone() -> None:
    light, dark = tokens(Scheme.LIGHT), tokens(Scheme.DARK)
    assert (light.sizes, light.type, light.spacing) == (dark.sizes, dark.type, dark.spacing)
    assert light.colors != dark.colors


def test_distances_are_multiples_of_four_and_controls_28_high() -> None:
    design = tokens(Scheme.LIGHT)
    assert all(distance % 4 == 0 for distance in design.spacing._asdict().values())
    assert design.sizes.control == 28


def test_compact_takes_less_room_in_the_same_type() -> None:
    usual, compact = tokens(Scheme.LIGHT), tokens(Scheme.LIGHT, density=Density.COMPACT)
    assert compact.sizes.control < usual.sizes.control
    assert compact.sizes.row < usual.sizes.row
    assert compact.type == usual.type


def test_a_larger_font_makes_higher_controls() -> None:
    zoomed = tokens(Scheme.LIGHT, zoom=2.0)
    assert zoomed.type.body == 26
    assert zoomed.sizes.control == 56
    assert tokens(Scheme.LIGHT, body_pixels=26) == zoomed


def test_zoom_goes_by_steps_and_stops_at_the_ends() -> None:
    assert next_zoom(1.0, +1) == 1.1
    assert next_zoom(1.0, -1) == 0.9
    assert next_zoom(ZOOMS[-1], +1) == ZOOMS[-1]
    assert next_zoom(ZOOMS[0], -1) == ZOOMS[0]


def test_black_and_white_are_21_to_1() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@given(colours, colours)
def test_a_mix_of_all_or_nothing_is_one_of_both(one: str, other: str) -> None:
    assert mix(one, other, 1.0) == one
    assert mix(one, other, 0.0) == other


@given(colours, colours)
def test_a_colour_with_too_little_contrast_is_changed(color: str, ground: str) -> None:
    assert contrast(readable(color, ground), ground) >= TEXT_CONTRAST


def test_a_colour_with_enough_contrast_stays() -> None:
    assert readable(FALLBACK_ACCENT, "#ffffff") == FALLBACK_ACCENT


@pytest.mark.parametrize("tint", Tint)
def test_each_meaning_has_its_own_colour(tint: Tint) -> None:
    colors = tokens(Scheme.LIGHT).colors
    others = {colors.tint(other) for other in Tint if other is not tint}
    assert colors.tint(tint) not in others
