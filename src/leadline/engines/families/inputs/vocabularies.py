"""Vocabularies as one text: a stored model of hundreds of thousands of terms opens in a second.

Stored as it is, a vocabulary is a mapping with an entry, and a number of its own, for each term.
"""

from __future__ import annotations

import copy
import json
from typing import Any


def without_vocabulary(counter: Any) -> tuple[Any, str]:
    """A copy of a counter that has no vocabulary, and its terms in the order of their places.

    Parameters
    ----------
    counter : TfidfVectorizer
        Fitted.

    Examples
    --------
    >>> from sklearn.feature_extraction.text import TfidfVectorizer
    >>> bare, terms = without_vocabulary(TfidfVectorizer().fit(["so it is"]))
    >>> terms
    '["is", "it", "so"]'
    >>> with_vocabulary(bare, terms).get_feature_names_out().tolist()
    ['is', 'it', 'so']
    """
    bare = copy.copy(counter)
    places = vars(bare).pop("vocabulary_")
    return bare, json.dumps(sorted(places, key=places.__getitem__))


def with_vocabulary(bare: Any, terms: str) -> Any:
    """The counter that `without_vocabulary` took apart."""
    bare.vocabulary_ = {term: place for place, term in enumerate(json.loads(terms))}
    return bare
