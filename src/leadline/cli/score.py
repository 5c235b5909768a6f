"""``leadline score``: score a file with the release in service."""

from __future__ import annotations

from pathlib import Path

import click

from leadline.cli.terminal.options import echo_json, trim_options, verb


@verb("score", example="leadline score new.csv --to scored.csv")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    default=None,
    help="Where to write (CSV, TSV or Parquet)  [default: FILE.scored.csv]",
)
@trim_options
def command(
    file: Path,
    target: Path | None,
    skip_lines: int,
    footer_rows: int,
    sheet: str,
    folder: Path,
    as_json: bool,
) -> None:
    """Score a file with the release in service.

    Adds the columns `score` and `flagged` (yes/no questions), `score` and `label` (several
    classes; with `abstains` where the release leaves rows without an answer), or `score` alone: the
    predicted number. The target appears whole or not at all.
    """
    from leadline.cli.releases import in_service
    from leadline.cli.terminal.progress import Display
    from leadline.cli.terminal.text_layout import console
    from leadline.engines.loading import load
    from leadline.reading.file_forms.raw import Trim
    from leadline.reading.file_forms.trim_advice import Advice
    from leadline.workspace import Workspace

    goal = target or _default_target(file)
    notes: list[str] = []
    with Workspace.open(folder) as workspace, Display(console(as_json=as_json)) as display:
        display.start("score", "opening the release")
        release, bundle = in_service(workspace)
        n_rows = load("servers", "batch")(
            bundle,
            file,
            goal,
            folder=workspace.folder,
            trim=Trim(skip_lines, footer_rows, sheet, Advice.COMMAND),
            progress=display.tell,
            note=notes.append,
        )
    if as_json:
        done = {"rows": n_rows, "file": str(goal), "release": release.release_id}
        echo_json({**done, "notes": notes})
    else:
        click.echo(f"{n_rows:,} rows scored by release {release.release_id}: {goal}")
        for words in notes:
            click.echo(f"Note: {words}")


def _default_target(file: Path) -> Path:
    """Beside the file; as CSV where it is of a form that is not written."""
    is_written = file.suffix.lower() in {".csv", ".tsv", ".parquet"}
    return file.with_suffix(f".scored{file.suffix if is_written else '.csv'}")
