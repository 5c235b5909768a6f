"""Clean tables of different trades: bundled ones, and public ones where they are at hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine

from leadline.phases.data import Kind, Role
from leadline.phases.scoring import Task
from leadline.reading.table import ReadingOptions, read_tables
from leadline.snapshot import class_texts, columns_of, infer_kinds, infer_task

SHARED = Path(__file__).parents[4] / "shared" / "data" / "tables"
PUBLIC = {
    "wine": "quality",
    "framingham": "TenYearCHD",
    "hr_attrition": "Attrition",
    "crop": "crop",
    "avocado": "AveragePrice",
}
BUNDLED = {
    "breast_cancer": load_breast_cancer,
    "diabetes": load_diabetes,
    "iris": load_iris,
    "cultivars": load_wine,
}
CLEAN = [*BUNDLED, *PUBLIC]


class CleanTable:
    """A table with its label, kinds of features, and the label as values."""

    def __init__(self, name: str) -> None:
        if name in BUNDLED:
            self.label = "target"
            self.frame = pl.from_pandas(BUNDLED[name](as_frame=True).frame)
        else:
            path = SHARED / f"{name}.csv.gz"
            if not path.is_file():
                pytest.skip(f"{path} is not here")
            self.label = PUBLIC[name]
            frame = read_tables([path], options=ReadingOptions(images=None)).frame
            self.frame = frame.filter(pl.col(self.label).is_not_null())
        self.is_class = infer_task(self.frame[self.label]) is not Task.REGRESSION
        kinds = infer_kinds(self.frame, label=self.label)
        self.columns = columns_of(self.frame, label=self.label, kinds=kinds)
        self.features: dict[str, Kind] = {
            column.name: column.kind for column in self.columns if column.role is Role.FEATURE
        }

    @property
    def y(self) -> NDArray[np.generic]:
        """The label, as it is learnt from."""
        values = self.frame[self.label]
        if self.is_class:
            return np.asarray(class_texts(values).to_list())
        return values.cast(pl.Float64).to_numpy()

    @property
    def rows(self) -> pl.DataFrame:
        """The features."""
        return self.frame.select(list(self.features))
