"""Decision on a stage: go, go back or stop."""

from __future__ import annotations

from collections.abc import Mapping
from types import EllipsisType

from leadline.errors import NotReadyError, OutdatedAnswerError, SettingsError
from leadline.phases import decision
from leadline.phases.lifecycle import ROWS, Stage, State, decision_of
from leadline.phases.permissions import Action
from leadline.phases.release import Release
from leadline.record import Entry
from leadline.services.access.permission import acting
from leadline.services.commands.promotion import promote_approved
from leadline.services.parsing import parse_stage
from leadline.workspace import Workspace


def decide(
    workspace: Workspace,
    stage: Stage | str,
    choice: decision.Choice | str,
    why: str,
    by: str,
    *,
    replacing: int | EllipsisType | None = ...,
    seen: Mapping[str, int] | None = None,
    below_target: bool = False,
) -> Entry:
    """Put a decision on a stage on the record.

    Parameters
    ----------
    workspace : Workspace
        The project.
    stage : Stage or str
        The stage it is about.
    choice : Choice or str
        go, back or stop.
    why : str
        The reason; kept with the decision.
    by : str
        Who decides.
    replacing : int or None, optional
        The decision that the page showed, None if it showed none.
    seen : mapping of str to int, optional
        Row to number of each verdict that the page showed.
    below_target : bool, default=False
        Whether who says "go" signs for a release that does not reach the target.

    Returns
    -------
    Entry
        The decision; it stands on every current verdict of the stage. A "go" on ship puts a release
        that waited for it into service.

    Raises
    ------
    NotReadyError
        If nothing of the stage is on the record, "go" is said to a "no" that nobody can overrule,
        or to a release below the target without a signature that says so.
    OutdatedAnswerError
        If a verdict or the decision has changed since the page was made.
    SettingsError
        If nobody or no reason is named, or the choice is none of the three.
    """
    workspace, person = acting(workspace, Action.DECIDE, by, "the decision")
    of = parse_stage(stage)
    name = decision_of(of)
    now = workspace.record.standing()
    if now[name].closed:
        raise NotReadyError(
            now[name].closed,
            "A decision stands on at least one verdict.",
            f"Run 'leadline run {of}' first.",
        )
    wanted = _choice(choice)
    on = {row: now[row].number for row in ROWS[name].stands_on if now[row].state is State.CURRENT}
    numbers = {row: number for row, number in on.items() if number is not None}
    if seen is not None and dict(seen) != numbers:
        raise OutdatedAnswerError(
            f"The verdicts of {of} have changed since you opened the page.",
            "A decision must stand on what is known now.",
            "Reload the page and look again.",
        )
    accepts = ""
    if wanted is decision.Choice.GO:
        _require_no_barrier(workspace, numbers)
        accepts = _shortfall(workspace, numbers, is_signed=below_target)
    verdict = decision.assess(
        decision.Evidence(
            stage=of.value,
            choice=wanted,
            why=why.strip(),
            person=person,
            accepts=accepts,
        )
    )
    entry = workspace.record.append(
        name, verdict, by=verdict.person, on=numbers, replacing=replacing
    )
    if of is Stage.SHIP and wanted is decision.Choice.GO:
        promote_approved(workspace, verdict.why, verdict.person)
    return entry


def _require_no_barrier(workspace: Workspace, numbers: Mapping[str, int]) -> None:
    for row, number in numbers.items():
        barrier = workspace.record.entry(number).verdict.barrier
        if barrier:
            raise NotReadyError(
                f"Nobody can overrule the verdict of {row!r}: {barrier}",
                "What comes after could not be computed.",
                f"Mend that and run '{ROWS[row].command}', or decide to go back or to stop.",
            )


def _shortfall(workspace: Workspace, numbers: Mapping[str, int], *, is_signed: bool) -> str:
    """By what the release misses the target, signed for; empty where it does not.

    Raises
    ------
    NotReadyError
        If it does, and nobody signs for that.
    """
    if "release" not in numbers:
        return ""
    shortfall = workspace.record.entry(numbers["release"]).verdict_as(Release).shortfall
    if shortfall and not is_signed:
        raise NotReadyError(
            f"The release does not reach the target. {shortfall}",
            "Who releases it must sign that it is below the target.",
            "Sign it: 'leadline decide ship go --below-target --why REASON', or lower the target "
            "in leadline.toml and run the project again.",
        )
    return shortfall


def _choice(choice: str) -> decision.Choice:
    try:
        return decision.Choice(choice)
    except ValueError:
        raise SettingsError(
            f"The choice is {choice!r}.", "It must be go, back or stop.", "Choose one of them."
        ) from None
