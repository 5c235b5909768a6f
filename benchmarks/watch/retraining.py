"""What retraining by a challenger costs, beside schedules and the best of them in hindsight.

    python benchmarks/watch/retraining.py

Regret: cost above that of the best fixed period in hindsight, as a share of it, over eight prices
of a retraining (in units of what a block of nothing but errors costs) and two starts of service.
The challenger is fitted once a block. Its fits cost nothing where nothing is said of them, else a
thousandth or a hundredth of a retraining each; schedules need none. Below: how often the 80 %
forecast of what age adds holds what one model added, 2 to 12 blocks ahead.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from dated_streams import streams

from leadline.stats.retraining import Retraining

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_PRICES = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_STARTS = (0.33, 0.5)
_FARTHEST, _EACH = 12, 4
_CHARGED = (0.001, 0.01)
_OURS = "Leadline"
Policy = Callable[[float, float, int], bool]


def main() -> None:
    regrets: dict[str, dict[str, list[float]]] = {}
    for name, errors, start in _cases():
        for price in _PRICES:
            best = min(
                _cost(errors, start, price, _every(period))
                for period in range(1, errors.shape[0] - start + 2)
            )
            costs = {
                policy: _cost(errors, start, price, decide)
                for policy, decide in _policies(errors, start, price).items()
            }
            n_fits = errors.shape[0] - start
            for share in _CHARGED:
                words = f"{_OURS}, a fit at {100 * share:g} % of a retraining"
                costs[words] = costs[_OURS] + n_fits * share * price
            for policy, cost in costs.items():
                regrets.setdefault(policy, {}).setdefault(name, []).append(cost / best - 1)
    names = list(next(iter(regrets.values())))
    rows = []
    for policy, found in regrets.items():
        means = [100 * float(np.mean(found[name])) for name in names]
        cells = [f"{each:.1f}" for each in (*means, np.mean(means), max(means))]
        rows.append([policy, *cells])
    print(markdown(["policy", *names, "mean %", "worst %"], rows))
    covered, width = _forecasts()
    print(f"\n80 % forecast of added error: covers {covered:.3f}, mean width {width:.3f}")


def _cases() -> Iterator[tuple[str, np.ndarray, int]]:
    for stream in streams():
        for share in _STARTS:
            yield (
                f"{stream.name}, from {share:.0%}",
                stream.errors,
                int(share * stream.errors.shape[0]),
            )


def _known(errors: np.ndarray, until: int) -> np.ndarray:
    """The backtest at a time: models and blocks up to then."""
    origins, delays = np.arange(until)[:, None], np.arange(1, until + 1)
    return np.where(origins + delays <= until, errors[:until, :until], np.nan)


def _policies(errors: np.ndarray, start: int, price: float) -> dict[str, Policy]:
    plan = _plan(errors, start, price)
    return {
        "never": _every(10**9),
        "every block": _every(1),
        "every 4": _every(4),
        "every 13": _every(13),
        "T* of the backtest": _every(plan.period or 10**9),
        f"{_OURS} or T*": _whichever(_plan(errors, start, price), plan.period),
        _OURS: lambda error, fresh, _: plan.step(error, fresh),
    }


def _plan(errors: np.ndarray, start: int, price: float) -> Retraining:
    return Retraining(_known(errors, start), cost_retrain=price, cost_error=1.0, n_block=1.0)


def _whichever(plan: Retraining, period: int) -> Policy:
    """When the challenger says so, or the period is over."""

    def decide(error: float, fresh: float, age: int) -> bool:
        is_due = plan.step(error, fresh)
        if not is_due and period and age >= period:
            plan.excess, is_due = 0.0, True
        return is_due

    return decide


def _every(period: int) -> Policy:
    return lambda _error, _fresh, age: age >= period


def _cost(errors: np.ndarray, start: int, price: float, decide: Policy) -> float:
    """Of all blocks after the start, in units of a block of errors."""
    origin, cost, n_blocks = start, 0.0, errors.shape[0] + 1
    for block in range(start + 1, n_blocks):
        error = float(errors[origin, block - origin - 1])
        cost += error
        is_due = decide(error, float(errors[block - 1, 0]), block - origin)
        if is_due and block < n_blocks - 1:
            origin, cost = block, cost + price
    return cost


def _forecasts() -> tuple[float, float]:
    held, widths = [], []
    for stream in streams():
        errors, n = stream.errors, stream.errors.shape[0]
        for start in range(n // 3, n - _FARTHEST, _EACH):
            plan = Retraining(_known(errors, start), cost_retrain=1.0, cost_error=1.0, n_block=1.0)
            delays = np.arange(2, _FARTHEST + 1)
            found = plan.forecast(delays)
            added = errors[start, delays - 1] - errors[start + delays - 1, 0]
            held.append(np.mean((found.low <= added) & (added <= found.high)))
            widths.append(np.mean(found.high - found.low))
    return float(np.mean(held)), float(np.mean(widths))


if __name__ == "__main__":
    main()
