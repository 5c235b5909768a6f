from __future__ import annotations

import pytest
from tests.examples import example_feasibility
from tests.phases.again import again, faults, notes, warnings

from leadline.phases.verdict import Answer, Bounds

FEASIBILITY = again(
    example_feasibility(), p_value=0.025, ceiling=None, n_test_needed=100, n_test=200
)


def test_signal_is_a_go() -> None:
    verdict = again(FEASIBILITY)
    assert verdict.answer is Answer.GO
    assert verdict.summary.startswith("There is signal: a quick")
    assert faults(verdict) == []


def test_an_effect_that_is_real_and_of_no_use_is_no_good_news() -> None:
    of_numbers = {
        "scoring": "r2",
        "chance_score": -0.002,
        "baseline_score": -0.001,
        "target_score": 0.5,
    }
    little = again(FEASIBILITY, score=0.009, **of_numbers)
    assert little.answer is Answer.UNCLEAR
    assert little.summary.startswith("Little signal: ")
    assert "that is 2% of the way from guessing to the target of 0.5" in little.summary
    assert any(what.startswith("What is better than chance is little") for what in warnings(little))
    assert again(FEASIBILITY, score=0.2, **of_numbers).answer is Answer.GO
    loss = again(
        FEASIBILITY,
        scoring="mean_absolute_error",
        score=99.0,
        chance_score=100.0,
        baseline_score=100.0,
        target_score=20.0,
    )
    assert "that is 1% of the way" in loss.summary
    assert again(FEASIBILITY, p_value=0.5, score=0.009, **of_numbers).answer is not Answer.GO


@pytest.mark.parametrize(
    ("scoring", "score", "chance", "constant", "target"),
    [
        ("log_loss", 0.70, 0.82, 0.69, 0.3),
        ("log_loss", 1.11, 1.6, 1.10, 0.4),  # of three classes
        ("root_mean_squared_error", 10.2, 12.0, 10.0, 4.0),
        ("mean_absolute_error", 8.0, 9.5, 8.0, 3.0),
        ("r2", 0.01, -0.4, 0.0, 0.6),
    ],
)
def test_what_is_learnt_from_shuffled_labels_may_be_worse_than_a_constant(
    scoring: str, score: float, chance: float, constant: float, target: float
) -> None:
    """Overfitted to no signal; beating that is no way to a target."""
    levels = {"scoring": scoring, "chance_score": chance, "baseline_score": constant}
    verdict = again(FEASIBILITY, score=score, target_score=target, **levels)
    assert verdict.answer is Answer.UNCLEAR
    assert verdict.summary.startswith("Little signal: ")
    if scoring == "r2":
        assert "that is 2% of the way from guessing" in verdict.summary
    else:
        assert "one answer for all rows reaches" in verdict.summary
    halfway = again(FEASIBILITY, score=(constant + target) / 2, target_score=target, **levels)
    assert halfway.answer is Answer.GO
    assert halfway.way == pytest.approx(0.5)
    assert again(FEASIBILITY, score=score, target_score=constant, **levels).way is None


def test_copies_that_are_learnt_by_heart_are_told() -> None:
    verdict = again(FEASIBILITY, has_copies_across=True)
    assert verdict.answer is Answer.UNCLEAR
    assert verdict.summary.startswith("Signal, or copies of rows known again")
    assert any("they are learnt by heart" in what for what in warnings(verdict))


def test_no_signal_is_a_no_that_says_what_would_have_been_seen() -> None:
    verdict = again(FEASIBILITY, p_value=0.051, detectable_effect=0.0421)
    assert verdict.answer is Answer.NO
    assert verdict.summary.startswith("No signal found at")
    assert "A gain of 0.042 over chance would have been seen" in faults(verdict)[0]
    coded = again(verdict, codes=("99", "-1"), n_coded=7)
    assert any('99 and -1 may mean "no answer" in 7 columns' in what for what in warnings(coded))
    assert warnings(again(FEASIBILITY, codes=("99",), n_coded=7)) == warnings(FEASIBILITY)
    assert again(FEASIBILITY, p_value=0.05).answer is Answer.GO


def test_what_could_not_have_been_seen_is_no_reason_to_stop() -> None:
    """The target asks for .324 more than chance; with eight hits that may well be missed."""
    blind = again(FEASIBILITY, p_value=0.15, detectable_effect=0.33)
    assert blind.answer is Answer.UNCLEAR
    assert blind.summary.startswith("It is not known whether there is signal at 2,000 rows")
    assert "only a gain of 0.330 over chance would have been" in warnings(blind)[0]
    assert again(FEASIBILITY, p_value=0.15, detectable_effect=0.32).answer is Answer.NO


