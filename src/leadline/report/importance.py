"""Tables of what the chosen candidate of a search leans on: columns, and words of texts."""

from __future__ import annotations

from leadline.phases.search import Search
from leadline.phases.search.importance import Importance, MovedColumn
from leadline.phases.verdict import Verdict
from leadline.phases.wording import signed_digits
from leadline.report.text_table import Table, tabled


def importance_tables(verdict: Verdict) -> tuple[Table, ...]:
    """Columns, then words; empty of other rows, and where nothing was looked at.

    Parameters
    ----------
    verdict : Verdict
        Of any row.
    """
    importance = verdict.importance if isinstance(verdict, Search) else None
    if importance is None:
        return ()
    tables = [_columns(importance)]
    if importance.words:
        tables.append(_words(importance))
    return tuple(tables)


def _columns(importance: Importance) -> Table:
    rows = []
    for column in importance.columns:
        rows.append(_cells(column, column.name, column.standing))
        rows += [_cells(each, f"  {each.name} alone", "–") for each in column.members]
    head = (
        "Column",
        "Rise of the error",
        "90% range",
        "Score without",
        "Of use",
        "The answer",
    )
    caption = (
        f"What {importance.candidate} leans on: score {importance.score:.3f} on "
        f"{importance.n_rows:,} held-out rows, learnt from {importance.n_train:,}"
    )
    return tabled(caption, head, rows)


def _cells(column: MovedColumn, name: str, said: str) -> tuple[str, ...]:
    return (
        name,
        f"{column.rise.estimate:z.4f}",
        f"{column.rise.low:z.4f} to {column.rise.high:z.4f}",
        f"{column.score_without:.3f}",
        said,
        column.way or "–",
    )


def _words(importance: Importance) -> Table:
    has_classes = any(each.toward for each in importance.words)
    rows = [
        (
            each.word,
            each.column,
            signed_digits(each.effect.estimate),
            f"{signed_digits(each.effect.low)} to {signed_digits(each.effect.high)}",
            f"{each.n_texts}",
            *((each.toward,) if has_classes else ()),
        )
        for each in importance.words
    ]
    head = ("Word", "Column", "Effect on the answer", "90% range", "Texts")
    return tabled(
        "Words that move the answer most", (*head, *(("Towards",) if has_classes else ())), rows
    )
