"""Plan of capacity: rate of one instance, instances, price, and how quiet the machine was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from leadline.phases.capacity.capacity_evidence import (
    NEAR_HIGH,
    NEAR_LOW,
    Evidence,
    Load,
    Step,
    ms,
)
from leadline.phases.verdict import Bounds

_CEILING = 0.6  # above it the wait grows steeply, and small changes of the load decide
_OTHERS, _STOLEN = 0.10, 0.03
_SPREAD_OF_RATE = 0.25
_LAG = 0.25
_HOURS_A_MONTH = 730

MOST_SPREAD = (1 + NEAR_HIGH) / (1 + NEAR_LOW)
"""How many times the lowest p99 of runs at one rate the highest may be: no two then need be
further from each other than what is as planned."""


def saturated_rate(loads: Sequence[Load]) -> float:
    """Requests a second that one instance answers at most: the median of the repeats."""
    return median(_saturated(loads))


def held_rate(steps: Sequence[Step], promised_s: float) -> float | None:
    """The highest rate whose upper bound of p99 is within the promise; None if none is."""
    return max((each.rate_per_s for each in steps if each.holds(promised_s)), default=None)


def planned_rate(steps: Sequence[Step], loads: Sequence[Load], promised_s: float) -> float | None:
    """The rate that is planned for one instance: what it held, and at most .6 of what it can do.

    None if it held no rate.
    """
    held = held_rate(steps, promised_s)
    return None if held is None else min(held, _CEILING * saturated_rate(loads))


def instances(evidence: Evidence, rate: float) -> Bounds:
    """Instances that carry peak and growth with the spare ones down, and their range.

    The range is what the repeats of the highest rate leave open.
    """
    # here, so that asking where a project stands does not wait for NumPy
    from leadline.stats.machines.queueing import replicas_needed

    repeats = _saturated(evidence.loads)
    low, middle, high = min(repeats), median(repeats), max(repeats)

    def needed(factor: float) -> float:
        peak, growth, spare = evidence.peak_per_s, evidence.growth, evidence.spare
        return float(replicas_needed(peak, rate * factor, growth, spare, ceiling=1.0))

    return Bounds(estimate=needed(1.0), low=needed(high / middle), high=needed(low / middle))


def monthly_cost(evidence: Evidence, n_instances: Bounds) -> Bounds:
    """Cost of the instances a month; the low end at the low price, if there is one."""
    cheapest = evidence.instance_per_hour
    if evidence.instance_per_hour_low is not None:
        cheapest = min(cheapest, evidence.instance_per_hour_low)
    hours = _HOURS_A_MONTH
    return Bounds(
        estimate=n_instances.estimate * evidence.instance_per_hour * hours,
        low=n_instances.low * cheapest * hours,
        high=n_instances.high * evidence.instance_per_hour * hours,
    )


def formula_p99(evidence: Evidence, rate: float) -> float | None:
    """What the formula of a queue says of a rate; None where it says that the queue never ends."""
    from leadline.stats.machines.queueing import p99_latency

    utilisation = rate / saturated_rate(evidence.loads)
    return float(p99_latency(evidence.service_s, utilisation)) if utilisation < 1 else None


def p99_at(evidence: Evidence, rate: float) -> float | None:
    """The p99 measured at a rate, between two rates on the line through them.

    None above the highest rate that was measured; below the lowest, as at the lowest.
    """
    planned = evidence.planned
    measured = [*evidence.steps]
    if planned is not None:
        # at its rate what was confirmed counts, not the one run that led there
        measured = [each for each in measured if each.rate_per_s != planned.rate_per_s] + [planned]
    points = sorted((each.rate_per_s, each.p99_s) for each in measured if each.p99_s is not None)
    if not points or rate > points[-1][0] * 1.02:
        return None
    before = points[0]
    for point in points:
        if point[0] >= rate:
            width = point[0] - before[0]
            share = (rate - before[0]) / width if width else 1.0
            return before[1] + max(share, 0.0) * (point[1] - before[1])
        before = point
    return before[1]


def disturbances(evidence: Evidence) -> Iterator[str]:
    """What makes the measurements doubtful, each in a sentence; nothing on a quiet machine."""
    noise, planned = evidence.noise, evidence.planned
    if noise is not None and noise.others_share > _OTHERS:
        yield f"Other programs took {noise.others_share:.0%} of the processors."
    if noise is not None and noise.stolen_share > _STOLEN:
        yield f"Other machines of the same host took {noise.stolen_share:.0%} of the processors."
    percentiles = [each.p99_s for each in evidence.repeats if each.p99_s is not None]
    if len(percentiles) > 1 and max(percentiles) > MOST_SPREAD * min(percentiles):
        yield (
            f"Repeated at the same rate, 99% were answered within {ms(min(percentiles))} once and "
            f"within {ms(max(percentiles))} another time."
        )
    if (words := _uneven(evidence)) is not None:
        yield words
    rates = _saturated(evidence.loads)
    if max(rates) - min(rates) > _SPREAD_OF_RATE * median(rates):
        yield (
            f"The most that it answered a second was {min(rates):,.0f} once and {max(rates):,.0f} "
            "another time."
        )
    if planned is not None and planned.p99_s and planned.lag_s > _LAG * planned.p99_s:
        yield f"The generator of the load was itself up to {ms(planned.lag_s)} late."


def _uneven(evidence: Evidence) -> str | None:
    """That a lower rate broke the promise that a higher one held."""
    if evidence.promised_s is None:
        return None
    held = held_rate(evidence.steps, evidence.promised_s)
    broken = [each.rate_per_s for each in evidence.steps if not each.holds(evidence.promised_s)]
    if held is None or not broken or min(broken) >= held:
        return None
    return (
        f"The promise was not held at {min(broken):,.0f} requests a second, and was held at "
        f"{held:,.0f}."
    )


def _saturated(loads: Sequence[Load]) -> list[float]:
    """Rates of the runs with most clients, or the highest if fewer clients got more."""
    most = max(each.n_clients for each in loads)
    rates = [each.per_s for each in loads if each.n_clients == most]
    of_fewer = max((each.per_s for each in loads if each.n_clients < most), default=0.0)
    return rates if median(rates) >= of_fewer else [of_fewer]
