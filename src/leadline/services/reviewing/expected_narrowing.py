"""Widths to expect of the figures on the stream after further judgments."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

import numpy as np

from leadline.phases.performance.narrowing import STEPS, Narrowing
from leadline.phases.performance.stream_decision import StreamDecision
from leadline.phases.tuning import Tuning
from leadline.record import Artifacts
from leadline.services.reviewing.majority_judgments import MajorityJudgments
from leadline.services.reviewing.stream_estimate import kept_bands
from leadline.stats.judgments import StreamEstimate
from leadline.stats.judgments.further_judgments import expected_widths


def narrowing_of_points(
    artifacts: Artifacts, tuning: Tuning, majority: MajorityJudgments, result: StreamEstimate
) -> tuple[Narrowing, ...]:
    """Precision and recall of every point, the further judgments placed where they narrow most.

    Parameters
    ----------
    artifacts, tuning, majority
        The stream, its operating points, and what people said.
    result : StreamEstimate
        Of these judgments.
    """
    bands, by_row = kept_bands(artifacts, tuning)
    scores = np.array([by_row[row] for row in majority.answers])
    told = np.array(list(majority.answers.values()), dtype=np.float64)
    steps = _steps(tuning.n_stream - scores.size)
    widths = expected_widths(bands, scores, told, result, steps)
    after = dict(zip(steps, widths, strict=True))
    found = []
    for place, point in enumerate(tuning.points):
        for figure in ("precision", "recall"):
            now = getattr(result, figure)
            found.append(
                Narrowing(
                    name=f"{figure} of {point.name}",
                    width=float(now.high[place] - now.low[place]),
                    after={n: float(getattr(each, figure)[place]) for n, each in after.items()},
                )
            )
    return tuple(found)


def narrowing_of_default(
    tuning: Tuning, found: Mapping[str, StreamDecision], n_judged: int
) -> tuple[Narrowing, ...]:
    """What is right, precision and recall of each class, what a row costs, how far numbers are off.

    Widths are taken to fall as one over the root of the judgments, as far as rows are left. Those
    of costs and distances are shares of the figure itself. Empty where nobody judged the stream.

    Parameters
    ----------
    tuning : Tuning
        With the decisions on offer.
    found : mapping of str to StreamDecision
        What `estimate_default` made of them.
    n_judged : int
        Rows judged.
    """
    widths: dict[str, float] = {}
    is_number = bool(tuning.plain and tuning.plain.numbers)
    for name, real in found.items():
        of = f" by {name}" if tuning.by_cost else ""
        widths |= {f"{each}{of}": width for each, width in _widths(real, is_number).items()}
    if not widths:
        return ()
    steps = _steps(tuning.n_stream - n_judged)
    shrink = {n: _shrinks(n_judged, n, tuning.n_stream) for n in steps}
    return tuple(
        Narrowing(name=name, width=width, after={n: width * factor for n, factor in shrink.items()})
        for name, width in widths.items()
    )


def _widths(real: StreamDecision, is_number: bool) -> dict[str, float]:
    """Figure to the width of its interval."""
    right = "the share within the tolerance" if is_number else "the share that is right"
    shares = {right: real.right}
    for each in real.classes:
        if each.n_predicted:
            shares[f"precision of {each.name!r}"] = each.precision
            shares[f"recall of {each.name!r}"] = each.recall
    widths = {name: bounds.high - bounds.low for name, bounds in shares.items()}
    amounts = {
        "the mean distance, in percent of it": real.numbers.error if real.numbers else None,
        "the cost of a row, in percent of it": real.cost,
    }
    for name, amount in amounts.items():
        if amount is not None and amount.estimate > 0:
            widths[name] = (amount.high - amount.low) / amount.estimate
    return widths


def _shrinks(n_judged: int, n_more: int, n_stream: int) -> float:
    """Factor of a width by further judgments of a stream that ends."""
    then = max(1 / (n_judged + n_more) - 1 / n_stream, 0.0)
    return sqrt(then / (1 / n_judged - 1 / n_stream))


def _steps(n_left: int) -> list[int]:
    """Further judgments to look at; none where no row is left."""
    if n_left < 1:
        return []
    return [step for step in STEPS if step < n_left] or [n_left]
