"""Python API: projects that are opened, rows that are run, results to look at."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import polars as pl

from leadline.charts import chart_of, details_of, svg
from leadline.errors import DataError, NotReadyError, SettingsError, first_line
from leadline.phases.lifecycle import ROWS, Standing
from leadline.phases.verdict import Bounds, Severity, Verdict
from leadline.reading.data_frames import as_polars, is_frame
from leadline.record import Entry
from leadline.services.commands import choose_point, decide
from leadline.services.commands.start import (
    all_or_nothing,
    given_options,
    inspect_label,
    require_new,
    start_project,
)
from leadline.worker import refresh
from leadline.workspace import Workspace

if TYPE_CHECKING:
    from leadline.charts import Picture

_FRAME_FILE = "data.parquet"
_TABLES = {
    "data": "columns",
    "search": "trials",
    "tuning": "points",
    "review": "points",
    "capacity": "steps",
    "decay": "staleness",
    "monitor": "blocks",
}


def open(folder: Path | str = ".", *, by: str = "") -> Project:  # noqa: A001 - leadline.open
    """Open the project of a folder.

    Parameters
    ----------
    folder : Path or str, default="."
        Where ``leadline.toml`` lies; ``leadline init`` makes one.
    by : str, default=""
        Who you are: it goes on the record. Empty: who is logged in.

    Returns
    -------
    Project
        Close it, or use it in a ``with`` block.

    Raises
    ------
    SettingsError
        If there is no ``leadline.toml``, or it says something that cannot be.
    """
    return Project(Workspace.open(folder), by or getpass.getuser())


def init(
    source: Any,
    label: str,
    folder: Path | str = ".",
    *,
    name: str = "",
    by: str = "",
    problem: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
) -> Project:
    """Make a project of labelled rows: as ``leadline init`` does, and asks nothing.

    Parameters
    ----------
    source : path, sequence of paths, or data frame
        Files, or a frame of pandas or polars, or a table of pyarrow. A frame is written into the
        folder as ``data.parquet``, and read from there like any file.
    label : str
        The column to predict.
    folder : Path or str, default="."
        Where ``leadline.toml`` will lie; made if it is not there.
    name : str, default=""
        Of the project; the folder's if empty.
    by : str, default=""
        Who you are: it goes on the record. Empty: who is logged in.
    problem, data : mapping, optional
        Settings that are known already, such as ``data={"exclude": ["id"]}``; all others are
        written as assumed.

    Returns
    -------
    Project
        With the verdicts of 'problem' and 'data'. The data may be unfit to learn from:
        ``project.result("data")`` says so.

    Raises
    ------
    DataError
        If the rows cannot be read, or have no such column; nothing is left behind.
    SettingsError
        If the folder holds a project, or a setting is unknown.

    Examples
    --------
    >>> import tempfile
    >>> frame = pl.DataFrame({"x": range(60), "late": ["no", "yes", "no"] * 20})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with init(frame, "late", folder, by="Ada") as project:
    ...         print(project.result("data").verdict.n_rows)
    60
    """
    folder = Path(folder)
    require_new(folder)
    given = {key: list(each) if isinstance(each, tuple) else each
             for key, each in (data or {}).items()}  # fmt: skip
    written = folder / _FRAME_FILE
    with all_or_nothing(folder, written):
        files = [_written(source, written)] if is_frame(source) else _paths(source)
        inspect_label(files, label, given_options(given))
        start_project(folder, files, label, name=name, problem=problem, data=given)
        with open(folder, by=by) as first:
            first.run_all("problem", "data")
    return open(folder, by=by)


def _paths(source: Any) -> list[Path]:
    if isinstance(source, str | Path):
        return [Path(source)]
    if isinstance(source, list | tuple):
        return [Path(each) for each in source]
    raise DataError(
        f"Rows were given as {type(source).__name__}.",
        "A path, a list of paths, or a data frame of pandas, polars or pyarrow is needed.",
        "Give one of these.",
    )


def _written(source: Any, path: Path) -> Path:
    """Write a frame where the project will read it."""
    frame = as_polars(source)
    if path.exists():
        raise SettingsError(
            f"{path} exists already.",
            "The frame is written there.",
            "Choose another folder, or give the path of that file.",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        frame.write_parquet(path)
    except pl.exceptions.PolarsError as error:
        raise DataError(
            f"The frame cannot be written: {first_line(error)}.",
            "Columns of numbers, words, dates or images are needed.",
            "Convert or drop the column.",
        ) from error
    return path


class Project:
    """A project at hand.

    Parameters
    ----------
    workspace : Workspace
        Its settings, record and artifacts.
    by : str
        Who works on it.
    """

    def __init__(self, workspace: Workspace, by: str) -> None:
        self.workspace = workspace
        self.by = by

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        n_entries = len(self.workspace.record.marks())
        return f"Project({self.workspace.settings.name!r}, {n_entries} entries)"

    def close(self) -> None:
        """Let go of the database."""
        self.workspace.close()

    def run(self, row: str) -> Result:
        """Compute a row, whether or not it is current, and what of the problem has changed.

        Raises
        ------
        NotReadyError
            If something it stands on is missing.
        LeadlineError
            Whatever the row refuses.
        """
        for entry in refresh(self.workspace, [row], by=self.by):
            if entry.row == row:
                return Result(entry)
        return self.result(row)

    def run_all(self, *names: str) -> list[Result]:
        """Compute what is missing or stale of the stages and rows named; of all, without a name."""
        return [Result(entry) for entry in refresh(self.workspace, names, by=self.by)]

    def result(self, row: str) -> Result:
        """The newest result of a row.

        Raises
        ------
        NotReadyError
            If it has none.
        """
        entry = self.workspace.record.latest(row)
        if entry is None:
            raise NotReadyError(f"The record has no {row!r} yet.", "", f"Run it: .run({row!r}).")
        return Result(entry)

    def standing(self) -> dict[str, Standing]:
        """Where every row stands."""
        return self.workspace.record.standing()

    def decide(self, stage: str, choice: str, why: str) -> Result:
        """Say go, back or stop after a stage, and why."""
        return Result(decide(self.workspace, stage, choice, why, self.by))

    def choose(self, point: str, why: str, *, cost_miss: float, cost_false_alarm: float) -> Result:
        """Choose an operating point, and say why."""
        return Result(
            choose_point(self.workspace, point, cost_miss, cost_false_alarm, why, self.by)
        )

    def history(self) -> list[Result]:
        """Every entry, the oldest first."""
        return [Result(entry) for entry in self.workspace.record.entries()]


class Result:
    """An entry of the record that can be looked at.

    Parameters
    ----------
    entry : Entry
        What was put on the record.
    """

    def __init__(self, entry: Entry) -> None:
        self.entry = entry

    @property
    def verdict(self) -> Verdict:
        """The frozen verdict."""
        return self.entry.verdict

    def __repr__(self) -> str:
        return f"{self.entry.row}: {self.verdict.answer.value}. {self.verdict.summary}"

    def plot(self, name: str = "") -> Picture | None:
        """The picture of the verdict; None where there is nothing to draw.

        Parameters
        ----------
        name : str, default=""
            Of a further picture, such as "importance" of a search: what its candidate leans on.
        """
        return details_of(self.verdict).get(name) if name else chart_of(self.verdict)

    def to_frame(self, name: str = "") -> pl.DataFrame:
        """The numbers behind the picture, one row a point, trial, block or column.

        Parameters
        ----------
        name : {"", "importance", "words"}, default=""
            Of a search: "importance" of the columns to its candidate, and of "words" of texts.

        Returns
        -------
        DataFrame
            Intervals become three columns: ``x``, ``x_low`` and ``x_high``.
        """
        if name:
            rows = list(_importance_records(self.verdict, name))
        else:
            rows = list(_records(self.entry.row, self.verdict))
        return pl.DataFrame(rows, infer_schema_length=None)

    def _repr_html_(self) -> str:
        verdict = self.verdict
        colours = {"go": "#0a7d4b", "no": "#b3261e", "unclear": "#8a6100"}
        colour = colours[verdict.answer.value]
        parts = [
            (
                f"<h4>{escape(ROWS[self.entry.row].stage.value)} / {escape(self.entry.row)} "
                f"<span style='color:{colour}'>{verdict.answer.value}</span></h4>"
            ),
            f"<p>{escape(verdict.summary)}</p>",
        ]
        pictures = (self.plot(), self.plot("importance"))
        parts += [svg(picture) for picture in pictures if picture is not None]
        worth = [f for f in verdict.findings if f.severity is not Severity.NOTE]
        if worth:
            items = "".join(f"<li>{escape(f'{f.what} {f.next}'.strip())}</li>" for f in worth)
            parts.append(f"<ul>{items}</ul>")
        return "\n".join(parts)


def _records(row: str, verdict: Any) -> Iterator[dict[str, Any]]:
    if row == "curve":
        for curve in verdict.curves:
            for point in curve.points:
                yield {
                    "candidate": curve.candidate,
                    "n_train": point.n_train,
                    "error": point.mean,
                    "stderr": point.stderr,
                    "fit_s": point.fit_s,
                }
    elif row == "forecast":
        for index, n_train in enumerate(verdict.grid):
            yield {
                "n_train": n_train,
                **{f"q{line.q:g}": line.errors[index] for line in verdict.lines},
            }
    elif row in _TABLES:
        yield from (_flat(part) for part in getattr(verdict, _TABLES[row]))
    else:
        yield _flat(verdict)


def _importance_records(verdict: Any, name: str) -> Iterator[dict[str, Any]]:
    """Columns or words that a search's candidate leans on; none where it was not looked at."""
    if name not in {"importance", "words"}:
        raise ValueError(f"name is {name!r}; 'importance', 'words' or nothing is needed.")
    found = getattr(verdict, "importance", None)
    if found is None:
        return
    if name == "words":
        yield from (_flat(word) for word in found.words)
        return
    for column in found.columns:
        yield {"columns": column.name, **_flat(column)}
        for member in column.members:
            yield {"columns": column.name, "alone": member.name, **_flat(member)}


def _flat(part: Any) -> dict[str, Any]:
    """The scalars of a dataclass, intervals spread over three columns."""
    flat: dict[str, Any] = {}
    for field in fields(part):
        value = getattr(part, field.name)
        if isinstance(value, Bounds):
            flat[field.name] = value.estimate
            flat[f"{field.name}_low"], flat[f"{field.name}_high"] = value.low, value.high
        elif not is_dataclass(value) and not isinstance(value, tuple | dict):
            flat[field.name] = value
    return flat
