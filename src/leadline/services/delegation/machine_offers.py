"""Offers of machines to a plan: who may label, for how much, and what a label is worth."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from leadline.errors import LeadlineError, NotReadyError
from leadline.evaluation.budget import dollars
from leadline.phases.data import Data, label_worth, step_of_a_row
from leadline.phases.delegation import FEWEST_ROWS
from leadline.phases.forecast import Forecast
from leadline.phases.forecast.costs import LabellingCosts
from leadline.phases.forecast.label_choice import MachineOffer
from leadline.phases.number_format import duration, money
from leadline.phases.project_accounts.token_price import MICROS, to_micros
from leadline.phases.search.trial import PROMPTED
from leadline.phases.verdict import Answer, Bounds
from leadline.phases.wording import plural
from leadline.services.delegation.machine_lines import MachineLine, delegation_lines
from leadline.services.delegation.machine_task import (
    MachineTask,
    judged_blind,
    machine_task,
    open_keys,
)
from leadline.services.delegation.money_estimate import estimate_money
from leadline.services.labelling.keyed_items import keyed_items
from leadline.workspace import Workspace

ENOUGH_ROWS = 100
"""Rows that two people judge, from which the verdict on a machine is seldom wrong."""

_VOTES_A_ROW = 2
_N_PRICED = 1000
_MANY = 1000


@dataclass(frozen=True, kw_only=True)
class BlindCheck:
    """Rows that people must judge before it is known whether a machine may label.

    Attributes
    ----------
    n_least, n_rows : int
        Rows at least, and so many that the answer is seldom wrong; two people each.
    least_cost, cost : float
        Money for the votes on `n_least` and on `n_rows`, in the currency of the project.
    extra : float in [0, 1]
        The part of it that makes no label, as one vote is enough for that.
    """

    n_least: int
    n_rows: int
    least_cost: float
    cost: float
    extra: float

    def rest(self, cost: float, next_cost: float) -> float:
        """Return what votes cost beyond what is paid in any case.

        Parameters
        ----------
        cost : float
            Money for the votes.
        next_cost : float
            Money of what people alone buy next; votes that make its labels are paid in any case.
        """
        return max(cost * self.extra, cost - next_cost)

    def rows_within(self, most: float, next_cost: float) -> int:
        """Return the rows whose rest is at most `most`, above 0, in the money of `rest`."""
        by_extra = most / self.extra if self.extra else inf
        share = min(by_extra, most + next_cost) / self.cost if self.cost else 1.0
        return int(min(share, 1.0) * self.n_rows + 1e-9)


@dataclass(frozen=True, kw_only=True)
class MachineStanding:
    """Whether a plan may hold labels of a machine.

    Attributes
    ----------
    name : str
        The machine.
    why : str
        On which condition it may, or why it may not.
    offer : MachineOffer or None
        What it offers; None: the plan holds no label of it.
    check : BlindCheck or None
        What it takes to know whether it may label; None: that is known.
    """

    name: str
    why: str
    offer: MachineOffer | None = None
    check: BlindCheck | None = None


def machine_standings(
    workspace: Workspace, forecast: Forecast, costs: LabellingCosts
) -> tuple[MachineStanding, ...]:
    """Say of every declared machine whether a plan may hold its labels.

    Parameters
    ----------
    workspace : Workspace
        The project.
    forecast : Forecast
        Says how many rows the model will get wrong.
    costs : LabellingCosts
        What people's votes cost.

    Returns
    -------
    tuple of MachineStanding
        Empty where no machine is declared. One that has no price, or cannot be asked, has no offer.
    """
    return tuple(
        _standing(workspace, line, forecast, costs)
        for line in delegation_lines(workspace)
        if line.name in workspace.settings.machines
    )


def _standing(
    workspace: Workspace, line: MachineLine, forecast: Forecast, costs: LabellingCosts
) -> MachineStanding:
    verdict = line.entry.verdict if line.entry else None
    if line.decided and not line.may_label and not line.outdated:
        return MachineStanding(name=line.name, why=line.decided)
    if not workspace.settings.machines[line.name].train:
        why = f"No model learns from its labels: train is false under [machines.{line.name}]."
        return MachineStanding(name=line.name, why=why)
    if verdict is None or line.outdated or verdict.answer is Answer.UNCLEAR:
        return _unknown(workspace, line, costs)
    if verdict.answer is Answer.NO:
        return MachineStanding(name=line.name, why=verdict.summary)
    try:
        worth = _worth(line, forecast)
        offer = _offer(workspace, line, forecast, worth)
    except LeadlineError as error:
        return MachineStanding(name=line.name, why=f"{error.found} {error.next}".strip())
    terms = line.decided or (
        f"It may label, once a person says so: 'leadline machine decide {line.name} go'."
    )
    terms += f" {_worth_words(worth, offer.label_s)}"
    if offer.n_most == 0:
        terms += f" No money is left for it: raise budget under [machines.{line.name}]."
    if forecast.family == PROMPTED:
        terms += " The chosen candidate is asked itself, and learns from no label of a machine."
    return MachineStanding(name=line.name, why=terms, offer=offer)


def _unknown(workspace: Workspace, line: MachineLine, costs: LabellingCosts) -> MachineStanding:
    """What must be judged before it is known whether it may label, and what that costs."""
    n_blind = len(judged_blind(workspace))
    n_rows = max(ENOUGH_ROWS - n_blind, 0)
    n_least = max(FEWEST_ROWS - n_blind, 0)
    if not n_least:
        why = f"Not known yet: 'leadline machine delegation {line.name}' says."
        return MachineStanding(name=line.name, why=why)
    a_row = _VOTES_A_ROW * costs.vote_cost
    cost, extra = n_rows * a_row, max(1 - costs.n_first / _VOTES_A_ROW, 0.0)
    rows = f"{n_least} to {plural(n_rows, 'row')}"
    price = money(cost, workspace.settings.problem.currency)
    return MachineStanding(
        name=line.name,
        why=(
            f"Not known yet: two people must judge {rows} first, each alone, for {price} at most."
        ),
        check=BlindCheck(
            n_least=n_least, n_rows=n_rows, least_cost=n_least * a_row, cost=cost, extra=extra
        ),
    )


def _worth(line: MachineLine, forecast: Forecast) -> Bounds:
    """Rows judged by people that one of its labels is worth for training.

    Raises
    ------
    NotReadyError
        If that is not known.
    """
    assert line.entry is not None
    verdict = line.entry.verdict
    given, judged = verdict.handover, verdict.gap
    if given is None and judged is None:
        raise NotReadyError(
            "It may label, but the verdict on it does not tell how far its numbers are off.",
            "A plan weighs labels by their worth.",
            f"Judge it again: 'leadline machine delegation {line.name}'.",
        )
    if given is not None and not given.n_rows:
        raise NotReadyError(
            "It may label, but of no open row it is shown that it is as safe with it as a person.",
            "A plan holds rows that may go to it.",
            "Have more rows judged, or bring in rows without a label.",
        )
    errors = forecast.errors[-1], forecast.target_error
    told = judged or (given.counts if given is not None else ())
    worth = label_worth(told, forecast.scoring, *errors, forecast.family)
    if worth is None:
        raise NotReadyError(
            "It may label, but what its labels are worth is not known: of the rows that it is sure "
            "of, people judged none of a second class.",
            "A plan weighs labels by their worth, class by class.",
            f"Have more rows judged by two people, then 'leadline machine delegation {line.name}'.",
        )
    return worth


def _worth_words(worth: Bounds, label_s: float) -> str:
    """What many of its labels are worth, as the forecast counts them, and how long they take."""
    low, middle, high = (f"{_MANY * each:,.0f}" for each in (worth.low, worth.estimate, worth.high))
    told = f"{_MANY:,} of its labels are worth {middle} ({low} to {high}) judged by people"
    return f"{told}, and take some {duration(_MANY * label_s)}." if label_s else f"{told}."


def _offer(
    workspace: Workspace, line: MachineLine, forecast: Forecast, worth: Bounds
) -> MachineOffer:
    """What the machine offers.

    Raises
    ------
    LeadlineError
        If it cannot be said what its labels cost.
    """
    assert line.entry is not None
    verdict = line.entry.verdict
    # of numbers all that it answers are learnt from
    share = verdict.handover.share if verdict.handover else verdict.n_rows / verdict.n_answered
    task = machine_task(workspace, line.name)
    votes = workspace.record.delegation.votes.of(line.name, task.settings.model, task.told)
    taken = {vote.item for vote in votes}
    taken |= {vote.item for vote in workspace.record.labels.votes.plain()}
    taken |= _taught_keys(workspace, task.data)
    # a label of another row would be paid, and teach nothing
    n_open = sum(key not in taken for key in open_keys(workspace, task.data, is_learnt=True))
    micros = _micros_a_label(workspace, task)
    left = to_micros(task.settings.budget) - workspace.record.machines.account(line.name).counted
    # it must be asked, and paid, before it is known whether it is sure enough of a row; and a curve
    # that its earlier labels are part of is moved along less by one row, as with rows of people
    brought = share * step_of_a_row(
        forecast.machine_shares, forecast.n_available, forecast.machine_worth
    )
    return MachineOffer(
        name=line.name,
        label_cost=dollars(workspace, MICROS) * micros / MICROS if micros else 0.0,
        label_s=_seconds_a_label(workspace, task),
        factor=Bounds(
            estimate=worth.estimate * brought,
            low=worth.low * brought,
            high=worth.high * brought,
        ),
        n_open=n_open,
        n_most=int(max(left, 0) / micros) if micros else None,
    )


def _taught_keys(workspace: Workspace, data: Data) -> set[str]:
    """Rows that models learn from already, whichever machine labelled them."""
    if not data.machine_rows:
        return set()
    return set(keyed_items(workspace, data.machine_rows, data).to_series(0))


def _micros_a_label(workspace: Workspace, task: MachineTask) -> float:
    """Micro-dollars that an answer has cost on average, or by the length of rows will."""
    account = workspace.record.machines.account(task.name)
    if account.spent:
        return account.spent / account.n_answers
    return estimate_money(workspace, task.name, _N_PRICED).estimate.micros.estimate / _N_PRICED


def _seconds_a_label(workspace: Workspace, task: MachineTask) -> float:
    """What its newest answers took, as many at once as it may be asked for; 0: it gave none."""
    took = workspace.record.machines.answer_seconds(task.name)
    at_once = min(task.settings.max_in_flight, len(took))
    return sum(took) / len(took) / at_once if took else 0.0
