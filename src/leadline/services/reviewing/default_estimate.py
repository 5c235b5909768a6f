"""Default decision on the stream, from judgments of a few of its rows.

Stored by the tuning: the strata of the stream as JSON, and what the model says of the rows drawn
for judging as little-endian float64, in their order: the probabilities of the classes row after
row, or the predicted number.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from leadline.phases.default_decision import DefaultDecision
from leadline.phases.stream_decision import (
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
from leadline.stats.arrays import Floats
from leadline.stats.interval import Estimate
from leadline.stats.judgments import (
    ClassEstimate,
    ClassStrata,
    ValueStrata,
    estimate_classes_in,
    estimate_values_in,
)

_MOST_CONFUSIONS = 4
_MOST_EXAMPLES = 2


def answers_of(plain: DefaultDecision, judgments: Sequence[Judgment]) -> ValueAnswers:
    """One answer a row, as the task has it."""
    return value_answers(judgments, plain.numbers.tolerance if plain.numbers else None)


def estimate_default(
    artifacts: Artifacts, tuning: Tuning, answers: ValueAnswers
) -> StreamDecision | None:
    """Estimate what is right on the stream; None where nobody judged it.

    Parameters
    ----------
    artifacts : Artifacts
        Where the strata lie.
    tuning : Tuning
        With a default decision on offer.
    answers : ValueAnswers
        One answer a judged row.
    """
    if tuning.plain is None or not tuning.sample or not answers.n_judged:
        return None
    if tuning.plain.numbers is not None:
        return _numbers(artifacts, tuning, tuning.plain.numbers.tolerance, answers)
    return _classes(artifacts, tuning, tuning.plain, answers)


def predicted_number(artifacts: Artifacts, tuning: Tuning, row: int) -> float:
    """What the model says of a row drawn for judging."""
    place = rows_to_judge(artifacts, tuning).index(row)
    return float(np.frombuffer(artifacts.get(tuning.sample_scores), dtype="<f8")[place])


def _classes(
    artifacts: Artifacts, tuning: Tuning, plain: DefaultDecision, answers: ValueAnswers
) -> StreamDecision | None:
    kept = json.loads(artifacts.get(tuning.bands))
    names: list[str] = kept["classes"]
    strata = ClassStrata.from_dict(kept["strata"])
    scores = np.frombuffer(artifacts.get(tuning.sample_scores), dtype="<f8")
    place = {row: at for at, row in enumerate(rows_to_judge(artifacts, tuning))}
    rows = [row for row, value in answers.values.items() if value in names]
    if not rows:
        return None
    judged = scores.reshape(-1, len(names))[[place[row] for row in rows]]
    codes = np.array([names.index(answers.values[row]) for row in rows])
    found = estimate_classes_in(strata, strata.stratum_of(judged), codes)
    said = judged.argmax(axis=1)
    confusions = []
    for one, other, n_rows in found.dearest_confusions(_MOST_CONFUSIONS):
        seen = np.flatnonzero((said == one) & (codes == other))
        if seen.size:
            shown = tuple(rows[at] for at in seen[:_MOST_EXAMPLES])
            confusions.append(
                Confusion(said=names[one], truth=names[other], n_rows=n_rows, rows=shown)
            )
    return StreamDecision(
        right=_bounds(found.accuracy),
        classes=_by_class(names, plain, found),
        silences=tuple(
            Silence(confidence=cut.confidence, answered=cut.answered, right=_bounds(cut.right))
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
            precision=_at(found.precision, place),
            recall=_at(found.recall, place),
            n_predicted=int(found.n_said[place]),
            n_true=_at(found.n_true, place),
        )
        for place in places
    )


def _numbers(
    artifacts: Artifacts, tuning: Tuning, tolerance: float, answers: ValueAnswers
) -> StreamDecision:
    strata = ValueStrata.from_dict(json.loads(artifacts.get(tuning.bands))["strata"])
    predicted = np.frombuffer(artifacts.get(tuning.sample_scores), dtype="<f8")
    place = {row: at for at, row in enumerate(rows_to_judge(artifacts, tuning))}
    rows = [*answers.values, *answers.near]
    said = predicted[[place[row] for row in rows]]
    told = np.array([*map(float, answers.values.values()), *([np.nan] * len(answers.near))])
    errors = told - said
    is_near = np.abs(errors) <= tolerance
    is_near[len(answers.values) :] = list(answers.near.values())
    found = estimate_values_in(strata, strata.stratum_of(said), is_near, errors)
    return StreamDecision(
        right=_bounds(found.within),
        numbers=StreamNumbers(
            error=_bounds(found.mean_absolute_error) if found.mean_absolute_error else None,
            bias=_bounds(found.bias) if found.bias else None,
            n_shown=len(answers.near),
        ),
    )


def _bounds(estimate: Estimate[float]) -> Bounds:
    return Bounds(estimate=estimate.estimate, low=estimate.low, high=estimate.high)


def _at(estimate: Estimate[Floats], place: int) -> Bounds:
    return Bounds(
        estimate=float(estimate.estimate[place]),
        low=float(estimate.low[place]),
        high=float(estimate.high[place]),
    )
