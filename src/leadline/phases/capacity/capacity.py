"""ship / capacity: how many instances, what latency, what price at the expected load?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from leadline.phases.capacity import capacity_plan as plan
from leadline.phases.capacity.capacity_evidence import Evidence, Step, Verification, ms
from leadline.phases.number_format import money
from leadline.phases.verdict import Answer, Bounds, Finding, Verdict, fault, note, warning
from leadline.phases.wording import plural

_AGAIN = "Measure again when nothing else runs: 'leadline run capacity'."


@dataclass(frozen=True, kw_only=True)
class Capacity(Verdict, Evidence):
    """The plan.

    Attributes
    ----------
    n_instances : int or None
        Those that carry peak and growth at the planned rate, and the spare; None if one instance
        holds no rate at all.
    n_instances_range : Bounds or None
        The same with what the repeats leave open.
    rate_per_s : float or None
        Requests a second planned for one instance.
    held_per_s : float or None
        Highest rate at which one instance was seen to hold the promise.
    p99_s : float or None
        99th percentile of latency at the planned rate, in seconds, measured.
    formula_s : float or None
        What a formula says of it.
    cost_per_month : float or None
        Of the instances.
    cost_range : Bounds or None
        The same with the ranges of instances and price.
    batch_cost_per_million : float
        Of scoring a million rows from a file instead.
    """

    VERSION: ClassVar[int] = 2

    n_instances: int | None
    n_instances_range: Bounds | None = None
    rate_per_s: float | None = None
    held_per_s: float | None = None
    p99_s: float | None
    formula_s: float | None = None
    cost_per_month: float | None
    cost_range: Bounds | None = None
    batch_cost_per_million: float

    @property
    def by_rate(self) -> tuple[Step, ...]:
        """Every run at random times, the lowest rate first."""
        return tuple(sorted((*self.steps, *self.repeats), key=lambda each: each.rate_per_s))

    def p99_at(self, rate: float) -> float | None:
        """The p99 that the plan has for a rate of one instance; None where it has none."""
        return plan.p99_at(self, rate)

    @classmethod
    def upgrade(cls, payload: Mapping[str, Any], version: int) -> dict[str, Any]:
        """Read a verdict of version 1, whose p99 was a formula's."""
        assert version == 1
        return {**payload, "p99_s": None, "formula_s": payload["p99_s"]}


def assess(evidence: Evidence) -> Capacity:
    """Turn measured rates into a number of instances and a price."""
    promised_s = evidence.promised_s
    if promised_s is None:
        raise ValueError("promised_s is None; a plan needs a promise. Set [serve] p99_ms.")
    batch_cost = 1e6 / evidence.batch_per_s / 3600 * evidence.instance_per_hour
    held = plan.held_rate((*evidence.steps, *evidence.repeats), promised_s)
    planned = evidence.planned
    rate = planned.rate_per_s if planned is not None and planned.holds(promised_s) else None
    findings = tuple(_findings(evidence, promised_s, rate, batch_cost))
    if planned is None or rate is None:
        return Capacity(
            answer=Answer.UNCLEAR if any(plan.disturbances(evidence)) else Answer.NO,
            summary=_no_plan(evidence, promised_s),
            findings=findings,
            n_instances=None,
            held_per_s=held,
            p99_s=None if planned is None else planned.p99_s,
            cost_per_month=None,
            batch_cost_per_million=batch_cost,
            **_fields(evidence),
        )
    n_instances = plan.instances(evidence, rate)
    cost = plan.monthly_cost(evidence, n_instances)
    return Capacity(
        answer=_answer(evidence),
        summary=_summary(evidence, promised_s, n_instances, cost),
        findings=findings,
        n_instances=int(n_instances.estimate),
        n_instances_range=n_instances,
        rate_per_s=rate,
        held_per_s=held,
        p99_s=planned.p99_s,
        formula_s=plan.formula_p99(evidence, rate),
        cost_per_month=cost.estimate,
        cost_range=cost,
        batch_cost_per_million=batch_cost,
        **_fields(evidence),
    )


def verified(capacity: Capacity, verification: Verification) -> Capacity:
    """The same plan, with what became of it at a deployed address."""
    known = _fields(capacity)
    return assess(Evidence(**known | {"verifications": (*capacity.verifications, verification)}))


def _answer(evidence: Evidence) -> Answer:
    if any(plan.disturbances(evidence)):
        return Answer.UNCLEAR
    return Answer.NO if _broken(evidence) else Answer.GO


