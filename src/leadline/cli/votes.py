"""``leadline votes``: export items to other labelling tools, and import votes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadline.cli.terminal.options import echo_json, verb
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from leadline.engines.annotation_format import Format, LabellingBatch
    from leadline.workspace import Workspace


@verb("votes", may=(Action.BUY,), example="leadline votes export tasks.json --as label-studio")
@click.argument("way", type=click.Choice(["export", "import"]))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--as", "form", default="", help="Format  [default: by the ending of FILE]")
@click.option("--items", "n_items", type=click.IntRange(0), default=500, show_default=True,
              help="With 'export': how many items at most; 0 for all.")  # fmt: skip
@click.option("--guidelines", type=click.Path(path_type=Path), default=None,
              help="With 'export': a Markdown file that says how to decide.")  # fmt: skip
@click.option("--reward", type=click.IntRange(0), default=None,
              help="With 'export': cents paid for one answer  [default: by [prices]]")  # fmt: skip
@click.option(
    "--by", default="", help="With 'import': whose votes they are, where the file does not say."
)
@click.option("--keep-good", is_flag=True, help="With 'import': keep what is without fault.")
def command(way: str, file: Path, form: str, folder: Path, as_json: bool, **options: Any) -> None:
    """Write items and votes to FILE, or bring votes in from it.

    The ending of FILE says the format: .csv, .jsonl and .parquet are votes, .json is for Label
    Studio, .zip is a bundle with a page for any agency, and a folder is a data set for Hugging
    Face. Others are named with --as, such as mechanical-turk.

    Of a file with a fault nothing is kept. Brought in again, nothing is doubled.
    """
    from leadline.workspace import Workspace

    engine = _format(form, file)
    with Workspace.open(folder) as workspace:
        if way == "export":
            _export(workspace, engine, file, options, as_json=as_json)
        else:
            _import(workspace, engine, file, options, as_json=as_json)


def _export(
    workspace: Workspace, engine: Format, file: Path, options: Mapping[str, Any], *, as_json: bool
) -> None:
    from leadline.services.queries import labelling_batch, question_of

    path = options["guidelines"]
    guidelines = path.read_text(encoding="utf-8") if path else ""
    question = question_of(workspace, guidelines=guidelines, reward=options["reward"])
    packed = labelling_batch(workspace, question, n_items=options["n_items"])
    beside = _delivered(engine, packed, file)[1:]
    if as_json:
        echo_json(
            {
                "file": str(file),
                "beside": [str(path) for path in beside],
                "items": packed.items.height,
                "votes": len(packed.answers),
            }
        )
        return
    also = f" (and {', '.join(path.name for path in beside)})" if beside else ""
    click.echo(f"{packed.items.height:,} items and {len(packed.answers):,} votes: {file}{also}")


def _import(
    workspace: Workspace, engine: Format, file: Path, options: Mapping[str, Any], *, as_json: bool
) -> None:
    from leadline.phases.wording import plural
    from leadline.services.commands import import_votes
    from leadline.services.queries import question_of

    question = question_of(workspace)
    import_result = engine.read(file, question)
    done = import_votes(
        workspace,
        import_result,
        question,
        name=file.name,
        annotator=options["by"],
        keep_good=options["keep_good"],
    )
    if as_json:
        faults = [vars(fault) for fault in done.faults]
        echo_json(vars(done) | {"faults": faults})
        return
    click.echo(f"{plural(done.n_kept, 'vote')} kept, {done.n_same:,} were there already.")
    if done.n_older:
        click.echo(f"{done.n_older:,} left out: the same person has said otherwise since.")
    if done.n_replaced:
        click.echo(f"Other answers of the same person that no longer count: {done.n_replaced:,}.")
    if done.n_other_guidelines:
        click.echo(f"Kept without guidelines, as theirs are not here: {done.n_other_guidelines:,}.")
    for fault in done.faults:
        click.echo(f"left out: {file.name} {fault.where}: {fault.found}", err=True)
    click.echo("Next: leadline run")


def _format(form: str, file: Path) -> Format:
    from leadline.engines.loading import load, names

    if form:
        if form not in names("formats"):
            raise click.UsageError(
                f"There is no format {form!r}; there are: {', '.join(names('formats'))}."
            )
        engine: Format = load("formats", form)()
        return engine
    suffix = "/" if file.is_dir() or not file.suffix else file.suffix.lower()
    for name in names("formats"):
        engine = load("formats", name)()
        if suffix in engine.suffixes:
            return engine
    known = ", ".join(names("formats"))
    raise click.UsageError(f"The ending of {file.name} is no known one; name --as: {known}.")


def _delivered(engine: Format, packed: LabellingBatch, file: Path) -> list[Path]:
    """Write into a folder of its own first: all files appear whole, or none."""
    import os
    import shutil

    _require_free(file)
    apart = file.with_name(f".{file.name}.{os.getpid()}.part")
    apart.mkdir()
    try:
        engine.write(packed, apart / file.name)
        written = sorted(apart.iterdir(), key=lambda path: path.name != file.name)
        if file.is_dir():
            file.rmdir()
        return [path.replace(file.with_name(path.name)) for path in written]
    finally:
        shutil.rmtree(apart)


def _require_free(file: Path) -> None:
    """A file is replaced, as every verb does, but never a folder that holds something."""
    from leadline.errors import LeadlineError

    if file.is_dir() and any(file.iterdir()):
        raise LeadlineError(
            f"{file} is a folder with files in it.",
            "A new folder is needed.",
            "Name another, or remove it.",
        )
