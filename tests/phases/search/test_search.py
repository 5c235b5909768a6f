from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from tests.examples import example_search
from tests.phases.again import again, faults, notes, warnings

from leadline.phases.curve import Point
from leadline.phases.lifecycle.unread import unread
from leadline.phases.search import Advice, Closed
from leadline.phases.search.choice import comparison_errors
from leadline.phases.search.trial import Example, Expected, Trial, TrialState
from leadline.phases.verdict import Answer


def trial(
    name: str, mean: float | None, state: TrialState = TrialState.COMPLETE, **changes: Any
) -> Trial:
    return Trial(
        name=name,
        family=name.split(maxsplit=1)[0],
        params={},
        complexity=1,
        n_train=100,
        mean=mean,
        stderr=0.01,
        state=state,
        message="it broke" if state is TrialState.FAILED else "",
        **changes,
    )


BASELINE, LINEAR, RICH = trial("majority 0", 0.5), trial("linear 1", 0.8), trial("boosting 2", 0.81)
SEARCH = again(
    example_search(),
    scoring="roc_auc",
    trials=(BASELINE, LINEAR, RICH),
    chosen="linear 1",
    examples=(),
)


def test_a_candidate_above_the_baseline_is_a_go() -> None:
    assert SEARCH.answer is Answer.GO
    assert "linear 1 reaches ranking quality (ROC AUC) of 0.800 ± 0.010" in SEARCH.summary
    assert "3 candidates measured" in SEARCH.summary
    assert SEARCH.chosen_trial is LINEAR
    assert [each.name for each in SEARCH.ranked] == ["boosting 2", "linear 1", "majority 0"]


def test_a_simpler_choice_is_explained() -> None:
    preferred = again(SEARCH, loss=0.001, accepted_loss=0.002, loss_probability=0.87)
    (told,) = (each for each in notes(preferred) if "preferred" in each)
    assert "The simpler linear 1 is preferred to it: it is expected to lose 0.0010" in told
    assert "with a probability of 87% no more than the 0.0020 that are accepted" in told
    assert notes(again(SEARCH, chosen="boosting 2")) == []


def test_nothing_finished_says_nothing_yet() -> None:
    cut = (trial("majority 0", None, TrialState.NOT_STARTED),)
    for closed, words in (
        (Closed.TIME, "out of time."),
        (Closed.MONEY, "out of money."),
        (Closed.CPU, "out of processor time."),
        (Closed.HAND, "stopped by hand."),
    ):
        for trials in ((), cut):
            verdict = again(SEARCH, trials=trials, chosen="", closed=closed)
            assert verdict.answer is Answer.UNCLEAR
            assert verdict.advice is Advice.LONGER
            assert verdict.summary.endswith(words)
            assert faults(verdict) == ["Nothing finished."]
    failed = again(SEARCH, trials=(trial("odd 0", None, TrialState.FAILED),), chosen="")
    assert (failed.answer, failed.advice) == (Answer.NO, Advice.BACK), "all failed in good time"


STARVED = again(
    SEARCH,
    trials=(replace(BASELINE, n_train=4508), replace(LINEAR, n_train=71)),
    chosen="linear 1",
    closed=Closed.TIME,
    untried=("forest", "boosting"),
    wanted_s=312.4,
    target_score=0.99,
    chance_target=0.01,
)


def test_a_search_that_was_too_short_says_so_and_not_stop() -> None:
    assert STARVED.is_starved
    assert (STARVED.answer, STARVED.advice) == (Answer.UNCLEAR, Advice.LONGER)
    reach = "71 of 4,508 rows; 2 of 4 families not tried (forest, boosting)"
    assert f"It was measured on {reach}." in STARVED.summary
    (told,) = warnings(STARVED)
    assert told == f"The search was too short to choose by: measured on {reach}."
    assert "Grant 312 s or more" in next(f.next for f in STARVED.findings if f.what == told)
    tie = again(STARVED, trials=(STARVED.trials[0], replace(STARVED.trials[1], mean=0.5)))
    assert tie.advice is Advice.LONGER, "no stop, though nothing beats the baseline yet"


def test_a_search_that_ended_by_itself_or_saw_the_rows_is_not_too_short() -> None:
    assert not again(STARVED, closed=Closed.DONE).is_starved
    seen = (STARVED.trials[0], replace(LINEAR, n_train=2000))
    assert not again(STARVED, trials=seen, untried=()).is_starved
    assert again(STARVED, trials=seen, untried=("forest",)).is_starved
    assert again(STARVED, untried=()).is_starved


def test_it_is_hopeless_only_if_no_candidate_has_a_chance() -> None:
    far = {"target_score": 0.99, "chance_target": 0.01, "n_affordable": 5000}
    assert again(SEARCH, **far, best_chance=0.01).advice is Advice.BACK
    assert again(SEARCH, **far, best_chance=0.3).advice is Advice.GO


