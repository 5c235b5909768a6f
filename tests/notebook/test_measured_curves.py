"""Curves measured on estimators of scikit-learn's users."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_classification, make_regression
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier
from sklearn.metrics import accuracy_score, average_precision_score, log_loss, roc_auc_score
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import leadline as ll

X, Y = make_classification(600, n_features=8, flip_y=0.1, weights=[0.7], random_state=0)
MODEL = make_pipeline(StandardScaler(), LogisticRegression())


def errors(*args: Any, **options: Any) -> Any:
    curve = ll.learning_curve(*args, progress=False, **{"n_repeats": 3, **options})
    return curve.posterior.measured.errors


class Spy(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is not typed
    """Notes what it was given."""

    seen: ClassVar[list[tuple[set[float], set[float]]]] = []

    def fit(self, X: Any, y: Any) -> Spy:
        self.classes_ = np.unique(y)
        self.rows_ = set(np.asarray(X)[:, 0].tolist())
        return self

    def predict(self, X: Any) -> Any:
        self.seen.append((self.rows_, set(np.asarray(X)[:, 0].tolist())))
        return np.repeat(self.classes_[:1], len(X))


def test_sizes_are_nested_and_held_out_rows_are_never_learnt_from() -> None:
    Spy.seen.clear()
    numbered = np.arange(600.0)[:, None]
    errors(Spy(), numbered, Y)
    assert len(Spy.seen) % 3 == 0
    per_repeat = len(Spy.seen) // 3
    assert per_repeat >= 5
    for repeat in range(3):
        runs = Spy.seen[repeat * per_repeat : (repeat + 1) * per_repeat]
        for (rows, held), (more, same) in pairwise(runs):
            assert rows < more
            assert held == same
            assert not held & more
    assert Spy.seen[0][1] != Spy.seen[-1][1]


@pytest.mark.parametrize("positive", ["late", "on time"])
@pytest.mark.parametrize(
    ("scoring", "expected"),
    [
        ("accuracy", lambda y, model, X: 1 - accuracy_score(y, model.predict(X) == 1)),
        ("roc_auc", lambda y, model, X: 1 - roc_auc_score(y, model.predict_proba(X)[:, 1])),
        (
            "average_precision",
            lambda y, model, X: 1 - average_precision_score(y, model.predict_proba(X)[:, 1]),
        ),
        ("log_loss", lambda y, model, X: log_loss(y, model.predict_proba(X))),
    ],
)
def test_scores_are_those_of_scikit_learn(scoring: str, expected: Any, positive: str) -> None:
    """Whichever class is the hit, and whatever it is called."""
    told = np.where(Y == 1, positive, "on time" if positive == "late" else "late")

    sizes = [60, 120, 400]
    found = errors(LogisticRegression(), X, told, scoring=scoring, positive=positive, sizes=sizes)
    wanted = []
    rng = np.random.default_rng(0)
    splits = StratifiedShuffleSplit(n_splits=3, test_size=0.2, random_state=0).split(X, told)
    for train, valid in splits:
        rows = rng.permutation(train)[:400]
        model = LogisticRegression().fit(X[rows], (told[rows] == positive).astype(int))
        wanted.append(expected(told[valid] == positive, model, X[valid]))
    assert found[-1] == pytest.approx(np.mean(wanted), abs=2e-4)


def test_frames_and_arrays_are_the_same() -> None:
    frame = pd.DataFrame(X, columns=[f"c{k}" for k in range(X.shape[1])])
    plain = errors(LogisticRegression(), X, Y)
    for rows in (frame, pl.from_pandas(frame), sparse.csr_array(X)):
        assert errors(LogisticRegression(), rows, Y) == pytest.approx(plain, abs=1e-9)


def test_texts_in_a_list_are_rows() -> None:
    from sklearn.feature_extraction.text import CountVectorizer

    words = [f"row {'late' if hit else 'early'} {row % 7}" for row, hit in enumerate(Y)]
    model = make_pipeline(CountVectorizer(), LogisticRegression())
    assert errors(model, words, Y)[-1] < 0.01


def test_the_estimator_is_left_as_it_was() -> None:
    model = LogisticRegression()
    errors(model, X, Y)
    assert not hasattr(model, "coef_")


def test_a_classifier_without_probabilities_is_ranked_by_its_decision() -> None:
    told = np.where(Y == 1, "a", "b")  # the hit is the first class
    ranked = errors(RidgeClassifier(), X, told, scoring="roc_auc", positive="a")
    assert ranked[-1] < 0.3


def test_a_size_of_one_class_is_given_another_row() -> None:
    rare = (np.arange(600) % 60 == 0).astype(int)
    found = errors(LogisticRegression(), X, rare, scoring="roc_auc", sizes=[5, 50, 400])
    assert np.isfinite(found).all()


def test_groups_are_never_on_both_sides() -> None:
    Spy.seen.clear()
    groups = np.repeat(np.arange(60), 10)
    errors(Spy(), groups[:, None].astype(float), Y, groups=groups)
    assert Spy.seen
    assert not any(rows & held for rows, held in Spy.seen)


def test_numbers_are_measured_by_r2_or_what_is_asked() -> None:
    rows, y = make_regression(300, n_features=5, noise=20, random_state=0)
    curve = ll.learning_curve(Ridge(), rows, y, progress=False)
    assert curve.metric.name == "r2"
    assert curve.chance_error == pytest.approx(1)
    assert errors(Ridge(), rows, y, scoring="root_mean_squared_error")[-1] > 15


def test_all_rows_count_for_today() -> None:
    curve = ll.learning_curve(MODEL, X, Y, progress=False)
    assert curve.n_rows == 600
    assert curve.posterior.n_largest == 480
    assert curve.chance_error == pytest.approx(1 - max(Y.mean(), 1 - Y.mean()))


def test_one_that_learns_nothing_is_forecast_to_learn_nothing() -> None:
    far = ll.forecast(DummyClassifier(), X, Y, target=0.9, progress=False)
    assert far.p_now < 0.05


def test_the_same_seed_gives_the_same_curve() -> None:
    assert (errors(MODEL, X, Y, seed=4) == errors(MODEL, X, Y, seed=4)).all()
    assert (errors(MODEL, X, Y, seed=4) != errors(MODEL, X, Y, seed=5)).any()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"scoring": "r2"}, "does not fit labels that are binary"),
        ({"scoring": "beauty"}, "beauty"),
        ({"n_repeats": 1}, "at least 2"),
        ({"valid_share": 20}, "must lie in \\(0, 1\\); got 20"),
        ({"valid_share": 1}, "must lie in \\(0, 1\\); got 1"),
        ({"sizes": [50, 100]}, "three or more"),
        ({"sizes": [50, 100, 599]}, "from 2 to 480"),
        ({"positive": "late"}, "positive is 'late'"),
    ],
)
def test_what_makes_no_sense_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ll.learning_curve(MODEL, X, Y, progress=False, **options)


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_missing_labels_are_refused(missing: object) -> None:
    labels = np.where(Y == 1, "yes", "no").astype(object)
    labels[3] = missing
    with pytest.raises(ValueError, match="y has missing labels"):
        ll.learning_curve(MODEL, X, labels, progress=False)


def test_few_rows_other_lengths_and_one_class_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 60"):
        ll.learning_curve(MODEL, X[:30], Y[:30])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        ll.learning_curve(MODEL, X, Y[:-1])
    with pytest.raises(ValueError, match="two classes are needed"):
        ll.learning_curve(MODEL, X, np.zeros(600))
    with pytest.raises(ValueError, match="one label a row"):
        ll.learning_curve(MODEL, X, np.column_stack([Y, Y]))
