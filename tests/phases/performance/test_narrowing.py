"""What further judgments would narrow, in words."""

from __future__ import annotations

from leadline.phases.performance.narrowing import Narrowing, narrowing_words

WIDE = Narrowing("recall of balanced", 0.31, {25: 0.28, 50: 0.26, 100: 0.22, 200: 0.18})
NARROW = Narrowing("precision of cautious", 0.15, {25: 0.14, 50: 0.13, 100: 0.12, 200: 0.1})


def test_the_widest_range_is_told_with_what_would_do() -> None:
    assert narrowing_words([NARROW, WIDE]) == (
        "50 more judgments would narrow the widest of these ranges, recall of balanced, from 31 to "
        "about 26 points; about 200 would bring every one to 20 points or fewer."
    )


def test_narrow_ranges_are_enough() -> None:
    assert narrowing_words([NARROW]) == (
        "Enough is judged: the widest of these ranges, precision of cautious, spans 15 points; 50 "
        "more judgments would narrow it to about 13."
    )


def test_what_would_change_nothing_is_told() -> None:
    known = Narrowing("the share within the tolerance", 0.012, {50: 0.011})
    assert narrowing_words([known]).endswith(
        "spans 1 point; 50 more judgments would hardly narrow it."
    )


def test_what_no_number_of_judgments_would_do_is_told() -> None:
    never = Narrowing("recall of cautious", 0.9, {50: 0.88, 800: 0.6})
    assert narrowing_words([never]).endswith(
        "more than 800 would be needed to bring every one to 20 points or fewer."
    )
    short = Narrowing("recall of cautious", 0.4, {12: 0.35})
    assert narrowing_words([short]) == (
        "12 more judgments would narrow the widest of these ranges, recall of cautious, from 40 to "
        "about 35 points; the whole stream is too short to bring every one to 20 points or fewer."
    )


def test_nothing_is_said_where_no_row_is_left() -> None:
    assert narrowing_words([]) == ""
    assert narrowing_words([Narrowing("recall", 0.4, {})]) == ""
