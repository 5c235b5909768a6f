"""Compiling of a release, and the test that its compiled form gives every digit."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

import numpy as np
import polars as pl

from leadline.errors import LeadlineError
from leadline.serving.compiled.answers import Answers
from leadline.serving.compiled.compiled_release import CompiledRelease
from leadline.serving.compiled.plan_file import Plan, from_bytes, to_bytes
from leadline.serving.compiled.request_cells import ODD, RequestCells
from leadline.serving.releases.compilation.column_plans import cell_plans
from leadline.serving.releases.compilation.model_plans import model_plan
from leadline.serving.releases.compilation.not_compiled import NotCompiledError
from leadline.serving.releases.compilation.odd_rows import odd_rows, request_rows
from leadline.serving.releases.manifest import Card
from leadline.serving.releases.prediction_table import positive_index
from leadline.stats.operating.class_costs import cost_matrix

N_ODD_ROWS = 10_000
# beyond 200 different dates the reader of files tries only the forms that it meets among those
MOST_AT_ONCE = 128
"""Rows of the largest call that the compiled form is tried with."""
# what one call answers can depend on how many rows it is asked: small calls are tried, and large
_SIZES = (*(1,) * 30, *range(2, 33), 64, MOST_AT_ONCE)
_TIME_BOX_S = 12.0

Rows = Sequence[tuple[Any, ...]]
Answering = Callable[[Rows], Answers]


@dataclass(frozen=True)
class Compiled:
    """A compiled form that gave every digit, or why there is none.

    Attributes
    ----------
    data : bytes
        Of `leadline.serving.compiled.plan_file`; empty if there is none.
    n_rows : int
        Rows that it was held against the slow path on.
    why_not : str
        A clause: "a StackingClassifier has no compiled form".
    """

    data: bytes = b""
    n_rows: int = 0
    why_not: str = ""


def compiled_or_not(
    model: Any, card: Card, golden: pl.DataFrame, slow: Answering, *, n_odd_rows: int = N_ODD_ROWS
) -> Compiled:
    """Compile a release, and hold it against the slow path.

    Parameters
    ----------
    model : scikit-learn estimator
        Fitted.
    card : Card
        Names columns, task, classes and threshold.
    golden : polars.DataFrame, shape (n_golden, n_columns)
        Conformed.
    slow : callable
        The answers of the slow path to some rows.
    n_odd_rows : int, default=10_000
        Beside the golden ones; fewer are tried where time runs out.

    Returns
    -------
    Compiled
        Without data, if there is no such form or it gave another digit.
    """
    try:
        data = compiled_form(model, card)
        n_rows = _held_against(slow, data, golden, n_odd_rows)
        return Compiled(data, n_rows)
    except NotCompiledError as error:
        return Compiled(why_not=str(error))
    except Exception as error:  # whatever a part of an estimator raises: the release is whole
        return Compiled(why_not=f"{type(error).__name__}: {error}")


def compiled_form(model: Any, card: Card) -> bytes:
    """The compiled form of a release, untried.

    Raises
    ------
    NotCompiledError
        If there is none of such a release.
    """
    labels = [str(one) for one in getattr(model, "classes_", ())]
    plan: Plan = {
        "columns": cell_plans(card),
        "model": model_plan(model, list(card.columns)),
        "task": card.task,
        "labels": labels,
        "positive": positive_index(model, card) if card.task == "binary" else 0,
        "threshold": card.threshold,
        "confidence": card.confidence,
        "costs": cost_matrix(labels, card.confusion_costs) if card.confusion_costs else None,
    }
    return to_bytes(plan)


def _held_against(slow: Answering, data: bytes, golden: pl.DataFrame, n_odd_rows: int) -> int:
    """How many rows the compiled form answers as the slow path does.

    Raises
    ------
    NotCompiledError
        If it gives another digit.
    """
    plan = from_bytes(data)
    compiled = CompiledRelease(plan)
    readers = [RequestCells([column]) for column in plan["columns"]]
    odd = odd_rows(
        plan["columns"], golden, lambda place, cell: _reads(readers[place], cell), n_odd_rows
    )
    return sum(_refuse_other_digits(compiled, slow, rows) for rows in (request_rows(golden), odd))


def _reads(reader: RequestCells, cell: Any) -> bool:
    try:
        return reader.read([(cell,)])[0][0] is not ODD
    except LeadlineError:
        return False


def _refuse_other_digits(compiled: CompiledRelease, slow: Answering, rows: Rows) -> int:
    """Hold the compiled form against the slow path, until the rows or the time are out."""
    ends_at = time.process_time() + _TIME_BOX_S
    n_rows = 0
    for piece in _pieces(rows):
        difference = first_difference(compiled.answer, slow, piece)
        if difference:
            raise NotCompiledError(f"the compiled form differs: {difference}")
        n_rows += len(piece)
        if time.process_time() > ends_at:
            break
    return n_rows


def _pieces(rows: Rows) -> Iterator[Rows]:
    start = 0
    for size in chain(_SIZES, repeat(MOST_AT_ONCE)):
        if start >= len(rows):
            return
        yield rows[start : start + size]
        start += size


def first_difference(fast: Answering, slow: Answering, rows: Rows) -> str:
    """Where the answers to some rows differ; empty where every digit is the same.

    Parameters
    ----------
    fast, slow : callable
        From rows to answers.
    rows : sequence of tuple
        Asked in one call.
    """
    try:
        truth = slow(rows)
    except LeadlineError as error:
        return f"the slow path refuses what it answers: {error}"
    given = fast(rows)
    if given.columns.keys() != truth.columns.keys():
        return f"it answers {', '.join(given.columns)} for {', '.join(truth.columns)}"
    for name, expected in truth.columns.items():
        found = given.columns[name]
        if found == expected and (name != "score" or _has_equal_bits(found, expected)):
            continue
        pairs = enumerate(zip(found, expected, strict=True))
        index = next(index for index, (one, other) in pairs if repr(one) != repr(other))
        return f"{name} is {found[index]!r} for {expected[index]!r} (a call of {len(rows):,} rows)"
    return ""


def _has_equal_bits(found: list[float], expected: list[float]) -> bool:
    return np.array(found).tobytes() == np.array(expected).tobytes()
