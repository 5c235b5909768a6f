"""A person's own model by import path: what is taken, what is refused, and in which words."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score
from tests.engines.conftest import COLUMNS, make_frame

from leadline.engines.loading import load_family
from leadline.engines.own.finding import nothing_to_try
from leadline.engines.own.import_path import parse_import_path
from leadline.engines.own.importing import source_version
from leadline.engines.releases.models import (
    dump_model,
    load_model,
    refuse_unstorable,
    trusted_types,
)
from leadline.errors import EngineError, ReleaseError
from leadline.testing import check_family

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Write]:
    """Writes a module beside where leadline.toml would lie; what was imported is forgotten."""
    path = list(sys.path)

    def writing(name: str, text: str) -> Path:
        (tmp_path / f"{name}.py").write_text(dedent(text), encoding="utf-8")
        return tmp_path

    yield writing
    sys.path[:] = path
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


def labels(frame: pl.DataFrame) -> Any:
    return np.where(frame["size"].to_numpy() > 0, "yes", "no")


def fitted(name: str, folder: Path | str = "", task: str = "binary", seed: int = 0) -> Any:
    """The model of a name, fitted to eighty rows."""
    frame = make_frame()
    y = frame["size"].to_numpy() if task == "regression" else labels(frame)
    family = load_family(name, folder)
    return family.build(family.candidates(task, COLUMNS, 80)[0], task, COLUMNS, seed).fit(frame, y)


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


# --------------------------------------------------------------------------- two functions

MEANS = """
    import numpy as np

    def size_of(X):
        return X["size"].fill_null(0.0).to_numpy() if "size" in X.columns else np.zeros(X.height)

    def fit(X, y, seed):
        size = size_of(X)
        if y.dtype.kind == "f":
            return {"mean": float(y.mean())}
        return {str(one): float(size[y == one].mean()) for one in np.unique(y)}

    def predict(model, X):
        size = size_of(X)
        if "mean" in model:
            return np.full(X.height, model["mean"])
        names = sorted(model)
        far = np.array([np.abs(size - model[name]) for name in names])
        return PREDICTED
"""
SHARES = MEANS.replace("PREDICTED", "(1 / (1 + far) / (1 / (1 + far)).sum(axis=0)).T")
LABELS = MEANS.replace("PREDICTED", "[names[i] for i in far.argmin(axis=0)]")


@pytest.mark.parametrize("text", [SHARES, LABELS], ids=["shares", "labels"])
def test_two_functions_are_a_model(write: Write, text: str) -> None:
    folder = write("two_functions", text)
    check_family("two_functions:", folder=folder)
    model = fitted("two_functions:", folder)
    frame = make_frame(60)
    shares = model.predict_proba(frame)
    assert roc_auc_score(labels(frame) == "yes", shares[:, 1]) > 0.8
    assert set(model.predict(frame)) == {"no", "yes"}
    assert (set(np.unique(shares)) == {0.0, 1.0}) == (text == LABELS)


def test_two_functions_may_be_given_numbers(write: Write) -> None:
    folder = write(
        "in_numbers",
        """
        import numpy as np

        tasks = "regression"
        complexity = 2

        def fit(X, y, seed):
            assert isinstance(X, np.ndarray)
            return np.linalg.lstsq(np.c_[X, np.ones(len(X))], y, rcond=1e-6)[0]

        def predict(model, X):
            return (np.c_[X, np.ones(len(X))] @ model)[:, None]
        """,
    )
    family = load_family("in_numbers:[numbers]", folder)
    assert family.complexity == 2
    assert family.candidates("binary", COLUMNS, 80) == ()
    model = fitted("in_numbers:[numbers]", folder, "regression")
    frame = make_frame()
    assert np.corrcoef(model.predict(frame), frame["size"])[0, 1] > 0.99
    check_family("in_numbers:[numbers]", folder=folder)


LOCKED = """
    import threading
    import numpy as np

    class Locked:
        def __init__(self, share):
            self.share, self.lock = share, threading.Lock()

    def fit(X, y, seed):
        return Locked(float((y == "yes").mean()))

    def predict(model, X):
        return np.tile([1 - model.share, model.share], (X.height, 1))
