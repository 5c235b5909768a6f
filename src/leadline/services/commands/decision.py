"""Decision on a stage: go, go back or stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import EllipsisType

from leadline.errors import NotReadyError, OutdatedAnswerError, SettingsError
from leadline.phases import decision
from leadline.phases.lifecycle import ROWS, Stage, State, decision_of, may_be_kept
from leadline.phases.permissions import Action
from leadline.phases.release import Release
from leadline.record import Entry
from leadline.services.commands.promotion import promote_approved
from leadline.services.identity.permission import acting
from leadline.services.parsing import parse_stage
from leadline.workspace import Workspace


@dataclass(frozen=True)
class WayBack:
    """Where somebody goes back to.

    Attributes
    ----------
    to : str
        The stage: the one that is decided on, or an earlier one.
    change : str
        What to change there.
    """

    to: str
    change: str


NOT_BACK = WayBack("", "")
"""Of who goes on or stops."""


def decide(  # noqa: PLR0913 - each is a field of the form
    workspace: Workspace,
    stage: Stage | str,
    choice: decision.Choice | str,
    why: str,
    by: str,
    *,
    back: WayBack = NOT_BACK,
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
    back : WayBack, optional
        Of who goes back: where to, and what to change there.
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
        If nobody or no reason is named, the choice is none of the three, or who goes back does not
        say to which stage and what to change.
    """
    workspace, person = acting(workspace, Action.DECIDE, by, "the decision")
    of = parse_stage(stage)
    said = decision.Evidence(
        stage=of.value,
        choice=_choice(choice),
        why=why.strip(),
        person=person,
        to=_stage_before(back.to, of) if back.to.strip() else "",
        change=" ".join(back.change.split()),
    )
    return _put(workspace, said, replacing, seen, below_target=below_target)


def keep_decision(
    workspace: Workspace,
    stage: Stage | str,
    by: str,
    *,
    why: str = "",
    replacing: int | EllipsisType | None = ...,
    seen: Mapping[str, int] | None = None,
) -> Entry:
    """Keep a decision that is out of date, as its verdicts have come out with the same answers.

    Parameters
    ----------
    workspace : Workspace
        The project.
    stage : Stage or str
        The stage it is about.
    by : str
        Who keeps it, and signs for that.
    why : str, default=""
        The reason; empty: that of the decision that is kept.
    replacing, seen : optional
        As `decide` takes them.

    Returns
    -------
    Entry
        A decision of the same choice, which names the one it keeps.

    Raises
    ------
    NotReadyError
        If there is no decision to keep, it stands anyhow, or an answer is another one now.
    OutdatedAnswerError
        If a verdict or the decision has changed since the page was made.
    """
    workspace, person = acting(workspace, Action.DECIDE, by, "the decision")
    of = parse_stage(stage)
    record = workspace.record
    latest = record.latest(decision_of(of))
    if latest is None:
        raise NotReadyError(
            f"Nobody has decided on {of} yet.",
            "Only a decision that was taken can be kept.",
            f"Decide: 'leadline decide {of} go --why REASON'.",
        )
    marks, now = record.marks(), record.standing()
    (mark,) = (mark for mark in marks if mark.number == latest.number)
    if not may_be_kept(mark, marks, now):
        raise _not_to_be_kept(of, latest, is_current=now[latest.row].state is State.CURRENT)
    before = latest.verdict_as(decision.Decision)
    said = decision.Evidence(
        stage=before.stage,
        choice=before.choice,
        why=why.strip() or before.why,
        person=person,
        to=before.to,
        change=before.change,
        confirms=latest.number,
    )
    shown = latest.number if replacing is ... else replacing
    return _put(workspace, said, shown, seen, below_target=bool(before.accepts))


def _put(
    workspace: Workspace,
    said: decision.Evidence,
    replacing: int | EllipsisType | None,
    seen: Mapping[str, int] | None,
    *,
    below_target: bool,
) -> Entry:
    """Put what was said on the record, on every current verdict of the stage."""
    name = decision_of(said.stage)
    now = workspace.record.standing()
    if now[name].closed:
        raise NotReadyError(
            now[name].closed,
            "A decision stands on at least one verdict.",
            f"Run 'leadline run {said.stage}' first.",
        )
    on = {row: now[row].number for row in ROWS[name].stands_on if now[row].state is State.CURRENT}
    numbers = {row: number for row, number in on.items() if number is not None}
    if seen is not None and dict(seen) != numbers:
        raise OutdatedAnswerError(
            f"The verdicts of {said.stage} have changed since you opened the page.",
            "A decision must stand on what is known now.",
            "Reload the page and look again.",
        )
    if said.choice is decision.Choice.GO:
        _require_no_barrier(workspace, numbers)
        accepts = _shortfall(workspace, numbers, is_signed=below_target)
        said = replace(said, accepts=accepts)
    verdict = decision.assess(said)
    entry = workspace.record.append(
        name, verdict, by=verdict.person, on=numbers, replacing=replacing
    )
    if said.stage == Stage.SHIP and said.choice is decision.Choice.GO:
        promote_approved(workspace, verdict.why, verdict.person)
    return entry


def _not_to_be_kept(stage: Stage, latest: Entry, *, is_current: bool) -> NotReadyError:
    if is_current:
        return NotReadyError(
            f"The decision of entry {latest.number} on {stage} stands: nothing changed under it.",
            next="There is nothing to do.",
        )
    return NotReadyError(
        f"The decision of entry {latest.number} on {stage} stood on other answers than there are "
        "now.",
        "It can be kept only where every verdict is current and answers as it did then.",
        f"Look at what has changed and decide anew: 'leadline decide {stage} go --why REASON'.",
    )


def _stage_before(name: str, of: Stage) -> str:
    """The stage to go back to.

    Raises
    ------
    SettingsError
        If it is a later one.
    """
    to, stages = parse_stage(name.strip()), list(Stage)
    if stages.index(to) > stages.index(of):
        raise SettingsError(
            f"{to} comes after {of}.",
            f"Who goes back from {of} goes to one of {', '.join(stages[: stages.index(of) + 1])}.",
            "Choose one of them.",
        )
    return to.value


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
