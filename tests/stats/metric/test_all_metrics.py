from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from leadline.stats.curves import fit
from leadline.stats.metric import METRICS, Task, metric_of

SIZES = np.array([100.0, 200, 400, 800, 1600])
SCORES = sorted(name for name, metric in METRICS.items() if not metric.is_loss)
LOSSES = sorted(name for name, metric in METRICS.items() if metric.is_loss)
CAPPED = sorted(name for name, metric in METRICS.items() if metric.ceiling is not None)
UNCAPPED = sorted(set(METRICS) - set(CAPPED))


@pytest.mark.parametrize("name", SCORES)
def test_the_error_of_a_score_is_what_it_lacks_to_one(name: str) -> None:
    metric = metric_of(name)
    assert metric.error(0.9) == pytest.approx(0.1)
    assert metric.error(1.0) == 0
    assert metric.score(0.1) == pytest.approx(0.9)
    assert metric.error(np.array([0.5, 0.75])).tolist() == [0.5, 0.25]


@pytest.mark.parametrize("name", LOSSES)
def test_the_error_of_a_loss_is_the_loss(name: str) -> None:
    metric = metric_of(name)
    assert metric.is_loss
    assert metric.error(3.5) == metric.score(3.5) == 3.5


@pytest.mark.parametrize("name", [*SCORES, *LOSSES])
def test_there_and_back_is_where_one_was(name: str) -> None:
    metric = metric_of(name)
    values = np.array([0.01, 0.3, 0.99])
    assert metric.score(metric.error(values)) == pytest.approx(values)


def test_the_table_has_both_kinds_under_their_names() -> None:
    assert {"roc_auc", "accuracy", "f1", "r2"} <= set(SCORES)
    assert {"error_rate", "log_loss", "root_mean_squared_error"} <= set(LOSSES)
    assert all(name == metric.name for name, metric in METRICS.items())


def test_a_square_is_one_of_a_metric_that_is_none() -> None:
    rng = np.random.default_rng(0)
    y, predicted = rng.standard_normal((2, 40))
    squares = [metric for metric in METRICS.values() if metric.square_of is not None]
    assert [metric.name for metric in squares] == ["r2"]
    root = metric_of(squares[0].square_of or "")
    assert root.square_of is None
    error = squares[0].error(squares[0].compute(y, predicted))
    assert error == pytest.approx(root.compute(y, predicted) ** 2 / np.var(y))


def test_each_task_has_one_default() -> None:
    defaults = [metric.default_for for metric in METRICS.values() if metric.default_for]
    assert sorted(defaults) == sorted(Task)


@pytest.mark.parametrize("name", list(METRICS))
def test_words_of_every_metric_are_there_for_a_task(name: str) -> None:
    metric = metric_of(name)
    assert metric.words
    assert metric.tasks


def test_names_are_those_of_scikit_learn() -> None:
    for name in set(METRICS) - {"error_rate"}:
        assert any(hasattr(sklearn_metrics, f"{name}{ending}") for ending in ("", "_score")), name


@pytest.mark.parametrize("name", CAPPED)
def test_errors_do_not_exceed_the_ceiling(name: str) -> None:
    ceiling = metric_of(name).ceiling
    assert ceiling is not None
    errors = ceiling * np.array([0.99, 0.97, 0.98, 0.95, 0.96])
    posterior = fit(SIZES, errors, np.full(5, 0.02 * ceiling), metric=name)
    assert posterior.quantile(1e5, 0.999) <= ceiling
    with pytest.raises(ValueError, match=f"must not exceed {ceiling:g}"):
        fit(SIZES, 100 * errors, metric=name)


@pytest.mark.parametrize("name", ["accuracy", "average_precision", "error_rate", "f1", "roc_auc"])
def test_shares_cannot_be_worse_than_all_wrong(name: str) -> None:
    assert metric_of(name).ceiling == 1


@pytest.mark.parametrize("name", UNCAPPED)
def test_losses_have_no_end(name: str) -> None:
    metric = metric_of(name)
    assert metric.ceiling is None
    errors = 2 + 30 * SIZES**-0.5
    posterior = fit(SIZES, errors, 0.01 * errors, metric=name, n_repeats=5)
    truth = 2 + 30 * 6400**-0.5
    low, high = posterior.quantile(6400, [0.05, 0.95])
    assert low < truth < high
    assert posterior.metric is metric


def test_a_forecast_of_scores_is_that_of_their_errors() -> None:
    scores = 0.9 - 2 * SIZES**-0.5
    metric = metric_of("accuracy")
    of_scores = fit(SIZES, metric.error(scores), np.full(5, 0.004), metric="accuracy")
    of_errors = fit(SIZES, 1 - scores, np.full(5, 0.004), metric="error_rate")
    assert of_scores.quantile(6400, 0.9) == pytest.approx(of_errors.quantile(6400, 0.9))
    assert metric.score(float(of_scores.quantile(6400, 0.5))) == pytest.approx(0.875, abs=0.02)


def test_an_unknown_metric_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(ValueError, match="'profit', which is not known; one of accuracy"):
        metric_of("profit")


@pytest.mark.parametrize("name", ["accuracy", "log_loss"])
def test_a_target_that_is_just_reached_is_met(name: str) -> None:
    metric = metric_of(name)
    worse = 0.25 if metric.is_loss else -0.25
    assert metric.is_met(0.5, 0.5)
    assert not metric.is_met(0.5 + worse, 0.5)
