"""ship / capacity: how many instances, what latency, what price at the expected load?"""

from __future__ import annotations

from dataclasses import dataclass

from leadline.phases.verdict import Answer, Finding, Verdict, note, warning
from leadline.stats.machines.queueing import p99_latency, replicas_needed

_HOURS_A_MONTH = 730
_CEILING = 0.6


@dataclass(frozen=True, kw_only=True)
class Load:
    """What one instance did under load.

    Attributes
    ----------
    n_clients : int
        Clients that asked again as soon as they were answered.
    per_s : float
        Requests answered a second.
    p50_s, p99_s : float
        Latency in seconds.
    """

    n_clients: int
    per_s: float
    p50_s: float
    p99_s: float


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One instance, measured, and what is expected of it.

    Attributes
    ----------
    loads : tuple of Load
        Closed-loop measurements, few clients first.
    service_s : float
        Seconds of one request alone.
    batch_per_s : float
        Rows a second when a file is scored.
    peak_per_s : float
        Requests a second expected at the peak.
    growth : float
        Factor the peak may grow by.
    spare : int
        Instances that may be down.
    instance_per_hour : float
        Price of one instance.
    priced_at : str
        Date of the price; empty if not stated.
    currency : str
        Of the price.
    """

    loads: tuple[Load, ...]
    service_s: float
    batch_per_s: float
    peak_per_s: float
    growth: float
    spare: int
    instance_per_hour: float
    priced_at: str
    currency: str


@dataclass(frozen=True, kw_only=True)
class Capacity(Verdict, Evidence):
    """The plan.

    Attributes
    ----------
    n_instances : int
        Peak and growth at 60 % utilisation, and the spare.
    p99_s : float
        Expected 99th percentile of latency at the peak, in seconds.
    cost_per_month : float
        Of the instances.
    batch_cost_per_million : float
        Of scoring a million rows from a file instead.
    """

    n_instances: int
    p99_s: float
    cost_per_month: float
    batch_cost_per_million: float


def assess(evidence: Evidence) -> Capacity:
    """Turn measured rates into a number of instances and a price."""
    rate = max(load.per_s for load in evidence.loads)
    n_instances = replicas_needed(
        evidence.peak_per_s, rate, growth=evidence.growth, spare=evidence.spare, ceiling=_CEILING
    )
    n_working = max(n_instances - evidence.spare, 1)
    utilisation = min(evidence.peak_per_s / (n_working * rate), 0.99)
    p99_s = float(p99_latency(1 / rate, utilisation))
    p99_s = max(p99_s, evidence.service_s)
    cost = n_instances * evidence.instance_per_hour * _HOURS_A_MONTH
    batch_cost = 1e6 / evidence.batch_per_s / 3600 * evidence.instance_per_hour
    return Capacity(
        answer=Answer.GO,
        summary=(
            f"{n_instances} instances answer {evidence.peak_per_s:g} requests a second "
            f"(one manages {rate:,.0f}), 99 % within {p99_s * 1e3:.0f} ms, "
            f"for {cost:,.0f} {evidence.currency} a month."
        ),
        findings=tuple(_findings(evidence, batch_cost)),
        n_instances=n_instances,
        p99_s=p99_s,
        cost_per_month=cost,
        batch_cost_per_million=batch_cost,
        **vars(evidence),
    )


def _findings(evidence: Evidence, batch_cost: float) -> list[Finding]:
    findings = [
        note(
            f"Scoring a file instead runs {evidence.batch_per_s:,.0f} rows a second on one "
            f"instance: {batch_cost:,.4f} {evidence.currency} a million rows."
        ),
        note(
            "Measured on this machine with clients on the same machine; p99 at the peak is the "
            "formula E[S] ln 100 / (1 - utilisation), not a measurement."
        ),
    ]
    if not evidence.priced_at:
        findings.append(
            warning(
                "The price of an instance has no date.",
                "Set [serve] priced_at beside instance_per_hour in leadline.toml.",
            )
        )
    return findings
