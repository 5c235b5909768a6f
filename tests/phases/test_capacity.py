from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.examples import example_capacity
from tests.phases.again import again, faults, notes, warnings

from leadline.phases.capacity import (
    Capacity,
    Load,
    Noise,
    Step,
    Verification,
    planned_rate,
    verified,
)
from leadline.phases.verdict import Answer
from leadline.record.codec import decode, encode

EXAMPLE = example_capacity()
QUIET = Noise(n_processors=2, others_share=0.01, stolen_share=0.0, waiting_share=0.0)


def step(rate: float, p99: float | None, high: float | None, **changes: Any) -> Step:
    given: dict[str, Any] = {
        "seconds": 10.0,
        "n_requests": round(10 * rate),
        "n_failed": 0,
        "lag_s": 0.0,
    }
    return Step(rate_per_s=rate, p50_s=0.004, p99_s=p99, p99_high_s=high, **given | changes)


def plan(**changes: Any) -> Capacity:
    """A quiet machine, 100 requests a second at most, 50 ms promised, held at 60."""
    loads = (
        Load(n_clients=1, per_s=80.0, p50_s=0.01, p99_s=0.02),
        Load(n_clients=32, per_s=99.0, p50_s=0.3, p99_s=0.4),
        Load(n_clients=32, per_s=101.0, p50_s=0.3, p99_s=0.4),
    )
    planned = step(60.0, 0.030, 0.038)
    given: dict[str, Any] = {
        "loads": loads,
        "service_s": 0.01,
        "batch_per_s": 10_000.0,
        "peak_per_s": 100.0,
        "growth": 1.5,
        "spare": 1,
        "instance_per_hour": 0.1,
        "priced_at": "2026-01-01",
        "promised_s": 0.05,
        "steps": (step(30.0, 0.012, 0.015), planned, step(80.0, 0.06, 0.09)),
        "repeats": (planned, planned),
        "planned": planned,
        "noise": QUIET,
        "verifications": (),
    }
    return again(EXAMPLE, **given | changes)


def test_the_headline_is_what_was_measured_and_replicas_bear_one_lost() -> None:
    found = plan()
    assert found.answer is Answer.GO
    assert found.n_instances == 3 + 1
    assert found.cost_per_month == pytest.approx(4 * 0.1 * 730)
    assert found.summary == (
        "One instance held 60 requests a second at p99 30 ms (upper bound 38 ms, promised 50 ms): "
        "4 instances for a peak of 100, growing 1.5-fold, with 1 lost, 292 USD a month."
    )
    assert found.p99_s == 0.030
    assert found.held_per_s == 60.0
    assert warnings(found) == []
    assert found.batch_cost_per_million == pytest.approx(100 / 3600 * 0.1)
    assert any("10,000 rows a second" in what for what in notes(found))
    # of few processors the server may have fewer, of many more than where it is to run
    apart = plan(n_server_processors=3)
    had = "the server had 3 of 4 processors, the generator of the load the other; a replica that"
    assert any(had in what for what in notes(apart))
    assert not any("the server had" in what for what in notes(found))
    runs = tuple(step(60.0, p99, 0.04) for p99 in (0.028, 0.031, 0.034))
    said = "3 runs at this rate answered 99% within 28 ms to 34 ms."
    assert said in notes(plan(repeats=runs))


def test_a_formula_is_a_check_and_no_headline() -> None:
    found = plan()
    assert found.formula_s == pytest.approx(0.01 * 4.605 / 0.4, rel=1e-3)
    (check,) = [what for what in notes(found) if what.startswith("Check:")]
    assert check == (
        "Check: the formula E[S] ln 100 / (1 - utilisation) says 115 ms, +284% of what was "
        "measured."
    )
    assert "115" not in found.summary


def test_more_load_takes_more_instances() -> None:
    assert plan(peak_per_s=1000.0).n_instances == 25 + 1
    assert plan(spare=0).n_instances == 3


def test_the_range_is_that_of_repeats_and_prices() -> None:
    found = plan(
        loads=(
            Load(n_clients=32, per_s=90.0, p50_s=0.3, p99_s=0.4),
            Load(n_clients=32, per_s=100.0, p50_s=0.3, p99_s=0.4),
            Load(n_clients=32, per_s=105.0, p50_s=0.3, p99_s=0.4),
        ),
        peak_per_s=1000.0,
        instance_per_hour_low=0.04,
    )
    assert found.n_instances_range is not None
    assert found.cost_range is not None
    assert (found.n_instances_range.low, found.n_instances_range.high) == (24 + 1, 28 + 1)
    assert found.cost_range.low == pytest.approx(25 * 0.04 * 730)
    assert found.cost_range.estimate == pytest.approx(26 * 0.1 * 730)
    assert found.cost_range.high == pytest.approx(29 * 0.1 * 730)


