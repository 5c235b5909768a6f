"""Answer of a plan: whether money changes the outcome, and how much would."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from leadline.phases.forecast.budget_outcome import BudgetOutcome
from leadline.phases.number_format import granted_money, money, percent, percent_range
from leadline.phases.wording import three_digits

MATTERS = 0.05
"""Smallest rise of the chance that is called a change: two standard errors of 400 projects."""


def budget_answer(unbought: BudgetOutcome, outcomes: Sequence[BudgetOutcome], currency: str) -> str:
    """What the budgets of a plan would change, in a sentence or two.

    Parameters
    ----------
    unbought : BudgetOutcome
        Of the money that is spent already: nothing more is bought.
    outcomes : sequence of BudgetOutcome, at least one
        Of the budgets compared.
    currency : str
        Of the money.

    Returns
    -------
    str
        The least budget that changes the chance, and a larger one if that changes it again; or
        that none does.
    """
    rising, spent = sorted(outcomes, key=lambda each: each.budget), unbought.budget
    # where a budget buys nothing it is the same project, drawn anew
    unbought = next((each for each in rising if each.buys_nothing), unbought)
    first = next((each for each in rising if _gain(each, unbought) >= MATTERS), None)
    if first is None:
        best = max([unbought, *rising], key=lambda each: each.p_met)
        dearest = rising[-1]
        if dearest.budget <= spent and dearest.buys_nothing:
            why = f", as {money(spent, currency)} are spent" if spent else ""
            return (
                f"With {granted_money(dearest.budget)} {currency} there is nothing left to buy"
                f"{why}: the chance that the target is met at the end is "
                f"{percent(unbought.p_met)}."
            )
        without = "nothing bought" if unbought.buys_nothing else "labels that cost nothing"
        return (
            f"No budget compared changes the answer: the chance that the target is met at the end "
            f"is {percent(unbought.p_met)} with {without}, and {_at_most(best, unbought)} with up "
            f"to {granted_money(dearest.budget)} {currency}."
        )
    said = (
        f"{_bought(first, currency)} the chance that the target is met at the end from "
        f"{percent(unbought.p_met)} to {percent(first.p_met)}: a budget of "
        f"{granted_money(first.budget)} {currency}."
    )
    further = [each for each in rising if each.budget > first.budget]
    better = next((each for each in further if _gain(each, first) >= MATTERS), None)
    if better is not None:
        said += f" A budget of {granted_money(better.budget)} {currency}: {percent(better.p_met)}."
    elif further:
        said += " More than that changes little."
    return said


def _gain(outcome: BudgetOutcome, less: BudgetOutcome) -> float:
    return outcome.p_met - less.p_met


def _at_most(best: BudgetOutcome, unbought: BudgetOutcome) -> str:
    if percent(best.p_met) == percent(unbought.p_met):
        return "the same"
    return f"at most {percent(best.p_met)}"


def beside_people(outcome: BudgetOutcome, alone: BudgetOutcome, currency: str) -> str:
    """What a budget buys of people and of a machine, beside people alone, in two sentences.

    Parameters
    ----------
    outcome : BudgetOutcome
        With a machine, if that is worth it.
    alone : BudgetOutcome
        The same budget with people alone.
    currency : str
        Of the money.
    """
    head = f"{granted_money(outcome.budget)} {currency}"
    if outcome.buys_nothing:
        return f"{head}: buy nothing; {_chance(outcome)}."
    if outcome.declined:
        its = outcome.declined
        return (
            f"{head}: people alone, some {money(outcome.money.q50, currency)}; {_chance(outcome)}. "
            f"{its.machine!r} beside them makes it {percent(its.p_met)}, "
            f"{_means(its, alone, currency)}: with the price of a missed target that saves no "
            "twentieth."
        )
    if not outcome.machine:
        return f"{head}: people alone, no machine saves a twentieth; {_chance(outcome)}."
    bought = f"{_rounded(outcome.machine_labels.q50)} labels of {outcome.machine!r}"
    if outcome.votes.q50 >= 1:
        bought = f"{_rounded(outcome.votes.q50)} blind votes of people and {bought}"
    elif outcome.votes.q95 >= 1:
        bought += f", up to {_rounded(outcome.votes.q95)} blind votes of people"
    return (
        f"{head}: {bought}, some {money(outcome.money.q50, currency)}, done in week "
        f"{ceil(max(outcome.days.q50, 1e-9) / 7)}; {_chance(outcome)}. People alone: some "
        f"{money(alone.money.q50, currency)}, {percent(alone.p_met)}. It is "
        f"{_means(outcome, alone, currency)}."
    )


def _means(outcome: BudgetOutcome, alone: BudgetOutcome, currency: str) -> str:
    """The money by which a machine is chosen: the middle of all projects may say otherwise."""
    return (
        f"on average {money(outcome.mean_money, currency)} with it and "
        f"{money(alone.mean_money, currency)} without"
    )


def _chance(outcome: BudgetOutcome) -> str:
    said = f"the chance of the target is {percent(outcome.p_met)}"
    if outcome.chance is None or percent_range(outcome.chance) == percent(outcome.p_met):
        return said
    return f"{said} ({percent_range(outcome.chance)} by what its labels turn out to be worth)"


def _bought(outcome: BudgetOutcome, currency: str) -> str:
    """What is bought, in the middle of all projects, or in those that need more than it."""
    for labels, asked, spent, head in (
        (outcome.labels.q50, outcome.machine_labels.q50, outcome.money.q50, "About "),
        (outcome.labels.q95, outcome.machine_labels.q95, outcome.money.q95, "Up to "),
    ):
        told = f"{_rounded(labels)} more labels" if labels >= 1 else ""
        if asked >= 1:
            its = f"{_rounded(asked)} labels of {outcome.machine!r}"
            told = f"{told} and {its}" if told else its
        if told:
            return f"{head}{told} for {_rounded_money(spent, currency)} raise"
    return "More machine time raises"


def _rounded_money(amount: float, currency: str) -> str:
    return money(float(f"{amount:.3g}"), currency)


def _rounded(number: float) -> str:
    return three_digits(float(f"{number:.3g}"))
