"""Default decision on the stream, from judgments of a few of its rows.

Stored by the tuning: the strata of the stream as JSON, and what the model says of the rows drawn
for judging as little-endian float64, in their order: the probabilities of the classes row after
row, or the predicted number.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import logit

from leadline.phases.performance.default_decision import LEAST_COST, DefaultDecision
from leadline.phases.performance.stream_decision import (
    Confusion,
    Silence,
    StreamClass,
    StreamDecision,
    StreamNumbers,
)
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Bounds
from leadline.record import Artifacts, Judgment
from leadline.services.reviewing.stream_rows import rows_to_judge
from leadline.services.reviewing.value_answers import ValueAnswers, value_answers
from leadline.stats.arrays import Bools, Floats, Ints
from leadline.stats.judgments import (
    ClassEstimate,
    ClassStrata,
    ValueStrata,
    estimate_classes_in,
    estimate_values_in,
)

_MOST_CONFUSIONS = 4
_MOST_EXAMPLES = 2
_LEAST_SHARE = 1e-6


def answers_of(plain: DefaultDecision, judgments: Sequence[Judgment]) -> ValueAnswers:
    """One answer a row, as the task has it."""
    return value_answers(judgments, plain.numbers.tolerance if plain.numbers else None)


def estimate_default(
    artifacts: Artifacts, tuning: Tuning, answers: ValueAnswers
) -> dict[str, StreamDecision]:
    """Estimate what is right on the stream, by each decision on offer; empty without judgments.

    Parameters
    ----------
    artifacts : Artifacts
        Where the strata lie.
    tuning : Tuning
        With default decisions on offer.
    answers : ValueAnswers
        One answer a judged row.

    Returns
    -------
    dict of str to StreamDecision
        By the name of the decision.
    """
    plain = tuning.plain
    if plain is None or not tuning.sample or not answers.n_judged:
        return {}
    if plain.numbers is not None:
        return {plain.name: _numbers(artifacts, tuning, plain.numbers.tolerance, answers)}
    return _classes(artifacts, tuning, answers)


def predicted_number(artifacts: Artifacts, tuning: Tuning, row: int) -> float:
    """What the model says of a row drawn for judging."""
    place = rows_to_judge(artifacts, tuning).index(row)
    return float(np.frombuffer(artifacts.get(tuning.sample_scores), dtype="<f8")[place])


@dataclass(frozen=True)
class JudgedRows:
    """Judged rows as the strata of the stream see them.

    Attributes
    ----------
    rows : list of int
        Rows of the stream.
    strata : ClassStrata or ValueStrata
        The stream.
    stratum : ndarray of int of shape (n_judged,)
        Of each row.
    is_wrong : ndarray of bool of shape (n_judged,)
        Of another class than said, or off by more than the tolerance.
    log_odds : ndarray of shape (n_strata, n_slices)
        Claimed that a row is wrong.
    groups : ndarray of int of shape (n_strata,)
        Strata of one group stray together.
    told : ndarray of shape (n_judged,)
        Code of the true class; or truth minus prediction, NaN where only near enough was said.
    said : ndarray of shape (n_judged,)
        Code of the class predicted, or the number.
    """

    rows: list[int]
    strata: ClassStrata | ValueStrata
    stratum: Ints
    is_wrong: Bools
    log_odds: Floats
    groups: Ints
    told: npt.NDArray[Any]
    said: npt.NDArray[Any]


def class_names(artifacts: Artifacts, tuning: Tuning) -> list[str]:
    """The classes in the order of their codes."""
    names: list[str] = json.loads(artifacts.get(tuning.bands))["classes"]
    return names


def judged_classes(
    artifacts: Artifacts, tuning: Tuning, answers: ValueAnswers, name: str = ""
) -> JudgedRows:
    """The judged rows of a stream of several classes; there may be none.

    Parameters
    ----------
    artifacts, tuning, answers
        As of `estimate_default`.
    name : str, default=""
        The decision, as on offer; empty: the likeliest class.
    """
    names = class_names(artifacts, tuning)
    strata = ClassStrata.from_dict(json.loads(artifacts.get(tuning.bands))["strata"])
    scores = np.frombuffer(artifacts.get(tuning.sample_scores), dtype="<f8")
    place = {row: at for at, row in enumerate(rows_to_judge(artifacts, tuning))}
    rows = [row for row, value in answers.values.items() if value in names]
    judged = scores.reshape(-1, len(names))[[place[row] for row in rows]]
    codes = np.array([names.index(answers.values[row]) for row in rows], dtype=np.int64)
    stratum = strata.stratum_of(judged) if rows else np.zeros(0, np.int64)
    answered, log_odds = strata.said, strata.log_odds
    if name == LEAST_COST:
        answered, log_odds = strata.cheapest, _log_odds_of_cheapest(strata)
    said = answered[stratum]
    return JudgedRows(
        rows=rows,
        strata=strata,
        stratum=stratum,
        is_wrong=said != codes,
        log_odds=log_odds,
        groups=answered,
        told=codes,
        said=said,
    )


def _log_odds_of_cheapest(strata: ClassStrata) -> Floats:
    """Claimed log odds that the class that costs least is wrong, shape (n_strata, n_slices)."""
    claimed = strata.claimed[np.arange(strata.sizes.size), strata.cheapest][:, None]
    is_likeliest = (strata.cheapest == strata.said)[:, None]
    even = logit(np.clip(1 - claimed, _LEAST_SHARE, 1 - _LEAST_SHARE))
    return np.asarray(np.where(is_likeliest, strata.log_odds, even))


def judged_numbers(
    artifacts: Artifacts, tuning: Tuning, tolerance: float, answers: ValueAnswers
) -> JudgedRows:
    """The judged rows of a stream of numbers."""
    strata = ValueStrata.from_dict(json.loads(artifacts.get(tuning.bands))["strata"])
    predicted = np.frombuffer(artifacts.get(tuning.sample_scores), dtype="<f8")
    place = {row: at for at, row in enumerate(rows_to_judge(artifacts, tuning))}
    rows = [*answers.values, *answers.near]
    said = predicted[[place[row] for row in rows]]
    told = np.array([*map(float, answers.values.values()), *([np.nan] * len(answers.near))])
    errors = told - said
    is_near = np.abs(errors) <= tolerance
    is_near[len(answers.values) :] = list(answers.near.values())
    return JudgedRows(
        rows=rows,
        strata=strata,
        stratum=strata.stratum_of(said),
        is_wrong=~is_near,
        log_odds=np.zeros((strata.sizes.size, 1)),
        groups=strata.n_exceeded,
        told=errors,
        said=said,
    )


def _classes(
    artifacts: Artifacts, tuning: Tuning, answers: ValueAnswers
) -> dict[str, StreamDecision]:
    names = class_names(artifacts, tuning)
    judged = judged_classes(artifacts, tuning, answers)
    if not judged.rows:
        return {}
    assert isinstance(judged.strata, ClassStrata)
    found = estimate_classes_in(judged.strata, judged.stratum, judged.told)
    told = {}
    for decision in tuning.decisions:
        estimate: ClassEstimate | None = found
        if decision.name == LEAST_COST:
            judged = judged_classes(artifacts, tuning, answers, LEAST_COST)
            estimate = found.least_cost
        if estimate is not None:
            told[decision.name] = _of_classes(names, decision, judged, estimate)
    return told


def _of_classes(
    names: list[str], plain: DefaultDecision, judged: JudgedRows, found: ClassEstimate
) -> StreamDecision:
    assert isinstance(judged.strata, ClassStrata)
    costs = judged.strata.costs
    confusions = []
    for one, other, weight in found.dearest_confusions(_MOST_CONFUSIONS, costs):
        seen = np.flatnonzero((judged.said == one) & (judged.told == other))
        if seen.size:
            confusions.append(
                Confusion(
                    said=names[one],
                    truth=names[other],
                    n_rows=float(found.confusions[one, other]),
                    rows=tuple(judged.rows[at] for at in seen[:_MOST_EXAMPLES]),
                    cost=None if costs is None else weight,
                )
            )
    return StreamDecision(
        cost=Bounds.of(found.cost) if found.cost else None,
        right=Bounds.of(found.accuracy),
        classes=_by_class(names, plain, found),
        silences=tuple(
            Silence(
                confidence=cut.confidence,
                answered=cut.answered,
                right=Bounds.of(cut.right),
                cost=Bounds.of(cut.cost) if cut.cost else None,
            )
            for cut in found.cuts
        ),
        confusions=tuple(confusions),
    )


def _by_class(
    names: list[str], plain: DefaultDecision, found: ClassEstimate
) -> tuple[StreamClass, ...]:
    """In the order of the test set, then those that it has no row of."""
    known = [each.name for each in plain.classes if each.name in names]
    order = [*known, *(name for name in names if name not in known)]
    places = [names.index(name) for name in order]
    return tuple(
        StreamClass(
            name=names[place],
            precision=Bounds.at(found.precision, place),
            recall=Bounds.at(found.recall, place),
            n_predicted=int(found.n_said[place]),
            n_true=Bounds.at(found.n_true, place),
        )
        for place in places
    )


def _numbers(
    artifacts: Artifacts, tuning: Tuning, tolerance: float, answers: ValueAnswers
) -> StreamDecision:
    judged = judged_numbers(artifacts, tuning, tolerance, answers)
    assert isinstance(judged.strata, ValueStrata)
    found = estimate_values_in(judged.strata, judged.stratum, ~judged.is_wrong, judged.told)
    return StreamDecision(
        right=Bounds.of(found.within),
        numbers=StreamNumbers(
            error=Bounds.of(found.mean_absolute_error) if found.mean_absolute_error else None,
            bias=Bounds.of(found.bias) if found.bias else None,
            n_shown=len(answers.near),
        ),
    )
