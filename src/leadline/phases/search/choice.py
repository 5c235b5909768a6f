"""Which candidate to carry on with: the best at the size that can be afforded, or a simpler one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, sqrt

from leadline.phases.scoring import scoring_of
from leadline.phases.search.trial import Trial
from leadline.stats.candidate_comparison import corrected_resampled_t

_FEWEST = 2
# chosen on the train half of LCDB 1.0 for the smallest regret: benchmarks/find/regret.py
_CAME_TRUE = 0.5
_HALF_BELIEVED = 0.3
_MOST_LEAD = 0.4


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two candidates on the folds they share.

    Attributes
    ----------
    n_train : int
        Largest size at which both were measured.
    n_repeats : int
        Repeats they share there.
    difference : float
        Mean error of the one less that of the other.
    stderr : float
        Of the difference, corrected for train rows that the repeats share.
    p_value : float
        Two-sided, of no difference.
    """

    n_train: int
    n_repeats: int
    difference: float
    stderr: float
    p_value: float


def compared(trials: Iterable[Trial], scoring: str) -> dict[str, float]:
    """Error that each measured trial is compared by, by its name.

    What was measured tells more than what was forecast: of several learners that had been measured
    up to an eighth of the rows, those that looked best there mostly were best in the end, and of a
    forecast lead over them about a half came true, less where the forecast was in doubt. So a trial
    is compared by its error at the largest size, and by half of what its forecast fall beyond that
    differs from the fall of the one that is best there.

    Returns
    -------
    dict of str to float
        Errors as the scoring declares them, for comparing; where nothing was forecast, as measured.
    """
    known = [trial for trial in trials if trial.mean is not None]
    if not known:
        return {}
    levels = {trial.name: _level(trial, scoring) for trial in known}
    first = min(known, key=lambda trial: levels[trial.name])
    return {trial.name: levels[trial.name] * exp(_believed(trial, first)) for trial in known}


def _level(trial: Trial, scoring: str) -> float:
    if trial.level is not None:
        return trial.level.error
    return scoring_of(scoring).error(trial.mean or 0.0)


def _believed(trial: Trial, first: Trial) -> float:
    """What is believed of a fall, in log error, that differs from that of the first."""
    lead = min(max(trial.fall - first.fall, -_MOST_LEAD), _MOST_LEAD)
    doubt = max(trial.doubt, first.doubt) / _HALF_BELIEVED
    return _CAME_TRUE * lead / (1 + doubt**2)


def choose(trials: Sequence[Trial], scoring: str) -> str:
    """Name of the trial to carry on with; empty if nothing was measured.

    The best by `compared`; or the simplest whose error there is larger by no more than one standard
    error of their difference on shared folds.
    """
    errors = compared(trials, scoring)
    known = [trial for trial in trials if trial.name in errors]
    if not known:
        return ""
    best = min(known, key=lambda trial: errors[trial.name])
    simpler = sorted(
        (trial for trial in known if trial.complexity < best.complexity),
        key=lambda trial: (trial.complexity, errors[trial.name]),
    )
    for trial in simpler:
        shared = compare(trial, best)
        # at a smaller size the standard error is larger, and would excuse more
        if shared is None or shared.n_train < best.points[-1].n_train:
            continue
        if errors[trial.name] - errors[best.name] <= shared.stderr:
            return trial.name
    return best.name


def compare(one: Trial, other: Trial) -> Comparison | None:
    """Compare two trials by the corrected resampled t test [1]_; None if they share too little.

    Repeats learn from rows that mostly are the same, so the variance is enlarged by the share of
    rows that a fold judges on over those it can learn from.

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
    if n_repeats < _FEWEST:
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
        difference=mean,
        stderr=sqrt(variance * (1 / n_repeats + 1 / (n_repeats - 1))),
        p_value=tested.p_value,
    )
