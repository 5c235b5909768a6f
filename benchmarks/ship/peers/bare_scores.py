"""Scores of a bare scikit-learn pipeline, for peers that know nothing of Leadline."""

from __future__ import annotations

import os
from typing import Any

import joblib
import numpy as np


class Bare:
    """The pipeline of the file that BARE_MODEL names.

    The file holds a dictionary: the fitted ``pipeline``, and the ``columns`` in its order. One
    column is a text and goes in as such; several are a row of an object array, which is quicker
    than a data frame.
    """

    def __init__(self) -> None:
        stored = joblib.load(os.environ["BARE_MODEL"])
        self.pipeline: Any = stored["pipeline"]
        self.columns: list[str] = stored["columns"]

    def scores(self, rows: list[dict[str, Any]]) -> list[float]:
        """Probability of the positive class of each row."""
        if len(self.columns) == 1:
            X: Any = [row[self.columns[0]] for row in rows]
        else:
            X = np.array([[row[name] for name in self.columns] for row in rows], dtype=object)
        found: list[float] = self.pipeline.predict_proba(X)[:, 1].tolist()
        return found
