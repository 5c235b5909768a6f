"""Releases as estimators of scikit-learn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.exceptions import NotFittedError
from sklearn.inspection import permutation_importance
from sklearn.metrics import roc_auc_score
from sklearn.utils.validation import check_is_fitted
from tests.projects import BY, copy_of_released, customers, project
from tests.serving.conftest import Sealed, make_release

import leadline as ll
from leadline.errors import DataError, NotReadyError
from leadline.notebook.released_models import released_model

NEW = customers(300, 5, skipped=900)


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ll.Project]:
    base = tmp_path_factory.getbasetemp()
    folder = copy_of_released(base, tmp_path_factory.mktemp("model") / "released")
    with ll.open(folder, by=BY) as opened:
        yield opened


def test_it_answers_as_the_release_does(released: ll.Project) -> None:
    model = released.model()
    assert isinstance(model, ll.ReleasedClassifier)
    check_is_fitted(model)
    assert is_classifier(model)
    shares = model.predict_proba(NEW)
    assert shares.shape == (300, 2)
    assert shares.sum(axis=1) == pytest.approx(1)
    assert model.bundle is not None
    threshold = model.bundle.manifest.threshold
    assert threshold is not None
    assert (model.predict(NEW) == (shares[:, 1] >= threshold)).all()
    assert roc_auc_score(NEW["left"] == "yes", shares[:, 1]) > 0.8
    assert repr(model).startswith("ReleasedClassifier('customers', release ")


def test_frames_of_both_packages_and_inspection_work(released: ll.Project) -> None:
    model = released.model()
    frame = NEW.to_pandas()
    assert (model.predict(frame) == model.predict(NEW)).all()
    columns = frame[list(model.feature_names_in_)]
    found = permutation_importance(
        model, columns, NEW["left"].to_numpy() == "yes", n_repeats=2, random_state=0
    )
    best = model.feature_names_in_[int(np.argmax(found.importances_mean))]
    assert best in {"calls", "plan"}
    assert model.n_features_in_ == len(found.importances_mean)


def test_it_never_learns_and_a_clone_holds_the_same_release(released: ll.Project) -> None:
    model = released.model()
    with pytest.raises(NotReadyError, match="is sealed"):
        model.fit(NEW, NEW["left"])
    assert clone(model, safe=False).release == model.release


def test_a_column_that_is_missing_is_named(released: ll.Project) -> None:
    with pytest.raises(DataError, match="calls"):
        released.model().predict(NEW.drop("calls"))


def test_before_a_release_there_is_no_model(tmp_path: Path) -> None:
    project(tmp_path, customers(120)).close()
    with ll.open(tmp_path) as mine, pytest.raises(NotReadyError, match="Nothing is released yet"):
        mine.model()


def test_an_empty_one_is_not_fitted() -> None:
    assert repr(ll.ReleasedRegressor()) == "ReleasedRegressor()"
    with pytest.raises(NotFittedError):
        ll.ReleasedRegressor().predict(pl.DataFrame())
    with pytest.raises(NotFittedError):
        check_is_fitted(ll.ReleasedClassifier())


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_classes_and_numbers(task: str, tmp_path: Path) -> None:
    sealed: Sealed = make_release(tmp_path, task)
    model = released_model(sealed.open())
    if task == "regression":
        assert is_regressor(model)
        assert model.predict(sealed.X) == pytest.approx(sealed.model.predict(sealed.X))
        return
    assert isinstance(model, ll.ReleasedClassifier)
    assert model.classes_.tolist() == ["7", "Bern", "Ulm"]
    shares = model.predict_proba(sealed.X)
    assert shares == pytest.approx(sealed.model.predict_proba(sealed.X))
    assert (model.predict(sealed.X) == model.classes_[shares.argmax(axis=1)]).all()
