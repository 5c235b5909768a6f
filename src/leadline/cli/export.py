"""``leadline export``: write what is on the record to a file other programs read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadline.cli.options import echo_json, verb

if TYPE_CHECKING:
    from leadline.workspace import Workspace

_WHAT = ("record", "labels", "rows")


@verb("export", example="leadline export rows to-judge.csv")
@click.argument("what", type=click.Choice(_WHAT))
@click.argument("file", type=click.Path(path_type=Path))
def command(what: str, file: Path, folder: Path, as_json: bool) -> None:
    """Write the record (JSON), the labels people gave (CSV) or the rows to judge (CSV).

    'rows' are the rows of the stream drawn for judging, without scores; fill in the column
    is_positive and bring them back with 'leadline review --judgments FILE'.
    """
    from leadline.cli.files import whole
    from leadline.workspace import Workspace

    writers = {"record": _record, "labels": _labels, "rows": _rows}
    with Workspace.open(folder) as workspace, whole(file) as temporary:
        n_written = writers[what](workspace, temporary)
    if as_json:
        echo_json({"file": str(file), "written": n_written})
    else:
        click.echo(f"{n_written:,} written to {file}")


def _record(workspace: Workspace, path: Path) -> int:
    from leadline.cli.entries import entry_json

    entries = [entry_json(entry) for entry in workspace.record.entries()]
    text = json.dumps({"project": workspace.settings.name, "entries": entries}, indent=2)
    path.write_text(text, encoding="utf-8")
    return len(entries)


def _labels(workspace: Workspace, path: Path) -> int:
    import polars as pl

    votes = workspace.record.votes()
    columns = ("item", "judge", "value", "seconds", "at")
    rows = [{name: getattr(vote, name) for name in columns} for vote in votes]
    schema = {"item": pl.String, "judge": pl.String, "value": pl.String}
    frame = pl.DataFrame(rows, schema_overrides=schema) if rows else pl.DataFrame(schema=columns)
    frame.write_csv(path)
    return len(rows)


def _rows(workspace: Workspace, path: Path) -> int:
    import polars as pl

    from leadline.errors import NotReadyError
    from leadline.phases.tuning import Tuning
    from leadline.services.stream import rows_to_judge
    from leadline.snapshot import from_parquet

    entry = workspace.record.latest("tuning")
    if entry is None or not isinstance(entry.verdict, Tuning) or not entry.verdict.sample:
        raise NotReadyError(
            "No rows have been drawn for judging.",
            "A stream of unlabelled rows and a verdict of 'tuning' are needed.",
            "Set [data] stream in leadline.toml, then 'leadline run apply'.",
        )
    rows = list(rows_to_judge(workspace.artifacts, entry.verdict))
    frame = from_parquet(workspace.artifacts.get(entry.verdict.stream))[rows]
    frame = frame.select(
        pl.Series("row", rows), pl.lit(None, dtype=pl.String).alias("is_positive"), pl.all()
    )
    frame.write_csv(path)
    return frame.height