def test_seconds_that_differ_at_each_run_make_nothing_stale() -> None:
    clocks = {each.name for each in fields(SEARCH) if each.name.endswith("_s")} - {"time_box_s"}
    assert len(clocks) == 7
    for reader in ("curve", "forecast", "tuning", "release", "decay", "decision.find"):
        assert clocks <= unread(reader, "search"), reader


def test_slow_starts_and_busy_processors_are_told() -> None:
    told = again(SEARCH, starting_s=12.0, waiting_s=30.0, cpu_s=20.0)
    assert any("Starting the processes took 12 s" in each for each in notes(told))
    late = again(SEARCH, starting_s=70.0, spent_s=91.4, time_box_s=25.0)
    assert late.summary.endswith("measured in 21 of 25 s, after 70 s of starting.")
    assert "the search waited 30 s for them, and worked 20 s" in warnings(told)[0]
    assert "host" not in warnings(told)[0]
    stolen = again(SEARCH, waiting_s=1.0, cpu_s=20.0, stolen_s=30.0)
    assert "other machines of the same host took 30 s" in warnings(stolen)[0]
    quiet = again(SEARCH, starting_s=2.0, waiting_s=1.0, cpu_s=20.0, stolen_s=1.0)
    assert warnings(quiet) == []


def points(*errors: float) -> tuple[Point, ...]:
    return (Point(n_train=100, errors=errors, fit_s=0.1),)


def test_each_family_has_a_reason_on_equal_folds() -> None:
    tied = replace(RICH, points=points(0.19, 0.21, 0.18), chance_best=0.4)
    best = replace(LINEAR, points=points(0.2, 0.2, 0.19), chance_best=0.5)
    verdict = again(SEARCH, trials=(BASELINE, best, tied), chosen="linear 1")
    rich, plain = verdict.reasons
    assert rich.startswith(
        "boosting 2 has 0.807 where linear 1 has 0.803, on the same 3 repeats with 100 rows: "
        "they cannot be told apart"
    )
    assert plain == "majority 0 was measured on other rows: 0.500 with 100."
    assert any("cannot be told apart from boosting 2 (0.810)" in each for each in notes(verdict))
    sure = replace(best, points=points(0.1, 0.11, 0.09))
    first = again(verdict, trials=(BASELINE, sure, tied)).reasons[0]
    assert "linear 1 is better (p < 0.01)" in first


def test_what_may_be_chance_is_not_said_to_beat_the_baseline() -> None:
    half = replace(BASELINE, points=points(0.5, 0.5, 0.5))
    lucky = replace(LINEAR, mean=0.52, points=points(0.44, 0.51, 0.49))
    verdict = again(SEARCH, trials=(half, lucky))
    assert verdict.answer is Answer.UNCLEAR
    assert verdict.advice is Advice.BACK
    assert "by no more than chance may bring on the folds they share" in warnings(verdict)[0]
    for told in (points(0.44, 0.45, 0.46), points(0.3, 0.31)):
        sure = again(SEARCH, trials=(half, replace(lucky, points=told)))
        assert sure.answer is Answer.GO


def test_a_tie_with_the_baseline_is_a_no() -> None:
    verdict = again(SEARCH, trials=(BASELINE, trial("linear 1", 0.5)))
    assert verdict.answer is Answer.NO
    assert faults(verdict) == ["No candidate beats the baseline."]


def test_the_baseline_alone_is_a_no() -> None:
    assert again(SEARCH, trials=(BASELINE,), chosen="majority 0").answer is Answer.NO


def test_a_loss_is_better_when_smaller() -> None:
    trials = (trial("majority 0", 9.0), trial("linear 1", 4.0), trial("boosting 2", 5.0))
    verdict = again(SEARCH, scoring="mean_absolute_error", trials=trials)
    assert verdict.answer is Answer.GO
    assert verdict.ranked[0].name == "linear 1"
    assert notes(verdict) == []
    worse = (trial("majority 0", 4.0), trial("linear 1", 9.0))
    assert again(SEARCH, scoring="mean_absolute_error", trials=worse).answer is Answer.NO


def test_a_number_is_near_or_far_and_not_right() -> None:
    example = Example(values={}, truth="0", guess="848", score=848.0, is_right=True)
    assert SEARCH.said_of(example) == "right"
    numbers = again(SEARCH, scoring="mean_absolute_error")
    assert numbers.said_of(example) == "nearer"
    assert numbers.said_of(replace(example, is_right=False)) == "farther"


def test_copies_on_both_sides_of_folds_are_told() -> None:
    verdict = again(SEARCH, has_copies_across=True)
    assert any("copies are learnt by heart" in each for each in warnings(verdict))
    known = again(SEARCH, proposed_group="patient")
    assert any("Rows of one 'patient' agree on the label" in each for each in warnings(known))


