"""Terms of a text: the same weights as scikit-learn's, also where words return."""

from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from leadline.serving.compiled import text_terms
from leadline.serving.compiled.text_terms import TermCounter, added_in_order

_TEXTS = [
    "Late again, late!  The 07:15 to Süd was LATE",
    "on time",
    "a b  c\td\n\n e",
    "",
    "late late late on time " + "w" * 60,
    "naïve ﬁne İstanbul ß 🛫 late",
]


@pytest.fixture(params=[("word", (1, 2)), ("char_wb", (2, 4)), ("char_wb", (1, 3))])
def vectorizer(request: pytest.FixtureRequest) -> TfidfVectorizer:
    analyzer, runs = request.param
    return TfidfVectorizer(analyzer=analyzer, ngram_range=runs, sublinear_tf=True).fit(_TEXTS[:3])


def _counter(vectorizer: TfidfVectorizer) -> TermCounter:
    plan: dict[str, Any] = {
        "terms": list(vectorizer.get_feature_names_out()),
        "analyzer": vectorizer.analyzer,
        "pattern": vectorizer.token_pattern or r"(?u)\b\w\w+\b",
        "shortest": vectorizer.ngram_range[0],
        "longest": vectorizer.ngram_range[1],
        "is_lower": vectorizer.lowercase,
        "is_binary": False,
        "is_sublinear": True,
        "is_unit": True,
        "idf": vectorizer.idf_,
    }
    return TermCounter(plan)


def _check(counter: TermCounter, vectorizer: TfidfVectorizer, texts: list[str]) -> None:
    """Every place and every digit of some texts that are counted together."""
    terms = counter.terms(texts)
    expected = vectorizer.transform(texts)
    expected.sort_indices()
    np.testing.assert_array_equal(terms.texts, expected.nonzero()[0])
    np.testing.assert_array_equal(terms.places, expected.indices)
    np.testing.assert_array_equal(terms.weights, expected.data)


def test_weights_are_those_of_scikit_learn(vectorizer: TfidfVectorizer) -> None:
    counter = _counter(vectorizer)
    for text in _TEXTS * 2:  # the second time, every word is known
        _check(counter, vectorizer, [text])
    _check(counter, vectorizer, _TEXTS * 3)


def test_words_that_look_alike_are_kept_apart() -> None:
    starts = " ".join("latenesses"[:length] for length in range(1, 11))
    alike = f"{starts} Lateness LATENESS"
    vectorizer = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 9), sublinear_tf=True, lowercase=False
    )
    vectorizer.fit([alike])
    counter = _counter(vectorizer)
    counter.terms([alike])
    for word in alike.split():
        _check(counter, vectorizer, [word])


def test_a_flood_of_new_words_takes_no_more_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_terms, "_MOST_KEPT", 5)
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3)).fit(_TEXTS[:3])
    counter = _counter(vectorizer)
    counter.terms([" ".join(f"late{index}" for index in range(100)) + " " + "long" * 30])
    kept = counter._found
    assert isinstance(kept, dict)
    assert 0 < len(kept) <= 5
    assert max(map(len, kept)) <= text_terms._LONGEST_KEPT


@pytest.mark.parametrize("most", [1, 60, 2**17])
def test_sums_are_those_of_a_sparse_product(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_terms, "_MOST_SUMMANDS", most)
    fitted = [
        TfidfVectorizer(analyzer=analyzer, ngram_range=runs, sublinear_tf=True).fit(_TEXTS)
        for analyzer, runs in (("word", (1, 2)), ("char_wb", (2, 4)))
    ]
    beside = sparse.hstack([each.transform(_TEXTS) for each in fitted]).tocsr()
    beside.sort_indices()
    rng = np.random.default_rng(0)
    for n_columns in (1, 3):
        table = rng.normal(size=(beside.shape[1], n_columns))
        counters = list(map(_counter, fitted))
        sums = added_in_order(_TEXTS, counters, table, np.zeros((len(_TEXTS), n_columns)))
        np.testing.assert_array_equal(sums, beside @ table)
        # what they begin with comes first
        start = rng.normal(size=(len(_TEXTS), n_columns))
        one = sparse.hstack([sparse.eye_array(len(_TEXTS)), beside]).tocsr()
        sums = added_in_order(_TEXTS, counters, table, start)
        np.testing.assert_array_equal(sums, one @ np.vstack([start, table]))
