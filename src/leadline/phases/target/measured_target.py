"""Measured target: the best measurement of the score, on test rows, on the stream, in service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from leadline.phases.lifecycle import Standing, State
from leadline.phases.monitor import Monitor
from leadline.phases.performance.default_decision import LIKELIEST
from leadline.phases.performance.target_check import TargetCheck
from leadline.phases.problem import Problem
from leadline.phases.review import FEWEST_JUDGMENTS, Review
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Bounds, Verdict
from leadline.phases.wording import plural


def measured_target(
    target_score: float,
    tuning: Tuning | None,
    review: Review | None = None,
    monitor: Monitor | None = None,
) -> TargetCheck | None:
    """Hold the target against the best measurement there is.

    Test rows say it first. Real rows take their place, judged on the stream or labelled in
    service, where they say it at least as narrowly, or where they contradict it.

    Parameters
    ----------
    target_score : float
        Good enough, in the metric of the test.
    tuning : Tuning or None
        The score on the test rows.
    review : Review or None, default=None
        Judgments of the real stream.
    monitor : Monitor or None, default=None
        The release in service.

    Returns
    -------
    TargetCheck or None
        None where nothing was measured yet.
    """
    if tuning is None:
        return None
    best = on_test_rows(tuning, target_score)
    for found in (
        _on_stream(review, tuning.scoring, target_score) if review else None,
        monitor.target_check if monitor else None,
    ):
        if found is not None and _is_better(found, best):
            best = found
    is_of_service = monitor is not None and best == monitor.target_check
    alarm = monitor.open_alarm if monitor is not None and not is_of_service else None
    # what was good enough before may no longer be
    return best if alarm is None else replace(best, alarm=alarm.block)


def target_now(
    latest: Mapping[str, Verdict], standing: Mapping[str, Standing]
) -> TargetCheck | None:
    """The same of a whole project, by today's target.

    Parameters
    ----------
    latest : mapping of str to Verdict
        The newest verdict of each row.
    standing : mapping of str to Standing
        Where each row stands: what is out of date tells nothing of today's model.
    """
    current = {
        row: verdict for row, verdict in latest.items() if standing[row].state is State.CURRENT
    }
    problem, tuning = current.get("problem"), current.get("tuning")
    review, monitor = current.get("review"), current.get("monitor")
    if not isinstance(problem, Problem) or not isinstance(tuning, Tuning):
        return None
    return measured_target(
        problem.target_score,
        tuning,
        review if isinstance(review, Review) else None,
        monitor if isinstance(monitor, Monitor) else None,
    )


def on_test_rows(tuning: Tuning, target_score: float) -> TargetCheck:
    """The score on the test rows beside a target."""
    return TargetCheck(
        scoring=tuning.scoring,
        target=target_score,
        score=tuning.test_score,
        interval=tuning.test_bounds,
        measured_on=plural(tuning.n_test, "test row"),
    )


def _on_stream(review: Review, scoring: str, target_score: float) -> TargetCheck | None:
    """What judgments say; None where they measure another thing than the metric does."""
    right = review.on_stream.right if review.on_stream else None
    # only the likeliest class of every row is what the metric judges
    is_same = review.chosen == LIKELIEST and not review.confidence
    if right is None or not is_same or review.n_judged < FEWEST_JUDGMENTS:
        return None
    if scoring == "error_rate":
        right = Bounds(estimate=1 - right.estimate, low=1 - right.high, high=1 - right.low)
    elif scoring != "accuracy":
        return None
    return TargetCheck(
        scoring=scoring,
        target=target_score,
        score=right.estimate,
        interval=right,
        measured_on=f"{plural(review.n_judged, 'judgment')} of the real stream",
    )


def _is_better(found: TargetCheck, known: TargetCheck) -> bool:
    """Whether a measurement on real rows says more than the one before."""
    if found.interval is None or found.scoring != known.scoring or found.target != known.target:
        return False
    if known.interval is None:
        return True
    new, old = found.interval, known.interval
    is_narrower = new.high - new.low <= old.high - old.low
    return is_narrower or new.low > old.high or new.high < old.low
