"""A stored vocabulary comes back as it was, and one stored as before still opens."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from leadline.engines.families.inputs.encoders import Words
from leadline.engines.families.likelihoods import TermLikelihood
from leadline.serving.releases.models import dump_model, load_model

TEXTS = pl.Series(["late again", "on time", "late, late", "Straße\n\n«é»"])


def test_texts_are_counted_as_before_they_were_stored() -> None:
    words = Words().fit(TEXTS)
    again = load_model(dump_model(words))
    assert (again.transform(TEXTS) != words.transform(TEXTS)).nnz == 0
    assert [one.vocabulary_ for one in words.counters_] == [
        one.vocabulary_ for one in again.counters_
    ]


def test_no_term_is_an_entry_of_its_own() -> None:
    few, many = (
        len(dump_model(Words(pieces=False).fit(pl.Series([" ".join(f"w{i}" for i in range(n))]))))
        for n in (10, 1_000)
    )
    assert many - few < 100 * 1_000


@pytest.mark.parametrize("is_empty", [False, True])
def test_terms_of_bayes_come_back(is_empty: bool) -> None:
    texts = pl.Series(["", "", "", ""]) if is_empty else TEXTS
    part = TermLikelihood().fit(texts, np.array([0, 1, 0, 1]), 2)
    again = load_model(dump_model(part))
    assert np.array_equal(again.log_likelihood(TEXTS), part.log_likelihood(TEXTS))


def test_what_was_stored_before_opens() -> None:
    words = Words().fit(TEXTS)
    before: dict[str, Any] = {**vars(words)}
    older = Words.__new__(Words)
    older.__setstate__(before)
    assert all(isinstance(one, TfidfVectorizer) for one in older.counters_)
    assert (older.transform(TEXTS) != words.transform(TEXTS)).nnz == 0
