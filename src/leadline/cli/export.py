"""``leadline export``: write what is on the record to where other programs read it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadline.cli.terminal.options import echo_json, verb
from leadline.errors import NotReadyError
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    import polars as pl

    from leadline.workspace import Workspace

_WHAT = ("record", "labels", "machine-labels", "watch-labels", "rows")


@verb("export", may=(Action.EXPORT,), example="leadline export mlflow --to http://127.0.0.1:5000")
@click.argument("what")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--to", "url", default="", help="Tracking URI  [default: MLFLOW_TRACKING_URI]")
def command(what: str, file: Path | None, url: str, folder: Path, as_json: bool) -> None:
    """Write what is on the record to FILE, or trials to where people look for them.

    WHAT is 'record' (every verdict, JSON), 'labels' (what people gave, CSV), 'machine-labels' (what
    machines said, and which model was told what, CSV), 'watch-labels' (what people said on the page
    of new rows, CSV), 'rows' (the rows of the stream drawn for judging, CSV), each with a FILE; or
    'mlflow', with --to.

    Of 'labels', each line is a vote or, where one person decided what votes left open, a decision.

    Of 'watch-labels', each line is what counts of one row: release, block, key, value (1 and 0 of
    yes and no; empty where somebody could not tell), who, seconds and when.

    'rows' are those that nobody has judged yet, or all of them if everyone has been, without
    scores. Fill in the column is_positive (of several classes and of numbers: value) and bring them
    back with 'leadline review --judgments FILE'. Where the data have a column row or is_positive
    themselves, ours are called leadline_row and leadline_is_positive. Images are written into a
    folder beside the file, and their columns hold the paths.

    'mlflow' writes trials, curves, forecasts, verdicts and the release into an MLflow server or
    store. It needs 'leadline[mlflow]'. Done again, it updates and doubles nothing.
    """
    from leadline.cli.terminal.files import whole
    from leadline.workspace import Workspace

    writers = {
        "record": _record,
        "labels": _labels,
        "machine-labels": _machine_labels,
        "watch-labels": _watch_labels,
        "rows": _rows,
    }
    if what not in writers:
        _publish(what, file, url, folder, as_json=as_json)
        return
    if url:
        raise click.UsageError(f"'{what}' goes to a FILE; --to is for registries.")
    if file is None:
        raise click.UsageError(f"Name the FILE to write: leadline export {what} FILE")
    with Workspace.open(folder) as workspace, whole(file) as temporary:
        n_written = writers[what](workspace, temporary, file)
    if as_json:
        echo_json({"file": str(file), "written": n_written})
    else:
        click.echo(f"{n_written:,} written to {file}")


def _publish(name: str, file: Path | None, url: str, folder: Path, *, as_json: bool) -> None:
    """Bring a registry up to date."""
    from leadline.cli.releases import shipped
    from leadline.cli.terminal.progress import Display
    from leadline.cli.terminal.text_layout import console
    from leadline.engines.loading import load, names
    from leadline.report.runs import project_runs
    from leadline.workspace import Workspace

    if name not in names("registries"):
        known = ", ".join((*_WHAT, *names("registries")))
        raise click.UsageError(f"There is no {name!r} to write; there are: {known}.")
    if file is not None:
        raise click.UsageError(f"'{name}' takes no FILE; say where to with --to {file}")
    registry = load("registries", name)(url)
    with Workspace.open(folder) as workspace, Display(console(as_json=as_json)) as display:
        display.start(name, "writing")
        entries, standing = workspace.record.entries(), workspace.record.standing()
        title = workspace.settings.name
        runs = project_runs(
            entries,
            standing,
            title=title,
            shipped=shipped(workspace),
            draw=workspace.pictures.drawings,
        )
        done = registry.publish(title, runs)
    if as_json:
        echo_json(vars(done))
    else:
        click.echo(
            f"{len(runs):,} runs of {title!r} in {done.where}: {done.n_new:,} new, "
            f"{done.n_changed:,} changed, {done.n_same:,} as they were"
        )


def _record(workspace: Workspace, path: Path, _: Path) -> int:
    from leadline.cli.terminal.entry_text import entry_json

    entries = [entry_json(entry) for entry in workspace.record.entries()]
    text = json.dumps({"project": workspace.settings.name, "entries": entries}, indent=2)
    path.write_text(text, encoding="utf-8")
    return len(entries)


def _labels(workspace: Workspace, path: Path, _: Path) -> int:
    import polars as pl

    told, labels = ("item", "value", "seconds", "at", "reason"), workspace.record.labels
    votes, decisions = labels.votes.plain(), labels.adjudications.newest()
    given = [
        *(("vote", vote, vote.annotator) for vote in votes),
        *(("decision", decision, decision.adjudicator) for decision in decisions),
    ]
    rows = [
        {"kind": kind, "judge": who} | {name: getattr(answer, name) for name in told}
        for kind, answer, who in given
    ]
    texts = dict.fromkeys(("kind", "item", "judge", "value", "reason"), pl.String)
    frame = pl.DataFrame(rows, schema=["kind", "item", "judge", *told[1:]], schema_overrides=texts)
    frame.write_csv(path)
    return len(rows)


def _machine_labels(workspace: Workspace, path: Path, _: Path) -> int:
    import polars as pl

    votes = [vars(vote) for vote in workspace.record.delegation.votes.all()]
    if not votes:
        raise NotReadyError(
            "No machine has labelled a row here: there is nothing to write.",
            next="Run 'leadline machine label NAME --blind-rows' first.",
        )
    names = ("item", "machine", "model", "prompt", "value", "confidence", "reason", "guidelines")
    texts = dict.fromkeys(names, pl.String) | {"confidence": pl.Float64, "guidelines": pl.Int64}
    frame = pl.DataFrame(votes, schema=[*names, "at"], schema_overrides=texts)
    frame.write_csv(path)
    return frame.height


def _watch_labels(workspace: Workspace, path: Path, _: Path) -> int:
    import polars as pl

    from leadline.phases.release import Release

    releases = [entry.verdict_as(Release) for entry in workspace.record.entries("release")]
    given = [
        label
        for release in releases
        for label in workspace.record.block_labels.of(release.release_id)
    ]
    told = {"release": "release_id", "block": "block", "key": "key", "value": "value",
            "judge": "person", "seconds": "seconds", "at": "at"}  # fmt: skip
    texts = dict.fromkeys(("release", "block", "key", "value", "judge"), pl.String)
    columns = {name: [getattr(one, field) for one in given] for name, field in told.items()}
    pl.DataFrame(columns, schema_overrides=texts).write_csv(path)
    return len(given)


def _rows(workspace: Workspace, path: Path, final: Path) -> int:
    import polars as pl

    from leadline.services.reviewing.open_rows import open_rows

    found = open_rows(workspace)
    if found.are_all_judged:
        click.echo(
            "Every row drawn has an answer: all of them are written, for somebody else to judge. "
            "What the same person leaves empty counts as unsure.",
            err=True,
        )
    frame, rows = found.frame, found.rows
    folder = final.with_suffix(".images")
    for column in frame.select(pl.col(pl.Binary)):
        frame = frame.with_columns(_written(column, rows, folder))
    frame.write_csv(path)
    return frame.height


def _written(images: pl.Series, rows: list[int], folder: Path) -> pl.Series:
    """Write a column of images into a folder; its paths lead from where the folder lies."""
    import polars as pl

    folder.mkdir(parents=True, exist_ok=True)
    # a column may have any name, a file may not
    word = re.sub(r"\W+", "-", images.name)
    paths: list[str | None] = []
    for row, data in zip(rows, images.to_list(), strict=True):
        if data is not None:
            (folder / f"{row}-{word}.png").write_bytes(data)
        paths.append(None if data is None else f"{folder.name}/{row}-{word}.png")
    return pl.Series(images.name, paths, dtype=pl.String)