def _no_plan(evidence: Evidence, promised_s: float) -> str:
    """Why there is none, in a sentence."""
    step = evidence.planned
    if step is None:
        return f"No rate of requests was answered 99% within {ms(promised_s)}, as promised."
    took = "did not keep up"
    if step.p99_s is not None:
        bound = "none" if step.p99_high_s is None else ms(step.p99_high_s)
        took = f"answered 99% within {ms(step.p99_s)} (upper bound {bound})"
    return (
        f"Asked again for {step.rate_per_s:,.0f} requests a second, one instance {took}; "
        f"{ms(promised_s)} are promised, so there is no plan."
    )


def _summary(evidence: Evidence, promised_s: float, n_instances: Bounds, cost: Bounds) -> str:
    step = evidence.planned
    assert step is not None
    bound = "not known" if step.p99_high_s is None else ms(step.p99_high_s)
    p99 = "beyond measure" if step.p99_s is None else ms(step.p99_s)
    growing = f", growing {evidence.growth:g}-fold," if evidence.growth != 1 else ""
    return _broken(evidence) + (
        f"One instance held {step.rate_per_s:,.0f} requests a second at p99 {p99} (upper bound "
        f"{bound}, promised {ms(promised_s)}): {plural(int(n_instances.estimate), 'instance')} "
        f"for a peak of {evidence.peak_per_s:g}{growing} "
        f"with {evidence.spare} lost, {money(cost.estimate, evidence.currency)} a month."
    )


def _broken(evidence: Evidence) -> str:
    """That a deployed address did not hold the plan; empty where it did, or none was driven."""
    newest = evidence.verifications[-1:]
    return "" if all(each.holds for each in newest) else "The plan did not hold where it runs. "


def _findings(
    evidence: Evidence, promised_s: float, rate: float | None, batch_cost: float
) -> Iterator[Finding]:
    yield from _doubts(evidence)
    if evidence.planned is None:
        what = f"One instance held no rate within the {ms(promised_s)} that are promised."
        yield fault(what, "Promise more with [serve] p99_ms, or choose a lighter model.")
    elif rate is None:
        what = "A rate that held the promise once did not hold it when it was repeated."
        yield fault(what, _AGAIN)
    if evidence.verifications:
        newest = evidence.verifications[-1]
        if not newest.holds:
            yield fault(newest.words, "Add instances, or see what else runs there.")
        elif newest.error is not None and not newest.is_as_planned:
            yield warning(newest.words, "The machines there are not as the one measured here.")
        else:
            yield note(newest.words)
    if rate is not None:
        yield from _range(evidence)
        yield _check(evidence, rate)
    amount = money(batch_cost, evidence.currency)
    yield note(
        f"Scoring a file instead runs {evidence.batch_per_s:,.0f} rows a second on one "
        f"instance: {amount} a million rows."
    )
    yield note(f"Measured on this machine, on which the load was made, too{_apart(evidence)}.")
    if evidence.waits_s is not None:
        yield warning(
            f"Each row waits for a language model, here {ms(evidence.waits_s)}: what its server "
            "and its tokens cost is not in these prices, and the rows asked again here it had read "
            "before.",
            "Plan the machine of the language model too: more instances of this server answer no "
            "faster than it does.",
        )
    if not evidence.priced_at:
        yield warning(
            "The price of an instance has no date.",
            "Set [serve] priced_at beside instance_per_hour in leadline.toml.",
        )


def _apart(evidence: Evidence) -> str:
    """Processors of the server, where it had its own."""
    if not evidence.processor_words:
        return ""
    more = "; a replica that 'leadline deploy' writes has one"
    told = f": the server had {evidence.processor_words}"
    return f"{told}{more}" if evidence.n_server_processors > 1 else told


def _doubts(evidence: Evidence) -> Iterator[Finding]:
    words = " ".join(plan.disturbances(evidence))
    if words:
        yield warning(f"The machine was not quiet. {words}", _AGAIN)


def _range(evidence: Evidence) -> Iterator[Finding]:
    """What a further run at the planned rate may show."""
    seen = [each.p99_s for each in evidence.repeats if each.p99_s is not None]
    if len(seen) > 1:
        yield note(
            f"{len(seen)} runs at this rate answered 99% within {ms(min(seen))} to {ms(max(seen))}."
        )


def _check(evidence: Evidence, rate: float) -> Finding:
    """The formula beside the measurement."""
    said, step = plan.formula_p99(evidence, rate), evidence.planned
    assert step is not None
    if said is None or step.p99_s is None:
        return note("Check: the formula E[S] ln 100 / (1 - utilisation) does not apply here.")
    return note(
        f"Check: the formula E[S] ln 100 / (1 - utilisation) says {ms(said)}, "
        f"{said / step.p99_s - 1:+.0%} of what was measured."
    )


def _fields(evidence: Evidence) -> dict[str, Any]:
    return {each.name: getattr(evidence, each.name) for each in fields(Evidence)}
