"""Second reader: a machine is asked about rows of the stream, beside the people who judge it.

It reads what people are given to judge, and further rows. Nobody who judges sees what it says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from leadline.engines.language_models import ModelAnswer
from leadline.errors import NotReadyError, SettingsError
from leadline.evaluation.machine_spending import machine_spending
from leadline.phases.permissions import Action
from leadline.phases.tuning import Tuning
from leadline.record import DeclaredReader, RowReading
from leadline.services.delegation.machine_task import Cells, MachineTask, as_cell, machine_task
from leadline.services.delegation.row_answers import MachineLabelling, Tell, ask_rows
from leadline.services.identity.permission import acting
from leadline.services.reviewing.later_draws import as_drawn
from leadline.services.reviewing.stream_estimate import kept_bands
from leadline.services.reviewing.stream_rows import rows_to_judge
from leadline.snapshot import from_parquet
from leadline.stats.machine_votes.stream_reading import rows_to_read
from leadline.workspace import Workspace

N_FURTHER = 1000
"""Rows beside those drawn for judging that a machine reads where nobody says how many."""
_SEED = 0


@dataclass(frozen=True)
class StreamLabelling:
    """What came of asking a machine about the stream.

    Attributes
    ----------
    labelling : MachineLabelling
        How many rows, answered now and before.
    is_headline : bool
        Whether it was asked before anybody judged a row, so that its reading is in the figures.
    """

    labelling: MachineLabelling
    is_headline: bool


def read_stream(
    workspace: Workspace,
    name: str,
    by: str,
    *,
    n_further: int | None = None,
    tell: Tell | None = None,
) -> StreamLabelling:
    """Have a machine read the rows of the stream drawn for judging, and further ones.

    The first machine that is asked is the second reader of this stream; until somebody has judged a
    row, another may take its place. Rows that it has answered before are not asked again: whoever
    stops this may go on later.

    Parameters
    ----------
    workspace : Workspace
        The project.
    name : str
        The machine.
    by : str
        Who asks.
    n_further : int >= 1, optional
        Further rows, spread over the ranges of scores; 1,000, or all there are.
    tell : callable, optional
        Told how far it is: words, and a share.

    Raises
    ------
    SettingsError
        If there is no such machine, or another one reads this stream.
    NotReadyError
        If nothing was drawn for judging, what is asked is none of yes or no, or the stream lacks
        a column.
    BudgetSpent
        If the money granted does not reach; what was answered is kept.
    EngineError
        If the machine does not answer.
    """
    workspace, person = acting(workspace, Action.BUY, by, "the request")
    task = machine_task(workspace, name)
    number, tuning = _tuning(workspace)
    # before anything is declared: what cannot be told is not begun
    stream = _stream(workspace, tuning, task)
    wanted = _scores_of_rows(workspace, tuning, n_further or N_FURTHER)
    readings = workspace.record.delegation.readings
    with machine_spending(workspace, name) as spending:
        told = (name, task.settings.model, task.told)
        reader = readings.declare(number, *told, person)
        if not reader.is_told_as(*told):
            raise _other_reader(reader, name)
        known = {each.row for each in readings.of(reader)}
        asked = {row: score for row, score in wanted.items() if row not in known}

        def keep(answer: ModelAnswer) -> None:
            row = int(answer.row)
            readings.add(reader, RowReading(row=row, score=asked[row], value=answer.label))

        n_before = len(wanted) - len(asked)
        done = ask_rows(task, _cells(stream, asked), spending, keep, n_before=n_before, tell=tell)
    return StreamLabelling(done, is_headline=not reader.n_judged)


def _tuning(workspace: Workspace) -> tuple[int, Tuning]:
    """The newest tuning with every row drawn until now."""
    entry = workspace.record.latest("tuning")
    tuning = None
    if entry is not None:
        tuning = as_drawn(workspace.record, entry.number, entry.verdict_as(Tuning))
    if entry is None or tuning is None or not tuning.sample:
        raise NotReadyError(
            "No row of the stream has been drawn for judging.",
            "A machine reads beside people what people judge.",
            "Set [data] stream in leadline.toml, then 'leadline run apply'.",
        )
    if not tuning.points:
        raise NotReadyError(
            "What is asked here is no question of yes or no.",
            "A machine's reading is used for precision and recall at thresholds only.",
            "Let people judge: 'leadline review'.",
        )
    if not tuning.bands:
        raise NotReadyError(
            "This tuning did not keep what a second reading needs.",
            "It is from an older version of Leadline.",
            "Compute it again: 'leadline run tuning'.",
        )
    return entry.number, tuning


def _scores_of_rows(workspace: Workspace, tuning: Tuning, n_further: int) -> dict[int, float]:
    """Rows to read with their scores: those drawn for judging, then further ones."""
    bands, _ = kept_bands(workspace.artifacts, tuning)
    scores = np.frombuffer(workspace.artifacts.get(tuning.stream_scores), dtype="<f8")
    drawn = np.array(rows_to_judge(workspace.artifacts, tuning), dtype=np.int64)
    is_drawn = np.zeros(scores.size, dtype=np.bool_)
    is_drawn[drawn] = True
    band = bands.bands[bands.slice_of(scores)]
    further = rows_to_read(band, is_drawn, np.random.default_rng(_SEED))[:n_further]
    return {int(row): float(scores[row]) for row in (*drawn, *further)}


def _stream(workspace: Workspace, tuning: Tuning, task: MachineTask) -> pl.DataFrame:
    """The rows of the stream as a machine is told them.

    Raises
    ------
    NotReadyError
        If the data have columns by now that the stream of this tuning has not.
    """
    frame: pl.DataFrame = from_parquet(workspace.artifacts.get(tuning.stream))
    features = list(task.data.features)
    missing = [name for name in features if name not in frame.columns]
    if missing:
        raise NotReadyError(
            f"The stream of this tuning has no {', '.join(map(repr, missing))}.",
            "A machine is told what the newest data have of a row.",
            "Compute it again: 'leadline run tuning'.",
        )
    return frame.select(features)


def _cells(stream: pl.DataFrame, rows: Mapping[int, float]) -> dict[str, Cells]:
    """Rows as a machine is told them, by their number."""
    return {
        str(row): dict(zip(stream.columns, map(as_cell, cells), strict=True))
        for row, cells in zip(rows, stream[list(rows)].iter_rows(), strict=True)
    }


def _other_reader(reader: DeclaredReader, name: str) -> SettingsError:
    found = f"{reader.machine!r} reads this stream already, as {reader.by} asked."
    back = f"Ask {reader.machine!r}"
    if reader.machine == name:
        found = (
            f"{name!r} is told something else now than when {reader.by} had it read this stream."
        )
        back = "Set its model, the question and the guidelines back"
    return SettingsError(
        found,
        "Once a row is judged a stream keeps its second reader: nobody may choose one by what it "
        "makes of the figures.",
        f"{back}, or compute a new tuning with 'leadline run tuning'.",
    )