def test_failed_and_cut_trials_are_told() -> None:
    trials = (BASELINE, LINEAR, trial("odd 3", None, TrialState.FAILED))
    verdict = again(SEARCH, trials=(*trials, trial("slow 4", None, TrialState.NOT_STARTED)))
    assert warnings(verdict) == ["odd 3 failed: it broke"]
    assert "The time box closed on slow 4; the best so far is kept." in notes(verdict)
    alone = again(SEARCH, trials=(trial("slow 4", None, TrialState.NOT_STARTED),), chosen="")
    assert "The time box closed on slow 4; nothing was measured before." in notes(alone)


def test_a_prompted_model_is_told_apart_from_those_that_learn() -> None:
    told = again(SEARCH, trials=(BASELINE, LINEAR, trial("prompted 1", 0.9)))
    assert any("more rows do not help" in each for each in notes(told))
    assert any("may have read these rows" in each for each in warnings(told))
    assert not any("prompted" in each for each in [*notes(SEARCH), *warnings(SEARCH)])


def test_a_trial_is_found_by_name() -> None:
    assert SEARCH.trial("linear 1") is LINEAR
    with pytest.raises(KeyError, match="nobody"):
        SEARCH.trial("nobody")


def test_nothing_to_try_is_not_a_lack_of_time() -> None:
    verdict = again(SEARCH, trials=(), chosen="", closed=Closed.DONE)
    assert verdict.answer is Answer.NO
    assert "candidate for this problem" in verdict.summary
    assert faults(verdict) == ["Nothing to try."]


def test_the_evidence_speaks_for_going_on_going_back_or_stopping() -> None:
    assert SEARCH.advice is Advice.GO
    assert again(SEARCH, target_score=0.9, chance_target=0.4).advice is Advice.GO
    far = again(SEARCH, target_score=0.99, chance_target=0.01, n_affordable=5000)
    assert (far.answer, far.advice) == (Answer.UNCLEAR, Advice.BACK), "no go over a go back"
    assert (
        "of 0.99 with a probability of 1% with the 5,000 rows that can be afforded"
        in warnings(far)[0]
    )
    blind = (BASELINE, trial("linear 1", 0.5))
    assert again(SEARCH, trials=blind).advice is Advice.STOP
    cut = (*blind, trial("slow 2", None, TrialState.NOT_STARTED))
    assert again(SEARCH, trials=cut).advice is Advice.BACK, "not everything was looked at"


def test_what_more_rows_promise_is_said() -> None:
    forecast = (Expected(n_train=4000, error=0.15, low=0.1, high=0.22),)
    trials = (BASELINE, trial("linear 1", 0.8, expected=forecast))
    verdict = again(SEARCH, trials=trials, n_affordable=4000, n_rows=1000)
    assert "and 0.850 (0.780 to 0.900) with the 4,000 rows that can be" in verdict.summary
    assert "4,000" not in again(verdict, n_rows=4000).summary
    assert "4,000" not in again(verdict, n_affordable=9000).summary, "said before that was granted"
    cut = replace(LINEAR, state=TrialState.PRUNED)
    part = again(SEARCH, trials=(BASELINE, cut), n_rows=400, n_affordable=400)
    assert "of 0.800 ± 0.010 on 100 of 400 rows; the baseline" in part.summary


def test_fits_of_earlier_runs_are_told() -> None:
    assert "12 fits of earlier runs were used again." in notes(again(SEARCH, n_kept=12))
    assert "1 fit of earlier runs was used again." in notes(again(SEARCH, n_kept=1))


def test_the_reason_is_told_of_who_saw_all_folds_and_forecasts_are_the_headlines() -> None:
    forecast = (Expected(n_train=4000, error=0.15, low=0.1, high=0.22),)
    hasty = trial("forest 5", 0.9, TrialState.PRUNED, points=points(0.1, 0.2, 0.1))
    whole = trial("forest 3", 0.79, points=points(0.19, 0.2, 0.2), expected=forecast)
    best = replace(LINEAR, points=points(0.2, 0.21, 0.2), expected=forecast)
    trials = (BASELINE, best, whole, hasty)
    (why, _) = again(SEARCH, trials=trials, chosen="linear 1").reasons
    # the curves alone are alike; candidates are compared by what is measured and known of both
    errors = comparison_errors(trials, SEARCH.scoring)
    its = 1 - 0.15 * errors["forest 3"] / errors["linear 1"]
    assert its < 0.849
    assert why.startswith("forest 3 has 0.803 where linear 1 has 0.797")
    assert why.endswith(f"; with all rows that can be had {its:.3f} and 0.850 are expected.")


def test_one_that_leads_but_was_cut_is_told_with_the_way_to_settle_it() -> None:
    cut = replace(RICH, state=TrialState.PRUNED)
    (told,) = notes(again(SEARCH, trials=(BASELINE, LINEAR, cut)))
    assert told.startswith("boosting 2 may do better than linear 1, but was not measured on all")
