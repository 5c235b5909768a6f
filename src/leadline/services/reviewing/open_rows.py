"""Rows of the stream that wait for a judgment, as a table to fill in."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from leadline.errors import NotReadyError
from leadline.phases.tuning import Tuning
from leadline.services.reviewing.later_draws import as_drawn
from leadline.services.reviewing.stream_rows import judging_columns, rows_to_judge
from leadline.snapshot import from_parquet
from leadline.workspace import Workspace


@dataclass(frozen=True)
class OpenRows:
    """Rows to judge.

    Attributes
    ----------
    frame : DataFrame
        ``row``, an empty ``is_positive`` or ``value``, and what is known of each. The two are
        called ``leadline_row`` and so on where the data have such columns.
    rows : list of int
        Numbers of these rows in the stream.
    are_all_judged : bool
        Whether every row drawn has an answer: then these are all of them.
    """

    frame: pl.DataFrame
    rows: list[int]
    are_all_judged: bool


def open_rows(workspace: Workspace) -> OpenRows:
    """Rows drawn for judging that have no answer; all that were drawn, if every one has.

    An empty cell of a row that was judged would say that its judge is unsure after all.

    Raises
    ------
    NotReadyError
        If nothing was drawn for judging.
    """
    entry = workspace.record.latest("tuning")
    if entry is None or not isinstance(entry.verdict, Tuning) or not entry.verdict.sample:
        raise NotReadyError(
            "No rows have been drawn for judging.",
            "A stream of unlabelled rows and a verdict of 'tuning' are needed.",
            "Set [data] stream in leadline.toml, then 'leadline run apply'.",
        )
    tuning = as_drawn(workspace.record, entry.number, entry.verdict)
    judged = {one.row for one in workspace.record.reviews.judgments(entry.number)}
    drawn = rows_to_judge(workspace.artifacts, tuning)
    rows = [row for row in drawn if row not in judged]
    are_all_judged = not rows
    rows = rows or list(drawn)
    frame = from_parquet(workspace.artifacts.get(tuning.stream))[rows]
    name, answer = judging_columns(frame.columns, "value" if tuning.plain else "is_positive")
    empty = pl.lit(None, dtype=pl.String).alias(answer)
    return OpenRows(frame.select(pl.Series(name, rows), empty, pl.all()), rows, are_all_judged)
