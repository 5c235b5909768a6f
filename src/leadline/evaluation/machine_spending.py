"""Money of a language model: granted before each request, and booked by what was answered."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from types import TracebackType
from typing import Self

from leadline.engines.language_models import BudgetSpent, ModelAnswer, Usage
from leadline.errors import SettingsError
from leadline.phases.data_leaving import DataLeaving, require_leave
from leadline.phases.problem import Problem
from leadline.phases.project_accounts.token_price import TokenPrices, to_micros, usd
from leadline.processes.process_identity import identity, is_gone
from leadline.record import KeptAnswer
from leadline.record.machines import BudgetReached, HeldRequest, MachineRequests, OpenRequest
from leadline.record.sql_types import utc
from leadline.settings.machine_sections import Machine
from leadline.workspace import Workspace

_LEAST_HOLD_S = 600.0
_LOOK_AGAIN_S = 0.2


def machine_spending(workspace: Workspace, name: str) -> MachineSpending:
    """The purse of a machine, if it may be asked at all.

    Parameters
    ----------
    workspace : Workspace
        The project.
    name : str
        Of the machine, as the settings declare it.

    Returns
    -------
    MachineSpending
        To be used as a context manager: at its end nobody waits for answers any more.

    Raises
    ------
    SettingsError
        If there is no such machine, or nobody has stated its prices.
    NotReadyError
        If it is outside and nobody has said that rows may be sent there, or the file no longer
        says so.
    """
    machine = declared_machine(workspace, name)
    if machine.is_outside:
        require_leave(leaving_now(workspace), machine.host, name)
    return MachineSpending(
        workspace.record.machines,
        name,
        machine.prices(name),
        budget=to_micros(machine.budget),
        hold_s=max(10 * machine.timeout_s, _LEAST_HOLD_S),
    )


def leaving_now(workspace: Workspace) -> DataLeaving | None:
    """What is on the record of rows that leave, without hosts that the file has taken back since.

    To allow a host takes an entry under a person's name; to stop sending takes none.
    """
    problem = workspace.record.latest_of(Problem)
    if problem is None or problem.leaving is None:
        return None
    named = {host.strip().lower() for host in workspace.settings.ethics.data_leave_to}
    on_record = problem.leaving.allowed
    allowed = tuple(host for host in on_record if host.strip().lower() in named)
    return replace(problem.leaving, allowed=allowed)


def declared_machine(workspace: Workspace, name: str) -> Machine:
    """The machine of a name.

    Raises
    ------
    SettingsError
        If the settings declare none.
    """
    machines = workspace.settings.machines
    if name not in machines:
        raise SettingsError(
            f"There is no machine {name!r}; declared are: {', '.join(machines) or 'none'}.",
            "A machine is declared in leadline.toml.",
            f"Write [machines.{name}] with its url, model, prices and budget, or name another.",
        )
    return machines[name]


class MachineSpending:
    """Grants money for requests to one machine; a `leadline.engines.language_models.Spending`.

    Parameters
    ----------
    requests : MachineRequests
        Where money and answers are kept.
    name : str
        Of the machine.
    prices : TokenPrices
        What its tokens cost.
    budget : int
        Micro-dollars that it may spend in all.
    is_batch : bool, default=False
        Whether requests go in batch files.
    hold_s : float, default=600.0
        Seconds after which an answer counts as lost though its process may still live.
    """

    def __init__(
        self,
        requests: MachineRequests,
        name: str,
        prices: TokenPrices,
        *,
        budget: int,
        is_batch: bool = False,
        hold_s: float = _LEAST_HOLD_S,
    ) -> None:
        self._requests, self._name, self._prices = requests, name, prices
        self._budget, self._is_batch, self._hold_s = budget, is_batch, hold_s
        self._holder = f"{identity()}/{secrets.token_hex(4)}"
        give_up_dead(requests, name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Wait for no answer any more; what has none stays possibly paid."""
        self._requests.lapse(self._name, [self._holder])

    def reserve(self, request_key: str, most: Usage) -> MachineReservation | ModelAnswer:
        """Set money aside for a request, or hand out the answer that was paid before.

        Where another process waits for the same answer, this waits too.

        Raises
        ------
        BudgetSpent
            If the request could pass the budget.
        """
        price = self.most_price(most)
        while True:
            got = self._requests.reserve(
                self._name,
                request_key,
                most=price,
                budget=self._budget,
                holder=self._holder,
                until=utc() + timedelta(seconds=self._hold_s),
                is_batch=self._is_batch,
            )
            if isinstance(got, HeldRequest):
                time.sleep(_LOOK_AGAIN_S)
            elif isinstance(got, BudgetReached):
                raise self._spent(got, price)
            elif isinstance(got, KeptAnswer):
                return _as_model_answer(got)
            else:
                return MachineReservation(self, got)

    def claim(self, request_key: str, most: Usage) -> MachineReservation | ModelAnswer:
        """What was set aside when a request was written to a batch file; else as `reserve`."""
        until = utc() + timedelta(seconds=self._hold_s)
        got = self._requests.claim(self._name, request_key, holder=self._holder, until=until)
        if got is None:
            return self.reserve(request_key, most)
        return (
            _as_model_answer(got) if isinstance(got, KeptAnswer) else MachineReservation(self, got)
        )

    def most_price(self, most: Usage) -> int:
        """Micro-dollars that a request can cost, whatever part of it the server has kept."""
        sent, answered = most.input_tokens, most.output_tokens
        return max(self._price(sent, 0, answered), self._price(sent, sent, answered))

    def price(self, usage: Usage) -> int:
        """Micro-dollars that a request cost.

        Raises
        ------
        ValueError
            If the counts make no sense.
        """
        return self._price(usage.input_tokens, usage.cached_tokens, usage.output_tokens)

    def settle(self, request: OpenRequest, answer: ModelAnswer) -> None:
        """Keep an answer and what it cost; counts that make no sense cost what was set aside."""
        try:
            paid = self.price(answer.usage)
        except ValueError:
            paid = request.most
        kept = KeptAnswer(
            row=answer.row,
            label=answer.label,
            confidence=answer.confidence,
            problem=answer.problem,
            **vars(answer.usage),
        )
        self._requests.settle(request.number, paid=paid, answer=kept)

    def release(self, request: OpenRequest) -> None:
        """Give money back."""
        self._requests.release(request.number)

    def _price(self, sent: int, cached: int, answered: int) -> int:
        return self._prices.price(sent, cached, answered, is_batch=self._is_batch)

    def _spent(self, reached: BudgetReached, price: int) -> BudgetSpent:
        its = self._requests.account(self._name)
        lost = f", {usd(its.possibly_paid)} of it possibly paid" if its.possibly_paid else ""
        return BudgetSpent(
            f"{usd(reached.counted)} of the {usd(self._budget)} of {self._name!r} are spent or "
            f"set aside{lost}; the next request can cost {usd(price)}.",
            "A request is sent when its greatest price is left.",
            f"Raise budget under [machines.{self._name}] in leadline.toml, or see "
            "'leadline machine list'. What was answered is kept.",
        )


@dataclass(frozen=True)
class MachineReservation:
    """Money set aside for one request."""

    spending: MachineSpending
    request: OpenRequest

    def settle(self, answer: ModelAnswer) -> None:
        """Keep the answer, and book what it took."""
        self.spending.settle(self.request, answer)

    def release(self) -> None:
        """Give the money back: the request was not carried out."""
        self.spending.release(self.request)


def give_up_dead(requests: MachineRequests, name: str) -> None:
    """Wait no more for answers whose process on this computer is gone."""
    dead = [holder for holder in requests.holders(name) if is_ended(holder)]
    if dead:
        requests.lapse(name, dead)


def is_ended(holder: str) -> bool:
    """Whether the process that waits for an answer is gone; False where nobody here can know."""
    return is_gone(holder.partition("/")[0])


def host_of(holder: str) -> str:
    """The computer on which somebody waits for an answer."""
    return holder.partition("/")[0].rpartition(":")[0]


def _as_model_answer(kept: KeptAnswer) -> ModelAnswer:
    usage = Usage(kept.input_tokens, kept.cached_tokens, kept.output_tokens)
    return ModelAnswer(kept.row, kept.label, kept.confidence, usage, kept.problem)
