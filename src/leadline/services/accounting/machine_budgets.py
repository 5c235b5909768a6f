"""Machines that answer for money, a line each: where they are, what they spent, what is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from leadline.evaluation.machine_spending import (
    declared_machine,
    give_up_dead,
    host_of,
    is_ended,
    leaving_now,
)
from leadline.phases.data_leaving import DataLeaving
from leadline.phases.permissions import Action
from leadline.phases.problem import Problem
from leadline.phases.project_accounts.token_price import to_micros, usd
from leadline.phases.wording import capital, plural
from leadline.processes.process_identity import identity
from leadline.record import MachineAccount
from leadline.record.sql_types import utc
from leadline.report.text_table import Table, tabled
from leadline.services.identity.permission import acting, require
from leadline.settings.machine_sections import Machine
from leadline.workspace import Workspace

BUDGET_HEADS = (
    "machine",
    "model",
    "answers",
    "spent",
    "waited for",
    "possibly paid",
    "left",
    "budget",
)


@dataclass(frozen=True)
class LeaveAnswer:
    """Who said when that rows may be sent outside.

    Attributes
    ----------
    by : str
        The person.
    at : datetime
        When it was put on the record, UTC.
    why : str
        Which data, on what ground.
    """

    by: str
    at: datetime
    why: str


@dataclass(frozen=True)
class MachineBudget:
    """One machine and its money, in micro-dollars.

    Attributes
    ----------
    account : MachineAccount
        What it spent.
    machine : Machine or None
        As it is declared; None: it was once.
    answer : LeaveAnswer or None
        Who let rows go to its address; None: nobody, or it is this computer.
    warning : str
        What is doubtful about its prices; empty if nothing is.
    elsewhere : mapping of str to datetime
        Other computers on which answers are waited for, and until when at the longest: whether the
        process there lives cannot be known here.
    """

    account: MachineAccount
    machine: Machine | None
    answer: LeaveAnswer | None = None
    warning: str = ""
    elsewhere: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the machine is called."""
        return self.account.machine

    @property
    def budget(self) -> int:
        """What it may spend in all."""
        return to_micros(self.machine.budget) if self.machine else 0

    @property
    def left(self) -> int:
        """What it may still spend, below 0 if its budget was cut."""
        return self.budget - self.account.counted


def machine_budgets(workspace: Workspace) -> tuple[MachineBudget, ...]:
    """Every machine that is declared, and those that were and have spent money.

    A request whose process on this computer was killed counts as possibly paid at once, before
    anybody asks the machine again.

    Raises
    ------
    NotAllowedError
        If the visitor's role may not see the project.
    """
    require(workspace, Action.VIEW)
    declared = workspace.settings.machines
    requests = workspace.record.machines
    held = {each.machine: requests.holders(each.machine) for each in requests.accounts()}
    gone = [holder for its in held.values() for holder in its if is_ended(holder)]
    accounts = {each.machine: each for each in requests.accounts(gone=gone)}
    leaving = leaving_now(workspace)
    today = utc().date()
    budgets = []
    for name in (*declared, *(name for name in accounts if name not in declared)):
        machine = declared.get(name)
        budgets.append(
            MachineBudget(
                accounts.get(name, MachineAccount(name)),
                machine,
                _leave_answer(workspace, machine, leaving),
                machine.price_warning(today) if machine else "",
                _elsewhere(held.get(name, {})),
            )
        )
    return tuple(budgets)


def release_reservations(workspace: Workspace, name: str, by: str) -> tuple[int, int]:
    """Give back what was set aside for requests that have no answer and are not on the bill.

    Parameters
    ----------
    workspace : Workspace
        The project.
    name : str
        Of the machine.
    by : str
        Who has looked at the bill.

    Returns
    -------
    n, money : int
        Requests, and micro-dollars.

    Raises
    ------
    NotAllowedError
        If the person's role may not spend money.
    SettingsError
        If there is no such machine, or nobody is named.
    """
    workspace, person = acting(workspace, Action.BUY, by, "what is set aside")
    requests = workspace.record.machines
    if not any(each.machine == name for each in requests.accounts()):
        declared_machine(workspace, name)
    give_up_dead(requests, name)
    return requests.release_possibly_paid(name, by=person)


def _elsewhere(held: Mapping[str, datetime]) -> dict[str, datetime]:
    """Of who waits for answers, the other computers, each with its latest end."""
    found: dict[str, datetime] = {}
    for holder, until in held.items():
        host = host_of(holder)
        if host != host_of(identity()):
            found[host] = max(until, found.get(host, until))
    return found


def _leave_answer(
    workspace: Workspace, machine: Machine | None, leaving: DataLeaving | None
) -> LeaveAnswer | None:
    """Who let rows go to an address, and when that was said first without a change since."""
    if machine is None or leaving is None or not machine.is_outside:
        return None
    if not leaving.is_allowed(machine.host):
        return None
    entries = workspace.record.entries("problem")
    on_record, at = entries[-1].verdict_as(Problem).leaving, utc()
    for entry in reversed(entries):
        if entry.verdict_as(Problem).leaving != on_record:
            break
        at = entry.at
    return LeaveAnswer(leaving.answered_by, at, leaving.why)


def budget_table(budgets: Iterable[MachineBudget]) -> Table:
    """A line for each machine: what it spent, and what it may still spend."""
    heads = map(capital, BUDGET_HEADS)
    return tabled("What language models may still spend", heads, map(budget_row, budgets))


def budget_row(budget: MachineBudget) -> tuple[str, ...]:
    """The cells of a machine under `BUDGET_HEADS`."""
    account = budget.account
    return (
        budget.name,
        budget.machine.model if budget.machine else "not declared any more",
        f"{account.n_answers:,}",
        usd(account.spent),
        usd(account.in_flight) if account.n_in_flight else "",
        usd(account.possibly_paid) if account.n_possibly_paid else "",
        usd(budget.left),
        usd(budget.budget),
    )


def remarks(budget: MachineBudget) -> tuple[str, ...]:
    """What to know of a machine: where rows go and who said so, its prices, lost answers."""
    machine, account, told = budget.machine, budget.account, []
    if machine is not None and not machine.is_outside:
        told.append("Rows stay on this computer.")
    elif machine is not None and budget.answer is not None:
        who = budget.answer
        told.append(f"Rows may go to {machine.host}: {who.by}, {who.at:%Y-%m-%d}: {who.why}")
    elif machine is not None:
        told.append(
            f"Nobody has said that rows may go to {machine.host}; nothing is sent there. "
            "Answer data_leave_to and data_leave_why under [ethics], then 'leadline run problem'."
        )
    if machine is not None and (machine.input is None or machine.output is None):
        told.append("Nothing is asked of it, as it has no price: set input and output.")
    if budget.warning:
        told.append(budget.warning)
    if account.n_unsure:
        told.append(f"{plural(account.n_unsure, 'answer')} gave no label.")
    for host, until in budget.elsewhere.items():
        told.append(
            f"Answers are waited for on {host or 'another computer'}. Whether that process lives "
            f"cannot be seen from here: after {until:%Y-%m-%d %H:%M} UTC it counts as gone."
        )
    if account.n_possibly_paid:
        told.append(
            f"{plural(account.n_possibly_paid, 'request')} got no answer and may be on the bill. "
            f"Not there? 'leadline machine release-reservations {budget.name}'."
        )
    return tuple(told)