"""


def test_what_cannot_be_stored_is_told_how_it_could_be(write: Write) -> None:
    folder = write("locked", LOCKED)
    model = fitted("locked:", folder)
    with pytest.raises(EngineError, match=r"no release can hold it: .*lock.*to_bytes and from_b"):
        refuse_unstorable(model, "locked:", folder)
    model.model_ = lambda: 0
    with pytest.raises(EngineError, match="no release can hold it"):
        refuse_unstorable(model, "locked:", folder)


def test_a_module_may_write_and_read_its_model_itself(write: Write) -> None:
    text = LOCKED + (
        """
    def to_bytes(model):
        return repr(model.share).encode()

    def from_bytes(data):
        return Locked(float(data))
    """
    )
    folder = write("locked_not", text)
    model = fitted("locked_not:", folder)
    frame = make_frame(5)
    expected = model.predict_proba(frame)
    for restored in (
        load_model(dump_model(model), trusted=trusted_types("locked_not:", folder)),
        pickle.loads(pickle.dumps(model)),
    ):
        assert np.array_equal(restored.predict_proba(frame), expected)


def test_types_of_other_packages_are_stored_if_the_module_trusts_them(write: Write) -> None:
    text = """
        import polars as pl

        TRUST

        def fit(X, y, seed):
            return pl.DataFrame({"share": [float((y == "yes").mean())]})

        def predict(model, X):
            share = model["share"][0]
            return [[1 - share, share]] * X.height
    """
    for name, trust in (("careful", ""), ("trusting", 'trusted = "polars.*"')):
        folder = write(name, text.replace("TRUST", trust))
        stored = dump_model(fitted(f"{name}:", folder))
        trusted = trusted_types(f"{name}:", folder)
        if trust:
            assert load_model(stored, trusted=trusted).classes_.tolist() == ["no", "yes"]
        else:
            with pytest.raises(ReleaseError, match=r"polars\.dataframe.*the module of your own"):
                load_model(stored, trusted=trusted)


@pytest.mark.parametrize(
    ("returned", "task", "match"),
    [
        ("['maybe'] * X.height", "binary", r"the label np.str_\('maybe'\).*'no', 'yes'"),
        ("[0.5] * X.height", "binary", "gave the label 0.5|gave the label np.float64"),
        ("[[0.5, 0.9]] * X.height", "binary", "rows that are not probabilities"),
        ("[[1.0, 0.0, 0.0]] * X.height", "binary", r"shape \(80, 3\).*shape \(80, 2\)"),
        ("['many'] * X.height", "regression", "gave <U4 of shape"),
        ("[float('nan')] * X.height", "regression", "finite"),
        ("[1.0]", "regression", r"float64 of shape \(1,\)\. Finite numbers of shape \(80,\)"),
    ],
)
def test_a_wrong_answer_is_named(write: Write, returned: str, task: str, match: str) -> None:
    folder = write(
        "wrong_answers",
        f"def fit(X, y, seed):\n    return 1\n\ndef predict(model, X):\n    return {returned}\n",
    )
    model = fitted("wrong_answers:", folder, task)
    with pytest.raises(EngineError, match=match):
        (model.predict if task == "regression" else model.predict_proba)(make_frame())


def test_a_fit_that_returns_nothing_and_one_class_are_refused(write: Write) -> None:
    folder = write("forgets", "def fit(X, y, seed): ...\ndef predict(model, X): ...\n")
    with pytest.raises(EngineError, match=r"returned nothing.*return model"):
        fitted("forgets:", folder)
    model = load_family("forgets:", folder).build({}, "binary", COLUMNS, 0)
    with pytest.raises(ValueError, match="one class"):
        model.fit(make_frame(), np.full(80, "yes"))


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
