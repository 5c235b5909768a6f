"""Plain sentences of metrics: what a score means, in the words of the project."""

from __future__ import annotations

from leadline.phases.feasibility import Feasibility
from leadline.phases.problem import Problem
from leadline.phases.release import Release
from leadline.phases.scoring import scoring_of
from leadline.phases.search import Search
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Verdict
from leadline.phases.vocabulary.project_words import Words, with_article
from leadline.phases.wording import three_digits


def metric_sentence(scoring: str, score: float, words: Words) -> str:
    """What a score of a metric means, without a technical word.

    Parameters
    ----------
    scoring : str
        Name of the metric.
    score : float
        In units of the metric.
    words : Words
        Of the project.

    Returns
    -------
    str
        A sentence.

    Raises
    ------
    SettingsError
        If no target can be stated in the metric.

    Examples
    --------
    >>> words = Words(unit="flight", units="flights", positive="late", negative="on time")
    >>> metric_sentence("roc_auc", 0.718, words)
    'Of a flight that is late and one that is on time, it ranks the first higher 72 times in 100.'
    >>> metric_sentence("mean_absolute_error", 4.21, Words(measured_in="minutes"))
    'It is off by 4.21 minutes on average.'
    """
    metric = scoring_of(scoring)
    return metric.plain.format(
        a_unit=with_article(words.unit),
        unit=words.unit,
        units=words.units,
        positive=words.positive,
        negative=words.negative,
        label=words.label,
        n=_of_100(metric.of_100(score)),
        amount=f"{three_digits(score)} {words.measured_in}".strip(),
    )


def verdict_sentence(verdict: Verdict, words: Words) -> str:
    """What the score or the target of a verdict means; empty where it has none."""
    match verdict:
        case Problem():
            said = metric_sentence(verdict.scoring, verdict.target_score, words)
            return f"Good enough means: {said[0].lower()}{said[1:]}"
        case Feasibility():
            return metric_sentence(verdict.scoring, verdict.score, words)
        case Search() if verdict.chosen and (score := verdict.chosen_trial.mean) is not None:
            return metric_sentence(verdict.scoring, score, words)
        case Tuning():
            return metric_sentence(verdict.scoring, verdict.test_score, words)
        case Release() if verdict.challenger_score is not None:
            return metric_sentence(verdict.scoring, verdict.challenger_score, words)
    return ""


def _of_100(value: float) -> str:
    """A number of 100; none and all only where it is none or all."""
    if 0 < value < 0.5:
        return "fewer than 1"
    if 99.5 <= value < 100:
        return "more than 99"
    return f"{value:,.0f}"
