"""Chart of define / data: label distribution and missing values."""

from __future__ import annotations

import altair as alt

from leadline.charts.drawing.palette import AMBER, BLUE, GREY
from leadline.charts.drawing.sheet import WIDE, Sheet
from leadline.charts.drawing.theme import (
    Picture,
    Record,
    framed,
    layered,
    names_axis,
    row_step,
    table,
)
from leadline.phases.data import Data, Role
from leadline.phases.wording import share_words

_LIFT = 12  # pixels from a bar up to its name, on a narrow sheet
_MOST_CLASSES = 8
_MOST_COLUMNS = 10


def chart(verdict: Data, sheet: Sheet = WIDE) -> Picture:
    """Class shares above, missing values (or the kinds of columns) below."""
    panels = []
    if verdict.classes:
        panels.append(_bars(_class_rows(verdict), BLUE, "Labelled rows by class", sheet))
    missing = _missing_rows(verdict)
    if missing:
        panels.append(_bars(missing, AMBER, "Columns with missing values, share of rows", sheet))
    else:
        panels.append(
            _bars(_kind_rows(verdict), GREY, "Columns by kind; no value is missing", sheet)
        )
    return framed(alt.vconcat(*panels), _title(verdict), _subtitle(verdict), sheet)


def _title(verdict: Data) -> str:
    rows = f"{verdict.n_rows:,} labelled rows"
    if len(verdict.classes) != 2:
        return f"{rows} in {len(verdict.classes)} classes" if verdict.classes else rows
    rarer = verdict.classes[-1]
    return f"{share_words(rarer.n_rows / max(verdict.n_rows, 1), 1)} of {rows} are {rarer.value!r}"


def _subtitle(verdict: Data) -> str:
    split = verdict.split
    return (
        f"The model learns from {split.n_train:,} rows; the other {split.n_test:,} are kept "
        "apart to judge it, for the whole life of the project."
    )


def _class_rows(verdict: Data) -> list[Record]:
    shown = [(count.value, count.n_rows) for count in verdict.classes[:_MOST_CLASSES]]
    rest = verdict.classes[_MOST_CLASSES:]
    if rest:
        shown.append((f"{len(rest)} more classes", sum(count.n_rows for count in rest)))
    total = max(verdict.n_rows, 1)
    return [
        {"name": name, "value": n, "label": f"{n:,} rows, {share_words(n / total, 1)}"}
        for name, n in shown
    ]


def _missing_rows(verdict: Data) -> list[Record]:
    total = max(verdict.n_rows + verdict.n_unlabelled, 1)
    columns = [c for c in verdict.columns if c.role is Role.FEATURE and c.n_missing]
    columns.sort(key=lambda column: -column.n_missing)
    return [
        {
            "name": column.name,
            "value": column.n_missing,
            "label": share_words(min(column.n_missing / total, 1.0), 1),
        }
        for column in columns[:_MOST_COLUMNS]
    ]


def _kind_rows(verdict: Data) -> list[Record]:
    counts: dict[str, int] = {}
    for column in verdict.columns:
        name = column.kind.value if column.role is Role.FEATURE else "not learnt from"
        if column.role is not Role.LABEL:
            counts[name] = counts.get(name, 0) + 1
    return [{"name": name, "value": n, "label": f"{n:,}"} for name, n in counts.items()]


def _bars(rows: list[Record], color: str, title: str, sheet: Sheet) -> alt.LayerChart:
    base = alt.Chart(table(rows))
    y = alt.Y("name:N", sort=None, title=None, axis=names_axis(sheet, lift=_LIFT, grid=False))
    x = alt.X("value:Q", axis=None, scale=alt.Scale(domainMin=0))
    bars = base.mark_bar(color=color, height=18).encode(x, y)
    words = base.mark_text(align="left", dx=6).encode(x, y, text="label:N")
    return layered(
        bars, words, width=sheet.width - 60, height=row_step(sheet, 28, lift=_LIFT), title=title
    )
