"""Projects that are opened, and rows that are run."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import polars as pl

from leadline.errors import DataError, NotReadyError, SettingsError, first_line
from leadline.monitoring.watched_release import WatchedRelease
from leadline.notebook.cost_tables import CostTable
from leadline.notebook.progress_line import ProgressLine
from leadline.notebook.project_tables import candidate_table, point_table
from leadline.notebook.released_models import (
    ReleasedClassifier,
    ReleasedRegressor,
    released_model,
)
from leadline.notebook.results import Result
from leadline.notebook.standing_tables import StandingTable
from leadline.phases.lifecycle import ROWS
from leadline.phases.search import Search
from leadline.phases.target.success_chance import SuccessChance
from leadline.reading.data_frames import as_polars, is_frame
from leadline.record import Entry, Job
from leadline.services.accounting import project_ledger
from leadline.services.commands import WayBack, choose_point, decide, judge_rows
from leadline.services.commands.start import (
    all_or_nothing,
    given_options,
    inspect_label,
    require_new,
    start_project,
)
from leadline.services.queries import operating_points_page
from leadline.services.queries.project_state import ProjectState
from leadline.services.queries.success_chance_now import success_chance
from leadline.services.reviewing.open_rows import open_rows
from leadline.worker import observe, refresh, rows_named
from leadline.workspace import Workspace

_FRAME_FILE = "data.parquet"


def open(folder: Path | str = ".", *, by: str = "") -> Project:  # noqa: A001 - leadline.open
    """Open the project of a folder.

    Parameters
    ----------
    folder : Path or str, default="."
        Where ``leadline.toml`` lies; ``leadline init`` makes one.
    by : str, default=""
        Who you are: it goes on the record. Empty: ``LEADLINE_USER``, else who is logged in.

    Returns
    -------
    Project
        Close it, or use it in a ``with`` block.

    Raises
    ------
    SettingsError
        If there is no ``leadline.toml``, or it says something that cannot be.
    """
    return Project(
        Workspace.open(folder), by or os.environ.get("LEADLINE_USER") or getpass.getuser()
    )


def init(
    source: Any,
    label: str,
    folder: Path | str = ".",
    *,
    name: str = "",
    by: str = "",
    problem: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
    ethics: Mapping[str, Any] | None = None,
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
        Who you are: it goes on the record. Empty: ``LEADLINE_USER``, else who is logged in.
    problem, data, ethics : mapping, optional
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
        start_project(folder, files, label, name=name, problem=problem, data=given, ethics=ethics)
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
        for entry in self._refreshed(row):
            if entry.row == row:
                return Result(entry)
        return self.result(row)

    def run_all(self, *names: str) -> list[Result]:
        """Compute what is missing or stale of the stages and rows named; of all, without a name."""
        return [Result(entry) for entry in self._refreshed(*names)]

    def result(self, row: str) -> Result:
        """The newest result of a row.

        Raises
        ------
        NotReadyError
            If it has none.
        LeadlineError
            If there is no such row.
        """
        entry = self.workspace.record.latest(row)
        if entry is None and row not in ROWS:
            rows_named([row])
        if entry is None:
            raise NotReadyError(f"The record has no {row!r} yet.", "", f"Run it: .run({row!r}).")
        return Result(entry)

    def standing(self) -> StandingTable:
        """Where every row stands."""
        return StandingTable(self.workspace.record.standing())

    @property
    def chance(self) -> SuccessChance | None:
        """How likely success is, as of when and by what; None where nothing has said it yet."""
        record = self.workspace.record
        return success_chance(record, ProjectState.of(record))

    @property
    def candidates(self) -> pl.DataFrame:
        """Candidates of the newest search, the best expected score first.

        Raises
        ------
        NotReadyError
            If nothing was searched yet.
        """
        search = self.result("search").verdict
        assert isinstance(search, Search)
        return candidate_table(search)

    def model(self) -> ReleasedClassifier | ReleasedRegressor:
        """The release in service as a fitted estimator of scikit-learn, fed with raw frames.

        Raises
        ------
        NotReadyError
            If nothing is released yet.
        ReleaseError
            If it is damaged, or does not fit this environment.
        """
        return released_model(WatchedRelease.of(self.workspace).bundle)

    def decide(
        self, stage: str, choice: str, why: str, *, to: str = "", change: str = ""
    ) -> Result:
        """Say go, back or stop after a stage, and why.

        Who goes back says `to` which stage, and what to `change` there.
        """
        back = WayBack(to, change)
        return Result(decide(self.workspace, stage, choice, why, self.by, back=back))

    def rows_to_judge(self) -> pl.DataFrame:
        """Rows of the stream that wait for a judgment: ``row``, and what is known of each.

        Raises
        ------
        NotReadyError
            If nothing was drawn for judging yet.
        """
        return open_rows(self.workspace).frame

    def judge(self, answers: Mapping[int, bool | str | float | None]) -> int:
        """Say what some of these rows are: ``{row: True}``, or a class or number; None if unsure.

        Returns
        -------
        int
            Judgments taken in: all, or none.

        Raises
        ------
        SettingsError
            If a row was not drawn for judging, or an answer does not fit the question.
        """
        return judge_rows(self.workspace, answers, self.by)

    def points(self) -> pl.DataFrame:
        """Operating points on offer, and what each would do by the judgments so far.

        Raises
        ------
        NotReadyError
            If nothing is on offer yet.
        """
        return point_table(operating_points_page(self.workspace))

    def watch(self, source: Any) -> Result:
        """Hand over new rows, with labels where they are known, and hear whether all is well.

        Parameters
        ----------
        source : path or data frame
            A file, or a frame of pandas or polars.

        Raises
        ------
        NotReadyError
            If nothing is released yet.
        DataError
            If the rows cannot be read; nothing of them is kept then.
        """
        with TemporaryDirectory() as folder:
            path = _paths(source)[0] if not is_frame(source) else Path(folder, "rows.parquet")
            if is_frame(source):
                _written(source, path)
            observe(self.workspace, path)
        return self.run("monitor")

    def choose(self, point: str, why: str, *, cost_miss: float, cost_false_alarm: float) -> Result:
        """Choose an operating point, and say why."""
        return Result(
            choose_point(self.workspace, point, cost_miss, cost_false_alarm, why, self.by)
        )

    def costs(self) -> CostTable:
        """What the project has cost, by stage and kind: ``.to_frame()``, ``.plot()``."""
        return CostTable(project_ledger(self.workspace))

    def history(self) -> list[Result]:
        """Every entry, the oldest first."""
        return [Result(entry) for entry in self.workspace.record.entries()]

    def _refreshed(self, *names: str) -> Iterator[Entry]:
        """New entries, while a line says how far the work is."""
        line = ProgressLine(is_shown=True)
        row = ""

        def started(name: str) -> None:
            nonlocal row
            row = name
            line(f"{row} ...", None)

        def progress(job: Job) -> None:
            line(f"{row}: {job.message}", job.share)

        try:
            yield from refresh(
                self.workspace, names, by=self.by, started=started, progress=progress
            )
        finally:
            line.close()
