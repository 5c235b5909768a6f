"""Sentences of a forecast beside its numbers: a summary, warnings, notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.phases.data import learnt_words, step_of_a_row
from leadline.phases.forecast.advice import stop_words
from leadline.phases.forecast.verification import is_overconfident, verification_words
from leadline.phases.number_format import duration, money, percent
from leadline.phases.verdict import Finding, note, warning
from leadline.phases.wording import plural

if TYPE_CHECKING:
    from leadline.phases.forecast.advice import Recommendation, StopRule
    from leadline.phases.forecast.evidence import Evidence
    from leadline.phases.forecast.purchase import Need, PurchasePlan
    from leadline.phases.forecast.region import Regions
    from leadline.phases.verdict import Bounds
    from leadline.stats.curves import CurvePosterior


def summary(
    evidence: Evidence,
    recommendation: Recommendation,
    p_now: float,
    p_affordable: float,
    needs: tuple[Need, ...],
) -> str:
    """The forecast in a sentence."""
    likely = needs[0]
    if likely.n_rows is None:
        rows = "no number of rows can be promised to reach the target"
    elif likely.n_more == 0:
        rows = f"an even chance needs no more than the {evidence.n_available:,} rows there are"
    else:
        rows = f"an even chance takes {likely.n_more:,} more rows"
        if evidence.label_cost > 0:
            rows += f", about {money(likely.cost or 0.0, evidence.currency)}"
    told = f"the chance of meeting the target is {percent(p_now)} with today's rows"
    if evidence.n_affordable is None:
        told += f" and {percent(p_affordable)} with {evidence.n_reached:,} of them"
    elif evidence.n_reached > evidence.n_available:
        told += f" and {percent(p_affordable)} with those the budget can buy"
    else:
        told += ", and the budget buys no more"
    return f"{recommendation.value.capitalize()}: {told}; {rows}."


def warnings(
    evidence: Evidence, posterior: CurvePosterior, needs: tuple[Need, ...], regions: Regions
) -> list[Finding]:
    """Reasons not to trust it."""
    from leadline.stats.curves.caution import caution_at

    findings = [warning(sentence) for sentence in posterior.caution]
    if evidence.is_search_starved:
        findings.append(
            warning(
                f"The search that chose {evidence.candidate} was too short to choose by.",
                "Another candidate may do better: search longer before this forecast is a reason "
                "to stop.",
            )
        )
    if evidence.chance_error is not None and regions.learns_from is None:
        findings.append(
            warning(
                f"At {evidence.train_sizes[-1]:,} rows the model is not better than guessing, by a "
                "test at 5%.",
                "A curve that has not begun to fall says little about where it will go.",
            )
        )
    farthest = max([evidence.n_reached, *(need.n_rows or 0 for need in needs)])
    far = caution_at(farthest, posterior.n_largest)
    if far is not None:
        findings.append(warning(far, "Buy in rounds and measure again."))
    if evidence.n_chosen:
        findings.append(_not_by_chance(evidence))
    if is_overconfident(evidence.checks):
        findings.append(
            warning(
                "Fewer earlier forecasts of this project held than nine in ten.",
                "Take the ranges for too narrow, and buy in smaller rounds.",
            )
        )
    return findings


def notes(
    evidence: Evidence,
    plan: PurchasePlan,
    stop: StopRule | None,
    regions: Regions,
    fit_hours: Bounds,
) -> list[Finding]:
    """Further notes."""
    findings = [note(*stop_words(stop))] if stop is not None else []
    if evidence.checks:
        findings.append(note(verification_words(evidence.checks)))
    findings.append(note(regions.words(evidence.scoring)))
    if not plan.can_promise:
        findings.append(
            note(
                f"Nobody can promise the target by {evidence.n_reached:,} rows: less than 90% sure."
            )
        )
    if plan.rounds:
        first = plan.rounds[0]
        findings.append(
            note(
                f"Round {evidence.n_bought + 1} of {evidence.n_rounds}. Buy "
                f"{plural(first.n_more, 'row')} first, then measure again: their chance of "
                f"meeting the target is {percent(first.p_met)}."
            )
        )
    if evidence.machine_shares:
        findings.append(_with_machines(evidence))
    hours = (fit_hours.low, fit_hours.estimate, fit_hours.high)
    low, middle, high = (duration(3600 * each) for each in hours)
    span = "" if low == high else f" (90% range {low} to {high})"
    findings.append(
        note(f"One fit on {evidence.n_reached:,} rows takes {middle} of machine time{span}.")
    )
    if evidence.label_cost <= 0:
        findings.append(
            note("More rows cost nothing according to leadline.toml, so the budget does not bind.")
        )
    return findings


def _with_machines(evidence: Evidence) -> Finding:
    """What the rows of machines are worth, and what that makes of a row that is bought."""
    worth, n_train = evidence.machine_worth, evidence.n_available
    told = f"Learnt from: {learnt_words(evidence.machine_shares, n_train)}"
    step = step_of_a_row(evidence.machine_shares, n_train, worth)
    bought = (
        "At each size of the curve there are as many of both, in this proportion; a row judged by "
        f"people, which is what is bought, counts as {step:.2g} of a row of it."
    )
    if worth is None:
        return note(
            f"{told}. What the latter are worth for training is not known: each counts as one of "
            f"people's. {bought}"
        )
    low, middle, high = (f"{round(each):,}" for each in (worth.low, worth.estimate, worth.high))
    return note(f"{told}, worth {middle} ({low} to {high}) judged by people. {bought}")


def _not_by_chance(evidence: Evidence) -> Finding:
    """Warning about a curve whose rows were not drawn at random."""
    each = ", ".join(
        f"{plural(n, 'row')} by {rule}" for rule, n in sorted(evidence.n_chosen.items())
    )
    return warning(
        f"Not all labelled rows were drawn by chance: {each}. The curve was measured on them, and "
        "may mislead: rows that are hard or odd are no sample of what the model will meet.",
        "Believe the test rows, which were drawn by chance.",
    )
