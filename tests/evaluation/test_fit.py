from __future__ import annotations

from dataclasses import replace

from tests.examples import example_data

from leadline.datasets.frames import Target
from leadline.evaluation.fit import FailedFit, attempt
from leadline.evaluation.fit_spec import FitSpec, key_of
from leadline.phases.scoring import Task


def spec() -> FitSpec:
    target = Target("late", Task.BINARY, "yes")
    return FitSpec("memory://none", example_data(), target, "roc_auc", 0, "linear", {"C": 1.0})


def test_what_is_raised_comes_back_in_words() -> None:
    failed = attempt(spec())
    assert isinstance(failed, FailedFit)
    assert failed.message.startswith("Artifact ")


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
