"""``leadline status``: where the project stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from leadline.cli.terminal.options import echo_json, verb
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from leadline.phases.target.success_chance import Chance


@verb("status", may=(Action.VIEW,), example="leadline status --json")
def command(folder: Path, as_json: bool) -> None:
    """Show where the project stands, what it has cost, and what to do next."""
    from leadline.services.queries import project_page
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        page = project_page(workspace)
        standing = workspace.record.standing()
    if as_json:
        echo_json(_json(page, standing))
        return
    from leadline.cli.terminal.project_summary import print_page
    from leadline.cli.terminal.text_layout import console

    print_page(console(), page)


def _json(page: object, standing: object) -> dict[str, object]:
    from leadline.phases.lifecycle import ROWS, Standing
    from leadline.services.queries import ProjectPage

    assert isinstance(page, ProjectPage)
    assert isinstance(standing, dict)
    rows = {}
    for name, now in standing.items():
        assert isinstance(now, Standing)
        rows[name] = {
            "stage": ROWS[name].stage.value,
            "state": now.state.value,
            "answer": now.answer.value if now.answer else None,
            "entry": now.number,
            "closed": now.closed,
        }
    return {
        "project": page.name,
        "question": page.question,
        "whereabouts": page.whereabouts,
        "rows": rows,
        "cost": {
            "granted": page.costs.granted,
            "spent": page.costs.spent,
            "committed": page.costs.committed,
            "left": page.costs.left,
            "currency": page.costs.currency,
        },
        "machine_labels": page.machines or None,
        "unread": page.unread or None,
        "target": page.target or None,
        "chance": _chance(page.chance.current) if page.chance else None,
        "next": {"title": page.next.title, "why": page.next.why, "command": page.next.command},
    }


def _chance(current: Chance | None) -> dict[str, object] | None:
    """The chance that counts; None where all are out of date."""
    if current is None:
        return None
    return {
        "now": current.now,
        "affordable": current.bought,
        "purchase": current.purchase or None,
        "entry": current.entry,
        "at": current.at.isoformat(),
        "basis": current.basis,
    }
