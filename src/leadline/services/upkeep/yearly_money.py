"""Yearly money: what a model's errors cost, and what retraining by schedule saves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadline.phases.decay import Staleness
from leadline.phases.monitor import FEWEST_LABELS
from leadline.phases.number_format import figure, percent
from leadline.phases.verdict import Bounds
from leadline.phases.wording import plural
from leadline.stats.interval import Estimate
from leadline.stats.yearly_costs import amount_per_row, saved_errors

BLOCKS_A_YEAR = {"day": 365.25, "week": 365.25 / 7, "month": 12.0}
"""By the block of the project."""
_AGES = 0.9  # probability of ageing from which a schedule is advised


@dataclass(frozen=True, kw_only=True)
class Rate:
    """What is asked of a `leadline.phases.verdict.Bounds`."""

    estimate: float


@dataclass(frozen=True, kw_only=True)
class WatchedBlock:
    """What is asked of a `leadline.phases.monitor.Block`."""

    n_rows: int
    n_labelled: int = 0
    error: Rate | None = None
    cost: Rate | None = None
    is_learnt: bool = False


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What is asked of a `leadline.phases.monitor.Monitor`."""

    release_id: str
    currency: str
    blocks: tuple[WatchedBlock, ...]


@dataclass(frozen=True, kw_only=True)
class Ageing:
    """What is asked of a `leadline.phases.decay.Decay`."""

    is_dated: bool
    block: str
    staleness: tuple[Staleness, ...] = ()
    p_ages: float = 0.0
    retrain_every: int | None = None
    cost_retrain: float
    cost_error: float | None
    n_per_block: float = 0.0
    currency: str


@dataclass(frozen=True)
class YearlyMoney:
    """An amount a year, or why it is not known.

    Attributes
    ----------
    estimate : float or None
        The amount; None if it is not known.
    low, high : float or None
        Its range; None if too little was seen to give one.
    currency : str
        Three letters; empty if nothing is known.
    rests_on : str
        What it was made of, or why it is not known.
    """

    estimate: float | None
    low: float | None
    high: float | None
    currency: str
    rests_on: str


def unknown(why: str) -> YearlyMoney:
    """An amount that is not known."""
    return YearlyMoney(None, None, None, "", why)


def error_cost(
    monitor: Watched | None, decay: Ageing | None, *, is_of_release: bool
) -> YearlyMoney:
    """What the errors of a model in service cost in a year.

    What the errors on a labelled row of the last year cost, times the rows of a block, times the
    blocks of a year.

    Parameters
    ----------
    monitor : Watched or None
        The newest; None if nobody has looked yet.
    decay : Ageing or None
        Says how long a block is, and what an error costs where misses and false alarms are not told
        apart.
    is_of_release : bool
        Whether the monitor looked at the release that is in service now.
    """
    if monitor is None:
        return unknown("Nobody has watched it yet.")
    recent = _recent(monitor.blocks, decay)
    per_row = [_cost_per_row(block, decay) for block in recent]
    told = [
        (block, cost)
        for block, cost in zip(recent, per_row, strict=True)
        if cost is not None and not block.is_learnt
    ]
    if not told:
        return unknown(_no_cost(recent, decay))
    rows = [block.n_rows for block, _ in told]
    ratio, interval = amount_per_row([cost * block.n_rows for block, cost in told], rows)
    n_rows = rows_a_year(monitor, decay)
    n_labels = sum(block.n_labelled for block, _ in told)
    rests_on = (
        f"{plural(len(told), 'labelled block')} with {plural(n_labels, 'label')}, "
        f"{figure(n_rows)} rows a year"
    )
    if not is_of_release:
        rests_on += "; measured on another release"
    low = None if interval is None else max(interval.low, 0.0) * n_rows
    high = None if interval is None else interval.high * n_rows
    return YearlyMoney(ratio * n_rows, low, high, monitor.currency, rests_on)


def _no_cost(recent: Sequence[WatchedBlock], decay: Ageing | None) -> str:
    """Why no block tells what errors cost."""
    most = max((block.n_labelled for block in recent if not block.is_learnt), default=0)
    if not most or decay is None or decay.cost_error is not None:
        return "No block in service has labels yet."
    if most < FEWEST_LABELS:
        return f"No block in service has {FEWEST_LABELS} labels yet, which its costs take."
    return "The labels of no block in service tell misses and false alarms."


def retraining_saves(monitor: Watched | None, decay: Ageing | None) -> YearlyMoney:
    """What retraining by schedule saves in the year after a training, its own price taken off.

    Parameters
    ----------
    monitor : Watched or None
        Says how many rows there are in service; without it, those of the data count.
    decay : Ageing or None
        Says what age adds to the error, and how often to retrain.
    """
    if decay is None:
        return unknown("How fast it ages was not measured.")
    if not decay.is_dated or not decay.staleness:
        return unknown("How fast it ages cannot be measured.")
    if decay.p_ages < _AGES or decay.retrain_every is None:
        said = f"No clear ageing (probability {percent(decay.p_ages)}): nothing to save by schedule"
        return YearlyMoney(0.0, None, None, decay.currency, said)
    n_blocks = round(BLOCKS_A_YEAR[decay.block])
    period = decay.retrain_every
    # in service as many rows may come as the data never had
    n_rows = decay.n_per_block if monitor is None else _rows_a_block(monitor.blocks, decay)
    price = decay.cost_retrain * n_blocks / period

    def saved(added: Sequence[float]) -> float:
        return saved_errors(added, period=period, n_blocks=n_blocks) * n_rows - price

    bounds = [_added_cost(each, decay) for each in decay.staleness]
    amount = Estimate(
        saved([each.low for each in bounds]),
        saved([each.estimate for each in bounds]),
        saved([each.high for each in bounds]),
    )
    rests_on = (
        f"A retraining every {plural(period, decay.block)} instead of none; ageing measured up to "
        f"{plural(decay.staleness[-1].delay, decay.block)}, then taken to stay"
    )
    if amount.estimate < 0:
        rests_on += "; it costs more than it saves within a year"
    low, high = min(amount.low, amount.estimate), max(amount.high, amount.estimate)
    return YearlyMoney(amount.estimate, low, high, decay.currency, rests_on)


def _added_cost(aged: Staleness, decay: Ageing) -> Bounds:
    """Money a row that age adds."""
    if aged.added_cost is not None:
        return aged.added_cost
    price, added = decay.cost_error or 0.0, aged.added_error
    return Bounds(estimate=price * added.estimate, low=price * added.low, high=price * added.high)


def rows_a_year(monitor: Watched, decay: Ageing | None) -> float:
    """Rows that the model meets in a year, by the blocks that were seen."""
    block = "week" if decay is None else decay.block
    return _rows_a_block(monitor.blocks, decay) * BLOCKS_A_YEAR[block]


def _rows_a_block(blocks: Sequence[WatchedBlock], decay: Ageing | None) -> float:
    rows = [block.n_rows for block in _recent(blocks, decay)]
    return sum(rows) / len(rows) if rows else 0.0


def _recent(blocks: Sequence[WatchedBlock], decay: Ageing | None) -> Sequence[WatchedBlock]:
    """Blocks of the last year, as many as a year has."""
    return blocks[-round(BLOCKS_A_YEAR["week" if decay is None else decay.block]) :]


def _cost_per_row(block: WatchedBlock, decay: Ageing | None) -> float | None:
    if not block.n_labelled or not block.n_rows:
        return None
    if block.cost is not None:
        return block.cost.estimate / 1000
    if block.error is None or decay is None or decay.cost_error is None:
        return None
    return block.error.estimate * decay.cost_error
