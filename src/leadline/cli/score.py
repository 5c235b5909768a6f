"""``leadline score``: score files with the release in service."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadline.cli.terminal.options import echo_json, trim_options, verb
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from collections.abc import Callable

    from leadline.engines.contract import Executor
    from leadline.settings import Settings
    from leadline.workspace import Workspace


_OF_BEFORE = (
    "The release does not say what training saw: new categories and empty columns are not told. "
    "One made by 'leadline run release' says it."
)
_SCORING = "leadline.serving.batch.piece_scoring"


@verb(
    "score",
    may=(Action.WATCH,),
    example="leadline score 's3://bucket/new/*.parquet' --to scored.parquet --jobs 4",
    stopped="What was scored is kept: the same command goes on from there.",
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--to",
    "target",
    default="",
    help="Where to write: CSV, TSV, Parquet, or a folder of Parquet  [default: FILE.scored.csv]",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=0),
    default=None,
    help="Processes; 0 is one a core  [default: 1, on a cluster all cores]",
)
@click.option("--executor", default="", help="loky or ray  [default: [serve] executor, loky]")
@trim_options
def command(  # noqa: PLR0913, PLR0917 (an option each)
    files: tuple[str, ...],
    target: str,
    jobs: int | None,
    executor: str,
    skip_lines: int,
    footer_rows: int,
    sheet: str,
    folder: Path,
    as_json: bool,
) -> None:
    """Score files with the release in service.

    FILE is Parquet, CSV, TSV, JSON lines or a workbook, a folder or a pattern of them, here or in
    an object store (s3://...). Memory does not grow with the file.

    Adds the columns `score` and `flagged` (yes/no questions), `score` and `label` (several
    classes; with `abstains` where the release leaves rows without an answer), or `score` alone: the
    predicted number. Categories that training never saw, and columns without any value, are told.
    The target appears whole or not at all. If the command is killed, or the disk
    is full, the same command goes on from there.
    """
    from leadline.cli.releases import latest_release
    from leadline.cli.terminal.progress import Display
    from leadline.cli.terminal.text_layout import console
    from leadline.workspace import Workspace

    goal = target or _default_target(files)
    notes: list[str] = []
    with Workspace.open(folder) as workspace, Display(console(as_json=as_json)) as display:
        display.start("score", "opening the release")
        release = latest_release(workspace)
        # they import while this process does
        workers = _workers(workspace.settings, executor, jobs, files)
        score = _scoring(workspace, release.bundle, (skip_lines, footer_rows, sheet))
        scored = score(
            files,
            goal,
            progress=lambda n_rows, share: display.tell(f"{n_rows:,} rows", share),
            note=notes.append,
            executor=workers,
        )
    if scored.unusual is None:
        notes.append(_OF_BEFORE)
    if as_json:
        done = {"rows": scored.n_rows, "file": goal, "release": release.release_id}
        counts = {"files": scored.n_files, "pieces": scored.n_parts, "kept": scored.n_kept}
        unusual = scored.unusual.to_json() if scored.unusual else {}
        echo_json({**done, **counts, **unusual, "notes": notes})
        return
    of_files = f" of {scored.n_files:,} files" if scored.n_files > 1 else ""
    click.echo(f"{scored.n_rows:,} rows{of_files} scored by release {release.release_id}: {goal}")
    if scored.n_kept:
        click.echo(
            f"{scored.n_kept:,} of {scored.n_parts:,} pieces were there from a run that broke off."
        )
    for words in notes:
        click.echo(f"Note: {words}")


def _workers(
    settings: Settings, executor: str, jobs: int | None, files: tuple[str, ...]
) -> Executor | None:
    """Who scores beside this process, or on a cluster instead of it, begun; None: nobody.

    Raises
    ------
    EngineError
        If there is no such executor.
    """
    from leadline.engines.loading import load
    from leadline.engines.worker_imports import begin_imports

    name = executor or settings.serve.executor
    maker = load("executors", name)
    if name == "sequential" or (name == "loky" and jobs is None):
        return None
    workers: Executor | None = maker(jobs or -1)
    if name == "loky" and workers is not None:
        n_others = workers.n_workers - 1
        workers = maker(n_others, n_beside=1) if n_others else None
    # a name that is wrong is told before anything is begun for it
    if workers is not None and ("://" in files[0] or "*" in files[0] or Path(files[0]).exists()):
        begin_imports(workers, _SCORING)
    return workers


def _scoring(workspace: Workspace, bundle: str, trim: tuple[int, int, str]) -> Callable[..., Any]:
    """What scores files by a release; here, as all that it imports takes seconds."""
    from leadline.engines.loading import load
    from leadline.reading.file_forms.raw import Trim
    from leadline.reading.file_forms.trim_advice import Advice
    from leadline.serving.releases.keys import public_keys
    from leadline.serving.releases.release_place import ReleasePlace

    keys = public_keys(workspace.key_path)
    return partial(
        load("servers", "batch"),
        ReleasePlace.of(workspace.releases_folder / bundle, keys, workspace.folder),
        folder=workspace.folder,
        trim=Trim(*trim, Advice.COMMAND),
    )


def _default_target(files: tuple[str, ...]) -> str:
    """Beside the file; as CSV where it is of a form that is not written, of a folder a folder."""
    (name, *others) = files
    if others or any(mark in name for mark in "*?["):
        raise click.UsageError("Several files are scored into one: name it with --to.")
    stem, point, suffix = name.rstrip("/").rpartition(".")
    if not point or "/" in suffix or Path(name).is_dir():
        return f"{name.rstrip('/')}-scored"
    is_written = suffix.lower() in {"csv", "tsv", "parquet"}
    return f"{stem}.scored.{suffix if is_written else 'csv'}"
