"""Allowance of an agent: what a person grants it, what it has used, and what is left."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from leadline.errors import NotAllowedError, RecordError, SettingsError
from leadline.evaluation.budget import dollars
from leadline.phases.number_format import duration, money
from leadline.phases.permissions import Action, Actor
from leadline.phases.problem import Problem
from leadline.phases.project_accounts.token_price import to_micros
from leadline.phases.search import Search
from leadline.phases.wording import moment, plural
from leadline.record import AgentGrant, Job
from leadline.record.sql_types import utc
from leadline.services.identity.permission import acting
from leadline.workspace import Workspace

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_AGENT = "agent "
_MILLION = 1_000_000
_MOST = 1_000_000_000  # what the record can keep
_LONGEST = timedelta(days=366)
_BOXED = ("search", "curve")  # runs that end with the time box at the latest
_ASKING = ("search", "curve", "tuning")  # runs that fit what the search tries
_ASKS = "prompted"  # the family that asks language models


@dataclass(frozen=True)
class Allowance:
    """What an agent may use, and what of it is left.

    Attributes
    ----------
    agent, granted_by : str
        Whose it is, and who grants it.
    ends_at : datetime
        Until when, UTC.
    is_over : bool
        Whether it is revoked, or its time is up.
    runs, runs_left : int
        Rows it may start.
    machine_s, machine_s_left : float
        Seconds of machine that these may take.
    money, money_left : float
        What these may cost, in `currency`.
    currency : str
        Of the project.
    """

    agent: str
    granted_by: str
    ends_at: datetime
    is_over: bool
    runs: int
    runs_left: int
    machine_s: float
    machine_s_left: float
    money: float
    money_left: float
    currency: str

    @property
    def words(self) -> str:
        """What is left, in a sentence."""
        if self.is_over:
            return "Nothing: the allowance is over."
        return (
            f"{plural(self.runs_left, 'run')} of {self.runs}, "
            f"{duration(self.machine_s_left)} of machine of {duration(self.machine_s)}, "
            f"{money(self.money_left, self.currency)} of {money(self.money, self.currency)}, "
            f"until {moment(self.ends_at)}."
        )


def grant_agent(
    workspace: Workspace,
    agent: str,
    *,
    runs: int,
    hours: float,
    most_money: float,
    days: float,
    by: str,
) -> Allowance:
    """Let an agent work: from now on, within these limits.

    Parameters
    ----------
    workspace : Workspace
        The project.
    agent : str
        Its name: letters, digits, dots, hyphens and underlines.
    runs : int >= 0
        Rows it may start.
    hours : float >= 0
        Hours of machine that they may take altogether.
    most_money : float >= 0
        What they may cost altogether, in the project's currency.
    days : float > 0
        How long, a year at most.
    by : str
        The person who grants it.

    Raises
    ------
    NotAllowedError
        If the person's role may not.
    SettingsError
        If the name is none, or an amount cannot be.
    """
    workspace, person = acting(workspace, Action.AGENTS, by, "the grant")
    _require_name(agent)
    amounts = (runs, hours, most_money)
    if not all(0 <= one <= _MOST for one in amounts) or not 0 < days <= _LONGEST.days:
        raise SettingsError(
            f"{runs} runs, {hours:g} hours, {most_money:g} of money and {days:g} days were given.",
            f"Amounts from 0 to {_MOST:,}, and up to {_LONGEST.days} days, are needed.",
            "For example: leadline mcp grant coder --runs 20 --hours 2 --days 7",
        )
    workspace.record.agents.grants.add(
        AgentGrant(
            agent=agent,
            runs=runs,
            machine_s=3600 * hours,
            money=round(most_money * _MILLION),
            ends_at=utc() + timedelta(days=days),
            by=person,
        )
    )
    return allowance_of(workspace, agent)


def revoke_agent(workspace: Workspace, agent: str, by: str) -> None:
    """End an agent's allowance; what it has running is cancelled.

    Raises
    ------
    NotAllowedError
        If the person's role may not.
    SettingsError
        If the agent has none.
    """
    workspace, person = acting(workspace, Action.AGENTS, by, "the end of the grant")
    known = workspace.record.agents.grants.of(agent)
    if known is None or known.is_revoked:
        raise SettingsError(
            f"{agent!r} has no allowance.",
            "Only one that there is can be ended.",
            "'leadline mcp list' names them.",
        )
    workspace.record.agents.grants.add(
        AgentGrant(
            agent=agent, runs=0, machine_s=0.0, money=0, ends_at=utc(), by=person, is_revoked=True
        )
    )
    # of an earlier grant too
    for number in workspace.record.agents.calls.jobs_of(agent):
        if not workspace.record.jobs.get(number).is_over:
            with suppress(RecordError):  # it has ended meanwhile
                workspace.record.jobs.cancel(number, by=person)


def allowance_of(workspace: Workspace, agent: str) -> Allowance:
    """What an agent may still use.

    Raises
    ------
    NotAllowedError
        If nobody ever granted it anything.
    """
    grant = workspace.record.agents.grants.of(agent)
    if grant is None:
        raise NotAllowedError(
            f"No agent {agent!r} is known to the project.",
            "A person must grant an allowance first.",
            f"leadline mcp grant {agent} --runs 20 --hours 2",
        )
    per_second = workspace.settings.prices.machine_per_hour / 3600
    jobs = _jobs_since(workspace, grant)
    used_s = sum(_seconds(workspace, job) for job in jobs)
    assert grant.made_at is not None
    models = _asked_since(workspace, grant.made_at)
    problem = workspace.record.latest_of(Problem) or workspace.settings.problem
    return Allowance(
        agent=agent,
        granted_by=grant.by,
        ends_at=grant.ends_at,
        is_over=grant.is_revoked or utc() >= grant.ends_at,
        runs=grant.runs,
        runs_left=max(grant.runs - len(jobs), 0),
        machine_s=grant.machine_s,
        machine_s_left=max(grant.machine_s - used_s, 0.0),
        money=grant.money / _MILLION,
        money_left=max(grant.money / _MILLION - used_s * per_second - models, 0.0),
        currency=problem.currency,
    )


def seconds_left(workspace: Workspace, job: Job) -> float | None:
    """How long a job may take, from its start on, by the allowance of the agent that put it.

    It falls while other jobs of the agent run. None: a person put it.
    """
    calls = workspace.record.agents.calls
    agent = calls.agent_of_job(job.number) or _agent_named(workspace, job.by)
    if agent is None:
        return None
    left = allowance_of(workspace, agent)
    if left.is_over:
        return 0.0
    others = [
        _seconds(workspace, workspace.record.jobs.get(number))
        for number in calls.jobs_of(agent, _granted_at(workspace, agent))
        if number != job.number
    ]
    per_second = workspace.settings.prices.machine_per_hour / 3600
    money = left.money - _asked_since(workspace, _granted_at(workspace, agent))
    by_money = money / per_second if per_second else float("inf" if money >= 0 else 0.0)
    by_date = (left.ends_at - utc()).total_seconds() + _run_so_far(job)
    return max(min(min(left.machine_s, by_money) - sum(others), by_date), 0.0)


def is_overdrawn(workspace: Workspace, agent: str, number: int) -> bool:
    """Whether a run that was just put is one too many.

    Of two servers that start a run at the same moment neither sees the other's before.
    """
    numbers = workspace.record.agents.calls.jobs_of(agent, _granted_at(workspace, agent))
    numbers = numbers[: numbers.index(number) + 1]  # in the order in which they were counted
    seconds = sum(_seconds(workspace, workspace.record.jobs.get(each)) for each in numbers)
    left = allowance_of(workspace, agent)
    return len(numbers) > left.runs or seconds > left.machine_s


def agent_at_work(workspace: Workspace, agent: str) -> Workspace:
    """The workspace with an agent at work in it: it may look and run, and has no say.

    Raises
    ------
    NotAllowedError
        If it has no allowance, or that is over.
    """
    left = allowance_of(workspace, agent)
    if left.is_over:
        raise NotAllowedError(
            f"The allowance of {agent!r} is over since {moment(min(left.ends_at, utc()))}.",
            "An agent works as long as a person lets it.",
            f"Ask for another: leadline mcp grant {agent} --runs 20 --hours 2",
        )
    return workspace.acted_in_by(actor_of(agent))


def actor_of(agent: str) -> Actor:
    """An agent as somebody at work."""
    return Actor(f"{_AGENT}{agent}", "agent", frozenset({Action.VIEW, Action.RUN}))


def longest_s(workspace: Workspace, row: str) -> float:
    """Seconds that a row takes at least to be allowed for: the time box, where it has one."""
    return workspace.settings.problem.time_box_s if row in _BOXED else 0.0


def most_for_models(workspace: Workspace, row: str) -> float:
    """What the answers of language models can cost in a run: all that their budgets leave."""
    settings = workspace.settings
    tried = workspace.record.latest_of(Search) if row in _ASKING else None
    # what was searched is fitted again, whatever the settings say since
    families = [*settings.find.families, *(one.family for one in (tried.trials if tried else ()))]
    if row not in _ASKING or not any(one.startswith(_ASKS) for one in families):
        return 0.0
    left = 0
    for name, machine in settings.machines.items():
        counted = workspace.record.machines.account(name).counted
        left += max(to_micros(machine.budget) - counted, 0)
    return dollars(workspace, left)


def _require_name(agent: str) -> None:
    if not _NAME.fullmatch(agent):
        raise SettingsError(
            f"{agent!r} cannot be the name of an agent.",
            "At most 60 letters, digits, dots, hyphens and underlines of ASCII are needed.",
            "For example: coder",
        )


def _agent_named(workspace: Workspace, by: str) -> str | None:
    """The agent that asked for a job without a call: its server died between the two."""
    name = by.removeprefix(_AGENT)
    return name if name != by and workspace.record.agents.grants.of(name) else None


def _granted_at(workspace: Workspace, agent: str) -> datetime:
    grant = workspace.record.agents.grants.of(agent)
    assert grant is not None
    assert grant.made_at is not None
    return grant.made_at


def _asked_since(workspace: Workspace, since: datetime) -> float:
    """What language models cost since; whoever asked: a request does not say for which run."""
    return dollars(workspace, workspace.record.machines.counted_since(since))


def _jobs_since(workspace: Workspace, grant: AgentGrant) -> list[Job]:
    assert grant.made_at is not None
    record = workspace.record
    return [
        record.jobs.get(number)
        for number in record.agents.calls.jobs_of(grant.agent, grant.made_at)
    ]


def _seconds(workspace: Workspace, job: Job) -> float:
    """Seconds that a job took; of one under way its time box at least."""
    ran = _run_so_far(job)
    return ran if job.is_over else max(ran, longest_s(workspace, job.row))


def _run_so_far(job: Job) -> float:
    if job.begun_at is None:
        return 0.0
    end = (job.beat_at or job.begun_at) if job.is_over else utc()
    return max((end - job.begun_at).total_seconds(), 0.0)
