"""Held-out rows of a fold, and a candidate that has learnt from its train rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from leadline.datasets.frames import Pool, Rows, load_pool
from leadline.evaluation.fit import build, fit_model, fold_machine_rows, fold_rows
from leadline.evaluation.fit_spec import FitSpec
from leadline.record import Artifacts


@dataclass(frozen=True)
class HeldOut:
    """A candidate fitted once, for all that is asked of it on rows it has not seen.

    Attributes
    ----------
    spec : FitSpec
        What was fitted.
    pool : Pool
        The labelled rows.
    train, valid : ndarray of int
        Rows that it learnt from, and those held out: never test rows.
    model : estimator
        Fitted.
    """

    spec: FitSpec
    pool: Pool
    train: Rows
    valid: Rows
    model: Any

    @property
    def is_paid(self) -> bool:
        """Whether it asks for each answer elsewhere: rows are changed for no explanation of it."""
        return hasattr(self.model, "cost_per_row_")

    @classmethod
    def of(cls, spec: FitSpec) -> Self:
        """Fit a spec."""
        pool = load_pool(Artifacts(spec.artifacts), spec.data, spec.target, is_learnt=True)
        train, valid = fold_rows(pool, spec)
        model = fit_model(build(spec), pool, train, fold_machine_rows(pool, spec))
        return cls(spec, pool, train, valid, model)
