"""Yearly money: what errors cost and retraining saves, by hand; and what is not known."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, get_type_hints

import pytest
from tests.examples import example_decay, example_monitor

from leadline.phases.decay import Staleness
from leadline.phases.lifecycle import ROWS
from leadline.phases.monitor import Block
from leadline.phases.verdict import Bounds
from leadline.record.codec import decode_part, encode
from leadline.services.upkeep.model_line import READS
from leadline.services.upkeep.yearly_money import (
    Ageing,
    Rate,
    Watched,
    WatchedBlock,
    error_cost,
    retraining_saves,
)

WEEKS = 365.25 / 7


def block(n_rows: int, cost: float | None, n_labelled: int = 50, **more: Any) -> WatchedBlock:
    rate = None if cost is None else Rate(estimate=cost)
    return WatchedBlock(n_rows=n_rows, n_labelled=n_labelled, cost=rate, **more)


def ageing(*added: float, **changed: Any) -> Ageing:
    told = Ageing(
        is_dated=True,
        block="week",
        staleness=tuple(
            Staleness(delay=d + 1, added_error=Bounds(estimate=s, low=s / 2, high=2 * s))
            for d, s in enumerate(added)
        ),
        p_ages=0.99,
        retrain_every=2,
        cost_retrain=50.0,
        cost_error=3.0,
        n_per_block=200.0,
        currency="EUR",
    )
    return replace(told, **changed)


def watched(*blocks: WatchedBlock) -> Watched:
    return Watched(release_id="", currency="EUR", blocks=blocks)


@pytest.mark.parametrize("row", READS)
def test_what_is_read_of_a_verdict_are_fields_of_that_verdict(row: str) -> None:
    """A verdict whose fields change must not leave the portfolio behind."""

    def compare(part: type, whole: type) -> None:
        asked, there = get_type_hints(part), get_type_hints(whole)
        for field in fields(part):
            if field.name == "blocks":
                compare(WatchedBlock, Block)
            elif field.name in {"error", "cost"}:
                assert there[field.name] == Bounds | None
                compare(Rate, Bounds)
            else:
                assert asked[field.name] == there[field.name]
        assert is_dataclass(whole)

    compare(READS[row], ROWS[row].verdict)


def test_the_parts_are_read_from_what_is_stored() -> None:
    monitor, decay = example_monitor(), example_decay()
    part = decode_part(Watched, type(monitor), encode(monitor), monitor.VERSION)
    assert [each.n_rows for each in part.blocks] == [each.n_rows for each in monitor.blocks]
    cost, whole = part.blocks[2].cost, monitor.blocks[2].cost
    assert cost is not None
    assert whole is not None
    assert cost.estimate == whole.estimate
    aged = decode_part(Ageing, type(decay), encode(decay), decay.VERSION)
    assert (aged.staleness, aged.retrain_every) == (decay.staleness, 3)


def test_errors_cost_their_price_times_the_rows_of_a_year() -> None:
    found = error_cost(
        watched(block(100, 2_000.0), block(300, 4_000.0), block(200, None, 0)),
        ageing(0.0),
        is_of_release=True,
    )
    per_row = (100 * 2.0 + 300 * 4.0) / 400
    assert found.estimate == pytest.approx(per_row * 200 * WEEKS)
    assert (found.low, found.high) == (None, None)
    assert found.currency == "EUR"
    assert found.rests_on == "2 labelled blocks with 100 labels, 10,436 rows a year"


def test_three_blocks_give_a_range_which_is_never_below_nothing() -> None:
    alike = error_cost(watched(*[block(100, 2_000.0)] * 3), ageing(0.0), is_of_release=True)
    assert alike.low == alike.high == pytest.approx(alike.estimate)
    apart = error_cost(
        watched(block(100, 0.0), block(100, 0.0), block(100, 9_000.0)),
        ageing(0.0),
        is_of_release=False,
    )
    assert apart.low == 0
    assert apart.high is not None
    assert apart.estimate is not None
    assert apart.high > 2 * apart.estimate
    assert apart.rests_on.endswith("; measured on another release")


def test_without_costs_a_thousand_an_error_has_one_price() -> None:
    wrong = Rate(estimate=0.1)
    found = error_cost(watched(block(100, None, error=wrong)), ageing(0.0), is_of_release=True)
    assert found.estimate == pytest.approx(0.1 * 3.0 * 100 * WEEKS)
    assert error_cost(
        watched(block(100, None, error=wrong)), None, is_of_release=True
    ).rests_on.startswith("No block")


def test_rows_that_were_learnt_from_and_blocks_older_than_a_year_do_not_count() -> None:
    month = ageing(0.0, block="month")
    old, learnt = block(900, 9_000.0), block(100, 9_000.0, is_learnt=True)
    found = error_cost(watched(old, *[block(100, 1_000.0)] * 11, learnt), month, is_of_release=True)
    assert found.estimate == pytest.approx(1.0 * 100 * 12)


@pytest.mark.parametrize(
    ("monitor", "words"),
    [
        (None, "Nobody has watched it yet."),
        (watched(), "No block in service has labels yet."),
        (watched(block(10, 5.0, 0)), "No block in service has labels yet."),
        (watched(block(10, 5.0, is_learnt=True)), "No block in service has labels yet."),
    ],
)
def test_what_nobody_measured_is_not_known(monitor: Watched | None, words: str) -> None:
    found = error_cost(monitor, ageing(0.0), is_of_release=True)
    assert (found.estimate, found.currency, found.rests_on) == (None, "", words)


def test_retraining_saves_the_age_it_spares_less_its_price() -> None:
    month = ageing(0.0, 0.02, 0.04, block="month")
    found = retraining_saves(watched(block(100, None, 0)), month)
    spared = (0.0 + 0.02 + 10 * 0.04) - 6 * (0.0 + 0.02)
    assert found.estimate == pytest.approx(spared * 100 * 3.0 - 6 * 50.0)
    assert found.low == pytest.approx(spared / 2 * 100 * 3.0 - 6 * 50.0)
    assert found.high == pytest.approx(spared * 2 * 100 * 3.0 - 6 * 50.0)
    # before anybody has watched, the rows of the data count
    assert retraining_saves(None, month).estimate == pytest.approx(spared * 200 * 3.0 - 300.0)
    assert "every 2 months" in found.rests_on


def test_where_kinds_of_errors_have_prices_age_costs_what_was_measured() -> None:
    alike = ageing(0.0, 0.02)
    cost = [Bounds(estimate=3 * s, low=1.5 * s, high=6 * s) for s in (0.0, 0.02)]
    told = zip(alike.staleness, cost, strict=True)
    staleness = tuple(replace(each, added_cost=own) for each, own in told)
    apart = replace(alike, cost_error=None, staleness=staleness)
    assert retraining_saves(None, apart) == retraining_saves(None, alike)
    wrong = watched(block(100, None, error=Rate(estimate=0.1)))
    unclear = error_cost(wrong, apart, is_of_release=True)
    assert unclear.estimate is None
    assert unclear.rests_on == "The labels of no block in service tell misses and false alarms."
    words = "No block in service has 10 labels yet, which its costs take."
    learnt = block(100, None, is_learnt=True)
    for n_labelled, is_few in ((9, True), (10, False)):
        blocks = (replace(wrong.blocks[0], n_labelled=n_labelled), learnt)
        rests_on = error_cost(replace(wrong, blocks=blocks), apart, is_of_release=True).rests_on
        assert (rests_on == words) == is_few


def test_a_schedule_that_does_not_pay_is_told() -> None:
    found = retraining_saves(None, ageing(0.0, 0.001, cost_retrain=1_000.0))
    assert found.estimate is not None
    assert found.estimate < 0
    assert found.rests_on.endswith("; it costs more than it saves within a year")
    cheap = retraining_saves(None, ageing(0.0, 0.01, 0.02, cost_retrain=1.0))
    assert cheap.estimate is not None
    assert cheap.estimate > 0
    assert "costs more" not in cheap.rests_on


def test_what_does_not_age_saves_nothing_and_what_was_not_measured_is_not_known() -> None:
    still = retraining_saves(None, ageing(0.0, 0.01, p_ages=0.6, retrain_every=None))
    assert (still.estimate, still.low) == (0.0, None)
    assert "No clear ageing (probability 60%)" in still.rests_on
    assert retraining_saves(None, None).estimate is None
    assert retraining_saves(None, ageing()).estimate is None
    assert retraining_saves(None, ageing(0.0, is_dated=False)).estimate is None
