from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tests.datasets.audit.tables import CLEAN, SHARED, CleanTable

from leadline.datasets.audit.spread_leaks import spread_leak


@pytest.mark.parametrize("seed", range(5))
def test_flags_of_which_any_makes_the_label(seed: int) -> None:
    rng = np.random.default_rng(seed)
    flags = {name: (rng.random(1_500) < 0.06).astype(int) for name in ("heat", "power", "wear")}
    noise = {f"n{each}": rng.normal(size=1_500) for each in range(5)}
    frame = pl.DataFrame({**flags, **noise})
    y = np.where(frame.select(list(flags)).max_horizontal().to_numpy() > 0, "failed", "ran")
    found = spread_leak(frame, dict.fromkeys(frame.columns, "number"), y, is_class=True)
    assert found is not None
    assert set(found.columns) == set(flags)
    assert found.score > 0.97


def test_a_number_that_is_the_sum_of_others() -> None:
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({name: rng.normal(size=600) for name in ("net", "tax", "noise")})
    found = spread_leak(
        frame,
        dict.fromkeys(frame.columns, "number"),
        (frame["net"] + frame["tax"]).to_numpy(),
        is_class=False,
    )
    assert found is not None
    assert set(found.columns) == {"net", "tax"}
    assert found.model == "linear model"


def test_too_few_rows_and_nothing_to_look_at_say_nothing() -> None:
    frame = pl.DataFrame({"x": [1.0, 2.0, 3.0], "words": ["a b", "c d", "e f"]})
    assert spread_leak(frame, {"x": "number"}, np.array(["a", "a", "b"]), is_class=True) is None
    texts = frame.select("words")
    assert spread_leak(texts, {"words": "text"}, np.arange(3.0), is_class=False) is None


def test_real_machines_whose_kinds_of_failure_stand_beside_the_failure() -> None:
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not here")
    frame = pl.read_csv(SHARED / "ai4i.csv.gz")
    y = frame["Machine_failure"].cast(pl.String).to_numpy()
    names = ["TWF", "HDF", "PWF", "OSF", "RNF", "Torque_[Nm]"]
    names = [name for name in names if name in frame.columns]
    found = spread_leak(frame[names], dict.fromkeys(names, "number"), y, is_class=True)
    assert found is not None
    assert set(found.columns) == {"TWF", "HDF", "PWF", "OSF"}


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_table_has_none(name: str) -> None:
    table = CleanTable(name)
    assert spread_leak(table.rows, table.features, table.y, is_class=table.is_class) is None
