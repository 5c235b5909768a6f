"""Plans of reading and columns: what the compiled form must know of a fitted encoder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from leadline.reading.schema import CellType, ColumnReading
from leadline.reading.values.dates import parse_dates
from leadline.reading.values.numbers import NumberStyle, parse_numbers
from leadline.serving.compiled.plan_file import Plan
from leadline.serving.compiled.request_cells import can_be_compiled, reader_name
from leadline.serving.releases.compilation.not_compiled import NotCompiledError
from leadline.serving.releases.manifest import Card

_ANALYZERS = ("word", "char_wb")


def class_name(one: object) -> str:
    """Where the class of an object is defined, and what it is called."""
    return f"{type(one).__module__}.{type(one).__qualname__}"


def cell_plans(card: Card) -> list[Plan]:
    """How the values of a request are read, column by column.

    Raises
    ------
    NotCompiledError
        If a column is of a kind, or is read in a way, that the compiled form does not know.
    """
    schema = card.reading_schema
    return [cell_plan(name, kind, schema.get(name)) for name, kind in card.columns.items()]


def cell_plan(name: str, kind: str, how: ColumnReading | None) -> Plan:
    """How the values of one column of a request are read.

    Raises
    ------
    NotCompiledError
        As `cell_plans`.
    """
    if kind == "image":
        raise NotCompiledError(f"{name!r} is a column of images")
    if not can_be_compiled(kind, how):
        said = how.words if how else "typed"
        raise NotCompiledError(f"{name!r}, a column of the kind {kind}, is read as {said}")
    plan: Plan = {"name": name, "kind": kind, "how": reader_name(kind, how)}
    if how is None:
        return plan
    plan |= {"unit": how.unit, "words": sorted(how.missing)}
    if how.type is CellType.WORDS:
        return plan | {"missing": sorted(how.missing), "is_boolean": how.is_boolean}
    words = pl.Series(list(how.missing), dtype=pl.String)
    if how.type is CellType.DATE:
        missing = [date.isoformat() for date in parse_dates(words).drop_nulls()]
        return plan | {"missing": missing, "order": how.order.value}
    style = NumberStyle(how.decimal, how.thousands)
    numbers = pl.concat([parse_numbers(words), parse_numbers(words, style)])
    return plan | {"missing": numbers.drop_nulls().to_list(), "decimal": how.decimal}


def numeric_places(names: list[str], kinds: Mapping[str, str]) -> Plan:
    """Which columns are numbers, and which dates, in the order in which a model has them."""
    return {
        what: [names.index(name) for name, kind in kinds.items() if kind == one]
        for what, one in (("numbers", "number"), ("dates", "date"))
    }


def category_plan(categories: Any, names: list[str], kinds: Mapping[str, str]) -> Plan | None:
    """What a fitted `Categories` has learnt; None where there is none."""
    if categories is None:
        return None
    places = [names.index(name) for name, kind in kinds.items() if kind == "category"]
    return {"columns": places, "names": [list(one) for one in categories.names_]}


def feature_plan(encoder: Any, names: list[str]) -> Plan:
    """What a fitted `Columns` has learnt.

    Parameters
    ----------
    encoder : Columns
        Fitted.
    names : list of str
        Of the columns of the release, in order.

    Raises
    ------
    NotCompiledError
        If it encodes images, or counts terms in a way that the compiled form does not know.
    """
    if encoder.pixels_:
        raise NotCompiledError("a column holds images")
    kinds = encoder.kinds
    texts = [
        _text_plan(words, names.index(name))
        for name, words in zip(
            (name for name, kind in kinds.items() if kind == "text"), encoder.words_, strict=True
        )
    ]
    categories = category_plan(encoder.categories_, names, kinds)
    plan: Plan = {
        "categories": categories,
        "as_codes": bool(encoder.trees),
        "numbers": _number_plan(encoder.numbers_, names, kinds),
        "texts": texts,
    }
    is_sparse = (categories is not None and not encoder.trees) or any(
        not text["is_dense"] for text in texts
    )
    # a model of texts without one word is given one column of noughts
    return plan | {"is_sparse": is_sparse and not _is_without_features(plan)}


def _is_without_features(plan: Plan) -> bool:
    n_terms = sum(len(counter["terms"]) for text in plan["texts"] for counter in text["counters"])
    return plan["categories"] is None and plan["numbers"] is None and not n_terms


def _number_plan(numbers: Any, names: list[str], kinds: Mapping[str, str]) -> Plan | None:
    if numbers is None:
        return None
    plan = {**numeric_places(names, kinds), "empty": np.asarray(numbers.empty_, dtype=np.uint8)}
    if numbers.scaled:
        scaling = {name: getattr(numbers, f"{name}_") for name in ("medians", "means", "scales")}
        plan["scaling"] = {**scaling, "flagged": np.asarray(numbers.flagged_, dtype=np.int64)}
    return plan


def _text_plan(words: Any, place: int) -> Plan:
    is_dense = bool(words.n_components)
    directions = words.directions_.components_ if is_dense and words.directions_ else None
    return {
        "column": place,
        "counters": [counter_plan(counter) for counter in words.counters_],
        "is_dense": is_dense,
        "directions": None if directions is None else np.ascontiguousarray(directions.T),
    }


def counter_plan(counter: Any) -> Plan:
    """What a fitted TfidfVectorizer has learnt.

    Raises
    ------
    NotCompiledError
        If it takes texts apart in a way that the compiled form does not know.
    """
    usual = {
        "input": "content", "preprocessor": None, "tokenizer": None, "stop_words": None,
        "strip_accents": None,
    }  # fmt: skip
    is_known = all(getattr(counter, name) == value for name, value in usual.items())
    if not is_known or counter.analyzer not in _ANALYZERS or counter.norm not in (None, "l2"):
        raise NotCompiledError("its texts are taken apart by functions of their own")
    shortest, longest = counter.ngram_range
    terms = sorted(counter.vocabulary_, key=counter.vocabulary_.__getitem__)
    return {
        "terms": terms,
        "analyzer": counter.analyzer,
        "pattern": counter.token_pattern or "",
        "shortest": int(shortest),
        "longest": int(longest),
        "is_lower": bool(counter.lowercase),
        "is_binary": bool(counter.binary),
        "is_sublinear": bool(counter.sublinear_tf),
        "idf": np.asarray(counter.idf_, dtype=np.float64) if counter.use_idf else None,
        "is_unit": counter.norm == "l2",
    }