def test_a_target_above_what_people_agree_on_is_a_no() -> None:
    low = Bounds(estimate=0.7, low=0.65, high=0.75)
    capped = again(FEASIBILITY, scoring="accuracy", target_score=0.8, ceiling=low, n_votes=90)
    assert capped.answer is Answer.NO
    assert "(90 votes). The target lies above it." in faults(capped)[0]
    assert capped.summary.startswith(
        "People disagree too much for a target of 0.8: agreement with one judge reaches 0.750 at "
    )
    assert "There is signal" not in capped.summary, "a no does not begin with good news"
    reachable = again(FEASIBILITY, scoring="accuracy", target_score=0.74, ceiling=low)
    assert reachable.answer is Answer.GO
    assert again(FEASIBILITY, scoring="roc_auc", target_score=0.8, ceiling=low).answer is Answer.GO


def test_an_unknown_ceiling_says_how_to_know_it() -> None:
    assert any("no ceiling is set" in what for what in notes(FEASIBILITY))


def test_the_size_of_the_proof() -> None:
    assert warnings(FEASIBILITY) == []
    (proof,) = [what for what in notes(FEASIBILITY) if "100 test rows would show" in what]
    assert "which is halfway from the target to a perfect score" in proof
    assert "500 test rows would show" in warnings(again(FEASIBILITY, n_test_needed=500))[0]
    assert any(
        "cannot be computed" in what for what in notes(again(FEASIBILITY, n_test_needed=None))
    )


def test_what_is_too_good_to_be_true_is_no_go() -> None:
    told = again(FEASIBILITY, giveaways=("heat", "wear"))
    assert told.answer is Answer.UNCLEAR
    assert told.summary.startswith("Too good to be true?")
    assert "Too good to be true? 'heat', 'wear' tell the label almost perfectly." in warnings(told)
    texts = again(FEASIBILITY, giveaways=("text",), telling_words=("[SPAM]",))
    assert any("by the words '[SPAM]'." in what for what in warnings(texts))
    high = again(FEASIBILITY, score=0.993, chance_score=0.5, strongest=("refund",))
    assert high.answer is Answer.UNCLEAR
    assert any("most is told by 'refund'" in what for what in warnings(high))
    assert again(FEASIBILITY, score=0.985, chance_score=0.5).answer is Answer.GO


def test_a_high_score_that_guessing_nearly_reaches_is_not_too_good() -> None:
    rare = again(FEASIBILITY, scoring="accuracy", score=0.992, chance_score=0.98)
    assert rare.answer is Answer.GO


def test_rows_that_may_belong_together_ask_for_a_word() -> None:
    verdict = again(FEASIBILITY, proposed_group="patient")
    assert verdict.answer is Answer.UNCLEAR
    assert any(what.startswith("Rows of one 'patient' agree") for what in warnings(verdict))
    assert again(FEASIBILITY, proposed_group="patient", p_value=0.3).answer is Answer.NO


def test_a_target_that_one_answer_for_all_rows_meets_is_no_go() -> None:
    rare = again(FEASIBILITY, scoring="accuracy", target_score=0.6, score=0.88, chance_score=0.86)
    met = again(rare, baseline_score=0.867)
    assert rare.answer is Answer.GO
    assert met.answer is Answer.UNCLEAR
    assert met.summary.startswith(
        "The target is met without a model: one answer for all rows reaches accuracy of 0.867"
    )
    assert any("Set a target_score beyond it" in each.next for each in met.findings)
    unseen = again(met, p_value=0.75)
    assert unseen.answer is Answer.UNCLEAR, "such a metric cannot show that there is no signal"
    assert unseen.summary.startswith("It is not known whether there is signal")
    assert any("leaves a model little to gain" in what for what in warnings(unseen))
    beyond = again(rare, baseline_score=0.89, target_score=0.95)
    assert beyond.answer is Answer.UNCLEAR
    assert sum("no better than a constant" in what for what in warnings(beyond)) == 1
    loss = again(rare, scoring="log_loss", target_score=0.5, score=0.3, baseline_score=0.4)
    assert loss.answer is Answer.UNCLEAR
