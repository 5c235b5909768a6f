"""``leadline report``: write a report, or the model document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadline.cli.terminal.options import echo_json, verb

if TYPE_CHECKING:
    from leadline.report import Form

_SUFFIXES = {"html": ".html", "markdown": ".md", "json": ".json"}
_FORMS: dict[str, Form] = {"html": "html", "markdown": "markdown", "json": "json"}


@verb("report", example="leadline report --form html --to report.html")
@click.option(
    "--form", type=click.Choice(list(_SUFFIXES)), default="html", show_default=True, help="Form."
)
@click.option("--model", "is_model", is_flag=True, help="Write the model document instead.")
@click.option("--demo", "is_demo", is_flag=True, help="Write what the last search found instead.")
@click.option("--to", "target", type=click.Path(path_type=Path), default=None, help="Where to.")
def command(
    form: str, is_model: bool, is_demo: bool, target: Path | None, folder: Path, as_json: bool
) -> None:
    """Write what is on the record as one file that needs nothing else.

    HTML holds its pictures; Markdown and JSON hold the same in words and numbers.
    """
    from leadline.cli.terminal.files import whole
    from leadline.cli.terminal.progress import Display
    from leadline.cli.terminal.text_layout import console
    from leadline.errors import LeadlineError
    from leadline.report import demo_report, model_document, write_report
    from leadline.services.upkeep import work_plan, work_section
    from leadline.workspace import Workspace

    if is_model and is_demo:
        raise LeadlineError(
            "Both --model and --demo are given.", "One is needed.", "Leave one out."
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
        entries = workspace.record.entries()
        standing = workspace.record.standing()
        title = workspace.settings.name
        path = target or workspace.folder / _name(form, is_model=is_model, is_demo=is_demo)
        if is_model:
            text = model_document(entries, "markdown" if form == "markdown" else "html")
        elif is_demo:
            text = demo_report(entries, title=title, form=_FORMS[form])
        else:
            work = work_section(work_plan(workspace))
            text = write_report(entries, standing, title=title, form=_FORMS[form], work=work)
        with whole(path) as temporary:
            temporary.write_text(text, encoding="utf-8")
    if as_json:
        echo_json({"file": str(path), "form": form})
    else:
        click.echo(str(path))


def _name(form: str, *, is_model: bool, is_demo: bool) -> str:
    return f"{'model' if is_model else 'demo' if is_demo else 'report'}{_SUFFIXES[form]}"
