"""Ensembles of candidates: weights by greedy selection, gains on folds that did not choose them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from leadline.engines.own.import_path import is_import_path
from leadline.evaluation.scores import response_of_shares, score_of
from leadline.phases.curve import Point
from leadline.phases.scoring import scoring_of
from leadline.phases.search.choice import comparison_errors
from leadline.phases.search.trial import ENSEMBLE, PROMPTED, Expected, Trial, TrialState
from leadline.stats.candidate_comparison import probability_of_loss_within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leadline.search.candidate_evaluator import EvaluationContext
    from leadline.search.candidate_state import CandidateState

_COMPLEXITY = 8
_MOST_CANDIDATES = 8
_MOST_STEPS = 6
_MOST_ROWS = 2_000  # of a fold, by which weights are chosen
_SURE = 0.8
_LEAST_GAIN = 1e-6


@dataclass(frozen=True)
class Answers:
    """What several candidates answered to the validation rows of each fold.

    Attributes
    ----------
    labels : sequence of ndarray
        One array a fold.
    shares : sequence of sequence of ndarray
        One sequence a candidate, of one array a fold, as
        `leadline.evaluation.scores.shares_of` gives it.
    classes : ndarray
        The classes in ascending order.
    scoring : str
        The metric.
    """

    labels: Sequence[NDArray[Any]]
    shares: Sequence[Sequence[NDArray[np.float32]]]
    classes: NDArray[Any]
    scoring: str

    def error(self, counts: NDArray[np.int64], fold: int, most: int | None = None) -> float:
        """Error of a weighted mean of the candidates on a fold, or on its first rows."""
        mean = sum(
            count * self.shares[number][fold][:most].astype(np.float64)
            for number, count in enumerate(counts)
            if count
        ) / max(int(counts.sum()), 1)
        response = response_of_shares(np.asarray(mean), self.classes, self.scoring)
        return scoring_of(self.scoring).error(
            score_of(self.labels[fold][:most], response, self.scoring)
        )


def greedy_counts(
    answers: Answers, folds: Sequence[int], is_over: Callable[[], bool] = lambda: False
) -> NDArray[np.int64]:
    """How often each candidate is taken when the best addition is made again and again [1]_.

    Parameters
    ----------
    answers : Answers
        The first candidate is taken first.
    folds : sequence of int
        Whose error counts.
    is_over : callable
        Whether there is no time for another step.

    Returns
    -------
    ndarray of int, shape (n_candidates,)
        Their shares of the sum are the weights.

    References
    ----------
    .. [1] R. Caruana, A. Niculescu-Mizil, G. Crew, A. Ksikes (2004), Ensemble selection from
       libraries of models. ICML.
    """
    counts = np.zeros(len(answers.shares), dtype=np.int64)
    counts[0] = 1
    best = _mean_error(answers, counts, folds)
    for _ in range(_MOST_STEPS):
        if is_over():
            break
        added = [
            _mean_error(answers, counts + np.eye(counts.size, dtype=np.int64)[number], folds)
            for number in range(counts.size)
        ]
        number = int(np.argmin(added))
        if added[number] > best - _LEAST_GAIN:
            break
        counts[number] += 1
        best = added[number]
    return counts


def _mean_error(answers: Answers, counts: NDArray[np.int64], folds: Sequence[int]) -> float:
    return float(np.mean([answers.error(counts, fold, _MOST_ROWS) for fold in folds]))


def ensemble_of(
    candidates: Sequence[CandidateState],
    context: EvaluationContext,
    name: str,
    *,
    accepted: float,
    is_over: Callable[[], bool] = lambda: False,
) -> Trial | None:
    """The trial of an ensemble; None if it does not beat the best candidate by enough.

    The error on each fold is that of weights chosen on the other folds. It must be lower than that
    of the best candidate by more than what is accepted as a loss for being simpler, and lower at
    all with a probability of .8.

    Parameters
    ----------
    candidates : sequence of CandidateState
        What was measured; those with answers to every fold may be members.
    context : EvaluationContext
        Its folds and their labels.
    name : str
        Of the trial.
    accepted : float
        In units of the error.
    is_over : callable
        Whether there is no time left.
    """
    members = _able(candidates, context)
    if len(members) < 2:
        return None
    folds = range(context.n_folds)
    answers = Answers(
        labels=context.valid_labels,
        shares=[[member.shares[fold] for fold in folds] for member in members],
        classes=context.classes,
        scoring=context.spec.scoring,
    )
    errors = []
    for fold in folds:
        counts = greedy_counts(answers, [each for each in folds if each != fold], is_over)
        errors.append(answers.error(counts, fold))
    counts = greedy_counts(answers, list(folds), is_over)
    alone = np.eye(len(members), dtype=np.int64)[0]
    gains = np.array([answers.error(alone, fold) for fold in folds]) - np.array(errors)
    if is_over() or np.count_nonzero(counts) < 2 or not _is_worth(gains, accepted):
        return None
    return _trial(name, members, counts, errors, context)


def _able(candidates: Sequence[CandidateState], context: EvaluationContext) -> list[CandidateState]:
    """The best candidates that can be members, the best first."""
    whole = [
        each
        for each in candidates
        if len(each.shares) == context.n_folds
        and each.forecast is not None
        and not is_import_path(each.trial.family)
        # a mean that asks somebody else for a part of it could not answer by itself
        and each.trial.family != PROMPTED
        and _is_complete(each, context)
    ]
    errors = comparison_errors([each.trial for each in whole], context.spec.scoring)
    return sorted(whole, key=lambda each: errors[each.trial.name])[:_MOST_CANDIDATES]


def _is_complete(candidate: CandidateState, context: EvaluationContext) -> bool:
    """Whether it answered for every class, on every fold."""
    widths = {shares.shape[1] for shares in candidate.shares.values()}
    return widths <= {1, context.classes.size} and len(widths) == 1


def _is_worth(gains: NDArray[np.float64], accepted: float) -> bool:
    """Whether an ensemble is better by more than is accepted, and surely better."""
    mean, n = float(gains.mean()), gains.size
    # as in the comparison of candidates: repeats share most of their train rows
    stderr = float(gains.std(ddof=1)) * sqrt(1 / n + 1 / (n - 1))
    return mean > accepted and probability_of_loss_within(-mean, stderr, n, 0.0) >= _SURE


def _trial(
    name: str,
    members: Sequence[CandidateState],
    counts: NDArray[np.int64],
    errors: Sequence[float],
    context: EvaluationContext,
) -> Trial:
    """The trial of an ensemble, its forecast that of its best member as far as it is better."""
    best, taken = members[0].trial, [n for n, count in enumerate(counts) if count]
    scoring = scoring_of(context.spec.scoring)
    last = best.points[-1]
    n_repeats = len(errors)
    point = Point(
        n_train=last.n_train,
        errors=tuple(errors),
        fit_s=float(sum(members[n].trial.fit_s for n in taken)),
        sampling=last.sampling[:n_repeats],
        n_valid=last.n_valid[:n_repeats],
        n_judged=last.n_judged,
    )
    own = float(np.mean(last.errors[:n_repeats]))
    ratio = point.mean / own if own > 0 else 1.0
    at_largest = best.error_at_largest
    return Trial(
        name=name,
        family=ENSEMBLE,
        params={
            members[n].trial.name: json.dumps(
                {
                    "family": members[n].trial.family,
                    "weight": round(float(counts[n] / counts.sum()), 6),
                    "params": dict(members[n].trial.params),
                }
            )
            for n in taken
        },
        complexity=_COMPLEXITY,
        n_train=point.n_train,
        scores=tuple(scoring.score(error) for error in errors),
        mean=scoring.score(point.mean),
        stderr=point.stderr,
        fit_s=point.fit_s,
        state=TrialState.COMPLETE,
        points=(point,),
        expected=tuple(_scaled(each, ratio) for each in best.expected),
        error_at_largest=_scaled(at_largest, ratio) if at_largest else None,
        log_error_change=best.log_error_change,
        log_error_std=best.log_error_std,
        answer_s=_answer_s([members[n].trial for n in taken]),
    )


def _answer_s(members: Sequence[Trial]) -> tuple[float, ...]:
    """Seconds of an answer: of all members, one after the other; empty if one was not timed."""
    if not all(member.answer_s for member in members):
        return ()
    return tuple(float(sum(each)) for each in zip(*(m.answer_s for m in members), strict=True))


def _scaled(expected: Expected, ratio: float) -> Expected:
    """A forecast with the error changed in proportion."""
    return Expected(
        n_train=expected.n_train,
        error=expected.error * ratio,
        low=expected.low * ratio,
        high=expected.high * ratio,
    )
