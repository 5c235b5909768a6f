"""Linear models: logistic regression for classes, ridge regression for numbers."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Self

from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline

from leadline.engines.contract import Choice, Range, Scalar, Space
from leadline.engines.families.inputs.encoders import TRUSTED, Columns


class Logistic(LogisticRegression):
    """Logistic regression that stops quietly: the last digit of a weight decides nothing."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """As in scikit-learn, without the warning that more iterations would be possible."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            super().fit(X, y, sample_weight)
        return self


class Linear:
    """Scaled numbers, categories as indicators, TF-IDF of text; one weight each."""

    name = "linear"
    complexity = 2
    trusted = (*TRUSTED, f"{__name__}.Logistic")

    def candidates(
        self,
        task: str,  # noqa: ARG002
        columns: Mapping[str, str],
        n_rows: int,  # noqa: ARG002
    ) -> Sequence[Mapping[str, Scalar]]:
        """Strengths of regularisation; with text also whether pieces of words are counted."""
        strengths = (1.0, 0.1, 10.0)
        if "text" not in columns.values():
            return tuple({"C": C} for C in (*strengths, 0.01))
        with_pieces: list[Mapping[str, Scalar]] = [{"C": C, "pieces": True} for C in strengths]
        return (*with_pieces, {"C": 1.0, "pieces": False})

    def space(
        self,
        task: str,  # noqa: ARG002
        columns: Mapping[str, str],
        n_rows: int,  # noqa: ARG002
    ) -> Space:
        """Any strength of regularisation; with text also whether pieces of words are counted."""
        space: dict[str, Range | Choice] = {"C": Range(1e-4, 1e3, is_log=True)}
        if "text" in columns.values():
            space["pieces"] = Choice((True, False))
        return space

    def build(
        self, params: Mapping[str, Scalar], task: str, columns: Mapping[str, str], seed: int
    ) -> Any:
        """Columns, then the linear model."""
        C = float(params.get("C") or 1.0)
        encode = Columns(dict(columns), pieces=bool(params.get("pieces", True)), seed=seed)
        return Pipeline([("columns", encode), ("model", linear_model(task, C, seed))])


def linear_model(task: str, C: float, seed: int) -> Any:
    """A linear estimator of a task, unfitted; it takes dense and sparse arrays.

    Parameters
    ----------
    task : {"binary", "multiclass", "regression"}
        What is predicted.
    C : float > 0
        Inverse of the strength of the L2 penalty.
    seed : int
        Of the solver.
    """
    if task == "regression":
        return Ridge(alpha=1.0 / C, solver="lsqr", tol=1e-6, random_state=seed)
    return Logistic(C=C, max_iter=100, tol=3e-4, random_state=seed)
