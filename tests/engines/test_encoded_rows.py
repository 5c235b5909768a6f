"""Encoded rows kept: the same digits, learnt once, within so many bytes, in no release."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import polars as pl
import pytest

from leadline.engines.encoded_rows import EncodedRows, digest_of
from leadline.engines.families.inputs import encoders
from leadline.engines.families.inputs.encoders import Columns
from leadline.engines.families.linear import Linear

KINDS = {"said": "text", "n": "number", "where": "category"}
WORDS = ("late", "plane", "rain", "delayed", "on", "time", "snow", "gate")


def frame(n_rows: int, seed: int) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    texts = [" ".join(rng.choice(WORDS, rng.integers(1, 9))) for _ in range(n_rows)]
    where = rng.choice(["a", "b"], n_rows)
    return pl.DataFrame({"said": texts, "n": rng.normal(size=n_rows), "where": where})


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> EncodedRows:
    kept = EncodedRows(most_bytes=10**7)
    monkeypatch.setattr(encoders, "KEPT", kept)
    return kept


def dense(encoded: Any) -> Any:
    return encoded.toarray() if hasattr(encoded, "toarray") else encoded


@pytest.mark.parametrize("n_components", [0, 3])
def test_rows_are_encoded_alike_with_and_without_what_is_kept(
    kept: EncodedRows, n_components: int
) -> None:
    train, valid = frame(150, 0), frame(40, 1)
    first = Columns(KINDS, n_components=n_components)
    learnt = first.fit_transform(train), first.transform(valid)
    again = Columns(KINDS, n_components=n_components)
    found = again.fit_transform(train), again.transform(valid)
    kept.most_bytes = 0
    alone = Columns(KINDS, n_components=n_components).fit(train)
    for each in (learnt, found, (alone.transform(train), alone.transform(valid))):
        np.testing.assert_allclose(dense(each[0]), dense(learnt[0]), rtol=1e-12, atol=1e-12)
        np.testing.assert_array_equal(dense(each[1]), dense(learnt[1]))


def test_terms_are_learnt_once_for_candidates_that_differ_in_strength(
    kept: EncodedRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    train, y = frame(120, 0), np.arange(120) % 2
    Linear().build({"C": 1.0}, "binary", KINDS, 0).fit(train, y)
    saved_s = kept.saved_s
    monkeypatch.setattr(Columns, "_learn", None)  # would fail if it were called
    Linear().build({"C": 0.1}, "binary", KINDS, 0).fit(train, y)
    assert kept.saved_s > saved_s == 0.0
    with pytest.raises(TypeError):  # other rows have to be learnt from anew
        Linear().build({"C": 0.1}, "binary", KINDS, 0).fit(train[1:], y[1:])
    with pytest.raises(TypeError):  # and so have other terms of the same rows
        Linear().build({"C": 0.1, "pieces": False}, "binary", KINDS, 0).fit(train, y)


def test_what_an_estimator_writes_into_its_rows_is_not_kept(kept: EncodedRows) -> None:
    train = frame(120, 0)
    encoded = Columns(KINDS).fit_transform(train)
    before = dense(encoded)
    encoded.data[:] = 0.0
    np.testing.assert_array_equal(dense(Columns(KINDS).fit_transform(train)), before)


def test_a_model_takes_nothing_of_it_along(kept: EncodedRows) -> None:
    train = frame(120, 0)
    with_kept = pickle.dumps(Columns(KINDS).fit(train))
    kept.most_bytes = 0
    assert with_kept == pickle.dumps(Columns(KINDS).fit(train))


def test_numbers_and_categories_alone_are_not_kept(kept: EncodedRows) -> None:
    kinds = {"n": "number", "where": "category"}
    for _ in range(2):
        Columns(kinds).fit_transform(frame(50, 0))
    assert kept.saved_s == 0.0


def test_the_least_recently_used_is_given_up_where_bytes_are_short() -> None:
    kept = EncodedRows(most_bytes=3_000)
    made: list[str] = []

    def make(name: str, size: int = 100) -> None:
        def encode() -> tuple[None, Any]:
            made.append(name)
            return None, np.zeros((size, 1))  # 800 bytes, and a term

        kept.of(name, encode)

    for name in ("a", "b", "c", "a", "d", "a", "b"):
        make(name)
    assert made == ["a", "b", "c", "d", "b"]
    for _ in range(2):
        make("too large for all", 1_000)
    make("b")
    assert made == ["a", "b", "c", "d", "b", "too large for all", "too large for all"]


def test_a_fit_that_is_not_kept_forgets_the_one_before(kept: EncodedRows) -> None:
    train, valid = frame(150, 0), frame(40, 1)
    columns = Columns(KINDS).fit(train)
    columns.transform(valid)
    with kept.paused():
        expected = dense(columns.fit(frame(150, 2)).transform(valid))
    np.testing.assert_array_equal(dense(columns.transform(valid)), expected)


def test_what_was_learnt_counts_beside_its_rows(kept: EncodedRows) -> None:
    kept.most_bytes = 40_000  # six directions of 120 rows have 5,760 bytes, hundreds of terms more
    train = frame(120, 0)
    for _ in range(2):
        Columns(KINDS, n_components=6).fit_transform(train)
    assert kept.saved_s == 0.0


def test_a_digest_tells_order_values_columns_and_context() -> None:
    rows = pl.DataFrame({"a": ["x", "y"], "b": [1, None]})
    others = (
        rows.reverse(),
        rows.rename({"a": "c"}),
        rows.with_columns(b=pl.lit(1)),
        rows.with_columns(pl.col("b").cast(pl.Float64)),
        rows[:1],
    )
    digests = {digest_of(each) for each in (rows, *others)} | {digest_of(rows, "context")}
    assert len(digests) == 7
    assert digest_of(rows) == digest_of(rows.clone())
