from __future__ import annotations

from typing import Any

import pytest
from tests.examples import example_search
from tests.phases.again import again, faults, notes, warnings

from leadline.phases.search import Advice, Closed
from leadline.phases.search.trial import Expected, Trial, TrialState
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
    assert any("the simpler linear 1 is within one standard error" in w for w in notes(SEARCH))
    assert notes(again(SEARCH, chosen="boosting 2")) == []


def test_nothing_finished_is_a_no() -> None:
    cut = (trial("majority 0", None, TrialState.NOT_STARTED),)
    for closed, words in (
        (Closed.TIME, "out of time."),
        (Closed.MONEY, "out of money."),
        (Closed.CPU, "out of processor time."),
        (Closed.HAND, "stopped by hand."),
    ):
        for trials in ((), cut):
            verdict = again(SEARCH, trials=trials, chosen="", closed=closed)
            assert verdict.answer is Answer.NO
            assert verdict.advice is Advice.BACK
            assert verdict.summary.endswith(words)
            assert faults(verdict) == ["Nothing finished."]


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


def test_failed_and_cut_trials_are_told() -> None:
    trials = (BASELINE, LINEAR, trial("odd 3", None, TrialState.FAILED))
    verdict = again(SEARCH, trials=(*trials, trial("slow 4", None, TrialState.NOT_STARTED)))
    assert warnings(verdict) == ["odd 3 failed: it broke"]
    assert "The time box closed on slow 4; the best so far is kept." in notes(verdict)


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
    assert (far.answer, far.advice) == (Answer.GO, Advice.BACK)
    assert "reaches the target of 0.99 with the 5,000 rows that can be afforded" in warnings(far)[0]
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


def test_fits_of_earlier_runs_are_told() -> None:
    assert "12 fits of earlier runs were used again." in notes(again(SEARCH, n_kept=12))
