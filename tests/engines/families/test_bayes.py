"""Naive Bayes against posteriors that can be worked out on paper."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.naive_bayes import CategoricalNB, ComplementNB, GaussianNB, MultinomialNB

from leadline.engines.families.bayes import Bayes, NaiveBayes
from leadline.engines.families.likelihoods import (
    CategoricalLikelihood,
    GaussianLikelihood,
    TermLikelihood,
)


def shares(model: Any, **row: Any) -> dict[str, float]:
    """Probability of each class for one row."""
    kinds = {"text": pl.String, "category": pl.String, "number": pl.Float64}
    schema = {name: kinds[kind] for name, kind in model.kinds.items()}
    found = model.predict_proba(pl.DataFrame({k: [v] for k, v in row.items()}, schema=schema))[0]
    return dict(zip(model.classes_.tolist(), found.tolist(), strict=True))


def normal(x: float, mean: float, variance: float) -> float:
    return float(np.exp(-((x - mean) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance))


WORDS = pl.DataFrame({"said": ["fog fog rain", "fog", "sun", "sun rain", "sun sun"]})
SAID = np.array(["bad", "bad", "good", "good", "good"])


def test_words_as_worked_out_by_hand() -> None:
    model = NaiveBayes({"said": "text"}).fit(WORDS, SAID)
    # bad: fog 3, rain 1, sun 0 of 4; good: fog 0, rain 1, sun 4 of 5; one is added to each of 3
    bad = 2 / 5 * (4 / 7) ** 2 * (2 / 7)
    good = 3 / 5 * (1 / 8) ** 2 * (2 / 8)
    assert shares(model, said="fog fog rain") == pytest.approx(
        {"bad": bad / (bad + good), "good": good / (bad + good)}
    )


def test_a_word_that_is_present_counts_once() -> None:
    model = NaiveBayes({"said": "text"}, weights="presence").fit(WORDS, SAID)
    # bad: fog 2, rain 1; good: rain 1, sun 3
    bad, good = 2 / 5 * (3 / 6), 3 / 5 * (1 / 7)
    assert shares(model, said="fog fog fog")["bad"] == pytest.approx(bad / (bad + good))


def test_categories_and_a_missing_one_as_worked_out_by_hand() -> None:
    frame = pl.DataFrame({"town": ["Ulm", "Ulm", None, "Bern", "Ulm", "Bern"]})
    y = np.array(["no", "no", "no", "yes", "yes", "yes"])
    model = NaiveBayes({"town": "category"}).fit(frame, y)
    # given: 2 of 3 and 3 of 3, one is added to given and to missing
    given = {"no": 3 / 5, "yes": 4 / 5}
    no, yes = given["no"] * 3 / 4, given["yes"] * 2 / 5
    assert shares(model, town="Ulm")["no"] == pytest.approx(no / (no + yes))
    no, yes = 2 / 5, 1 / 5
    assert shares(model, town=None)["no"] == pytest.approx(no / (no + yes))


def test_numbers_as_worked_out_by_hand() -> None:
    frame = pl.DataFrame({"size": [-3.0, -1.0, 1.0, 3.0]})
    y = np.array(["low", "low", "high", "high"])
    model = NaiveBayes({"size": "number"}).fit(frame, y)
    # all: mean 0, variance 5; one such row is added to each class of two
    mean, variance = 4 / 3, (10 + 5) / 3 - (4 / 3) ** 2
    high, low = normal(2.0, mean, variance), normal(2.0, -mean, variance)
    assert shares(model, size=2.0)["high"] == pytest.approx(high / (high + low))
    assert shares(model, size=None) == pytest.approx({"high": 0.5, "low": 0.5})


def test_the_parts_add_up_in_one_sum() -> None:
    rng = np.random.default_rng(5)
    n = 60
    y = rng.choice(["a", "b", "c"], n, p=[0.5, 0.3, 0.2])
    frame = pl.DataFrame(
        {
            "size": rng.normal(size=n),
            "town": rng.choice(["Ulm", "Bern"], n),
            "said": [" ".join(rng.choice(["fog", "sun", "rain"], 3)) for _ in range(n)],
        }
    )
    kinds = {"size": "number", "town": "category", "said": "text"}
    logs = [
        np.log(NaiveBayes({name: kind}).fit(frame, y).predict_proba(frame))
        for name, kind in kinds.items()
    ]
    # each alone has counted the share of the classes; together it counts once
    _, counts = np.unique(y, return_counts=True)
    joint = np.exp(sum(logs) - 2 * np.log(counts / n))
    expected = joint / joint.sum(axis=1, keepdims=True)
    found = NaiveBayes(kinds).fit(frame, y).predict_proba(frame)
    assert np.allclose(found, expected, atol=1e-12)


def test_the_parts_agree_with_scikit_learn() -> None:
    rng = np.random.default_rng(6)
    y = rng.integers(0, 3, 80)
    codes = rng.integers(0, 4, (80, 3))
    theirs = CategoricalNB(fit_prior=False).fit(codes, y).predict_proba(codes)
    ours = CategoricalLikelihood().fit(codes, y, 3).log_likelihood(codes)
    assert np.allclose(np.exp(ours) / np.exp(ours).sum(axis=1, keepdims=True), theirs)
    values = rng.normal(size=(80, 2)) + y[:, None]
    theirs = GaussianNB(priors=[1 / 3] * 3).fit(values, y).predict_proba(values)
    ours = GaussianLikelihood(alpha=1e-9).fit(values, y, 3).log_likelihood(values)
    assert np.allclose(np.exp(ours) / np.exp(ours).sum(axis=1, keepdims=True), theirs, atol=1e-6)


@pytest.mark.parametrize(
    ("words", "peer"), [("multinomial", MultinomialNB), ("complement", ComplementNB)]
)
def test_each_way_of_learning_words_is_scikit_learns(words: str, peer: Any) -> None:
    model = TermLikelihood(words).fit(WORDS["said"], np.array([0, 0, 1, 1, 2]), 3)
    assert type(model.model_) is peer
    assert np.isfinite(model.log_likelihood(WORDS["said"])).all()


def test_of_two_classes_each_is_the_others_complement() -> None:
    one, other = (
        NaiveBayes({"said": "text"}, words=words).fit(WORDS, SAID).predict_proba(WORDS)
        for words in ("multinomial", "complement")
    )
    assert np.allclose(one, other)


def test_what_was_never_seen_says_nothing() -> None:
    frame = pl.DataFrame(
        {"town": ["Ulm", "Bern", "Ulm", "Bern"], "size": [1.0, 2.0, 3.0, 9.0], "said": ["fog"] * 4}
    )
    kinds = {"town": "category", "size": "number", "said": "text"}
    y = np.array(["no", "no", "no", "yes"])
    for numbers in ("normal", "bins"):
        model = NaiveBayes(kinds, numbers=numbers).fit(frame, y)
        found = shares(model, town="Oslo", size=None, said="never")
        assert found == pytest.approx({"no": 3 / 4, "yes": 1 / 4})


def test_columns_of_one_value_say_nothing_whatever_the_size_of_the_classes() -> None:
    frame = pl.DataFrame({"same": [7.0] * 9, "none": pl.Series([None] * 9, dtype=pl.Float64)})
    y = np.array(["few"] + ["many"] * 8)
    kinds = {"same": "number", "none": "number"}
    for numbers in ("normal", "bins"):
        found = NaiveBayes(kinds, numbers=numbers).fit(frame, y).predict_proba(frame)
        assert np.allclose(found, [1 / 9, 8 / 9])


def test_bins_see_what_bells_cannot() -> None:
    rng = np.random.default_rng(7)
    frame = pl.DataFrame({"size": rng.uniform(-1, 1, 2_000)})
    # stripes: the classes have the same mean and nearly the same variance
    y = np.where(np.floor(frame["size"].to_numpy() * 5 + 5) % 2 == 0, "a", "b")
    right = {
        numbers: (NaiveBayes({"size": "number"}, numbers=numbers).fit(frame, y).predict(frame) == y)
        for numbers in ("normal", "bins")
    }
    assert right["normal"].mean() < 0.6
    assert right["bins"].mean() > 0.9


def test_hundreds_of_columns_that_agree_give_finite_probabilities() -> None:
    rng = np.random.default_rng(8)
    y = rng.choice(["no", "yes"], 100)
    column = np.where(y == "yes", 1e3, -1e3) + rng.normal(size=100)
    frame = pl.DataFrame({f"x{i}": column for i in range(300)})
    found = NaiveBayes(dict.fromkeys(frame.columns, "number")).fit(frame, y).predict_proba(frame)
    assert np.isfinite(found).all()
    assert np.allclose(found.max(axis=1), 1.0)


def test_a_date_is_learnt_from() -> None:
    dates = [datetime(2024, 1, 1 + day, 12) for day in range(28)]  # noqa: DTZ001
    frame = pl.DataFrame({"at": pl.Series(dates * 5, dtype=pl.Datetime("us"))})
    y = np.where(frame["at"].dt.weekday().to_numpy() > 5, "free", "work")
    model = NaiveBayes({"at": "date"}, numbers="bins").fit(frame, y)
    assert (model.predict(frame) == y).mean() > 0.95


def test_numbers_cannot_be_predicted() -> None:
    assert Bayes().candidates("regression", {"said": "text"}, 100) == ()
    with pytest.raises(ValueError, match="needs classes"):
        Bayes().build({}, "regression", {"said": "text"}, 0)


@pytest.mark.parametrize(
    ("task", "columns", "n_candidates"),
    [
        ("binary", {"town": "category"}, 3),
        ("binary", {"size": "number"}, 4),
        ("binary", {"said": "text"}, 5),
        ("multiclass", {"said": "text", "at": "date"}, 7),
    ],
)
def test_candidates_are_what_the_columns_leave_to_choose(
    task: str, columns: dict[str, str], n_candidates: int
) -> None:
    candidates = Bayes().candidates(task, columns, 100)
    assert len(candidates) == n_candidates
    assert all(("words" in each) == ("text" in columns.values()) for each in candidates)


def test_an_unknown_choice_is_a_programmers_mistake() -> None:
    with pytest.raises(ValueError, match="weights is 'heavy'; one of counts"):
        NaiveBayes({"said": "text"}, weights="heavy").fit(WORDS, SAID)
    with pytest.raises(TypeError, match="polars frame"):
        NaiveBayes({"said": "text"}).fit([["fog"]], SAID)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at least one feature"):
        NaiveBayes({}).fit(WORDS, SAID)
