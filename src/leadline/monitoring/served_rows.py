"""Served rows as a table of new data: what a server logged, and the outcomes that came in."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date

import polars as pl

from leadline.errors import NotReadyError
from leadline.monitoring.block_rows import block_names
from leadline.monitoring.release_in_service import stood_on
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.release import Release
from leadline.phases.scoring import Task
from leadline.phases.wording import plural
from leadline.reading.conform import conform
from leadline.reading.schema import CellType
from leadline.serving.logs.label_rule import label_fault
from leadline.serving.logs.log_place import FOLDER, LogPlace
from leadline.serving.logs.outcome_store import Key, Label, OutcomeStore
from leadline.serving.logs.prediction_lines import ServedRows, read_served
from leadline.serving.releases.manifest import Card
from leadline.workspace import Workspace

KEY = "leadline_request"
"""Column that names a row: where it came from, the id of its request, and its number there."""
SERVED = "served:"
"""Beginning of the names of rows that a server has logged: no file names its rows so."""

_AT = "leadline_answered_at"


@dataclass(frozen=True)
class ServedTable:
    """Rows that the release in service has answered.

    Attributes
    ----------
    release_id : str
        Of the release.
    frame : polars.DataFrame
        As a file of new rows has them: when they were, their key, the features, and the label where
        one came in; the column of the label is missing where none did.
    label : str
        Name of the label's column.
    blocks : polars.Series of str, shape (n_rows,)
        First day of the block each row lies in.
    logged : polars.Series of date, shape (n_rows,)
        The day of the log that holds each row.
    days : frozenset of date
        Days that the log still holds.
    is_dated : bool
        Whether a column of the project dates the rows.
    notes : tuple of str
        What a person should know.
    """

    release_id: str
    frame: pl.DataFrame
    label: str
    blocks: pl.Series
    logged: pl.Series
    days: frozenset[date]
    is_dated: bool
    notes: tuple[str, ...]


def log_place(workspace: Workspace) -> LogPlace:
    """Where a server of the release in service keeps what it answers.

    Raises
    ------
    NotReadyError
        If nothing is released yet.
    """
    _, data, _ = stood_on(workspace.record)
    folder = workspace.state_folder / FOLDER
    return LogPlace(folder, workspace.settings.serve.keep_days, data.day_column)


def served_table(workspace: Workspace) -> ServedTable:
    """Read the log of a workspace's servers.

    Raises
    ------
    NotReadyError
        If nothing is released yet, or the log holds no row of the release in service.
    """
    entry, data, problem = stood_on(workspace.record)
    release = entry.verdict_as(Release)
    place = log_place(workspace)
    served = read_served(place.folder, release.release_id, data.features)
    if served.frame.is_empty():
        raise NotReadyError(
            f"The log holds no row that release {release.release_id} has answered.",
            "Rows are logged where the server is told to.",
            "Run 'leadline serve --log', or set [serve] log = true.",
        )
    store = OutcomeStore(place.outcomes)
    store.refresh()
    frame = served.frame.with_columns(
        pl.concat_str(pl.col("request"), pl.lit(":"), pl.col("row")).alias("key")
    )
    labels, told = _labels(frame, store.labels(), served.others, data, problem)
    features, n_undated = _features(frame, data)
    at = features[data.day_column] if data.day_column else frame["at"]
    columns = [
        # never empty, and no word: a first cell such as "Total" would look like a sum
        at if data.day_column else at.alias(_free(_AT, features)),
        (SERVED + frame["key"]).alias(_free(KEY, features)),
        *(features[name] for name in features.columns if name != data.day_column),
    ]
    if labels.null_count() < labels.len():
        columns.append(labels)
    notes = (*_notes(served, frame.height, labels, data.day_column, n_undated), *told)
    return ServedTable(
        release_id=release.release_id,
        frame=pl.DataFrame(columns),
        label=problem.label,
        blocks=pl.Series(block_names(at, workspace.settings.watch.block), dtype=pl.String),
        logged=frame["logged"],
        days=served.days,
        is_dated=bool(data.day_column),
        notes=notes,
    )


def _features(frame: pl.DataFrame, data: Data) -> tuple[pl.DataFrame, int]:
    """The features as a file has them, with the column that dates them; and rows without a date."""
    features = frame["x"].struct.unnest()
    images = [name for name, kind in data.features.items() if kind == "image"]
    features = features.with_columns(pl.col(images).str.decode("base64"))
    day = data.day_column
    if not day:
        return features, 0
    if day in features.columns:
        said = conform(features, {day: "date"}, reading=data.reading)[day]
    else:
        said = frame["day"].str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us")
    times = said.zip_with(said.is_not_null(), frame["at"])
    return features.with_columns(times.alias(day)), said.null_count()


def _labels(
    frame: pl.DataFrame,
    known: Mapping[Key, Label],
    others: Set[str],
    data: Data,
    problem: Problem,
) -> tuple[pl.Series, list[str]]:
    """The label of each row as a file has it, null where none came in; and words on others."""
    is_number = problem.task is Task.REGRESSION
    dtype = pl.Float64 if is_number else pl.String
    card = Card(
        project="",
        label=problem.label,
        task=problem.task.value,
        columns=data.features,
        positive=problem.positive,
        classes=tuple(count.value for count in data.classes),
        threshold=0.5,
    )
    is_fit = {label: not label_fault(label, card) for label in set(known.values())}
    good = {f"{request}:{row}": label for (request, row), label in known.items() if is_fit[label]}
    outcomes = pl.DataFrame(
        {"key": list(good), problem.label: pl.Series(list(good.values()), dtype=dtype)},
        schema={"key": pl.String, problem.label: dtype},
    )
    joined = frame.select("key").join(outcomes, on="key", how="left", maintain_order="left")
    labels = joined[problem.label]
    n_other = len(known) - len(good)
    told = [f"{plural(n_other, 'outcome')} with a label that is no class left out."] * bool(n_other)
    n_lone = len(good.keys() - set(frame["key"].to_list()) - others)
    if n_lone:
        told.append(f"{plural(n_lone, 'outcome')} of rows that the log does not hold.")
    reading = data.reading.get(problem.label)
    if reading is not None and reading.type is CellType.NUMBER:
        # as text, a number would be read with the marks of the training file
        labels = labels.cast(pl.Float64, strict=False)
    return labels, told


def _notes(
    served: ServedRows, n_rows: int, labels: pl.Series, day: str, n_undated: int
) -> list[str]:
    """What a person should know of a log."""
    n_known = n_rows - labels.null_count()
    told = [f"Served by this release: {plural(n_rows, 'row')}, {n_known:,} with an outcome."]
    counts = (
        (len(served.others), "row", "answered by other releases left out."),
        (
            served.n_repeated,
            "row",
            "left out, as the id of the request had come before: send a new one each time.",
        ),
        (served.n_lost, "answered row", "could not be logged."),
        (served.n_cut, "line", "of the log not whole, and left out."),
        (n_undated, "row", f"without {day!r}: the time of the request stands in."),
    )
    return told + [f"{plural(n, what)} {words}" for n, what, words in counts if n]


def _free(name: str, frame: pl.DataFrame) -> str:
    """A name that no column has."""
    while name in frame.columns:
        name += "_"
    return name
