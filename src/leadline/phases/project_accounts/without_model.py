"""Costs without a model: to flag nothing or all, and today's way, beside operating points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadline.phases.number_format import money
from leadline.phases.problem import ConfusionCost, Problem, by_truth
from leadline.phases.review import Review
from leadline.phases.tuning import Tuning

_OTHER_COST = 1.0  # of a confusion that nobody priced, as the problem says


@dataclass(frozen=True)
class Way:
    """One way to decide on rows.

    Attributes
    ----------
    name : str
        An operating point, or what is done instead.
    cost_per_1000 : float
        Money that its errors on 1,000 rows cost.
    is_model : bool
        Whether it is an operating point.
    is_stated : bool, default=False
        Whether its errors are the owner's word, and not measured here.
    """

    name: str
    cost_per_1000: float
    is_model: bool
    is_stated: bool = False


@dataclass(frozen=True)
class CostComparison:
    """Operating points beside what no model costs, on the same rows.

    Attributes
    ----------
    ways : tuple of Way
        Operating points in the order on offer, then what is done without a model.
    currency : str
        Of the costs.
    where : str
        The rows they are of: "the test set", "the real stream".
    """

    ways: tuple[Way, ...]
    currency: str
    where: str

    @property
    def cheapest_without(self) -> Way:
        """The cheapest way without a model."""
        return min((way for way in self.ways if not way.is_model), key=_cost)

    @property
    def cheapest_point(self) -> Way:
        """The cheapest operating point."""
        return min((way for way in self.ways if way.is_model), key=_cost)

    @property
    def words(self) -> str:
        """What the model saves, or that it saves nothing, in a sentence."""
        best, idle = self.cheapest_point, self.cheapest_without
        saved = idle.cost_per_1000 - best.cost_per_1000
        if saved <= 0:
            return (
                f"By these figures no operating point costs less than to {idle.name}: "
                f"at these costs the model saves nothing on {self.where}."
            )
        return (
            f"On {self.where} {best.name} costs {money(saved, self.currency)} less for "
            f"1,000 rows than to {idle.name}, the cheapest way without a model."
        )


def without_model(
    share_positive: float, cost_miss: float, cost_false_alarm: float, problem: Problem
) -> tuple[Way, ...]:
    """What two classes cost where no model decides.

    Parameters
    ----------
    share_positive : float in [0, 1]
        Share of rows that are hits.
    cost_miss, cost_false_alarm : float >= 0
        What one error of each kind costs.
    problem : Problem
        Whether its owner stated how it is done today.

    Returns
    -------
    tuple of Way
        To flag nothing, to flag all, and today's way where it is known.
    """
    ways = [
        Way("flag nothing", 1000 * share_positive * cost_miss, is_model=False),
        Way("flag all", 1000 * (1 - share_positive) * cost_false_alarm, is_model=False),
    ]
    today = cost_today(cost_miss, cost_false_alarm, problem)
    if today is not None:
        ways.append(Way(f"do as today ({problem.today})", today, is_model=False, is_stated=True))
    return tuple(ways)


def cost_today(cost_miss: float, cost_false_alarm: float, problem: Problem) -> float | None:
    """What the errors of today's way cost on 1,000 rows, by its owner's word.

    Parameters
    ----------
    cost_miss, cost_false_alarm : float >= 0
        What one error of each kind costs.
    problem : Problem
        With the errors that its owner states, on 1,000 rows.

    Returns
    -------
    float or None
        None where nobody said how it is done today.
    """
    if not problem.today:
        return None
    return problem.today_misses * cost_miss + problem.today_false_alarms * cost_false_alarm


def compare_tuning(tuning: Tuning, problem: Problem) -> CostComparison | None:
    """Operating points on the test set beside no model; None where errors have no price."""
    if tuning.plain is not None:
        return _compare_classes(tuning, problem)
    if not (tuning.points and tuning.n_test and (problem.cost_miss or problem.cost_false_alarm)):
        return None
    points = [Way(each.name, each.cost_per_1000, is_model=True) for each in tuning.points]
    share = tuning.n_positive / tuning.n_test
    idle = without_model(share, problem.cost_miss, problem.cost_false_alarm, problem)
    return CostComparison((*points, *idle), tuning.currency, "the test set")


def compare_review(
    review: Review, tuning: Tuning, problem: Problem, *, only_chosen: bool = False
) -> CostComparison | None:
    """Operating points as they were chosen from, beside no model.

    Parameters
    ----------
    review : Review
        With the costs that the person who chose weighed.
    tuning : Tuning
        What it stands on.
    problem : Problem
        As of then.
    only_chosen : bool, default=False
        Leave out the points that were not chosen.

    Returns
    -------
    CostComparison or None
        None where errors have no price.
    """
    if review.plain is not None or not review.points:
        return _only(compare_tuning(tuning, problem), review.chosen if only_chosen else "")
    points = [Way(each.name, each.cost_per_1000, is_model=True) for each in review.points]
    share = _share_positive(review, tuning)
    idle = without_model(share, review.cost_miss, review.cost_false_alarm, problem)
    where = "the real stream" if review.n_judged else "the test set"
    found = CostComparison((*points, *idle), review.currency, where)
    return _only(found, review.chosen if only_chosen else "")


def _only(comparison: CostComparison | None, name: str) -> CostComparison | None:
    if comparison is None or not name:
        return comparison
    ways = tuple(way for way in comparison.ways if not way.is_model or way.name == name)
    return CostComparison(ways, comparison.currency, comparison.where)


def _share_positive(review: Review, tuning: Tuning) -> float:
    """Share of hits: of the stream, as any point with hits tells; else of the test set."""
    for point in review.points if review.n_judged and review.n_stream else ():
        if point.share_real is not None:
            return point.share_real
        # entries from before it was kept
        if point.recall.estimate > 0 and point.n_alerts:
            share = point.n_alerts * point.precision.estimate / point.recall.estimate
            return min(share / review.n_stream, 1.0)
    return tuning.n_positive / tuning.n_test


def _compare_classes(tuning: Tuning, problem: Problem) -> CostComparison | None:
    """Of several classes whose confusions are priced: to call every row the same."""
    decisions = [each for each in tuning.decisions if each.cost is not None]
    counts = {each.name: each.n_true for each in tuning.plain.classes} if tuning.plain else {}
    n_rows = sum(counts.values())
    if not (decisions and problem.costs and n_rows):
        return None
    points = [
        Way(each.name, 1000 * each.cost.estimate, is_model=True) for each in decisions if each.cost
    ]
    same = {said: _cost_of_saying(said, counts, problem.costs) / n_rows for said in counts}
    cheapest = min(same, key=lambda said: (same[said], said))
    idle = Way(f"call every row {cheapest}", 1000 * same[cheapest], is_model=False)
    return CostComparison((*points, idle), tuning.currency, "the test set")


def _cost_of_saying(said: str, counts: dict[str, int], costs: Sequence[ConfusionCost]) -> float:
    table = by_truth(costs)
    return sum(
        n * table.get(truth, {}).get(said, _OTHER_COST)
        for truth, n in counts.items()
        if truth != said
    )


def _cost(way: Way) -> float:
    return way.cost_per_1000
