from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.phases import number_format
from leadline.phases.verdict import Bounds


@given(st.floats(0, 1))
def test_percent_never_claims_certainty(share: float) -> None:
    assert number_format.percent(share) not in ("0%", "100%")


@given(st.floats(0, 1e9))
def test_every_length_of_time_has_words(seconds: float) -> None:
    number, *unit = number_format.duration(seconds).split()
    assert unit
    assert number not in ("0", "1.0")


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.0, 0.004, "at most 0.4%"),
        (0.95, 0.996, "95% to 99.6%"),
        (0.996, 1.0, "at least 99.6%"),
        (0.3249, 0.3257, "32%"),
        (0.52, 0.67, "52% to 67%"),
        (0.0, 1.0, "0% to 100%"),
    ],
)
def test_ranges(low: float, high: float, said: str) -> None:
    assert number_format.percent_range(Bounds(estimate=low, low=low, high=high)) == said


def test_money_keeps_its_sign() -> None:
    assert number_format.money(-12.5, "EUR") == "-12.50 EUR"
    assert number_format.money(-0.001, "EUR") == "0.00 EUR"
