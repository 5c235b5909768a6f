"""``leadline package``: a release as a folder that another team can run."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadline.cli.terminal.options import echo_json, verb
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from leadline.record import Entry
    from leadline.serving.package.packing.package_writer import Contents
    from leadline.workspace import Workspace


@verb(
    "package",
    may=(Action.SERVE,),
    example="leadline package --to churn-release",
    stopped="Nothing was written.",
)
@click.argument("release", default="")
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    default=None,
    help="The folder to be  [default: PROJECT-RELEASE, unless --tar is given]",
)
@click.option(
    "--tar", type=click.Path(path_type=Path, dir_okay=False), help="Write it as one tar file too."
)
@click.option(
    "--full",
    "is_full",
    is_flag=True,
    help="With the model and its libraries, although the compiled form would do.",
)
def command(
    release: str, target: Path | None, tar: Path | None, is_full: bool, folder: Path, as_json: bool
) -> None:
    """Write the release in service, or RELEASE, as a folder that another team can run.

    It needs no workspace, no database and no Leadline: the signed release, the code that serves
    it, a lock file with the hash of each library, a bill of materials, licences, the model document
    and a README with the commands. Each file is listed and signed with release.key; what was added
    or changed later is refused. It is tried, with nothing but what its lock names, before it
    appears.

    RELEASE is one that was approved, by its name or the first letters of it.
    """
    from leadline.cli.releases import release_entry
    from leadline.cli.terminal.progress import Display
    from leadline.cli.terminal.text_layout import console
    from leadline.errors import LeadlineError
    from leadline.phases.release import Release
    from leadline.serving.package.about import folder_name
    from leadline.serving.package.packing.archive import write_tar
    from leadline.serving.package.packing.package_writer import pack
    from leadline.serving.releases.keys import load_or_make_key
    from leadline.workspace import Workspace

    if tar is not None:
        if tar.exists():
            raise LeadlineError(f"{tar} is there already.", next="Name another file, or remove it.")
        tar.parent.mkdir(parents=True, exist_ok=True)
    with Workspace.open(folder) as workspace, Display(console(as_json=as_json)) as display:
        display.start("package", "writing, and trying it")
        entry = release_entry(workspace, release)
        bundle = workspace.releases_folder / entry.verdict_as(Release).bundle
        name = folder_name(workspace.settings.name, entry.verdict_as(Release).release_id)
        key, contents = load_or_make_key(workspace.key_path), _contents(workspace, entry)
        with tempfile.TemporaryDirectory(
            prefix=".packing-", dir=tar.parent if tar else None
        ) as aside:
            only_tar = tar is not None and target is None
            goal = Path(aside) / name if only_tar else target or Path(name)
            about = pack(bundle, goal, key=key, contents=contents, is_full=is_full)
            if tar is not None:
                write_tar(goal, tar)
    written = [str(path) for path in (None if only_tar else goal, tar) if path is not None]
    if as_json:
        said = {"release": about.release_id, "form": about.form, "why_model": about.why_model}
        echo_json({"files": written, **said, "signer": about.signer})
        return
    click.echo(f"Release {about.release_id}: {' and '.join(written)}")
    if about.is_compiled:
        click.echo("Its compiled form answers: scikit-learn, SciPy and polars are not needed.")
    else:
        click.echo(f"Its model answers, with the libraries that made it: {about.why_model}.")
    click.echo(f"Signed by key {about.signer}: tell them this fingerprint by another way.")


def _contents(workspace: Workspace, entry: Entry) -> Contents:
    """Documents and facts of a release."""
    from leadline.report import intended_use, model_document
    from leadline.serving.package.packing.code_commits import code_commits
    from leadline.serving.package.packing.package_writer import Contents

    entries, moves = workspace.record.entries(), workspace.record.promotions.all()
    return Contents(
        documents={
            "model.html": model_document(entries, "html", release=entry.number, moves=moves),
            "model.md": model_document(entries, "markdown", release=entry.number, moves=moves),
        },
        use=dict(intended_use(entries, entry.number)),
        commits=code_commits(workspace.folder),
    )
