"""Delegation: a machine labels rows, is held against people, and a person says whether it may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from leadline.engines.language_models import ModelAnswer
from leadline.errors import NotReadyError, SettingsError
from leadline.evaluation.machine_spending import machine_spending
from leadline.labelling.blind_rows import Asked, delegation_evidence
from leadline.labelling.handover import handover
from leadline.phases.delegation import FEWEST_ROWS, assess
from leadline.phases.permissions import Action
from leadline.phases.project_accounts.token_price import MICROS
from leadline.record import DelegationEntry, MachineVote, Permission
from leadline.services.delegation.machine_lines import delegation_line
from leadline.services.delegation.machine_task import (
    Cells,
    MachineTask,
    cells_of_rows,
    facts_of_rows,
    judged_blind,
    machine_task,
    open_keys,
    why_outdated,
)
from leadline.services.delegation.row_answers import MachineLabelling, Tell, ask_rows
from leadline.services.identity.permission import acting
from leadline.stats.machine_votes import EPSILONS
from leadline.workspace import Workspace


def label_blind_rows(
    workspace: Workspace, name: str, by: str, *, tell: Tell | None = None
) -> MachineLabelling:
    """Ask a machine about the rows that at least two people judged, for the verdict on it.

    What it says is kept apart from people's votes, and shown to nobody who labels. Rows that it has
    answered before, told the same, are not asked again: whoever stops this may go on later.

    Parameters
    ----------
    workspace : Workspace
        The project.
    name : str
        The machine.
    by : str
        Who asks.
    tell : callable, optional
        Told how far it is: words, and a share.

    Raises
    ------
    SettingsError
        If there is no such machine.
    NotReadyError
        If no row was judged by two people.
    BudgetSpent
        If the money granted does not reach; what was answered is kept.
    EngineError
        If the machine does not answer.
    """
    workspace, _ = acting(workspace, Action.BUY, by, "the request")
    task = machine_task(workspace, name)
    judged = judged_blind(workspace)
    if not judged:
        raise NotReadyError(
            "No row was judged by two people.",
            "A machine is held against people who judged the same rows, each alone.",
            f"Let two or three people label the same {FEWEST_ROWS} to 100 rows: 'leadline label', "
            "or bring their votes in with 'leadline votes import FILE'.",
        )
    return _label(workspace, task, cells_of_rows(workspace, task.data, judged.keys()), tell)


def label_open_rows(
    workspace: Workspace, name: str, n_rows: int, by: str, *, tell: Tell | None = None
) -> MachineLabelling:
    """Let a machine label rows that have no label, once a person has let it in.

    Rows on which somebody voted are left to people. Models learn from these labels from the next
    ``leadline run`` on, and are never scored on them.

    Parameters
    ----------
    workspace, name, by, tell
        As of `label_blind_rows`.
    n_rows : int >= 1
        How many further rows, in an order drawn by chance that is the same each time.

    Raises
    ------
    NotReadyError
        If no person has let the machine in on a verdict that holds, or no row is left.
    SettingsError, BudgetSpent, EngineError
        As of `label_blind_rows`.
    """
    workspace, _ = acting(workspace, Action.BUY, by, "the request")
    task = machine_task(workspace, name)
    if not delegation_line(workspace, name).may_label:
        raise NotReadyError(
            f"Nobody has let {name!r} in.",
            "Rows that nobody looks at are labelled only by a machine that a person let in, on a "
            "verdict that holds.",
            f"See 'leadline machine delegation {name}', then 'leadline machine decide {name} go'.",
        )
    done = {vote.item for vote in _votes_now(workspace, task)}
    wanted = [key for key in _open_keys(workspace, task) if key not in done][:n_rows]
    if not wanted:
        raise NotReadyError(
            "No row without a label is left for a machine.",
            "It labels rows without a label on which nobody voted.",
            "Bring in more rows, or leave it at that.",
        )
    said = _label(workspace, task, cells_of_rows(workspace, task.data, wanted), tell)
    learnt = open_keys(workspace, task.data, is_learnt=True)
    return replace(said, n_untaught=len(set(wanted).difference(learnt)))


def _label(
    workspace: Workspace, task: MachineTask, rows: Mapping[str, Cells], tell: Tell | None
) -> MachineLabelling:
    """Ask about the rows that are not answered yet, and keep what comes back."""
    known = {vote.item for vote in _votes_now(workspace, task)}
    asked = {key: cells for key, cells in rows.items() if key not in known}

    def keep(answer: ModelAnswer) -> None:
        workspace.record.delegation.votes.add(_vote(task, answer))

    n_before = len(rows) - len(asked)
    with machine_spending(workspace, task.name) as spending:
        return ask_rows(task, asked, spending, keep, n_before=n_before, tell=tell)


def _votes_now(workspace: Workspace, task: MachineTask) -> tuple[MachineVote, ...]:
    """What the machine says, told what it would be told now."""
    votes = workspace.record.delegation.votes
    return votes.of(task.name, task.settings.model, task.told)


def judge_machine(
    workspace: Workspace, name: str, by: str, *, people: str = "skilled"
) -> DelegationEntry:
    """Say whether a machine may label here, and put it on the record.

    Parameters
    ----------
    workspace : Workspace
        The project.
    name : str
        The machine.
    by : str
        Who asks.
    people : {"experts", "skilled", "crowd"}, default="skilled"
        Who the people are that it is held against: the dearer they are, the more it is forgiven.

    Raises
    ------
    SettingsError
        If there is no such machine, or `people` is none of the three.
    NotReadyError
        If it has labelled none of the rows that people judged.
    """
    workspace, person = acting(workspace, Action.RUN, by, "the verdict")
    if people not in EPSILONS:
        raise SettingsError(
            f"The people are {people!r}.",
            f"It must be one of {', '.join(EPSILONS)}.",
            "Choose one of them.",
        )
    task = machine_task(workspace, name)
    judged = judged_blind(workspace)
    votes = _votes_now(workspace, task)
    if not any(vote.item in judged for vote in votes):
        raise NotReadyError(
            f"{name!r} has labelled none of the {len(judged):,} rows that two people judged, told "
            "what it would be told now.",
            "Its labels are held against people's.",
            f"Run 'leadline machine label {name} --blind-rows' first.",
        )
    asked = Asked(
        machine=name,
        model=task.settings.model,
        prompt=task.told,
        guidelines=task.guidelines,
        people=people,
        classes=task.classes,
        address=task.endpoint.address,
        columns=task.columns,
    )
    facts = facts_of_rows(workspace, task.data, judged.keys())
    evidence = delegation_evidence(asked, judged, votes, facts)
    if task.classes:
        on_judged = [vote for vote in votes if vote.item in judged]
        n_open, price = len(_open_keys(workspace, task)), _price_of_answer(workspace, name)
        given = handover(judged, on_judged, epsilon=evidence.epsilon, n_open=n_open, price=price)
        evidence = replace(evidence, handover=given)
    return workspace.record.delegation.verdicts.append(assess(evidence), person)


def decide_delegation(
    workspace: Workspace,
    name: str,
    choice: Permission | str,
    why: str,
    by: str,
    *,
    seen: int | None = None,
) -> DelegationEntry:
    """Keep a person's decision on whether a machine may label.

    Parameters
    ----------
    workspace : Workspace
        The project.
    name : str
        The machine.
    choice : Permission or str
        go or stop.
    why, by : str
        The reason, and who decides.
    seen : int, optional
        The verdict that the page showed; left out: the newest.

    Raises
    ------
    SettingsError
        If the choice is none of the two, or no reason or nobody is named.
    NotReadyError
        If there is no verdict on the machine, or "go" is said to one that is out of date.
    OutdatedAnswerError
        If there is a newer verdict than the one that was seen.
    """
    workspace, person = acting(workspace, Action.DECIDE, by, "the decision")
    newest = workspace.record.delegation.verdicts.newest().get(name)
    if newest is None:
        raise NotReadyError(
            f"There is no verdict on the machine {name!r}.",
            "A decision stands on a verdict.",
            f"Run 'leadline machine delegation {name}' first.",
        )
    said = _permission(choice)
    # who says stop is heard whatever has become of the machine
    is_go = said is Permission.GO
    outdated = why_outdated(machine_task(workspace, name), newest.verdict) if is_go else ""
    if outdated:
        raise NotReadyError(
            f"The verdict on {name!r} is out of date: {outdated}.",
            "Only a verdict on what would label now lets a machine in.",
            f"Run 'leadline machine label {name} --blind-rows' and "
            f"'leadline machine delegation {name}' again.",
        )
    if not why.strip():
        raise SettingsError(
            "The decision has no reason.",
            "A decision is kept with who and why.",
            "Say it: --why 'REASON'.",
        )
    verdicts = workspace.record.delegation.verdicts
    verdicts.decide(name, newest.number if seen is None else seen, said, why.strip(), person)
    return verdicts.newest()[name]


def _open_keys(workspace: Workspace, task: MachineTask) -> list[str]:
    """Rows without a label on which nobody voted."""
    voted = {vote.item for vote in workspace.record.labels.votes.plain()}
    return [key for key in open_keys(workspace, task.data) if key not in voted]


def _price_of_answer(workspace: Workspace, name: str) -> float | None:
    """US dollars that one has cost on average; None before one was paid."""
    account = workspace.record.machines.account(name)
    return account.spent / MICROS / account.n_answers if account.spent else None


def _permission(choice: Permission | str) -> Permission:
    try:
        return Permission(choice)
    except ValueError:
        raise SettingsError(
            f"The choice is {choice!r}.", "It must be go or stop.", "Choose one of them."
        ) from None


def _vote(task: MachineTask, answer: ModelAnswer) -> MachineVote:
    return MachineVote(
        item=answer.row,
        machine=task.name,
        model=task.settings.model,
        prompt=task.told,
        value=answer.label,
        confidence=answer.confidence,
        reason=answer.problem,
        guidelines=task.guidelines,
    )
