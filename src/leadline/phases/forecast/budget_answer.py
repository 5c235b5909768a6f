"""Answer of a plan: whether money changes the outcome, and how much would."""

from __future__ import annotations

from collections.abc import Sequence

from leadline.phases.forecast.budget_outcome import BudgetOutcome
from leadline.phases.number_format import percent
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
    rising = sorted(outcomes, key=lambda each: each.budget)
    # where a budget buys nothing it is the same project, drawn anew
    unbought = next((each for each in rising if each.buys_nothing), unbought)
    first = next((each for each in rising if _gain(each, unbought) >= MATTERS), None)
    if first is None:
        best = max([unbought, *rising], key=lambda each: each.p_met)
        dearest = rising[-1]
        return (
            f"No budget changes the answer: the chance that the target is met at the end is "
            f"{percent(unbought.p_met)} with nothing bought, and {_at_most(best, unbought)} with "
            f"up to {three_digits(dearest.budget)} {currency}."
        )
    said = (
        f"{_bought(first, currency)} the chance that the target is met at the end from "
        f"{percent(unbought.p_met)} to {percent(first.p_met)}: a budget of "
        f"{three_digits(first.budget)} {currency}."
    )
    further = [each for each in rising if each.budget > first.budget]
    better = next((each for each in further if _gain(each, first) >= MATTERS), None)
    if better is not None:
        said += f" A budget of {three_digits(better.budget)} {currency}: {percent(better.p_met)}."
    elif further:
        said += " More than that changes little."
    return said


def _gain(outcome: BudgetOutcome, less: BudgetOutcome) -> float:
    return outcome.p_met - less.p_met


def _at_most(best: BudgetOutcome, unbought: BudgetOutcome) -> str:
    if percent(best.p_met) == percent(unbought.p_met):
        return "the same"
    return f"at most {percent(best.p_met)}"


def _bought(outcome: BudgetOutcome, currency: str) -> str:
    """What is bought, in the middle of all projects, or in those that need more than it."""
    for labels, money, head in (
        (outcome.labels.q50, outcome.money.q50, "About "),
        (outcome.labels.q95, outcome.money.q95, "Up to "),
    ):
        if labels >= 1:
            return f"{head}{_rounded(labels)} more labels for {_rounded(money)} {currency} raise"
    return "More machine time raises"


def _rounded(number: float) -> str:
    return three_digits(float(f"{number:.3g}"))
