"""Prices of tokens: closed forms, exact in decimals, rounded up and never down."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.phases.project_accounts.token_price import TokenPrices

PRICES = TokenPrices(input=0.15, cached_input=0.075, output=0.6, batch_share=0.5)


@pytest.mark.parametrize(
    ("sent", "cached", "answered", "micros"),
    [
        (0, 0, 0, 0),
        (1_000_000, 0, 0, 150_000),
        (1_000_000, 1_000_000, 0, 75_000),
        (1_000_000, 400_000, 10_000, 90_000 + 30_000 + 6_000),
        (1, 0, 0, 1),  # 0.15 of a micro-dollar
        (20, 0, 0, 3),  # 3 exactly: as doubles 20 * 0.15 is 3, and 3 * 0.1 more than 0.3
    ],
)
def test_closed_forms(sent: int, cached: int, answered: int, micros: int) -> None:
    assert PRICES.price(sent, cached, answered) == micros


def test_a_decimal_price_is_not_rounded_up_twice() -> None:
    # 0.1 * 3 is 0.30000000000000004 in doubles
    assert TokenPrices(input=0.1, cached_input=0.1, output=0.1).price(30, 0, 0) == 3
    assert TokenPrices(input=1.1, cached_input=0.0, output=0.0).price(30, 0, 0) == 33


def test_a_batch_costs_its_share() -> None:
    assert PRICES.price(1_000_000, 400_000, 10_000, is_batch=True) == 63_000


cents = st.integers(0, 10_000)
tokens = st.integers(0, 200_000)


@given(cents, cents, cents, st.integers(1, 100), tokens, tokens, tokens)
def test_never_less_than_the_bill_nor_a_micro_dollar_more(
    fresh: int, kept: int, out: int, share: int, sent: int, cached: int, answered: int
) -> None:
    sent += cached
    prices = TokenPrices(
        input=fresh / 100, cached_input=kept / 100, output=out / 100, batch_share=share / 100
    )
    bill = (
        Fraction(fresh, 100) * (sent - cached)
        + Fraction(kept, 100) * cached
        + Fraction(out, 100) * answered
    ) * Fraction(share, 100)
    assert 0 <= prices.price(sent, cached, answered, is_batch=True) - bill < 1


@pytest.mark.parametrize("counts", [(-1, 0, 0), (10, 11, 0), (10, -1, 0), (10, 0, -1)])
def test_nonsense_has_no_price(counts: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="tokens must be at least 0"):
        PRICES.price(*counts)
