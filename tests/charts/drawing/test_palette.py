"""Every colour can be seen by night too, and nothing of a drawing is left in the day's."""

from __future__ import annotations

import re

import pytest

from leadline.charts.drawing import palette
from leadline.charts.drawing.palette import PAPER, night_css, themed

NIGHT = dict(re.findall(r"--of-([0-9a-f]{6}):(#[0-9a-f]{6})", night_css()))
OF_WORDS = [palette.INK, palette.SOFT, palette.BLUE, palette.VERMILION, palette.GREEN]
OF_MARKS = [palette.AMBER, palette.GREY]


def contrast(one: str, other: str) -> float:
    """Contrast ratio by WCAG 2.2."""

    def luminance(color: str) -> float:
        parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("color", "least"), [*((each, 4.5) for each in OF_WORDS), *((each, 3.0) for each in OF_MARKS)]
)
def test_words_and_marks_stand_out_by_night(color: str, least: float) -> None:
    assert contrast(NIGHT[color[1:]], NIGHT[PAPER[1:]]) >= least


@pytest.mark.parametrize("color", [palette.INK, palette.SOFT, palette.BLUE, palette.GREEN])
def test_words_stand_out_by_day(color: str) -> None:
    assert contrast(color, PAPER) >= 4.5


def test_a_colour_keeps_that_of_the_day_where_no_style_says_otherwise() -> None:
    drawn = themed(f'<text fill="{palette.INK}">#1d2733</text><path fill="#123456"/>')
    assert drawn == (
        f'<text fill="var(--of-1d2733,{palette.INK})">#1d2733</text><path fill="#123456"/>'
    )


def test_print_stays_by_day() -> None:
    assert night_css().startswith("@media screen and (prefers-color-scheme:dark)")
