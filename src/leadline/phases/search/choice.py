"""Choice of a candidate: the best at the size that can be afforded, or a simpler one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from leadline.phases.scoring import scoring_of
from leadline.phases.search.answer_price import AnswerPrice
from leadline.phases.search.trial import Trial, TrialState
from leadline.stats.candidate_comparison import (
    corrected_resampled_t,
    probability_of_loss_within,
)
from leadline.stats.candidate_residuals import joint_log_errors

_MIN_REPEATS = 2
_SHARE_OF_STDERR = 0.25
_LEAST_ERROR = 1e-12

ACCEPT_LOSS = 0.002
"""Loss that is accepted for a simpler candidate where nobody says another."""

SURE = 0.8
"""Probability with which it must not be exceeded."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two candidates on the folds they share.

    Attributes
    ----------
    n_train : int
        Largest size at which both were measured.
    n_repeats : int
        Repeats they share there.
    errors : tuple of (float, float)
        Mean error of the first and of the second on those repeats.
    difference : float
        The first less the second.
    stderr : float
        Of the difference, corrected for train rows that the repeats share.
    p_value : float
        Two-sided, of no difference.
    """

    n_train: int
    n_repeats: int
    errors: tuple[float, float]
    difference: float
    stderr: float
    p_value: float


def comparison_errors(trials: Iterable[Trial], scoring: str) -> dict[str, float]:
    """Error that each measured trial is compared by, by its name.

    Its error at the largest size, and of what is forecast beyond, up to the affordable size, as
    much as is known of differences between candidates:
    `leadline.stats.candidate_residuals.joint_log_errors`.

    Returns
    -------
    dict of str to float
        Errors as the scoring declares them, for comparing; where nothing was forecast, as measured.
    """
    known = [trial for trial in trials if trial.mean is not None]
    if not known:
        return {}
    at_largest = np.array([_error_at_largest(trial, scoring) for trial in known])
    ratio = rows_ratio(known)
    if ratio == 1 and not any(trial.log_error_change for trial in known):
        return dict(zip((trial.name for trial in known), at_largest.tolist(), strict=True))
    logs = np.log(np.maximum(at_largest, _LEAST_ERROR))
    joint = joint_log_errors(
        logs,
        np.array([trial.log_error_change for trial in known]),
        np.array([trial.log_error_std for trial in known]),
        [trial.family for trial in known],
        ratio,
    )
    errors = at_largest * np.exp(joint - logs)
    return dict(zip((trial.name for trial in known), errors.tolist(), strict=True))


def rows_ratio(trials: Iterable[Trial]) -> float:
    """Affordable rows over those that any candidate can be measured at; 1 if no more are."""
    ratios = [
        trial.expected[-1].n_train / trial.error_at_largest.n_train
        for trial in trials
        if trial.expected and trial.error_at_largest
    ]
    return max([1.0, *ratios])


def _error_at_largest(trial: Trial, scoring: str) -> float:
    if trial.error_at_largest is not None:
        return trial.error_at_largest.error
    return scoring_of(scoring).error(trial.mean or 0.0)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The trial to carry on with, and what it costs to take it for the best.

    Attributes
    ----------
    chosen : str
        Name of the trial.
    best : str
        Name of the one with the smallest expected error; often the same.
    loss : float
        Expected error of the chosen one less that of the best.
    accepted : float
        Loss that is accepted for a simpler candidate.
    probability : float
        That the loss is within what is accepted; 1 where the best is chosen.
    """

    chosen: str
    best: str
    loss: float = 0.0
    accepted: float = 0.0
    probability: float = 1.0


