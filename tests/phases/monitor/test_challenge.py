from __future__ import annotations

from dataclasses import replace

from tests.challenges import example_challenge
from tests.examples import example_monitor
from tests.phases.again import again

from leadline.phases.monitor.challenge import challenge_findings
from leadline.phases.verdict import Answer, Severity

CHALLENGE = example_challenge()


def said(**changes: object) -> list[str]:
    return [each.what for each in challenge_findings(replace(CHALLENGE, **changes))]  # type: ignore[arg-type]


def test_below_its_price_nobody_need_retrain() -> None:
    assert said() == [
        (
            "A retraining would not pay for itself yet: the release has cost 42.00 USD more than "
            "its challenger over 3 blocks; a retraining costs 100 USD."
        ),
        (
            "Last 3 blocks: 24.0% wrong, its challenger 19.3% (difference +1.1% to +8.3%, 90%). "
            "The challenger's fits took 4.5 s of processor, under 0.01 USD."
        ),
        "Retrain in 3 weeks at the latest, by the backtest.",
        (
            "By the learning curve, the 200 rows labelled since bring +0.0042 ranking quality (ROC "
            "AUC); waiting for 200 rows more, +0.0031 on top."
        ),
    ]


def test_the_price_of_an_error_is_said_where_it_was_kept() -> None:
    priced = said(error_price=1.0)[0]
    assert "over 3 blocks, at 1.00 USD a wrong answer; a retraining costs 100 USD." in priced


def test_what_labels_alone_would_bring_is_no_reason() -> None:
    assert "the labelled rows alone could bring that" in said(price=40.0, chance=45.0)[0]


def test_once_it_is_due_the_schedule_is_of_no_interest() -> None:
    first, _, *rest = challenge_findings(replace(CHALLENGE, price=40.0, due_since="2025-01-27"))
    assert first.severity is Severity.WARNING
    assert first.what.startswith("Retrain, since 2025-01-27: the release has cost 42.00 USD more")
    assert len(rest) == 1


def test_a_period_that_has_passed_is_a_warning() -> None:
    (warned,) = [
        each
        for each in challenge_findings(replace(CHALLENGE, age=8))
        if each.severity is Severity.WARNING
    ]
    assert warned.what.startswith("The newest row learnt from is 8 weeks old")


def test_without_time_or_schedule_or_curve_nothing_is_said_of_them() -> None:
    assert len(said(age=None, more=None)) == 2
    assert len(said(retrain_every=None, more=None)) == 2
    assert challenge_findings(None) == []


def test_a_monitor_without_alarms_says_when_a_retraining_is_due() -> None:
    calm = tuple(replace(block, is_alarm=False) for block in example_monitor().blocks)
    due = replace(CHALLENGE, price=40.0, due_since="2025-01-27")
    told = again(example_monitor(), blocks=calm, alarms=(), challenge=due)
    assert (told.answer, told.summary) == (Answer.NO, due.words)
    said = again(example_monitor(), blocks=calm, alarms=(), challenge=CHALLENGE)
    assert said.answer is not Answer.NO


def test_beside_an_alarm_of_recall_it_says_that_it_counts_all_errors_alike() -> None:
    (alarmed, *_), (risen, *_) = (
        challenge_findings(CHALLENGE, worse) for worse in (("error", "recall"), ("error",))
    )
    assert alarmed.what.endswith("it is no answer to the alarm, which is of recall.")
    assert risen.what == said()[0]
    (missed, *_) = challenge_findings(CHALLENGE, ("target",))
    assert missed.what.endswith("which is of the target.")
