"""Runs for experiment registries: one a search, one a trial, one for the record."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from leadline.charts.picture_cache import drawings_of
from leadline.engines.contract import Run
from leadline.phases.curve import Curve, Point
from leadline.phases.forecast import Forecast
from leadline.phases.lifecycle import Standing
from leadline.phases.search import Search
from leadline.phases.search.trial import Trial, TrialState
from leadline.record import Entry
from leadline.record.codec import encode
from leadline.report.project_report import write_report
from leadline.report.row_sections import Draw

_Series = dict[str, list[tuple[int, float]]]
_STATES: dict[TrialState, Literal["failed", "stopped"]] = {
    TrialState.FAILED: "failed",
    TrialState.NOT_STARTED: "stopped",
}


@dataclass(frozen=True)
class Shipped:
    """The release in service.

    Attributes
    ----------
    release_id : str
        Its name.
    folder : Path
        Where it lies, sealed.
    """

    release_id: str
    folder: Path


def project_runs(
    entries: Sequence[Entry],
    standing: Mapping[str, Standing],
    *,
    title: str,
    shipped: Shipped | None = None,
    draw: Draw = drawings_of,
) -> tuple[Run, ...]:
    """Runs of a project for a registry.

    Parameters
    ----------
    entries : sequence of Entry
        Every entry of the project, newest last.
    standing : mapping of str to Standing
        Where each row stands.
    title : str
        Name of the project.
    shipped : Shipped or None, default=None
        The release in service, if it lies here.
    draw : callable, optional
        Gives the pictures of a verdict, as `PictureCache.drawings` does; drawn anew if not given.

    Returns
    -------
    tuple of Run
        The record; then each search, and under it its trials. Curves and forecasts are series of
        the trial they speak of, named after their entry. Empty for an empty record.
    """
    if not entries:
        return ()
    runs = [_record_run(entries, standing, title, shipped, draw)]
    for entry in entries:
        if isinstance(entry.verdict, Search):
            runs += _search_runs(entry, entry.verdict, title, _spoken_of(entry, entries))
    return tuple(runs)


def _record_run(
    entries: Sequence[Entry],
    standing: Mapping[str, Standing],
    title: str,
    shipped: Shipped | None,
    draw: Draw,
) -> Run:
    """Answers as tags; verdicts, the report and the release as files."""
    newest = {entry.row: entry for entry in entries}
    tags = {f"leadline.row.{row}": _words(entry) for row, entry in newest.items()}
    tags |= {f"leadline.standing.{row}": where.state.value for row, where in standing.items()}
    texts = {f"verdicts/{entry.number:04d}-{entry.row}.json": _json(entry) for entry in entries}
    texts["report.html"] = write_report(entries, standing, title=title, form="html", draw=draw)
    if shipped:
        tags["leadline.release"] = shipped.release_id
    return Run(
        # as long as a project lives its first entry stays the same
        key=_key(title, entries[0], "record"),
        name="record",
        began_at=entries[0].at,
        ended_at=entries[-1].at,
        tags={"leadline.entries": str(len(entries)), **tags},
        texts=texts,
        folders={f"model/{shipped.release_id}": shipped.folder} if shipped else {},
        # entries are never changed, and the marks inside a picture differ each time it is drawn
        version=f"{version('leadline')}:{len(entries)}:{tags.get('leadline.release', '')}",
    )


def _search_runs(
    entry: Entry, search: Search, title: str, told: Mapping[str, _Series]
) -> list[Run]:
    key = _key(title, entry)
    complete = [trial for trial in search.trials if trial.mean is not None]
    run = Run(
        key=key,
        name=f"search {entry.number}",
        began_at=entry.at - timedelta(seconds=search.spent_s),
        ended_at=entry.at,
        params={
            "scoring": search.scoring,
            "time_box_s": search.time_box_s,
            "n_rows": search.n_rows,
            # 0 where nobody said
            **({"n_affordable": search.n_affordable} if search.n_affordable else {}),
            "chosen": search.chosen,
        },
        metrics={
            "spent_s": search.spent_s,
            "cost": search.cost,
            "n_trials": float(len(search.trials)),
            "n_measured": float(len(complete)),
        },
        tags=_tags(entry),
        texts={"verdict.json": _json(entry)},
    )
    return [run, *(_trial_run(entry, search, trial, key, told) for trial in search.trials)]


def _trial_run(
    entry: Entry, search: Search, trial: Trial, parent: str, told: Mapping[str, _Series]
) -> Run:
    params = {name: value for name, value in trial.params.items() if name != "family"}
    run = Run(
        key=f"{parent}/{trial.name}",
        name=trial.name,
        parent=parent,
        began_at=entry.at - timedelta(seconds=search.spent_s),
        ended_at=entry.at,
        state=_STATES.get(trial.state, "finished"),
        params={"family": trial.family, **params},
        metrics=_trial_numbers(trial, search.scoring),
        series={**_trial_series(trial, search.scoring), **told.get(trial.name, {})},
        tags={
            "leadline.entry": str(entry.number),
            "leadline.row": entry.row,
            "leadline.state": trial.state.value,
            "leadline.chosen": "yes" if trial.name == search.chosen else "no",
            "leadline.complexity": str(trial.complexity),
            "leadline.message": trial.message,
        },
    )
    if not trial.architecture:
        return run
    return replace(run, texts={"architecture.json": _plain(list(map(dict, trial.architecture)))})


def _trial_numbers(trial: Trial, scoring: str) -> dict[str, float]:
    given = {
        scoring: trial.mean,
        f"{scoring}_stderr": trial.stderr,
        "fit_s": trial.fit_s,
        "n_train": float(trial.n_train),
        "chance_best": trial.chance_best,
        "expected_error": trial.expected[-1].error if trial.expected else None,
    }
    return {name: value for name, value in given.items() if value is not None}


def _trial_series(trial: Trial, scoring: str) -> _Series:
    """Scores by fold, errors by train size, and of a network its losses by epoch."""
    series: _Series = {f"{scoring}_by_fold": list(enumerate(trial.scores))}
    series |= _of_points("search", trial.points)
    for end in ("error", "low", "high"):
        points = [(one.n_train, float(getattr(one, end))) for one in trial.expected]
        series[f"search_expected/{end}"] = points
    for loss in ("train_loss", "valid_loss"):
        values = [(step, one.get(loss)) for step, one in enumerate(trial.epochs, 1)]
        series[f"epochs/{loss}"] = [
            (step, float(value)) for step, value in values if isinstance(value, int | float)
        ]
    return {name: points for name, points in series.items() if points}


def _of_points(prefix: str, points: Sequence[Point]) -> _Series:
    return {
        f"{prefix}/error": [(point.n_train, point.mean) for point in points],
        f"{prefix}/error_stderr": [
            (point.n_train, point.stderr) for point in points if point.stderr is not None
        ],
        f"{prefix}/fit_s": [(point.n_train, point.fit_s) for point in points],
    }


def _spoken_of(search: Entry, entries: Sequence[Entry]) -> dict[str, _Series]:
    """Trial to the series of each curve and forecast that stand on a search."""
    told: dict[str, _Series] = {}
    curves = {}
    for entry in entries:
        if isinstance(entry.verdict, Curve) and entry.on.get("search") == search.number:
            curves[entry.number] = entry
            for one in entry.verdict.curves:
                series = _of_points(f"curve_{entry.number}", one.points)
                told.setdefault(one.candidate, {}).update(series)
        if isinstance(entry.verdict, Forecast) and entry.on.get("curve") in curves:
            series = dict(_of_forecast(f"forecast_{entry.number}", entry.verdict))
            told.setdefault(entry.verdict.candidate, {}).update(series)
    return told


def _of_forecast(prefix: str, forecast: Forecast) -> Iterator[tuple[str, list[tuple[int, float]]]]:
    """Each quantile of the error by train size, and the chances of the target."""
    sizes = [round(size) for size in forecast.grid]
    for line in forecast.lines:
        # sizes that round to one step are one step
        errors = dict(zip(sizes, line.errors, strict=True))
        yield f"{prefix}/error_q{line.q * 100:g}", list(errors.items())
    chances = {forecast.n_available: forecast.p_now, forecast.n_reached: forecast.p_affordable}
    yield f"{prefix}/chance", sorted(chances.items())
    yield f"{prefix}/target_error", [(sizes[-1], forecast.target_error)]


def _tags(entry: Entry) -> dict[str, str]:
    return {
        "leadline.entry": str(entry.number),
        "leadline.row": entry.row,
        "leadline.by": entry.by,
        "leadline.answer": entry.verdict.answer.value,
        "leadline.summary": entry.verdict.summary,
    }


def _words(entry: Entry) -> str:
    return f"{entry.verdict.answer.value}: {entry.verdict.summary}"


def _json(entry: Entry) -> str:
    return _plain(
        {
            "number": entry.number,
            "row": entry.row,
            "by": entry.by,
            "at": entry.at.isoformat(),
            "on": dict(entry.on),
            "verdict": encode(entry.verdict),
        }
    )


def _plain(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _key(title: str, entry: Entry, what: str = "") -> str:
    """A key unique to an entry, which later versions of Leadline give it too."""
    said = (title, entry.row, str(entry.number), entry.at.isoformat(), what)
    return hashlib.sha256("\0".join(said).encode()).hexdigest()[:20]