def test_the_plan_is_what_was_held_and_no_more_than_six_tenths_of_the_most() -> None:
    loads = plan().loads
    steps = (step(40.0, 0.02, 0.03), step(95.0, 0.04, 0.049))
    assert planned_rate(steps, loads, 0.05) == pytest.approx(60.0)
    assert planned_rate(steps, loads, 0.035) == 40.0
    assert planned_rate(steps, loads, 0.01) is None
    assert planned_rate((step(40.0, 0.02, None),), loads, 0.05) is None


def test_a_promise_that_no_rate_holds_is_a_no() -> None:
    found = plan(promised_s=0.001, planned=None, repeats=())
    assert found.answer is Answer.NO
    assert found.n_instances is None
    assert found.cost_per_month is None
    assert found.summary == "No rate of requests was answered 99% within 1.0 ms, as promised."
    assert faults(found) == ["One instance held no rate within the 1.0 ms that are promised."]


def test_a_plan_that_is_not_held_again_is_a_no() -> None:
    broken = step(60.0, 0.048, 0.061)
    steps = (step(30.0, 0.012, 0.015), broken)
    found = plan(steps=steps, planned=broken, repeats=(broken,))
    assert found.answer is Answer.NO
    assert found.n_instances is None
    assert found.held_per_s == 30.0
    assert found.summary == (
        "Asked again for 60 requests a second, one instance answered 99% within 48 ms (upper bound "
        "61 ms); 50 ms are promised, so there is no plan."
    )
    assert "did not hold it when it was repeated" in faults(found)[0]
    lost = step(60.0, None, None)
    assert "one instance did not keep up" in plan(planned=lost, repeats=(lost,)).summary


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"noise": replace(QUIET, others_share=0.4)}, "Other programs took 40% of the processors."),
        ({"noise": replace(QUIET, stolen_share=0.08)}, "of the same host took 8%"),
        ({"repeats": (step(60.0, 0.01, 0.02), step(60.0, 0.04, 0.05))}, "within 10 ms once"),
        (
            {
                "loads": (
                    Load(n_clients=32, per_s=100.0, p50_s=0.3, p99_s=0.4),
                    Load(n_clients=32, per_s=60.0, p50_s=0.3, p99_s=0.4),
                )
            },
            "was 60 once and 100 another time",
        ),
        ({"planned": step(60.0, 0.03, 0.038, lag_s=0.02)}, "was itself up to 20 ms late"),
    ],
)
def test_a_machine_that_is_not_quiet_leaves_it_unclear(changes: dict[str, Any], words: str) -> None:
    found = plan(**changes)
    assert found.answer is Answer.UNCLEAR
    (doubt,) = [each for each in found.findings if each.what.startswith("The machine was not")]
    assert words in doubt.what
    assert "leadline run capacity" in doubt.next


def test_p99_between_measured_rates_lies_on_the_line() -> None:
    found = plan()
    assert found.p99_at(45.0) == pytest.approx(0.021)
    assert found.p99_at(60.0) == pytest.approx(0.030)
    assert found.p99_at(10.0) == 0.012
    lucky = (step(30.0, 0.012, 0.015), step(60.0, 0.020, 0.030))
    assert plan(steps=lucky).p99_at(60.0) == 0.030
    assert found.p99_at(200.0) is None


def verification(p99: float | None, **changes: Any) -> Verification:
    given: dict[str, Any] = {
        "url": "model:80/predict",
        "at": "2026-01-01 10:00",
        "by": "Ada",
        "n_instances": 4,
        "step": step(150.0, p99, p99),
        "planned_p99_s": 0.015,
        "promised_s": 0.05,
    }
    return Verification(**given | changes)


def test_a_deployed_address_is_held_against_the_plan() -> None:
    good = verified(plan(), verification(0.018))
    assert good.answer is Answer.GO
    words = "answered 99% within 18 ms, planned 15 ms (+20%), promised 50 ms."
    assert any(words in what for what in notes(good))
    off = verified(good, verification(0.03))
    assert off.answer is Answer.GO
    assert len(off.verifications) == 2
    assert any("planned 15 ms (+100%)" in what for what in warnings(off))
    broken = verified(off, verification(0.06))
    assert broken.answer is Answer.NO
    assert "promised 50 ms" in faults(broken)[0]
    lost = verified(plan(), verification(None, step=step(150.0, None, None, n_failed=900)))
    assert lost.answer is Answer.NO
    assert "did not keep up, 900 of 1,500 failed" in faults(lost)[0]
    assert verified(broken, verification(0.018)).answer is Answer.GO


def test_a_rate_without_a_plan_is_said_without_one() -> None:
    one = verification(0.018, planned_p99_s=None)
    assert one.error is None
    assert "planned" not in one.words


def test_a_plan_of_before_is_a_formula_and_says_so() -> None:
    stored = encode(plan())
    for name in ("steps", "repeats", "planned", "promised_s", "n_instances_range", "formula_s"):
        del stored[name]
    old = decode(Capacity, stored | {"p99_s": 0.012, "n_instances": 2, "cost_per_month": 1.0}, 1)
    assert old.p99_s is None
    assert old.formula_s == 0.012
    assert old.steps == ()
    assert warnings(plan(priced_at="")) == ["The price of an instance has no date."]
