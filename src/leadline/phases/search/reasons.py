"""Reasons of a choice: why this candidate and not that one, a sentence each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from leadline.phases.scoring import Metric, scoring_of
from leadline.phases.search.answer_price import AnswerPrice
from leadline.phases.search.choice import Comparison, compare, comparison_errors
from leadline.phases.search.trial import Trial, TrialState

_UNLIKELY = 0.1
_LEAST_TOLD = 0.01


def reasons(
    chosen: Trial, ranked: Sequence[Trial], scoring: str, price: AnswerPrice | None = None
) -> tuple[str, ...]:
    """Why the chosen trial and not another: the best of each other family, and of its own.

    Parameters
    ----------
    chosen : Trial
        The one to carry on with.
    ranked : sequence of Trial
        What was measured, the best first.
    scoring : str
        Name of the metric.
    price : AnswerPrice, optional
        Of answers; what each costs more to serve is then told.
    """
    metric = scoring_of(scoring)
    errors = comparison_errors(ranked, scoring)
    told = []
    for other in _rivals(chosen, ranked):
        reason = _reason(chosen, other, errors, metric)
        if price is not None:
            gain = errors[chosen.name] - errors[other.name]
            words = price.words(other, chosen, price.worth(gain, max(errors.values()), scoring))
            untimed = next((trial.name for trial in (chosen, other) if not trial.answer_s), "")
            reason += f" {words or f'What answers cost is not known: {untimed} was not timed'}."
        told.append(reason)
    return tuple(told)


def _rivals(chosen: Trial, ranked: Sequence[Trial]) -> Iterator[Trial]:
    """The best other trial of each family, in the order of the ranking.

    One that was measured on every fold says more than one that was set aside.
    """
    others = [trial for trial in ranked if trial.name != chosen.name]
    for family in dict.fromkeys(trial.family for trial in others):
        of_family = [trial for trial in others if trial.family == family]
        whole = (trial for trial in of_family if trial.state is TrialState.COMPLETE)
        yield next(whole, of_family[0])


def _reason(chosen: Trial, other: Trial, errors: Mapping[str, float], metric: Metric) -> str:
    shared = compare(chosen, other)
    if shared is None:
        return (
            f"{other.name} was measured on other rows: {_score(other.mean)} with "
            f"{other.n_train:,}{_forecast(chosen, other, errors, metric)}."
        )
    mine, its = (metric.score(error) for error in shared.errors)
    return (
        f"{other.name} has {_score(its)} where {chosen.name} has {_score(mine)}, on the same "
        f"{shared.n_repeats} repeats with {shared.n_train:,} rows{_judged(chosen, other, shared)}"
        f"{_forecast(chosen, other, errors, metric) if shared.difference > 0 else ''}."
    )


def _judged(chosen: Trial, other: Trial, shared: Comparison) -> str:
    """What the shared repeats say."""
    p = f"p = {shared.p_value:.2f}" if shared.p_value >= _LEAST_TOLD else f"p < {_LEAST_TOLD:g}"
    if shared.p_value >= _UNLIKELY:
        return f": they cannot be told apart ({p})"
    better = chosen if shared.difference < 0 else other
    return f": {better.name} is better ({p})"


def _forecast(chosen: Trial, other: Trial, errors: Mapping[str, float], metric: Metric) -> str:
    """How the two are expected to do with the rows that can be had, as candidates are compared."""
    if not chosen.expected or not other.expected or errors[chosen.name] <= 0:
        return ""
    mine = chosen.expected[-1].error
    # differences between candidates are forecast together; the curve of the other alone is not used
    its = mine * errors[other.name] / errors[chosen.name]
    if metric.ceiling is not None:
        its = min(its, metric.ceiling)
    its, mine = metric.score(its), metric.score(mine)
    return f"; with all rows that can be had {_score(its)} and {_score(mine)} are expected"


def _score(score: float | None) -> str:
    return "–" if score is None else f"{score:z.3f}"
