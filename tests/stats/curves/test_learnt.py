from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from scipy.special import logsumexp

from leadline.stats.curves.discrepancy import kernels
from leadline.stats.curves.learnt import (
    ANY_FAMILY,
    VERSION,
    Learnt,
    Table,
    learnt,
    packed,
    unpacked,
)
from leadline.stats.curves.shapes import shapes

HERE = Path(__file__).resolve().parent
BENCHMARKS = HERE.parents[2] / "benchmarks" / "curves"
AGAIN = "learning has changed: if that was meant, run benchmarks/curves/fixture.py --table"

# --------------------------------------------------------------------------- what ships


def tables() -> list[Table]:
    return [learnt().known, learnt().hidden]


def test_the_file_says_where_it_comes_from() -> None:
    provenance = learnt().provenance
    assert provenance["version"] == VERSION
    assert provenance["half"] == "int(openml_id * 2654435761% 2**32) / 2**32 < 0.5"
    assert set(provenance["sources"]) == {"LCDB 1.0", "LCDB 1.1"}
    licences = " ".join(provenance["sources"].values())
    assert "MIT" in licences
    assert "CC BY 4.0" in licences
    assert provenance["without_fold"] is None
    assert (BENCHMARKS.parents[1] / provenance["made_by"]).exists()


def test_packing_loses_nothing_the_second_time() -> None:
    arrays = packed(learnt())
    again = packed(unpacked(arrays))
    assert set(again) == set(arrays)
    for name, array in arrays.items():
        assert again[name].dtype == array.dtype
        assert np.array_equal(again[name], array)


def test_packing_rounds_log_weights_to_a_fortieth_of_a_nat() -> None:
    both = learnt()
    rough = Learnt(shaken(both.known), shaken(both.hidden), both.provenance)
    back = unpacked(packed(rough))
    for before, after in ((rough.known, back.known), (rough.hidden, back.hidden)):
        expected = np.maximum(before.log_prior - before.log_prior.max(), -25)
        assert after.log_prior == pytest.approx(expected, abs=0.0251)
        assert after.tilt_shapes == pytest.approx(before.tilt_shapes, abs=0.0251)
        assert after.tilt_kernels == pytest.approx(before.tilt_kernels, abs=0.0251)
        assert after.calibrated == pytest.approx(before.calibrated, abs=1e-5)
        assert after.families == before.families


def shaken(table: Table) -> Table:
    rng = np.random.default_rng(0)
    return replace(
        table,
        log_prior=table.log_prior + 7 + rng.normal(size=table.log_prior.shape),
        tilt_kernels=table.tilt_kernels + rng.normal(size=table.tilt_kernels.shape),
        tilt_shapes=table.tilt_shapes + rng.normal(size=table.tilt_shapes.shape),
        calibrated=table.calibrated + rng.normal(size=table.calibrated.shape),
    )


@pytest.mark.parametrize("table", tables())
def test_tables_fit_the_grids(table: Table) -> None:
    n_families = len(table.families)
    assert table.families[0] == ANY_FAMILY
    assert len(set(table.families)) == n_families > 1
    assert np.unique(table.active).size == table.active.size
    assert 0 <= table.active.min() <= table.active.max() < len(kernels())
    assert table.log_prior.shape == (table.active.size, len(shapes()))
    assert table.tilt_kernels.shape == (n_families, table.active.size)
    assert table.tilt_shapes.shape == (n_families, len(shapes()))
    assert table.calibrated.shape == (n_families, table.ratios.size, table.levels.size)
    # nothing is impossible, calibrations can be turned round, no family is all families
    assert np.isfinite(table.log_prior).all()
    assert np.all(np.diff(table.calibrated, axis=2) > 0)
    assert np.all(np.diff(table.ratios) > 0)
    assert table.ratios[0] > 1
    assert not table.tilt_kernels[0].any()
    assert not table.tilt_shapes[0].any()


def test_a_stranger_has_the_prior_of_all() -> None:
    table = learnt().known
    assert np.array_equal(table.prior("nobody's"), table.log_prior)
    assert table.index("nobody's") == table.index(None) == 0
    family = table.families[2]
    assert table.index(family) == 2
    expected = table.log_prior + table.tilt_kernels[2][:, None] + table.tilt_shapes[2]
    assert table.prior(family) == pytest.approx(expected)


# --------------------------------------------------------------------------- learning it again


def imported(name: str) -> ModuleType:
    """Module of the benchmarks, which are no package, as they import each other."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(BENCHMARKS))
    return module


@pytest.fixture(scope="module")
def stored() -> dict[str, Any]:
    with np.load(HERE / "fixture.npz") as arrays:
        return dict(arrays)


@pytest.fixture(scope="module")
def learning() -> ModuleType:
    return imported("learning")


@pytest.fixture(scope="module")
def fixture(learning: ModuleType) -> ModuleType:
    return imported("fixture")


@pytest.fixture(scope="module")
def examples(fixture: ModuleType, stored: dict[str, Any]) -> list[Any]:
    found: list[Any] = fixture.unpacked(stored)
    return found


@pytest.fixture(scope="module")
def weighed(learning: ModuleType, examples: list[Any], stored: dict[str, Any]) -> np.ndarray:
    return np.asarray(learning.likelihoods(examples, stored["active"]))


def test_the_fixture_is_of_the_train_half_only(stored: dict[str, Any]) -> None:
    shares = [int(int(data) * 2654435761 % 2**32) / 2**32 for data in stored["data"]]
    assert max(shares) < 0.5
    assert (HERE / "fixture.npz").stat().st_size < 100_000


def test_the_table_is_learnt_again_from_the_fixture(
    learning: ModuleType,
    fixture: ModuleType,
    examples: list[Any],
    weighed: np.ndarray,
    stored: dict[str, Any],
) -> None:
    table = learning.learn_table(examples, weighed, stored["active"], fixture.SHARES)
    assert table.families == (ANY_FAMILY, *fixture.FAMILIES)
    assert table.log_prior == pytest.approx(stored["log_prior"], abs=0.02), AGAIN
    assert table.tilt_kernels == pytest.approx(stored["tilt_cells"], abs=0.02), AGAIN
    assert table.tilt_shapes == pytest.approx(stored["tilt_shapes"], abs=0.02), AGAIN
    # a few of many components stand for all: a last digit, which machines differ in, chooses others
    off = np.abs(table.calibrated - stored["calibrated"])
    assert off.mean() < 0.01, AGAIN
    assert off.max() < 0.2, AGAIN


def test_what_was_learnt_makes_other_data_sets_likelier(
    learning: ModuleType,
    fixture: ModuleType,
    examples: list[Any],
    weighed: np.ndarray,
    stored: dict[str, Any],
) -> None:
    data = np.array([example.data for example in examples])
    learnt_from = np.isin(data, np.unique(data)[::2])
    table = learning.learn_prior(
        weighed[learnt_from],
        [e.family for e, used in zip(examples, learnt_from, strict=True) if used],
        stored["active"],
        fixture.SHARES,
    )
    held_out = weighed[~learnt_from].astype(float)
    learnt_prior = table.log_prior - logsumexp(table.log_prior)
    even = np.full(learnt_prior.shape, -np.log(learnt_prior.size))
    gains = logsumexp(held_out + learnt_prior, axis=(1, 2)) - logsumexp(
        held_out + even, axis=(1, 2)
    )
    assert len(gains) > 60
    # half a nat a curve, and far from chance
    assert gains.mean() > 0.5
    assert gains.mean() > 4 * gains.std() / np.sqrt(len(gains))
