from __future__ import annotations

import sys
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import sparse
from sklearn.metrics import r2_score, roc_auc_score

from leadline.engines.families.inputs.encoders import (
    MOST_CATEGORIES,
    Categories,
    Columns,
    Numbers,
    Words,
)
from leadline.engines.loading import load, names
from leadline.testing import check_family

MOST_CANDIDATES = 6


def learners(*tasks: str, **columns: str) -> list[str]:
    """Families that are for some tasks and columns, but for the baseline that learns nothing."""
    found = {name: load("families", name)() for name in names("families")}
    return [
        name
        for name, family in found.items()
        if family.complexity > 0 and all(family.candidates(t, columns, 2_000) for t in tasks)
    ]


# an ensemble proposes nothing by itself, and prompted nothing without a machine: test_ensemble.py
# and test_prompted.py say what they keep
@pytest.mark.parametrize("name", sorted({*names("families")} - {"ensemble", "prompted"}))
def test_a_built_in_family_keeps_the_contract(name: str) -> None:
    check_family(load("families", name)())


def build(name: str, task: str, columns: dict[str, str]) -> Any:
    family = load("families", name)()
    return family.build(family.candidates(task, columns, 2_000)[0], task, columns, 0)


def test_families_are_found_by_what_they_are_for() -> None:
    assert {"bayes", "linear"} <= set(learners("binary", a="number"))
    assert "bayes" not in learners("binary", "regression", a="number")
    assert "embeddings" in learners("binary", said="text")
    assert "majority" not in learners("binary", a="number")


@pytest.mark.parametrize("name", learners("binary", "regression", a="number", town="category"))
def test_what_can_be_learnt_is_learnt(name: str) -> None:
    rng = np.random.default_rng(1)
    n = 1_200
    frame = pl.DataFrame({"a": rng.normal(size=n), "town": rng.choice(["x", "y"], n)})
    signal = frame["a"].to_numpy() + 2.0 * (frame["town"] == "x").to_numpy()
    y = np.where(signal + rng.normal(0, 0.3, n) > 1, "yes", "no")
    columns = {"a": "number", "town": "category"}
    model = build(name, "binary", columns).fit(frame[:800], y[:800])
    assert list(model.classes_) == ["no", "yes"]
    assert roc_auc_score(y[800:] == "yes", model.predict_proba(frame[800:])[:, 1]) > 0.95
    model = build(name, "regression", columns).fit(frame[:800], signal[:800])
    assert r2_score(signal[800:], model.predict(frame[800:])) > 0.9


@pytest.mark.parametrize("name", learners("binary", said="text"))
def test_text_is_learnt_from(name: str) -> None:
    rng = np.random.default_rng(2)
    words = np.array(["gate", "crew", "fog", "sun", "rain"])
    texts = [" ".join(rng.choice(words, 4)) for _ in range(600)]
    y = np.array(["bad" if "fog" in text else "good" for text in texts])
    frame = pl.DataFrame({"said": texts})
    model = build(name, "binary", {"said": "text"}).fit(frame[:400], y[:400])
    assert roc_auc_score(y[400:] == "good", model.predict_proba(frame[400:])[:, 1]) > 0.95


@pytest.mark.parametrize("name", learners("regression", tail="category"))
def test_a_column_of_a_thousand_categories_is_no_obstacle(name: str) -> None:
    rng = np.random.default_rng(3)
    codes = rng.integers(0, 1_000, 3_000)
    frame = pl.DataFrame({"tail": [f"N{code}" for code in codes]})
    model = build(name, "regression", {"tail": "category"}).fit(frame, codes.astype(float))
    assert np.isfinite(model.predict(frame.head(5))).all()


def test_numbers_are_centred_filled_and_flagged() -> None:
    frame = pl.DataFrame({"a": [1.0, 2.0, 3.0, None], "same": [5.0] * 4, "none": [None] * 4})
    frame = frame.cast(pl.Float64)
    out = Numbers().fit(frame).transform(frame)
    assert out.shape == (4, 4)
    assert np.allclose(out[:, :3].mean(axis=0), 0.0)
    assert np.allclose(out[:, 0].std(), 1.0)
    assert np.array_equal(out[:, 1:3], np.zeros((4, 2)))
    assert out[:, 3].tolist() == [0.0, 0.0, 0.0, 1.0]


def test_rare_categories_share_a_place_with_unseen_ones() -> None:
    towns = [f"t{i}" for i in range(12) for _ in range(6)] + ["rare", None]
    frame = pl.DataFrame({"town": towns})
    encoded = Categories(fewest=5).fit(frame)
    out = encoded.transform(pl.DataFrame({"town": ["t3", "rare", "new", None]})).toarray()
    assert out.shape == (4, 13)
    assert out[1].tolist() == out[2].tolist() == [0.0] * 12 + [1.0]
    assert out[3].sum() == 0.0


def test_categories_ask_the_threads_of_polars_once() -> None:
    """Each question waits for them, which takes minutes of a fit on a busy machine."""
    frame = pl.DataFrame({f"code{i}": ["a", None, "b"] * 9 for i in range(30)})
    asked: list[str] = []

    def noted(_: object, event: str, called: object) -> None:
        if event == "c_call":
            asked.append(called.__name__)  # type: ignore[attr-defined]

    sys.setprofile(noted)
    try:
        out = Categories().fit(frame).transform(frame).toarray()
    finally:
        sys.setprofile(None)
    assert out.sum(axis=1).tolist() == [30.0, 0.0, 30.0] * 9
    assert asked.count("collect") == 1


def test_codes_stay_below_what_boosting_can_hold() -> None:
    frame = pl.DataFrame({"tail": [f"N{i}" for i in range(400) for _ in range(5)]})
    codes = Categories(as_codes=True).fit(frame).transform(frame)
    assert codes.max() == MOST_CATEGORIES


def test_a_tie_between_categories_does_not_depend_on_the_order_of_rows() -> None:
    towns = [f"t{i}" for i in range(300) for _ in range(5)]
    one = Categories().fit(pl.DataFrame({"town": towns}))
    other = Categories().fit(pl.DataFrame({"town": towns[::-1]}))
    assert one.names_ == other.names_


def test_text_without_words_has_no_columns() -> None:
    empty = pl.Series("said", ["", " ", ""])
    assert Words().fit(empty).transform(empty).shape == (3, 0)
    assert Words(n_components=8).fit(empty).transform(empty).shape == (3, 0)


def test_one_hot_columns_stay_sparse() -> None:
    frame = pl.DataFrame({"n": [1.0, 2.0], "town": ["a", "b"]})
    out = Columns({"n": "number", "town": "category"}).fit(frame).transform(frame)
    assert sparse.issparse(out)


def test_only_a_polars_frame_is_taken() -> None:
    with pytest.raises(TypeError, match="polars frame"):
        Columns({"n": "number"}).fit(np.zeros((3, 1)))  # type: ignore[arg-type]


def test_no_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one feature"):
        Columns({}).fit(pl.DataFrame({"n": [1.0]}))


def test_the_majority_takes_no_parameters() -> None:
    with pytest.raises(ValueError, match="no parameters"):
        load("families", "majority")().build({"C": 1.0}, "binary", {}, 0)


@pytest.mark.parametrize("columns", [{"n": "number", "said": "text"}, {"photo": "image"}])
@pytest.mark.parametrize("name", names("families"))
def test_candidates_are_few(name: str, columns: dict[str, str]) -> None:
    assert len(load("families", name)().candidates("binary", columns, 50_000)) <= MOST_CANDIDATES
