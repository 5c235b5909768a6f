"""A person's own model by import path: what is taken, what is refused, and in which words."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from tests.engines.own.conftest import LABELS, SHARES, Write, fitted, labels
from tests.serving.conftest import COLUMNS, make_frame

from leadline.engines.loading import load_family
from leadline.engines.own.finding import nothing_to_try
from leadline.engines.own.import_path import parse_import_path
from leadline.engines.own.importing import source_version
from leadline.errors import EngineError, ReleaseError
from leadline.serving.releases.models import (
    dump_model,
    load_model,
    trusted_types,
)
from leadline.testing import check_family

# --------------------------------------------------------------------------- estimators


@pytest.mark.parametrize(
    "name",
    [
        "sklearn.ensemble.ExtraTreesClassifier",
        "sklearn.svm:LinearSVC",  # no predict_proba
        "sklearn.naive_bayes.ComplementNB",  # nothing negative
        "sklearn.linear_model.Perceptron",
    ],
)
def test_a_classifier_of_scikit_learn_learns_ranks_and_is_stored(name: str) -> None:
    model = fitted(name)
    frame = make_frame()
    shares = model.predict_proba(frame)
    assert shares.shape == (80, 2)
    assert np.allclose(shares.sum(axis=1), 1.0)
    assert roc_auc_score(labels(frame) == "yes", shares[:, 1]) > 0.7
    restored = load_model(dump_model(model), trusted=trusted_types(name))
    assert np.array_equal(restored.predict_proba(frame), shares)


def test_several_classes_are_ranked_without_probabilities() -> None:
    family = load_family("sklearn.svm.LinearSVC")
    frame = make_frame()
    model = family.build({}, "multiclass", COLUMNS, 0).fit(frame, frame["town"].to_numpy())
    assert list(model.classes_) == ["7", "Bern", "Ulm"]
    assert np.array_equal(model.classes_[model.predict_proba(frame).argmax(1)], frame["town"])


def test_a_regressor_predicts_numbers() -> None:
    model = fitted("sklearn.linear_model.Ridge", task="regression")
    frame = make_frame()
    assert np.corrcoef(model.predict(frame), frame["size"])[0, 1] > 0.99


def test_the_seed_goes_wherever_it_is_asked_for() -> None:
    one, other, again = (
        fitted("sklearn.ensemble.ExtraTreesClassifier", seed=seed).predict_proba(make_frame(200))
        for seed in (1, 2, 1)
    )
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_a_built_in_family_has_a_path_too() -> None:
    assert load_family("leadline.engines.families.majority:Majority").name == "majority"


def test_the_check_takes_a_name() -> None:
    check_family("majority")
    check_family("sklearn.tree.DecisionTreeRegressor")
    with pytest.raises(EngineError, match="'swamp'"):
        check_family("swamp")


PIPELINE = """
    import numpy as np
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    class Plain(LogisticRegression):
        "A class of one's own."

    pipeline = make_pipeline(
        make_column_transformer(
            (OneHotEncoder(handle_unknown="ignore"), ["town"]), ("passthrough", ["size"])
        ),
        Plain(),
    )
    small = Plain(C=0.01)
"""


def test_a_pipeline_of_ones_own_is_given_the_frame(write: Write) -> None:
    folder = write("plumbing", PIPELINE)
    model = fitted("plumbing:pipeline[frame]", folder)
    frame = make_frame(60)
    assert roc_auc_score(labels(frame) == "yes", model.predict_proba(frame)[:, 1]) > 0.9
    stored = dump_model(model)
    with pytest.raises(ReleaseError, match=r"not trusted: .*plumbing\.Plain"):
        load_model(stored)
    restored = load_model(stored, trusted=trusted_types("plumbing:pipeline[frame]", folder))
    assert np.array_equal(restored.predict_proba(frame), model.predict_proba(frame))


def test_an_object_keeps_its_parameters_and_is_not_fitted_itself(write: Write) -> None:
    folder = write("plumbing", PIPELINE)
    model = fitted("plumbing:small", folder)
    assert model[-1].model_.C == 0.01
    assert not hasattr(sys.modules["plumbing"].small, "coef_")


FAMILY = """
    import numpy as np
    from sklearn.base import BaseEstimator

    class Shares(BaseEstimator):
        def __init__(self, task="binary"):
            self.task = task
        def fit(self, X, y):
            if self.task == "regression":
                self.mean_ = float(np.mean(y))
            else:
                self.classes_, counts = np.unique(y, return_counts=True)
                self.shares_ = counts / counts.sum()
            return self
        def predict(self, X):
            if self.task == "regression":
                return np.full(X.height, self.mean_)
            return np.full(X.height, self.classes_[self.shares_.argmax()])
        def predict_proba(self, X):
            return np.tile(self.shares_, (X.height, 1))

    class Constants:
        name = "constants"
        complexity = 0
        def candidates(self, task, columns, n_rows):
            return [{}]
        def build(self, params, task, columns, seed):
            return Shares(task)
