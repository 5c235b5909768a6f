"""Money that is gone, whatever has been superseded since."""

from __future__ import annotations

from leadline.phases.curve import Curve
from leadline.phases.search import Search
from leadline.workspace import Workspace


def spent_on_machines(workspace: Workspace) -> float:
    """Cost of every search and every curve on the record, the superseded ones too.

    Returns
    -------
    float
        In the currency of the problem; curves at today's price of the machine.
    """
    per_second = workspace.settings.prices.machine_per_hour / 3600
    verdicts = [
        entry.verdict for row in ("search", "curve") for entry in workspace.record.entries(row)
    ]
    searches = sum(verdict.cost for verdict in verdicts if isinstance(verdict, Search))
    curves = sum(verdict.spent_s for verdict in verdicts if isinstance(verdict, Curve))
    return searches + curves * per_second
