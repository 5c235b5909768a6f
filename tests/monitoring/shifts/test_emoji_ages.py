"""Ages of emoji against dates that are known."""

from __future__ import annotations

from datetime import date

import pytest

from leadline.monitoring.shifts.emoji_ages import younger_than


@pytest.mark.parametrize(
    ("emoji", "version"),
    [
        ("\U0001f57a", "9.0"),  # man dancing
        ("\U0001f92f", "10.0"),  # exploding head
        ("\U0001f970", "11.0"),  # smiling face with three hearts
        ("\U0001f971", "12.0"),  # yawning face
        ("\U0001f972", "13.0"),  # smiling face with tear
        ("\U0001fae0", "14.0"),  # melting face
        ("\U0001fae8", "15.0 or later"),  # shaking face
    ],
)
def test_the_version_is_told(emoji: str, version: str) -> None:
    assert younger_than(emoji, date(2015, 1, 1)).startswith(f"Unicode {version}, ")


@pytest.mark.parametrize("text", ["\U0001f600", "x", "", "\U0001fae0\U0001fae0"])
def test_old_emoji_and_words_have_no_age(text: str) -> None:
    assert younger_than(text, date(2000, 1, 1)) == ""


def test_what_was_there_already_is_not_younger() -> None:
    assert younger_than("\U0001f970", date(2018, 6, 4)) != ""
    assert younger_than("\U0001f970", date(2018, 6, 5)) == ""