"""


def test_a_family_beside_the_settings_needs_no_entry_point(write: Write) -> None:
    folder = write("families_of_mine", FAMILY)
    check_family("families_of_mine:Constants", folder=folder)
    with pytest.raises(EngineError, match=r"listed in the family's 'trusted'"):
        check_family(load_family("families_of_mine:Constants", folder))
    with pytest.raises(EngineError, match=r"takes nothing in brackets\. Leave \[frame\] out"):
        load_family("families_of_mine:Constants[frame]", folder)


# --------------------------------------------------------------------------- what is refused


def refused(name: str, match: str, folder: Path | str = "") -> EngineError:
    with pytest.raises(EngineError, match=match) as caught:
        load_family(name, folder)
    assert caught.value.found
    assert caught.value.needed
    assert caught.value.next
    return caught.value


def test_a_wrong_path_is_told_what_is_near(write: Write) -> None:
    folder = write("my_models", PIPELINE)
    error = refused("my_modles:pipeline", r"there is no module 'my_modles'", folder)
    assert str(folder) in error.needed
    assert error.next == "Did you mean 'my_models'?"
    refused("my_models:pipelin", "Did you mean 'pipeline'", folder)
    refused("sklearn.ensemble.ExtraTreesClasifier", "Did you mean 'ExtraTreesClassifier'")
    refused("my_models.pipeline.more", "there is no module 'my_models.pipeline'", folder)
    refused("nowhere.at_all", "must be installed, or lie beside leadline.toml")
    refused("swamp", "import path: 'package.Class', 'module:object', 'module:'")


@pytest.mark.parametrize("name", ["my model:", ":fit", "a..b", "a:b:c", "a.b[", "2a.b"])
def test_what_is_no_path_is_told_the_forms(name: str) -> None:
    refused(name, "'module:object', or 'module:'")


def test_brackets_hold_one_of_two_words() -> None:
    refused("sklearn.svm.SVC[fame]", r"\[frame\].*or \[numbers\]")


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("1 / 0", r"ZeroDivisionError: division by zero \(breaks\.py line 1\)"),
        ("import sys\nsys.exit(3)", r"SystemExit: 3"),
        ("def fit(:", "SyntaxError: .*breaks.py, line 1"),
        ("import no_such_package_at_all", "'no_such_package_at_all', which is not installed"),
        ("x = 1", r"has no function fit\. fit\(X, y, seed\) is needed"),
        ("def fit(X, y): ...\ndef predict(m, X): ...", r"is fit\(X, y\)\. fit\(X, y, seed\)"),
        (
            "def fit(X, y, seed): ...\ndef predict(m, X): ...\ndef to_bytes(m): ...",
            "no function from_bytes",
        ),
        ("tasks = ('guess',)\ndef fit(X, y, seed): ...", "One or more of binary, multiclass"),
    ],
)
def test_a_module_that_cannot_be_a_model_says_why(write: Write, text: str, match: str) -> None:
    refused("breaks:", match, write("breaks", text))


def test_what_is_no_estimator_is_named(write: Write) -> None:
    folder = write(
        "oddities",
        """
        from sklearn.base import BaseEstimator

        class Needy(BaseEstimator):
            def __init__(self, n): ...
            def fit(self, X, y): ...
            def predict(self, X): ...

        class Silent(BaseEstimator):
            def fit(self, X, y): ...
            def predict(self, X): ...

        class Bare:
            def fit(self, X, y): ...
            def predict(self, X): ...
        """,
    )
    refused("math.sqrt", r"is a builtin_function_or_method, which is not an estimator")
    refused("oddities:Bare", "class Bare, which is not an estimator.*'oddities:'", folder)
    refused("oddities:Needy", "cannot be made without arguments.*'my_models:model'", folder)
    refused("oddities:Silent", "ClassifierMixin or RegressorMixin", folder)
    refused("sklearn.cluster.KMeans", "neither that it is a classifier")
    refused("sklearn.preprocessing.StandardScaler", "which is not an estimator")


def test_a_module_that_hides_ones_own_is_named(write: Write) -> None:
    refused("json:", r"Python takes 'json' from .*Rename it", write("json", SHARES))


@pytest.mark.parametrize(
    ("name", "task", "match"),
    [
        (
            "sklearn.ensemble.ExtraTreesClassifier",
            "regression",
            "a classifier, and the label is a number.*ExtraTreesRegressor",
        ),
        ("sklearn.linear_model:Ridge", "binary", "a regressor, and the label is a class.*another"),
    ],
)
def test_the_wrong_kind_for_the_label_is_told_its_sister(name: str, task: str, match: str) -> None:
    family = load_family(name)
    assert list(family.candidates(task, COLUMNS, 80)) == []
    with pytest.raises(EngineError, match=match):
        raise nothing_to_try(name, family, task)


def test_the_code_behind_a_name_has_a_version(write: Write) -> None:
    folder = write("versioned", SHARES)
    first = source_version(parse_import_path("versioned:"), folder)
    write("versioned", LABELS)
    assert source_version(parse_import_path("versioned:"), folder) != first
    assert source_version(parse_import_path("sklearn.svm.SVC"), folder).startswith("scikit-learn ")
