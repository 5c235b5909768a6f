from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

import numpy as np
import polars as pl
import pytest
from tests.examples import example_data

from leadline.datasets.frames import Pool, Target
from leadline.evaluation.fit import FailedFit, attempt
from leadline.evaluation.fit_spec import FitSpec, key_of
from leadline.phases.data import SplitKind
from leadline.phases.scoring import Task


def spec() -> FitSpec:
    target = Target("late", Task.BINARY, "yes")
    return FitSpec("memory://none", example_data(), target, "roc_auc", 0, "linear", {"C": 1.0})


def test_what_is_raised_comes_back_in_words() -> None:
    failed = attempt(spec())
    assert isinstance(failed, FailedFit)
    assert failed.message.startswith("Artifact ")


def test_a_class_of_hardly_any_rows_is_the_reason_and_not_what_a_library_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    y = np.repeat([0, 1], [96, 4])
    frame = pl.DataFrame({"x": np.arange(100)})
    rows = Pool(frame, frame, y, np.zeros(100, bool), np.arange(100), None, SplitKind.RANDOM)
    monkeypatch.setattr("leadline.evaluation.fit._load", lambda _: rows)

    def fails(*_: object) -> NoReturn:
        raise ValueError("This solver needs samples of at least 2 classes in the data")

    monkeypatch.setattr("leadline.evaluation.fit._fit_seconds", fails)
    failed = attempt(replace(spec(), n_folds=4, n_train=20))
    assert isinstance(failed, FailedFit)
    assert failed.message.startswith("of the rarest class there are ")
    assert "among the 20 rows" in failed.message
    assert "leave the family out under [find] families" in failed.message

    def breaks(*_: object) -> NoReturn:
        raise MemoryError("no room")

    monkeypatch.setattr("leadline.evaluation.fit._fit_seconds", breaks)
    broken = attempt(replace(spec(), n_folds=4, n_train=20))
    assert broken == FailedFit("MemoryError: no room"), "a rare class is not the reason"
    monkeypatch.setattr("leadline.evaluation.fit._fit_seconds", fails)
    plenty = replace(rows, y=np.arange(100) % 2)
    monkeypatch.setattr("leadline.evaluation.fit._load", lambda _: plenty)
    failed = attempt(replace(spec(), n_folds=4))
    assert isinstance(failed, FailedFit)
    assert failed.message.startswith("ValueError: This solver")


def test_the_key_knows_what_fixes_an_outcome() -> None:
    key = key_of(spec())
    same = replace(spec(), fold=3, n_train=50, artifacts="elsewhere")
    assert key_of(same) == key
    data = example_data()
    others = [
        replace(spec(), seed=1),
        replace(spec(), scoring="accuracy"),
        replace(spec(), family="boosting"),
        replace(spec(), params={"C": 2.0}),
        replace(spec(), n_valid=100),
        replace(spec(), data=replace(data, snapshot="00" * 32)),
        replace(spec(), data=replace(data, split=replace(data.split, mask="00" * 32))),
        replace(spec(), target=Target("late", Task.BINARY, "no")),
    ]
    assert len({key, *map(key_of, others)}) == len(others) + 1
