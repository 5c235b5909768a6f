"""Baseline without features: the share of each class, or the mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sklearn.dummy import DummyClassifier, DummyRegressor

from leadline.engines.contract import Scalar


class Majority:
    """Always the most frequent class, or the mean; whatever is worth having must beat it."""

    name = "majority"
    complexity = 0

    def candidates(
        self,
        task: str,  # noqa: ARG002
        columns: Mapping[str, str],  # noqa: ARG002
        n_rows: int,  # noqa: ARG002
    ) -> Sequence[Mapping[str, Scalar]]:
        """The one candidate there is."""
        return ({},)

    def build(
        self,
        params: Mapping[str, Scalar],
        task: str,
        columns: Mapping[str, str],  # noqa: ARG002
        seed: int,  # noqa: ARG002
    ) -> Any:
        """A dummy of the task."""
        if params:
            raise ValueError(f"The majority has no parameters; got {dict(params)}. Pass {{}}.")
        return DummyRegressor() if task == "regression" else DummyClassifier(strategy="prior")
