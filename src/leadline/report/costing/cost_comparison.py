"""Operating points beside what no model costs, of an entry and those it stands on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from leadline.phases.number_format import money
from leadline.phases.problem import Problem
from leadline.phases.project_accounts.without_model import (
    CostComparison,
    compare_review,
    compare_tuning,
)
from leadline.phases.release import Release
from leadline.phases.review import Review
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Verdict
from leadline.record import Entry
from leadline.report.text_table import Table, tabled

STATED = "as the owner states, not measured"
Find = Callable[[int], Entry | None]


def cost_comparison(entry: Entry, find: Find) -> CostComparison | None:
    """Operating points of a tuning, a review or a release beside what no model costs.

    Parameters
    ----------
    entry : Entry
        Of any row.
    find : callable
        From the number of an entry to the entry; None where it is not at hand.

    Returns
    -------
    CostComparison or None
        None for other rows, and where errors have no price.
    """
    verdict = entry.verdict
    if isinstance(verdict, Tuning):
        problem = _verdict(entry.on, "problem", find)
        return compare_tuning(verdict, problem) if isinstance(problem, Problem) else None
    if isinstance(verdict, Review):
        return _of_review(verdict, entry.on, find)
    if isinstance(verdict, Release) and "review" in entry.on:
        review = find(entry.on["review"])
        if review is not None and isinstance(review.verdict, Review):
            return _of_review(review.verdict, review.on, find, only_chosen=True)
    return None


def _of_review(
    review: Review, on: Mapping[str, int], find: Find, *, only_chosen: bool = False
) -> CostComparison | None:
    tuning, problem = (_verdict(on, row, find) for row in ("tuning", "problem"))
    if not (isinstance(tuning, Tuning) and isinstance(problem, Problem)):
        return None
    return compare_review(review, tuning, problem, only_chosen=only_chosen)


def _verdict(on: Mapping[str, int], row: str, find: Find) -> Verdict | None:
    entry = find(on[row]) if row in on else None
    return entry.verdict if entry else None


def comparison_table(comparison: CostComparison) -> Table:
    """Every way with what its errors cost, for a report."""
    rows = [
        (
            way.name,
            "operating point" if way.is_model else STATED if way.is_stated else "no model",
            money(way.cost_per_1000, comparison.currency),
        )
        for way in comparison.ways
    ]
    head = ("Way", "What it is", "Errors cost per 1,000 rows")
    return tabled(f"With and without the model, on {comparison.where}", head, rows)
