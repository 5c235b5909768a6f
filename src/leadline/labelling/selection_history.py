"""Selection history: the ranking in force, and the labelled rows that rankings chose.

A ranking is stored with the curve that made it, and an entry never changes. So the record says of
every vote whether its row was drawn by chance or chosen, and by which rule: chosen are train rows
that the ranking in force at the time held, and that were handed out here.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from leadline.phases.curve import Curve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.record import Vote
    from leadline.workspace import Workspace

RankingPeriod: TypeAlias = tuple[datetime, str, frozenset[str]]
"""Since when a ranking is in force, its rule, and the rows it holds."""


def ranking_in_force(workspace: Workspace) -> tuple[str, ...]:
    """Keys of train rows, the most wanted first; none where rows are drawn by chance.

    A ranking counts until the rows or the settings change.
    """
    if workspace.settings.labels.next == "random":
        return ()
    data, entry = (workspace.record.latest(row) for row in ("data", "curve"))
    if data is None or entry is None or entry.on.get("data") != data.number:
        return ()
    curve = entry.verdict_as(Curve)
    if curve.next_rule != workspace.settings.labels.next:
        return ()
    return _keys(workspace, curve)


def chosen_rows(workspace: Workspace) -> dict[str, str]:
    """Key of every row that people labelled and chance did not draw, and the rule that chose it.

    A row counts as chosen also where the settings went back to chance and no curve was measured
    since: when in doubt, a row counts as chosen.
    """
    periods: list[RankingPeriod] = []
    for entry in workspace.record.entries("curve"):
        curve = entry.verdict_as(Curve)
        periods.append((entry.at, curve.next_rule, frozenset(_keys(workspace, curve))))
    if not any(keys for _, _, keys in periods):
        return {}
    rules: dict[str, str] = {}
    for vote in workspace.record.labels.votes.plain():
        # the first vote on a row tells how the row came on the list
        rules.setdefault(vote.item, _rule_of(vote, periods))
    return {item: rule for item, rule in rules.items() if rule != "random"}


def _rule_of(vote: Vote, periods: Sequence[RankingPeriod]) -> str:
    """How the row of a vote was drawn; those that a file or a platform brought, by chance."""
    begun = [period for period in periods if vote.at is not None and period[0] <= vote.at]
    is_chosen = begun and vote.assignment is not None and vote.item in begun[-1][2]
    return begun[-1][1] if is_chosen else "random"


def _keys(workspace: Workspace, curve: Curve) -> tuple[str, ...]:
    if not curve.ranking:
        return ()
    return tuple(json.loads(workspace.artifacts.get(curve.ranking))["keys"])