def choose(
    trials: Sequence[Trial],
    scoring: str,
    *,
    accept_loss: float = ACCEPT_LOSS,
    price: AnswerPrice | None = None,
) -> Choice | None:
    """The trial to carry on with; None if nothing was measured.

    The best by `comparison_errors` of those that were measured on all folds at the largest size, or
    surely are better than these, by the upper end of what is expected of them; or the simplest that
    was measured on the same rows and loses no more than is accepted with a probability of `SURE`.

    Parameters
    ----------
    trials : sequence of Trial
        What was tried.
    scoring : str
        Name of the metric.
    accept_loss : float >= 0
        Loss that is accepted for a simpler candidate: in units of the metric, or as a share of the
        largest error of all for a metric without bounds. Where a quarter of the standard error of
        the best is less, that counts: rows enough to tell are rows to go by.
    price : AnswerPrice, optional
        Of answers, and the worth of a better score: the best is then who costs least by both. A
        best one whose answers were not timed stays the best.
    """
    errors = comparison_errors(trials, scoring)
    known = [trial for trial in trials if trial.name in errors]
    if not known:
        return None
    known = _comparable(known, errors)
    best = _best(known, errors, scoring, price)
    accepted = _accepted(best, max(errors.values()), scoring, accept_loss)
    simpler = sorted(
        (trial for trial in known if trial.complexity < best.complexity),
        key=lambda trial: (trial.complexity, errors[trial.name]),
    )
    for trial in simpler:
        shared = compare(trial, best)
        # at a smaller size the standard error is larger, and would excuse more
        if shared is None or shared.n_train < best.points[-1].n_train:
            continue
        if price and (price.yearly(trial) or 0.0) > (price.yearly(best) or 0.0):
            continue
        loss = errors[trial.name] - errors[best.name]
        sure = probability_of_loss_within(loss, shared.stderr, shared.n_repeats, accepted)
        if sure >= SURE:
            return Choice(
                chosen=trial.name,
                best=best.name,
                loss=loss,
                accepted=accepted,
                probability=sure,
            )
    return Choice(chosen=best.name, best=best.name, accepted=accepted)


def _best(
    known: Sequence[Trial], errors: dict[str, float], scoring: str, price: AnswerPrice | None
) -> Trial:
    """Who errs least; with a price, who costs least by errors and answers together."""
    first = min(known, key=lambda trial: errors[trial.name])
    if price is None or price.yearly(first) is None:
        return first
    largest = max(errors.values())
    totals = {
        trial.name: yearly + price.worth(errors[trial.name], largest, scoring)
        for trial in known
        if (yearly := price.yearly(trial)) is not None
    }
    timed = [trial for trial in known if trial.name in totals]
    return min(timed, key=lambda trial: (totals[trial.name], errors[trial.name]))


def _comparable(known: Sequence[Trial], errors: dict[str, float]) -> list[Trial]:
    """Who may be chosen: what was cut on the way must surely be better than what was not."""
    whole = [trial for trial in known if trial.state is TrialState.COMPLETE]
    if not whole:
        return list(known)
    least = min(errors[trial.name] for trial in whole)
    return [
        *whole,
        *(trial for trial in known if trial not in whole and _most(trial, errors) < least),
    ]


def _most(trial: Trial, errors: dict[str, float]) -> float:
    """Upper end of the error that a trial is expected to have."""
    expected = trial.error_at_largest
    if expected is None or expected.error <= 0:
        return float("inf")
    return errors[trial.name] * expected.high / expected.error


def _accepted(best: Trial, largest_error: float, scoring: str, accept_loss: float) -> float:
    """Loss that is accepted, in units of the error."""
    unit = largest_error if scoring_of(scoring).is_loss else 1.0
    noise = best.stderr if best.stderr is not None else float("inf")
    return min(accept_loss * unit, _SHARE_OF_STDERR * noise)


def compare(one: Trial, other: Trial) -> Comparison | None:
    """Compare two trials by the corrected resampled t test [1]_; None if they share too little.

    Repeats share most of their train rows, so the variance of their mean is enlarged: by the
    validation rows of a fold over its train rows.

    References
    ----------
    .. [1] C. Nadeau, Y. Bengio (2003), Inference for the generalization error. Machine Learning
       52, 239-281.
    """
    theirs = {point.n_train: point for point in other.points}
    both = [(point, theirs[point.n_train]) for point in one.points if point.n_train in theirs]
    if not both:
        return None
    mine, its = max(both, key=lambda pair: pair[0].n_train)
    n_repeats = min(len(mine.errors), len(its.errors))
    if n_repeats < _MIN_REPEATS:
        return None
    pairs = zip(mine.errors, its.errors, strict=False)
    differences = [a - b for a, b in pairs]
    mean = sum(differences) / n_repeats
    variance = sum((each - mean) ** 2 for each in differences) / (n_repeats - 1)
    # a round of k folds judges on one part and can learn from k - 1
    tested = corrected_resampled_t(differences, n_train=n_repeats - 1, n_test=1)
    return Comparison(
        n_train=mine.n_train,
        n_repeats=n_repeats,
        errors=(sum(mine.errors[:n_repeats]) / n_repeats, sum(its.errors[:n_repeats]) / n_repeats),
        difference=mean,
        stderr=sqrt(variance * (1 / n_repeats + 1 / (n_repeats - 1))),
        p_value=tested.p_value,
    )
