"""Odd rows for a release: missing, unseen, extreme and strange values, drawn from a fixed seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

_SEED = 20_240_531
_EXTREMES = (
    0.0, -0.0, 1.0, -1.0, 0.1, 1e-4, 1e-300, 5e-324, 1e15, 1e15 + 2, 2.0**53, 2.0**63, -(2.0**63),
    1e22, 3.5e38, 1e300, -1e300, 1.7976931348623157e308, -1.7976931348623157e308, 123456789.0,
)  # fmt: skip
_WORDS = (
    "", " ", "\t", "NA", "n/a", "nan", "null", "None", "-", "?", "unknown", "true", "TRUE",
    "False", "0", "7", "7.0", "007", "-0", "0.5", "1e5", "1,5", "9" * 15, "a", "A", " a", "a ",
    "ab c", "\u00a0", "Stra\u00dfe", "STRASSE", "\u0130stanbul", "cafe\u0301", "caf\u00e9",
    "\u1e9b\u0323", "\ufb01", "\u05e9\u05dc\u05d5\u05dd", "\u0645\u0631\u062d\u0628\u0627",
    "\u4f60\u597d", "\ud55c\uae00", "\u1112\u1161\u11ab", "\U0001f600",
    "\U0001f468\u200d\U0001f469", "e\u0301\u0323", "\u200b", "\x00", "\u2028", "\x1c", "\u1e9e",
    "\u03a3\u03a3", "x" * 300, "\u2460", "\u0660\u0661", "_", "a_b", "it's",
)  # fmt: skip
_DATES = (
    "2024-02-29", "2000-01-01T00:00", "1999-12-31 23:59:59.999999", "1970-01-01",
    "1969-12-31T23:59:59", "1000-01-01", "9999-12-31", "2024-05-31T14:30:00Z",
    "2024-05-31T14:30:00+02:00", "2024-05-31 14:30:00-0930", "2024-05-31T00:15:00.123456789",
    "2024/5/1", "31.12.2023", "01.02.2024 7:05", "12/31/2023", "02/03/2024 14:30",
    "2024-05-31 9:05", " 2024-05-31 ", "na", "", "2024.05.31", "31-12-2023", "31.12.23",
    "12/31/99",
)  # fmt: skip
_FORMS = (
    "%Y-%m-%d",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%d.%m.%Y",
    "%m/%d/%Y",
    "%d.%m.%Y %H:%M",
)
_HUGE = 20_000
_HUGE_FROM = 5
_MOST_TEXTS = 300


def request_rows(frame: pl.DataFrame) -> list[tuple[Any, ...]]:
    """Conformed rows as a client would send them: times as ISO 8601."""
    dates = [name for name, dtype in frame.schema.items() if dtype == pl.Datetime]
    return frame.with_columns(pl.col(dates).dt.to_string("%Y-%m-%dT%H:%M:%S%.6f")).rows()


def odd_rows(
    columns: Sequence[Mapping[str, Any]], golden: pl.DataFrame, reads: Any, n_rows: int
) -> list[tuple[Any, ...]]:
    """Rows that the compiled form can read, each cell drawn by itself.

    Parameters
    ----------
    columns : sequence of mapping
        As `RequestCells` takes them.
    golden : polars.DataFrame, shape (n_golden, n_columns)
        Conformed rows, whose values are among the cells.
    reads : callable
        From the place of a column and a value to whether the compiled form reads it.
    n_rows : int

    Returns
    -------
    list of tuple
        The same for the same arguments.
    """
    rng = np.random.default_rng(_SEED)
    drawn = []
    for place, column in enumerate(columns):
        known = golden.to_series(place)
        pool = [cell for cell in _pool(column, known, rng) if reads(place, cell)]
        # half of the cells are as in real rows, so that odd ones do not hide each other
        usual = [cell for cell in _usual(column, known) if reads(place, cell)] or [None]
        is_odd = rng.random(n_rows) < 0.5
        odd_at = rng.integers(0, len(pool), n_rows)
        usual_at = rng.integers(0, len(usual), n_rows)
        cells = [
            pool[at] if odd else usual[other]
            for odd, at, other in zip(is_odd, odd_at, usual_at, strict=True)
        ]
        if column["kind"] == "text":
            for at, text in zip(range(_HUGE_FROM, n_rows), _huge(usual), strict=False):
                cells[at] = text
        drawn.append(cells)
    return list(zip(*drawn, strict=True))


def _usual(column: Mapping[str, Any], known: pl.Series) -> list[Any]:
    if column["kind"] == "date":
        return [date.isoformat() for date in known.drop_nulls()]
    return known.to_list()


def _pool(column: Mapping[str, Any], known: pl.Series, rng: np.random.Generator) -> list[Any]:
    seen = known.drop_nulls().unique(maintain_order=True).to_list()
    kind = column["kind"]
    if kind == "number":
        named = [float(value) for value in column.get("missing", ())]
        return [None, *_EXTREMES, *named, *_near(seen, rng)]
    words = [*_WORDS, *map(str, column.get("words", ()))]
    if kind == "date":
        return [None, *words, *_DATES, *_written(seen[:_MOST_TEXTS])]
    if kind == "category":
        return [None, *words, *seen, *_changed(seen)]
    return [None, *words, *_texts(seen[:_MOST_TEXTS], rng)]


def _near(seen: Sequence[float], rng: np.random.Generator) -> list[float]:
    """Seen numbers, their neighbours among floats, and numbers of their size."""
    values = np.array(seen, dtype=np.float64)
    if not values.size:
        values = rng.normal(size=50)
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is left out below
        size = float(np.abs(values).mean())
        drawn = rng.normal(values.mean(), size or 1.0, 200)
        between = (rng.permutation(values) + values) / 2
    near = [values, np.nextafter(values, np.inf), np.nextafter(values, -np.inf), between, drawn]
    every = np.concatenate(near)
    finite: list[float] = every[np.isfinite(every)].tolist()
    return finite


def _changed(seen: Sequence[str]) -> list[str]:
    """Categories in other letters, or with blanks around them."""
    return [
        new
        for one in seen
        for new in (one.upper(), one.lower(), f" {one}", f"{one}\u00a0", f"{one}x")
    ]


def _texts(seen: Sequence[str], rng: np.random.Generator) -> list[str]:
    """Texts cut, turned round and put together."""
    if not seen:
        return []
    pieces = [text[int(rng.integers(0, len(text) + 1)) :] for text in seen]
    mixed = [f"{one} {other}" for one, other in zip(seen, rng.permutation(pieces), strict=True)]
    return [
        *seen,
        *pieces,
        *mixed,
        *(text.upper() for text in seen[:20]),
        *(text[::-1] for text in seen[:20]),
    ]


def _huge(seen: Sequence[str | None]) -> list[str]:
    """Texts of a size that few rows have: they take as long as a hundred others."""
    words = " ".join(text for text in seen if text) or "no word"
    return [(f"{words} " * (_HUGE // (len(words) + 1) + 1))[:_HUGE], "\u00e9\u4f60 " * 2_000]


def _written(seen: Sequence[datetime]) -> list[str]:
    """Seen dates in several forms."""
    return [date.strftime(form) for date in seen for form in _FORMS]
