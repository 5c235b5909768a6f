"""Estimate of what a machine will cost on rows of this project, with or without rows tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from leadline.engines.language_models import ModelAnswer, answers
from leadline.engines.language_models.batch_files import require_batch
from leadline.engines.language_models.chat_request import ChatRequest, chat_request
from leadline.engines.language_models.connection import Meter
from leadline.errors import NotReadyError
from leadline.evaluation.machine_spending import machine_spending
from leadline.phases.data import Data
from leadline.phases.number_format import duration
from leadline.phases.permissions import Action
from leadline.phases.project_accounts.machine_estimate import (
    MachineEstimate,
    RowSize,
    counted_estimate,
    tried_estimate,
)
from leadline.phases.project_accounts.token_price import MICROS, to_micros, usd
from leadline.phases.wording import capital, plural
from leadline.record.sql_types import utc
from leadline.services.delegation.machine_task import Cells, MachineTask, as_cell, machine_task
from leadline.services.identity.permission import acting, require
from leadline.snapshot import from_parquet
from leadline.workspace import Workspace

_N_SAMPLED = 200
_FEWEST_ANSWERS = 2
_SEED = 0


@dataclass(frozen=True)
class MoneyEstimate:
    """What rows will take, beside what the machine may still spend.

    Attributes
    ----------
    name : str
        Of the machine.
    estimate : MachineEstimate
        Money and time.
    left : int
        Micro-dollars that it may still spend.
    spent_on_trial : int
        Micro-dollars that trying rows cost now.
    warning : str
        What is doubtful about its prices; empty if nothing is.
    """

    name: str
    estimate: MachineEstimate
    left: int
    spent_on_trial: int
    warning: str


def estimate_money(
    workspace: Workspace,
    name: str,
    n_rows: int,
    by: str = "",
    *,
    n_tried: int = 0,
    is_batch: bool = False,
) -> MoneyEstimate:
    """Estimate what some rows will cost.

    Parameters
    ----------
    workspace : Workspace
        The project.
    name : str
        The machine.
    n_rows : int >= 1
        Rows to ask about.
    by : str, default=""
        Who grants money for rows to try.
    n_tried : int in [0, 20], default=0
        Rows to try, drawn by chance from those without a label, else from the train rows; their
        answers are kept. 0: rows are measured by their length, which costs nothing.
    is_batch : bool, default=False
        Whether the rows are to go in a batch file, at its price; rows to try are asked at once.

    Raises
    ------
    SettingsError
        If there is no such machine, or it has no prices.
    NotReadyError
        If there are no data, or rows may not be sent to it, or too few were answered.
    BudgetSpent, EngineError
        If it cannot pay for the rows to try, or does not answer, or has no batch files.
    """
    require(workspace, Action.VIEW)
    task = machine_task(workspace, name)
    prices = task.settings.prices(name)
    if is_batch:
        require_batch(task.endpoint)
    rows = _sample(workspace, task.data, n_tried or _N_SAMPLED)
    before = workspace.record.machines.account(name).spent
    if n_tried:
        workspace, _ = acting(workspace, Action.BUY, by, "rows to try")
        estimate = _tried(workspace, task, rows, n_rows, is_batch=is_batch)
    else:
        sizes = [_size(chat_request(task.endpoint, task.prompt, row)) for row in rows.values()]
        estimate = counted_estimate(sizes, n_rows, prices, is_batch=is_batch)
    account = workspace.record.machines.account(name)
    return MoneyEstimate(
        name=name,
        estimate=estimate,
        left=to_micros(task.settings.budget) - account.counted,
        spent_on_trial=account.spent - before,
        warning=task.settings.price_warning(utc().date()),
    )


def _tried(
    workspace: Workspace, task: MachineTask, rows: dict[str, Cells], n_rows: int, *, is_batch: bool
) -> MachineEstimate:
    """Ask about a few rows, and estimate by what they took."""
    prices = task.settings.prices(task.name)
    with machine_spending(workspace, task.name) as spending:
        meter = Meter(spending)
        said = list(answers(task.endpoint, task.prompt, rows, meter))
    used = [answer.usage for answer in said if _is_paid(answer)]
    paid = [
        prices.price(each.input_tokens, each.cached_tokens, each.output_tokens, is_batch=is_batch)
        for each in used
    ]
    if len(paid) < _FEWEST_ANSWERS:
        raise NotReadyError(
            f"{task.name!r} answered {len(paid)} of {len(rows)} rows.",
            f"{_FEWEST_ANSWERS} answers are needed to say what others will cost.",
            "Look after its server, then try more rows; or leave --try out.",
        )
    return tried_estimate(
        paid,
        n_rows,
        took_s=meter.took_s,
        max_in_flight=task.settings.max_in_flight,
        is_batch=is_batch,
    )


def _is_paid(answer: ModelAnswer) -> bool:
    """Whether it stands for a request of its own: doubles and lost answers took nothing."""
    return answer.usage.input_tokens > 0


def _size(request: ChatRequest) -> RowSize:
    messages = [message["content"].encode() for message in request.body["messages"]]
    n_bytes = sum(map(len, messages))
    return RowSize(
        n_bytes=n_bytes,
        n_shared=n_bytes - len(messages[-1]),
        most_added=request.most.input_tokens - n_bytes,
        most_output=request.most.output_tokens,
    )


def _sample(workspace: Workspace, data: Data, n_rows: int) -> dict[str, Cells]:
    """Rows drawn by chance: of those without a label, else of the train rows; never test rows."""
    artifacts = workspace.artifacts
    if data.unlabelled:
        frame = from_parquet(artifacts.get(data.unlabelled))
    else:
        is_test = np.frombuffer(artifacts.get(data.split.mask), dtype=np.bool_)
        frame = from_parquet(artifacts.get(data.snapshot)).filter(pl.Series(~is_test))
    # a larger sample holds a smaller one, so that what was tried before is not paid again
    n_drawn = min(_N_SAMPLED, frame.height)
    drawn = frame.select(list(data.features)).sample(n_drawn, shuffle=True, seed=_SEED)
    return {
        f"sample {n}": {column: as_cell(value) for column, value in row.items()}
        for n, row in enumerate(drawn.head(n_rows).iter_rows(named=True))
    }


def estimate_sentences(found: MoneyEstimate) -> tuple[str, ...]:
    """Return what rows will cost, how sure that is, how long it takes, and what the budget allows.

    Every number is of the estimate.
    """
    its = found.estimate
    low, likely, high = (
        usd(round(each)) for each in (its.micros.low, its.micros.estimate, its.micros.high)
    )
    rows = plural(its.n_rows, "row")
    how = " in a batch file" if its.is_batch else ""
    told = [f"{capital(rows)} will cost some {likely}{how}, {low} to {high}."]
    if its.is_tried:
        told.append(
            f"{plural(its.n_sampled, 'row')} were tried for {usd(found.spent_on_trial)}; the range "
            "holds what others cost in 9 of 10 cases, if they are like these."
        )
    else:
        told.append(
            f"That is by the length of {plural(its.n_sampled, 'row')}; how many tokens they have "
            "shows when some are tried. Pay for a few with --try 20: the range is then narrower."
        )
    told += _time(its)
    told.append(_allowed(found))
    return (*told, found.warning) if found.warning else tuple(told)


def _time(its: MachineEstimate) -> list[str]:
    """How long it takes, as far as it was seen."""
    if its.is_batch:
        return ["A batch file is answered within a day by many vendors; nothing here can time it."]
    if its.seconds is None:
        return [] if its.is_tried else ["How long it takes is not known before rows are tried."]
    likely = duration(its.seconds.estimate)
    if its.n_timed == 1:
        return [f"It takes about {likely}, by the time of one answer."]
    span = f"{duration(its.seconds.low)} to {duration(its.seconds.high)}"
    by = f"by the time of {its.n_timed} answers"
    return [f"It takes some {likely}, {span}, {by}: if the server stays as fast as it was."]


def _allowed(found: MoneyEstimate) -> str:
    its = found.estimate
    likely, least, most = its.affordable(found.left)
    if least == its.n_rows:
        return f"{usd(found.left)} are left: enough for all of them."
    if most == 0:
        return (
            f"{usd(found.left)} are left: enough for none of them. Raise budget under "
            f"[machines.{found.name}] in leadline.toml."
        )
    return (
        f"{usd(found.left)} are left: enough for some {plural(likely, 'row')}, "
        f"{least:,} to {most:,}."
    )


def estimate_json(found: MoneyEstimate) -> dict[str, Any]:
    """The same as plain values; money in US dollars."""
    its = found.estimate
    likely, least, most = its.affordable(found.left)
    return {
        "machine": found.name,
        "rows": its.n_rows,
        "is_tried": its.is_tried,
        "rows_sampled": its.n_sampled,
        "usd": {name: value / MICROS for name, value in vars(its.micros).items()},
        "seconds": None if its.seconds is None else vars(its.seconds),
        "answers_timed": its.n_timed,
        "is_batch": its.is_batch,
        "left_usd": found.left / MICROS,
        "rows_affordable": {"estimate": likely, "low": least, "high": most},
        "spent_on_trial_usd": found.spent_on_trial / MICROS,
        "price_warning": found.warning,
    }
