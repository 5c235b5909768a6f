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
    ANY,
    SINGLE_RUNS,
    VERSION,
    Learnt,
    Table,
    groups_of,
    learnt,
    packed,
    unpacked,
)
from leadline.stats.curves.marginal_likelihood import DesignMatrices, posterior_components
from leadline.stats.curves.measured import measured
from leadline.stats.curves.shapes import shapes
from leadline.stats.metric import METRICS

HERE = Path(__file__).resolve().parent
BENCHMARKS = HERE.parents[2] / "benchmarks" / "curves"
AGAIN = "learning has changed: if that was meant, run benchmarks/curves/fixture.py --table"

# --------------------------------------------------------------------------- what ships


def tables() -> list[Table]:
    return [learnt().known, learnt().hidden, learnt().networks]


def test_the_file_says_where_it_comes_from() -> None:
    provenance = learnt().provenance
    assert provenance["version"] == VERSION
    assert provenance["half"] == "int(openml_id * 2654435761 % 2**32) / 2**32 < 0.5"
    of_metrics = "RMSE, MAE"
    assert set(provenance["sources"]) == {"LCDB 1.0", "LCDB 1.1", "neural networks", of_metrics}
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
    rough = replace(
        both,
        known=shaken(both.known),
        hidden=shaken(both.hidden),
        networks=shaken(both.networks),
    )
    back = unpacked(packed(rough))
    assert back.network_shares == both.network_shares
    for name in ("known", "hidden", "networks"):
        before, after = getattr(rough, name), getattr(back, name)
        expected = np.maximum(before.log_prior - before.log_prior.max(), -25)
        assert after.log_prior == pytest.approx(expected, abs=0.0251)
        assert after.tilt_shapes == pytest.approx(before.tilt_shapes, abs=0.0251)
        assert after.tilt_kernels == pytest.approx(before.tilt_kernels, abs=0.0251)
        assert after.calibrated == pytest.approx(before.calibrated, abs=1e-5)
        assert after.groups == before.groups


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
    n_groups = len(table.groups)
    assert table.groups[0] == ANY
    assert len(set(table.groups)) == n_groups
    assert np.unique(table.active).size == table.active.size
    assert 0 <= table.active.min() <= table.active.max() < len(kernels())
    assert table.log_prior.shape == (table.active.size, len(shapes()))
    assert table.tilt_kernels.shape == (n_groups, table.active.size)
    assert table.tilt_shapes.shape == (n_groups, len(shapes()))
    assert table.calibrated.shape == (n_groups, table.ratios.size, table.levels.size)
    # nothing is impossible, calibrations can be turned round, no family is all families
    assert np.isfinite(table.log_prior).all()
    assert np.all(np.diff(table.calibrated, axis=2) > 0)
    assert np.all(np.diff(table.ratios) > 0)
    assert table.ratios[0] > 1
    assert not table.tilt_kernels[0].any()
    assert not table.tilt_shapes[0].any()


def test_losses_of_networks_have_a_calibration_of_their_own() -> None:
    networks = learnt().networks
    assert networks.groups == (ANY, "log_loss")
    every, losses = networks.calibrated
    # fine-tuned networks' shares of errors are forecast worse than language models' losses, and
    # say so little of them that these are calibrated nearly alone
    assert np.all(np.ptp(losses[:3], axis=1) < 0.6 * np.ptp(every[:3], axis=1))


def test_forecasts_are_calibrated_from_less_than_twice_the_size_on() -> None:
    for table in tables():
        assert table.ratios[0] < 1.5
        assert not np.allclose(table.calibrated[0, 0], table.levels, atol=0.02)


def test_a_stranger_has_the_prior_of_all() -> None:
    table = learnt().known
    assert np.array_equal(table.prior(["nobody's", None]), table.log_prior)
    assert table.index(["nobody's"]) == table.index([]) == 0
    family = table.groups[2]
    assert table.index([family, "nobody's"]) == 2
    expected = table.log_prior + table.tilt_kernels[2][:, None] + table.tilt_shapes[2]
    assert table.prior([family]) == pytest.approx(expected)


def test_what_is_known_best_of_a_curve_calibrates_it_and_all_of_it_tilts_its_prior() -> None:
    table = learnt().hidden
    names = groups_of("linear", METRICS["f1"], 1)
    assert table.groups[table.index(names)] == SINGLE_RUNS
    assert table.groups[table.index(names[:2])] == "f1"
    tilts = [table.prior([name]) - table.log_prior for name in names]
    assert table.prior(names) - table.log_prior == pytest.approx(sum(tilts))
    assert SINGLE_RUNS not in groups_of("linear", METRICS["f1"], 2)


def test_each_metric_of_lcdb_has_a_group_of_its_own() -> None:
    assert {"f1", "log_loss", "roc_auc"} <= set(learnt().known.groups)
    assert {"f1", "log_loss", "roc_auc", SINGLE_RUNS} <= set(learnt().hidden.groups)


def small(active: list[int], seed: int) -> Table:
    rng = np.random.default_rng(seed)
    prior = rng.normal(size=(len(active), len(shapes())))
    nothing = np.zeros((1, len(active))), np.zeros((1, len(shapes())))
    return Table(
        np.array(active), prior, (ANY,), *nothing, np.array([2.0]), LEVELS, LEVELS[None, None]
    )


LEVELS = np.array([-1.0, 0.0, 1.0])


