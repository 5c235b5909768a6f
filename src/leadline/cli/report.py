"""``leadline report``: write a report, or the model document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadline.cli.terminal.options import echo_json, verb
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from leadline.report import Form
    from leadline.workspace import Workspace

_SUFFIXES = {"html": ".html", "markdown": ".md", "json": ".json"}
_FORMS: dict[str, Form] = {"html": "html", "markdown": "markdown", "json": "json"}


@verb("report", may=(Action.VIEW,), example="leadline report --form html --to report.html")
@click.option(
    "--form",
    type=click.Choice(list(_SUFFIXES)),
    default=None,
    help="Form  [default: as the suffix of --to says, else html]",
)
@click.option("--model", "is_model", is_flag=True, help="Write the model document instead.")
@click.option(
    "--release",
    "release_id",
    default="",
    help="Write the model document of this release  [default: the one in service]",
)
@click.option("--demo", "is_demo", is_flag=True, help="Write what the last search found instead.")
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    default=None,
    help="Where to write  [default: report, model or demo, with the suffix of the form]",
)
def command(
    form: str | None,
    is_model: bool,
    release_id: str,
    is_demo: bool,
    target: Path | None,
    folder: Path,
    as_json: bool,
) -> None:
    """Write what is on the record as one file that needs nothing else.

    HTML holds its pictures; Markdown and JSON hold the same in words and numbers.

    The model document is of one release: what it stood on, what came since, and the same in the
    order of Annex IV of the EU AI Act. Before there is a release, it is a draft.
    """
    from leadline.cli.terminal.files import whole
    from leadline.cli.terminal.progress import Display
    from leadline.cli.terminal.text_layout import console
    from leadline.errors import LeadlineError
    from leadline.report import demo_report
    from leadline.services.whole_report import whole_report
    from leadline.workspace import Workspace

    form = form or _form_of(target)
    is_model = is_model or bool(release_id)
    if is_model and is_demo:
        asked = "--release" if release_id else "--model"
        raise LeadlineError(
            f"Both {asked} and --demo are given.", "One is needed.", "Leave one out."
        )
    if is_model and form == "json":
        raise LeadlineError(
            "The model document is not written as JSON.",
            "HTML or Markdown is needed.",
            "Use 'leadline report --form json' for the whole record.",
        )
    screen = console(as_json=as_json)
    with Workspace.open(folder) as workspace, Display(screen) as display:
        display.start("report", "drawing")
        path = target or workspace.folder / _name(form, is_model=is_model, is_demo=is_demo)
        if is_model:
            text = _model_document(workspace, form, release_id)
        elif is_demo:
            title, draw = workspace.settings.name, workspace.pictures.drawings
            entries = workspace.record.entries()
            text = demo_report(entries, title=title, form=_FORMS[form], draw=draw)
        else:
            text = whole_report(workspace, _FORMS[form])
        with whole(path) as temporary:
            temporary.write_text(text, encoding="utf-8")
    if as_json:
        echo_json({"file": str(path), "form": form})
    else:
        click.echo(str(path))


def _model_document(workspace: Workspace, form: str, release_id: str) -> str:
    from leadline.monitoring.release_in_service import in_service
    from leadline.report import model_document, release_named

    entries = workspace.record.entries()
    told = release_named(entries, release_id) if release_id else in_service(workspace.record)
    number = told.number if told else None
    return model_document(
        entries,
        "markdown" if form == "markdown" else "html",
        release=number,
        moves=workspace.record.promotions.into_service(),
    )


def _form_of(target: Path | None) -> str:
    """The form that a file has by its name."""
    suffix = target.suffix.lower() if target is not None else ""
    return next((form for form, each in _SUFFIXES.items() if each == suffix), "html")


def _name(form: str, *, is_model: bool, is_demo: bool) -> str:
    return f"{'model' if is_model else 'demo' if is_demo else 'report'}{_SUFFIXES[form]}"
