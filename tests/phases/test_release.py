from __future__ import annotations

from dataclasses import replace

import pytest
from tests.examples import example_release
from tests.phases.again import again, notes, warnings

from leadline.errors import NotReadyError
from leadline.phases.performance.target_check import TargetCheck
from leadline.phases.release import require_ethics
from leadline.phases.verdict import Answer, Bounds

FIRST = again(example_release(), replaces="", champion_score=None, challenger_score=None)


def test_the_first_release_is_a_go() -> None:
    assert FIRST.answer is Answer.GO
    assert FIRST.summary.endswith("the first.")
    assert any("golden rows are replayed" in what for what in notes(FIRST))
    assert any("chosen by Ada Ops" in what for what in notes(FIRST))


def test_a_better_or_equal_challenger_is_a_go() -> None:
    for score in (0.8, 0.9):
        verdict = again(FIRST, replaces="old", champion_score=0.8, challenger_score=score)
        assert verdict.answer is Answer.GO
        assert verdict.summary.endswith("replaces old.")


def test_a_worse_challenger_is_unclear() -> None:
    verdict = again(FIRST, replaces="old", champion_score=0.8, challenger_score=0.79)
    assert verdict.answer is Answer.UNCLEAR
    assert "scores 0.800 on the same rows, this one 0.790" in warnings(verdict)[0]
    assert "learnt from rows up to" not in warnings(verdict)[0]
    # a world that changed since the test rows is not what they compare on
    later = again(verdict, learnt_to="2025-07-01", test_to="2024-06-30")
    assert (
        "These rows end 2024-06-30, and it learnt from rows up to 2025-07-01"
        in (warnings(later)[0])
    )


@pytest.mark.parametrize(("low", "is_open"), [(-0.03, True), (0.004, False)])
def test_the_difference_has_an_interval(low: float, is_open: bool) -> None:
    scores = {"replaces": "old", "champion_score": 0.8, "challenger_score": 0.812}
    found = Bounds(estimate=0.012, low=low, high=0.04)
    verdict = again(FIRST, **scores, difference=found)
    (told,) = [what for what in notes(verdict) if "On the same rows" in what]
    assert f"the difference is +0.012 (90% interval {low:+.3f} to +0.040)" in told
    assert ("do not tell which is better" in told) == is_open
    worse = again(
        FIRST, replaces="old", champion_score=0.812, challenger_score=0.8,
        difference=Bounds(estimate=-0.012, low=-0.04, high=0.01),
    )  # fmt: skip
    assert worse.answer is Answer.UNCLEAR
    assert "do not tell which is better" in warnings(worse)[0]


def test_of_a_loss_the_smaller_is_better() -> None:
    loss = {"scoring": "mean_absolute_error", "replaces": "old", "champion_score": 2.0}
    assert again(FIRST, **loss, challenger_score=3.0).answer is Answer.UNCLEAR
    assert again(FIRST, **loss, challenger_score=1.0).answer is Answer.GO


def test_below_the_target_it_waits_for_a_signature() -> None:
    missed = TargetCheck(
        scoring="roc_auc", target=0.825, score=0.813, measured_on="1,200 test rows",
        interval=Bounds(estimate=0.813, low=0.79, high=0.834),
    )  # fmt: skip
    verdict = again(FIRST, target=missed)
    assert verdict.answer is Answer.UNCLEAR
    assert verdict.shortfall == missed.words
    assert missed.words in warnings(verdict)
    near = again(FIRST, target=replace(missed, target=0.81))
    assert (near.answer, near.shortfall) == (Answer.GO, "")
    assert any("not shown to be met" in what for what in warnings(near))
    met = again(FIRST, target=replace(missed, target=0.7))
    assert not warnings(met)
    assert any(what.endswith("met.") for what in notes(met))


def test_nobody_releases_before_the_ethics_checklist_is_answered() -> None:
    require_ethics("Ada", is_complete=True)
    with pytest.raises(NotReadyError, match="checklist is not answered"):
        require_ethics("", is_complete=False)
    with pytest.raises(NotReadyError, match="Ada has left questions"):
        require_ethics("Ada", is_complete=False)
