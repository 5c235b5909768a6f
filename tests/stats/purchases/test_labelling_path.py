from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.stats.purchases.labelling_path import (
    PathPrices,
    machine_path,
    people_path,
    purchase_sizes,
)

PRICES = PathPrices(person=0.5, machine=0.01)


def test_people_pay_for_each_row_that_they_add() -> None:
    path = people_path(np.array([100.0, 150.0, 300.0]), price=0.5)
    assert path.cost.tolist() == [0.0, 25.0, 100.0]
    assert not path.has_machine
    assert path.clean_rows(0.5).tolist() == [100.0, 150.0, 300.0]


@given(growth=st.floats(1.0001, 1e4))
def test_sizes_to_buy_up_to_begin_today_and_end_at_the_most(growth: float) -> None:
    sizes = purchase_sizes(100, 100 * growth)
    assert (sizes[0], sizes[-1]) == (100, 100 * growth)
    assert 33 <= sizes.size <= 66
    assert np.all(np.diff(sizes) > 0)


def test_a_little_less_money_moves_the_last_size_only() -> None:
    less, more = purchase_sizes(100, 3000), purchase_sizes(100, 3190)
    assert less[:-1].tolist() == more[:-1].tolist()
    assert purchase_sizes(100, 100).tolist() == purchase_sizes(100, 50).tolist() == [100]


def test_rows_that_change_hands_are_not_counted_twice() -> None:
    path = machine_path(100, 1e3, PRICES, n_machine=800, n_open=1000, n_most=1e9)
    assert path is not None
    assert path.n_asked[-1] == 800
    further = path.n_person - 100
    spare = np.maximum(1000 - further, 0)
    at_end = path.n_asked == 800
    assert path.n_machine[at_end] == pytest.approx(np.minimum(800, spare)[at_end])


def test_a_machine_gets_further_rows_only_where_somebody_sells_them() -> None:
    none = machine_path(100, 1e3, PRICES, n_machine=5000, n_open=1000, n_most=1e9)
    sold = PathPrices(person=0.5, machine=0.01, row=0.09)
    more = machine_path(100, 1e3, sold, n_machine=5000, n_open=1000, n_most=1e9)
    assert none is not None
    assert more is not None
    assert none.n_asked[-1] == 1000
    assert more.n_asked[-1] == 5000
    place = int(np.argmax(more.n_asked == 5000))
    assert more.cost[place] == pytest.approx(5000 * 0.01 + 4000 * 0.09)


@settings(max_examples=60, deadline=None)
@given(
    money=st.floats(0, 1e5),
    machine=st.floats(0, 2),
    row=st.sampled_from([0.0, 0.05]),
    n_machine=st.integers(0, 10**5),
    n_open=st.integers(0, 10**5),
    n_most=st.floats(50, 1e6),
)
def test_no_path_costs_more_than_the_money_or_learns_from_more_than_a_fit_can(
    money: float, machine: float, row: float, n_machine: int, n_open: int, n_most: float
) -> None:
    path = machine_path(
        100,
        money,
        PathPrices(0.5, machine, row),
        n_machine=n_machine,
        n_open=n_open,
        n_most=n_most,
    )
    if path is None:
        return
    assert path.cost[-1] <= money * (1 + 1e-9) + 1e-9
    assert np.all(np.diff(path.cost) >= -1e-9)
    assert np.all(np.diff(path.n_person) >= 0)
    assert np.all(np.diff(path.clean_rows(0.3)) >= -1e-6)
    assert path.n_rows.max() <= n_most + 1e-6
    assert path.n_asked.max() <= n_machine
    if not row:
        assert path.n_asked.max() <= n_open


@pytest.mark.parametrize("price", [0.0, -1.0])
def test_people_have_a_price(price: float) -> None:
    with pytest.raises(ValueError, match=r"prices\.person"):
        machine_path(100, 1.0, PathPrices(price, 0.1), n_machine=1, n_open=1, n_most=1e9)