def test_two_priors_are_mixed_by_their_share() -> None:
    tables, networks = small([1, 3], 0), small([3, 7], 1)
    shares = {ANY: 0.25, "deep": 1.0 - 1e-12, "deep log_loss": 0.5}
    every = Learnt(tables, tables, networks, shares, {})
    prior = every.mixture(tables, [None])
    assert prior.active.tolist() == [1, 3, 7]
    own = [np.exp(one.log_prior - logsumexp(one.log_prior)) for one in (tables, networks)]
    expected = np.zeros((3, len(shapes())))
    expected[:2] += 0.75 * own[0]
    expected[1:] += 0.25 * own[1]
    assert np.exp(prior.log_prior) == pytest.approx(expected)
    assert prior.of_networks[0].max() == 0
    assert prior.of_networks[2].min() == pytest.approx(1)
    assert prior.of_networks[1] == pytest.approx(0.25 * own[1][0] / expected[1])
    # a family that says more
    sure = every.mixture(tables, ["deep"])
    assert np.exp(sure.log_prior[1:]) == pytest.approx(own[1], abs=1e-9)
    # family and metric together say more than the family, a metric alone says nothing
    odds = every.mixture(tables, ["deep", "log_loss", None]).of_networks[1]
    assert odds == pytest.approx(own[1][0] / (own[0][1] + own[1][0]))
    assert every.mixture(tables, [None, "log_loss"]).log_prior == pytest.approx(prior.log_prior)


@pytest.mark.parametrize(
    ("family", "of_losses"),
    [("language-model", 0.95), ("text-network", 0.05), ("image-network", 0.05)],
)
def test_only_a_language_models_loss_is_forecast_as_networks_that_were_learnt_from(
    family: str, of_losses: float
) -> None:
    """A classifier's loss is like other classifiers', whatever reads its rows."""
    names = [groups_of(family, METRICS[m], None) for m in ("log_loss", "error_rate")]
    losses, errors = (learnt().mixture(learnt().hidden, each) for each in names)
    shares = [float((np.exp(m.log_prior) * m.of_networks).sum()) for m in (losses, errors)]
    assert shares == pytest.approx([of_losses, 0.5])


def test_the_first_points_tell_a_network_from_a_classifier_on_a_table() -> None:
    """A loss that falls smoothly to a high floor, and scattered errors of few rows."""
    sizes = 1e8 * 2.0 ** np.arange(7)
    smooth = 2.5 + 1.2 * (sizes / 1e8) ** -0.6
    rng = np.random.default_rng(0)
    rough = 0.1 + 0.4 * (sizes / 1e8) ** -0.5 * np.exp(0.15 * rng.standard_normal(7))
    shares = []
    for errors in (smooth, rough):
        data = measured(sizes, errors, None, METRICS["log_loss"], None)
        prior = learnt().mixture(learnt().hidden, [])
        parts = posterior_components(data, prior.log_prior, DesignMatrices.at(data.x, prior.active))
        shares.append(prior.share_of_networks(parts.kernel, parts.shape, parts.weight))
    before = learnt().network_shares[ANY]
    assert shares[0] > 2 * before
    assert shares[1] < before


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
    assert table.groups == (ANY, *fixture.FAMILIES)
    assert table.log_prior == pytest.approx(stored["log_prior"], abs=0.02), AGAIN
    assert table.tilt_kernels == pytest.approx(stored["tilt_cells"], abs=0.02), AGAIN
    assert table.tilt_shapes == pytest.approx(stored["tilt_shapes"], abs=0.02), AGAIN
    # a few of many components stand for all: a last digit, which machines differ in, chooses others
    off = np.abs(table.calibrated - stored["calibrated"])
    assert off.mean() < 0.01, AGAIN
    assert off.max() < 0.2, AGAIN


def test_a_metric_is_learnt_beside_what_a_table_knows(
    learning: ModuleType,
    examples: list[Any],
    weighed: np.ndarray,
    stored: dict[str, Any],
) -> None:
    """Curves whose errors jump after the cut: intervals of their metric widen, others stay."""
    table = learning.learn_prior(examples, weighed, stored["active"], (0.6, 0.2))
    chance = np.random.default_rng(0)
    losses = [
        replace(
            each,
            metric="mean_absolute_error",
            later_errors=each.later_errors * np.exp(chance.normal(size=each.later_errors.size)),
        )
        for each in examples[:60]
    ]
    wider = learning.with_groups(table, losses, table)
    assert wider.groups == (*table.groups, "mean_absolute_error")
    assert np.array_equal(wider.calibrated[:-1], table.calibrated)
    assert np.array_equal(wider.tilt_shapes[:-1], table.tilt_shapes)
    assert not wider.tilt_shapes[-1].any()
    twice = int(np.argmin(np.abs(wider.ratios - 2)))
    assert wider.calibrated[-1, twice, 0] < table.calibrated[0, twice, 0] - 0.3
    assert wider.calibrated[-1, twice, -1] > table.calibrated[0, twice, -1] + 0.3
    # learnt again, a metric takes the place of what was known of it
    again = learning.with_groups(wider, losses, table)
    assert again.groups == wider.groups
    assert again.calibrated == pytest.approx(wider.calibrated, abs=1e-6)


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
        [e for e, used in zip(examples, learnt_from, strict=True) if used],
        weighed[learnt_from],
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
