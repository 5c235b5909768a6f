"""Categories written otherwise are known again."""

from __future__ import annotations

import pytest

from leadline.monitoring.shifts.respelt import mended, respelt

KNOWN = {"LGA": 30, "München": 20, "07001": 9, "New York": 8, "Straße": 3, "2": 2, "lgA ": 1}


@pytest.mark.parametrize(
    ("now", "was", "how"),
    [
        ("lga", "LGA", "in another case"),
        (" LGA", "LGA", "with blanks around it"),
        ("Munchen", "München", "without its accents"),
        ("MÃ¼nchen", "München", "in an encoding that went wrong"),
        ("StraÃŸe", "Straße", "in an encoding that went wrong"),
        ("7001", "07001", "with or without zeros"),
        ("2.0", "2", "with or without zeros"),
        ("new-york", "New York", "with other marks"),
    ],
)
def test_the_change_is_named(now: str, was: str, how: str) -> None:
    (found,) = respelt([now], KNOWN)
    assert (found.now, found.was, found.how) == (now, was, how)


@pytest.mark.parametrize("other", ["XQ", "JFK", "München-Ost", "20", "Stras", ""])
def test_another_category_is_no_spelling(other: str) -> None:
    assert respelt([other], KNOWN) == []


def test_of_two_that_are_alike_the_more_frequent_is_meant() -> None:
    (found,) = respelt(["Lga"], KNOWN)
    assert found.was == "LGA"


@pytest.mark.parametrize("text", ["München", "naïve", "plain", "Ã", "日本", "\udcff"])
def test_what_is_sound_stays(text: str) -> None:
    assert mended(text) == text


@pytest.mark.parametrize("text", ["München", "Œuvre", "naïve café", "Ångström", "5 € – 日本"])
def test_every_text_is_mended(text: str) -> None:
    assert mended(text.encode("utf-8").decode("latin-1")) == text
