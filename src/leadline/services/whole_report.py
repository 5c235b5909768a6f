"""Whole report of a project: verdicts, briefs, comments and work in one file."""

from __future__ import annotations

from leadline.phases.permissions import Action
from leadline.report import write_report
from leadline.report.project_report import Form
from leadline.services.account_sections import project_accounts
from leadline.services.briefing import briefs
from leadline.services.commenting.comment_lines import comment_texts
from leadline.services.identity.permission import require
from leadline.services.upkeep import work_plan, work_section
from leadline.workspace import Workspace


def whole_report(workspace: Workspace, form: Form) -> str:
    """Write everything that the record holds and people said of a project.

    Parameters
    ----------
    workspace : Workspace
        The project.
    form : {"html", "markdown", "json"}
        As `leadline.report.write_report` takes it.

    Returns
    -------
    str
        The text of the file.
    """
    require(workspace, Action.VIEW)
    record = workspace.record
    return write_report(
        record.entries(),
        record.standing(),
        title=workspace.settings.name,
        form=form,
        work=work_section(work_plan(workspace)),
        draw=workspace.pictures.drawings,
        accounts=project_accounts(workspace),
        comments=comment_texts(record.comments.newest()),
        briefs=[brief.section for brief in briefs(workspace)],
    )
