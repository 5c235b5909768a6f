from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from leadline.stats.slices import SliceState, search_slices


def columns_of(rng: np.random.Generator, n: int) -> dict[str, Any]:
    return {
        "plan": rng.choice(["basic", "plus", "family"], n, p=[0.2, 0.4, 0.4]),
        "town": rng.choice(["york", "bath"], n),
        "calls": rng.normal(size=n),
    }


def search(loss: Any, columns: dict[str, Any], **options: Any) -> Any:
    return search_slices(loss, columns, rng=np.random.default_rng(0), **options)


def test_a_category_with_twice_the_errors_is_named() -> None:
    rng = np.random.default_rng(1)
    columns = columns_of(rng, 3_000)
    share = np.where(columns["plan"] == "basic", 0.3, 0.1)
    found = search(rng.random(3_000) < share, columns)
    (line,) = found.worse
    assert line.words == "plan = basic"
    assert line.n_rows == (columns["plan"] == "basic").sum()
    assert set(columns["plan"][line.rows]) == {"basic"}
    assert 0 < line.at_least < 0.2 < line.mean_loss - line.rest_loss + 0.05
    assert (found.n_tested, found.n_pairs) == (10, 31)
    assert {each.state for each in found.slices[1:]} == {SliceState.NOT_SHOWN}


def test_a_bin_of_a_number_is_named_where_the_loss_is_a_number() -> None:
    rng = np.random.default_rng(2)
    columns = columns_of(rng, 2_000)
    off_by = np.abs(rng.normal(0, np.where(columns["calls"] > 1, 3.0, 1.0)))
    found = search(off_by, columns)
    (line,) = [each for each in found.worse if len(each.rules) == 1]
    assert line.rules[0].column == "calls"
    assert line.rules[0].low is not None
    assert line.rules[0].high is None
    assert line.mean_loss == pytest.approx(off_by[line.rows].mean())
    assert line.rest_loss == pytest.approx(np.delete(off_by, line.rows).mean())
    assert 0 < line.at_least < line.mean_loss - line.rest_loss


def test_a_pair_is_named_where_it_is_worse_than_its_parts() -> None:
    rng = np.random.default_rng(3)
    columns = columns_of(rng, 4_000)
    both = (columns["plan"] == "basic") & (columns["town"] == "bath")
    found = search(rng.random(4_000) < np.where(both, 0.4, 0.1), columns)
    (pair,) = [each for each in found.worse if len(each.rules) == 2]
    assert pair.words == "plan = basic and town = bath"
    assert pair.explained == pytest.approx(0.1, abs=0.05)
    assert pair.mean_loss > pair.explained + 0.2


def test_a_pair_that_its_parts_explain_is_not_named() -> None:
    rng = np.random.default_rng(4)
    columns = columns_of(rng, 4_000)
    share = 0.1 + 0.2 * (columns["plan"] == "basic") + 0.2 * (columns["town"] == "bath")
    found = search(rng.random(4_000) < share, columns)
    assert {each.words for each in found.worse} == {"plan = basic", "town = bath"}


def test_a_slice_with_few_rows_is_told_to_have_too_few() -> None:
    rng = np.random.default_rng(5)
    plan = np.asarray(["rare"] * 20 + ["few"] * 40 + ["usual"] * 1_940)
    found = search(rng.random(2_000) < 0.1, {"plan": plan})
    state = {each.words: (each.state, each.detectable) for each in found.slices}
    assert state["plan = rare"] == (SliceState.UNKNOWN, None)
    few = state["plan = few"]
    assert few[0] is SliceState.UNKNOWN
    assert few[1] is not None
    assert few[1] > 0.1
    usual = state["plan = usual"]
    assert usual[0] is SliceState.UNKNOWN, "its rest has 60 rows only"
    assert found.n_tested == 2


def test_what_is_said_to_be_detectable_is_detected_in_four_of_five_cases() -> None:
    rng = np.random.default_rng(6)
    columns = columns_of(rng, 1_500)
    first = search(rng.random(1_500) < 0.15, columns)
    (line,) = [each for each in first.slices if each.words == "plan = basic"]
    share = np.where(columns["plan"] == "basic", 0.15 + line.detectable, 0.15)
    named = [
        any(
            each.words == "plan = basic"
            for each in search(rng.random(1_500) < share, columns, n_permutations=199).worse
        )
        for _ in range(60)
    ]
    assert 0.6 < np.mean(named) < 0.97


@pytest.mark.parametrize("loss", [np.zeros(200), np.ones(200), np.full(200, 2.5)])
def test_where_all_rows_fare_alike_nothing_is_worse(loss: np.ndarray) -> None:
    found = search(loss, columns_of(np.random.default_rng(7), 200))
    assert found.worse == ()
    assert all(each.p_value == 1.0 for each in found.slices)


def test_without_columns_or_with_one_value_there_is_nothing_to_test() -> None:
    loss = np.random.default_rng(8).random(50) < 0.5
    assert search(loss, {}).slices == ()
    (line,) = search(loss, {"plan": ["a"] * 50}).slices
    assert line.state is SliceState.UNKNOWN
    assert line.rest_loss == line.mean_loss == loss.mean()


def test_many_rows_are_searched_at_once() -> None:
    rng = np.random.default_rng(9)
    columns = columns_of(rng, 30_000)
    share = np.where(columns["plan"] == "basic", 0.12, 0.1)
    found = search(rng.random(30_000) < share, columns)
    assert [each.words for each in found.worse] == ["plan = basic"]


def test_the_same_seed_says_the_same() -> None:
    rng = np.random.default_rng(10)
    columns, loss = columns_of(rng, 500), rng.random(500) < 0.2
    first, second = (search(loss, columns).slices for _ in range(2))
    assert [(x.words, x.p_value) for x in first] == [(x.words, x.p_value) for x in second]


@pytest.mark.parametrize(
    "wrong",
    [
        {"min_rows": 1},
        {"n_bins": 1},
        {"most_pairs": -1},
        {"n_permutations": 50},
        {"confidence_level": 1.0},
    ],
)
def test_numbers_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        search([0.0, 1.0] * 50, {"x": list(range(100))}, **wrong)


def test_a_loss_that_is_not_finite_is_refused() -> None:
    with pytest.raises(ValueError, match="loss holds 1 values that are not finite"):
        search([0.0, np.nan], {"x": [1, 2]})
