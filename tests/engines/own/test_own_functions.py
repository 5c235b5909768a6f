"""Two functions of a module as a model: what they may give, and how it is stored."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from tests.engines.own.conftest import LABELS, SHARES, Write, fitted, labels
from tests.serving.conftest import COLUMNS, make_frame

from leadline.engines.loading import load_family
from leadline.errors import EngineError, ReleaseError
from leadline.serving.releases.models import (
    dump_model,
    load_model,
    refuse_unstorable,
    trusted_types,
)
from leadline.testing import check_family


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
