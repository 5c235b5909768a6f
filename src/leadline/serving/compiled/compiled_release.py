"""Compiled release: from the values of a request to its answers without a frame or an estimator.

It needs NumPy and the standard library only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline.serving.compiled.answers import Answers
from leadline.serving.compiled.feature_columns import Floats
from leadline.serving.compiled.plan_file import Plan, from_bytes
from leadline.serving.compiled.request_cells import Column, RequestCells
from leadline.serving.compiled.row_scorers import scorer_of


class CompiledRelease:
    """Reading, columns and model of a release, for few rows at a time.

    Parameters
    ----------
    plan : Plan
        ``columns`` (of `RequestCells`), ``model`` (of `scorer_of`), ``task``, ``labels`` (of the
        classes, in the order of the shares), ``positive`` (place of the positive class),
        ``threshold``, ``confidence`` and ``costs`` (of confusions, by true class and class said;
        None where the likeliest class is the answer).
    """

    def __init__(self, plan: Plan) -> None:
        self._cells = RequestCells(plan["columns"])
        self._scorer = scorer_of(plan["model"])
        self._task: str = plan["task"]
        self._labels: list[str] = plan["labels"]
        self._positive: int = plan["positive"]
        self._threshold: float | None = plan["threshold"]
        self._confidence: float | None = plan["confidence"]
        # plans of before have none
        self._costs: Floats | None = plan.get("costs")
        self.counts_terms = _counts_terms(plan["model"])
        """Whether most of the work is to take texts apart; it is faster at that for any number of
        rows."""

    @classmethod
    def from_bytes(cls, data: bytes) -> CompiledRelease:
        """What a bundle holds of it.

        Raises
        ------
        ReleaseError
            If it is damaged, or of another format.
        """
        return cls(from_bytes(data))

    def answer(self, rows: Sequence[tuple[Any, ...]], first: int = 0) -> Answers:
        """The answer for each row.

        Parameters
        ----------
        rows : sequence of tuple
            At least one; values in the order of the columns: numbers as float, all else as text,
            None where a value is not known.
        first : int, default=0
            What the first row is called in a message.

        Raises
        ------
        DataError
            If a value does not fit, or is written in a way that only the reader of files knows.
        """
        return self.answer_read(self._cells.read(rows, first), len(rows))

    def answer_read(self, columns: Sequence[Column], n_rows: int) -> Answers:
        """The answer for each row whose cells have been read.

        Parameters
        ----------
        columns : sequence of Column
            In their order.
        n_rows : int > 0
            How many values each has.
        """
        with np.errstate(over="ignore"):  # numbers far outside what was learnt are cut later
            scores = self._scorer.scores(columns, n_rows)
        if self._task == "regression":
            return Answers({"score": scores.tolist()})
        if self._task == "binary":
            positive = np.clip(scores[:, self._positive], 0.0, 1.0).tolist()
            return Answers(
                {"score": positive, "flagged": [score >= self._threshold for score in positive]}
            )
        said = scores.argmax(axis=1) if self._costs is None else _cheapest(scores, self._costs)
        best = scores[np.arange(said.size), said].tolist()
        labels: list[str | None] = [self._labels[place] for place in said.tolist()]
        if self._confidence is None:
            return Answers({"score": best, "label": labels})
        abstains = [score < self._confidence for score in best]
        labels = [None if silent else one for one, silent in zip(labels, abstains, strict=True)]
        return Answers({"score": best, "label": labels, "abstains": abstains})


def _counts_terms(model: Plan) -> bool:
    if model["model"] == "bayes":
        return bool(model["terms"])
    texts = model["features"]["texts"] if model["model"] == "linear" else []
    return any(not text["is_dense"] for text in texts)


def _cheapest(shares: Floats, costs: Floats) -> NDArray[np.intp]:
    """As `leadline.stats.operating.class_costs.cheapest_classes`, which loads SciPy."""
    expected = np.where(shares > 0, shares @ costs, np.inf)
    reach = expected.min(axis=1, keepdims=True) + _EQUAL * max(float(costs.max()), 1.0)
    said: NDArray[np.intp] = np.where(expected <= reach, shares, -1.0).argmax(axis=1)
    return said


_EQUAL = 1e-9
