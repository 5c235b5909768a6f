"""Observations of new rows: scored by the release in service, compared with its train rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.datasets.frames import Target
from leadline.datasets.source_files import read_later
from leadline.engines.releases.bundle import ReleaseBundle, open_bundle
from leadline.engines.releases.keys import public_keys
from leadline.engines.releases.learnt_rows import LearntRows
from leadline.errors import DataError, NotReadyError
from leadline.evaluation.predictions import Predictions, is_wrong
from leadline.monitoring.feature_drift import column_shifts
from leadline.monitoring.release_in_service import in_service
from leadline.monitoring.shifts.reference_rows import ReferenceRows
from leadline.monitoring.shifts.swapped_days import swapped_note
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.release import Release
from leadline.phases.scoring import Task
from leadline.reading.conform import conform
from leadline.reading.file_forms.raw import BY_COMMAND, Trim
from leadline.reading.table import Table
from leadline.record import Observation
from leadline.snapshot import class_texts, from_parquet
from leadline.stats.monitoring.repeats import are_repeats
from leadline.workspace import Workspace

_MOST_REFERENCE = 50_000
_EVERY = {"day": "1d", "week": "1w", "month": "1mo"}


@dataclass(frozen=True)
class _Scored:
    """Rows of a file with the answers of the release; `truth` has one element a labelled row."""

    X: pl.DataFrame
    decided: Predictions
    is_labelled: NDArray[np.bool_]
    truth: NDArray[Any]
    is_learnt: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class Observed:
    """What became of a file of new rows.

    Attributes
    ----------
    blocks : tuple of str
        Names of the blocks: the first day, or the file's name where rows carry no time.
    notes : tuple of str
        What a person should know about how the file was read.
    """

    blocks: tuple[str, ...]
    notes: tuple[str, ...] = ()


def observe_file(folder: str, path: str, trim: Trim = BY_COMMAND) -> Observed:
    """Score a file of new rows block by block and put each block on the record.

    Parameters
    ----------
    folder : str
        Of the workspace.
    path : str
        Any file that a project can be made of; with the label column where the truth has arrived.
    trim : Trim
        Lines of the file that are no rows.

    Returns
    -------
    Observed
        A block observed again replaces its earlier observation.

    Raises
    ------
    NotReadyError
        If nothing is released yet.
    """
    with Workspace.open(folder) as workspace:
        release, data, problem = _in_service(workspace)
        notes: list[str] = []
        table = read_later(
            workspace,
            [Path(path)],
            data.reading,
            features=data.features,
            trim=trim,
            note=notes.append,
        )
        _require_classes(table, data, problem)
        frame = table.frame
        bundle = open_bundle(
            workspace.releases_folder / release.bundle,
            trusted=public_keys(workspace.key_path),
            modules=workspace.folder,
        )
        scored = _score(bundle, frame, data, problem)
        names = _names(frame, data, workspace.settings.watch.block, Path(path).name)
        reference = _reference(workspace, data)
        notes += _swapped(frame, scored.X, data, reference)
        inputs = ReferenceRows(
            conform(reference, data.features),
            data.features,
            _names(reference, data, workspace.settings.watch.block, "").tolist(),
        )
        is_right = _is_right(scored, release.tolerance)
        blocks = sorted(set(names.tolist()))
        for block in blocks:
            rows = np.flatnonzero(names == block)
            payload = _payload(scored, rows, problem.task, release.tolerance)
            payload |= _learnt(scored, rows, bundle.learnt)
            payload["shifts"] = column_shifts(
                scored.X[rows], inputs, data.features, name=block, is_right=is_right[rows]
            )
            workspace.record.observations.add(
                Observation(
                    release_id=release.release_id,
                    block=block,
                    block_at=block if data.day_column in frame.columns else "",
                    n_rows=int(rows.size),
                    payload=payload,
                )
            )
        return Observed(tuple(blocks), tuple(notes))


def _require_classes(table: Table, data: Data, problem: Problem) -> None:
    """Refuse a label that is none of the classes: it would count as a wrong answer."""
    if problem.task is Task.REGRESSION or problem.label not in table.frame.columns:
        return
    known = [count.value for count in data.classes]
    labels = class_texts(table.frame[problem.label])
    is_other = labels.is_not_null() & ~labels.is_in(known)
    if problem.task is Task.BINARY and len(known) > 2:
        # of one value against all others a new one is a no, unless it is the hit misspelt
        is_other &= labels.str.strip_chars().str.to_lowercase() == problem.positive.lower()
    # audits of before kept the 50 most frequent classes only
    are_all = sum(count.n_rows for count in data.classes) == data.n_rows
    if are_all and is_other.any():
        row = int(is_other.arg_max() or 0)
        n_more = int(is_other.sum()) - 1
        more = f" {n_more:,} more are like it." if n_more else ""
        raise DataError(
            f'{table.place(row)}: {problem.label!r} is "{labels[row]}".{more}',
            f"One of {', '.join(known)} is needed, or nothing where it is not known.",
            "Write labels as the training data have them.",
        )


def _in_service(workspace: Workspace) -> tuple[Release, Data, Problem]:
    record = workspace.record
    release, problem = in_service(record), record.latest_of(Problem)
    if release is None or problem is None:
        raise NotReadyError(
            "Nothing is released yet.", "A release is needed to watch.", "Run 'leadline run ship'."
        )
    data = record.entry(release.on["data"]).verdict_as(Data)
    return release.verdict_as(Release), data, problem


def _score(bundle: ReleaseBundle, frame: pl.DataFrame, data: Data, problem: Problem) -> _Scored:
    X = bundle.read(frame)
    decided = _decided(bundle.answer(X), problem.task)
    is_labelled, truth = np.zeros(frame.height, dtype=bool), decided.predicted[:0]
    if problem.label in frame.columns:
        is_labelled = frame[problem.label].is_not_null().to_numpy()
        truth = Target.of(problem).values(frame.filter(pl.Series(is_labelled)))
    is_learnt = None if bundle.learnt is None else bundle.learnt.contain(X)
    return _Scored(conform(frame, data.features), decided, is_labelled, truth, is_learnt)


def _decided(answers: pl.DataFrame, task: Task) -> Predictions:
    """What the release answers, as labels are."""
    scores = answers["score"].to_numpy()
    if task is Task.BINARY:
        return Predictions(answers["flagged"].cast(pl.Int64).to_numpy(), scores)
    if task is Task.REGRESSION:
        return Predictions(scores, scores)
    return Predictions(np.asarray(answers["label"].to_list(), dtype=str), scores)


def _names(frame: pl.DataFrame, data: Data, block: str, file: str) -> NDArray[np.str_]:
    if data.day_column in frame.columns:
        return np.asarray(block_names(frame[data.day_column], block), dtype=str)
    return np.full(frame.height, file)


def _reference(workspace: Workspace, data: Data) -> pl.DataFrame:
    """A sample of the rows the release learnt from, with all columns."""
    frame = from_parquet(workspace.artifacts.get(data.snapshot))
    if frame.height <= _MOST_REFERENCE:
        return frame
    rows = np.random.default_rng(0).permutation(frame.height)[:_MOST_REFERENCE]
    return frame[np.sort(rows)]


def _swapped(
    frame: pl.DataFrame, X: pl.DataFrame, data: Data, reference: pl.DataFrame
) -> list[str]:
    """Notes on dates whose day and month look swapped."""
    known = conform(reference, data.features)
    dated = {name: (X[name], known[name]) for name, kind in data.features.items() if kind == "date"}
    if data.day_column in frame.columns:
        dated[data.day_column] = (frame[data.day_column], reference[data.day_column])
    told = (swapped_note(name, *each) for name, each in dated.items())
    return [words for words in told if words]


def _is_right(scored: _Scored, tolerance: float | None) -> NDArray[np.float64]:
    """Whether each answer was right; not a number where that is not known."""
    found = np.full(scored.X.height, np.nan)
    said = scored.decided.predicted[scored.is_labelled]
    found[scored.is_labelled] = ~is_wrong(said, scored.truth, tolerance)
    return found


def _payload(
    scored: _Scored, rows: NDArray[np.intp], task: Task, tolerance: float | None
) -> dict[str, Any]:
    """What the record keeps of a block, but for its shifts."""
    decided = Predictions(scored.decided.predicted[rows], scored.decided.scores[rows])
    is_known = scored.is_labelled[rows]
    said = decided.predicted[is_known]
    truth = scored.truth[np.cumsum(scored.is_labelled)[rows[is_known]] - 1]
    payload: dict[str, Any] = {
        "alert_share": decided.alert_share(task),
        "mean_score": float(decided.scores.mean()),
        "n_labelled": int(truth.size),
        "n_wrong": int(is_wrong(said, truth, tolerance).sum()),
    }
    if task is Task.BINARY:
        payload["n_missed"] = int(((said == 0) & (truth == 1)).sum())
        payload["n_false_alarms"] = int(((said == 1) & (truth == 0)).sum())
    elif task is Task.REGRESSION and truth.size:
        payload["off_by"] = float(np.abs(said - truth).mean())
    return payload


def _learnt(scored: _Scored, rows: NDArray[np.intp], learnt: LearntRows | None) -> dict[str, Any]:
    """How many rows of a block the release was made of, and whether chance brings as many."""
    if learnt is None or scored.is_learnt is None:
        return {}
    n_learnt = int(scored.is_learnt[rows].sum())
    is_learnt = are_repeats(n_learnt, int(rows.size), learnt.usual_share)
    return {"n_learnt": n_learnt, "is_learnt": is_learnt}


def block_names(times: pl.Series, block: str) -> list[str]:
    """First day, as ISO date, of the block each row lies in.

    Parameters
    ----------
    times : Series of dates or times, shape (n_samples,)
        When each row was; empty text where it is not known.
    block : {"day", "week", "month"}
        Length of a block; weeks begin on Monday.

    Examples
    --------
    >>> from datetime import datetime
    >>> block_names(pl.Series([datetime(2013, 7, 4), datetime(2013, 7, 8)]), "week")
    ['2013-07-01', '2013-07-08']
    """
    starts = times.cast(pl.Datetime("us")).dt.truncate(_EVERY[block]).dt.date()
    return ["" if start is None else start.isoformat() for start in starts.to_list()]
