"""train / forecast: the measured points, where the curve will go, and where it meets the target."""

from __future__ import annotations

from leadline.charts.drawing.forecast_bands import ForecastBands, Size, kinds_along
from leadline.charts.drawing.forecast_layers import forecast_layers
from leadline.charts.drawing.palette import GREEN, INK, VERMILION
from leadline.charts.drawing.sheet import WIDE, Sheet
from leadline.charts.drawing.theme import Picture, framed
from leadline.phases.forecast import Forecast
from leadline.phases.forecast.advice import Recommendation
from leadline.phases.forecast.purchase import Need
from leadline.phases.number_format import percent
from leadline.phases.scoring import scoring_of
from leadline.stats.metric import metric_of

_FAR = 4.0  # how far right of the grid the picture still reaches for a point of need

_TITLES = {
    Recommendation.GOOD_ENOUGH: "Good enough: today's rows most likely meet the target",
    Recommendation.BUY: "Buy more rows: the budget can probably reach the target",
    Recommendation.TOO_CLOSE: "Too close to call: the budget may or may not reach the target",
    Recommendation.NO_MORE: "Buy no more rows: go on with those there are, or lower the target",
    Recommendation.SEARCH_LONGER: "Search longer: this forecast is no reason to stop yet",
    Recommendation.STOP: "Stop: what was granted is unlikely to reach the target",
    Recommendation.UNREACHABLE: "Unreachable: no number of rows is likely to meet the target",
}


def chart(verdict: Forecast, sheet: Sheet = WIDE) -> Picture:
    """Score against rows: points, median, bands, target, regions, and the sizes that matter."""
    regions = verdict.regions
    floor = regions.floor if regions and regions.tells_floor else None
    bands = ForecastBands(
        metric=metric_of(verdict.scoring),
        words=scoring_of(verdict.scoring).words,
        train_sizes=verdict.train_sizes,
        errors=verdict.errors,
        stderrs=verdict.stderrs,
        grid=verdict.grid,
        lines={line.q: line.errors for line in verdict.lines},
        target_score=verdict.target_score,
        chance_error=verdict.chance_error,
        floor=(floor.low, floor.high) if floor else None,
        regions=kinds_along(regions.small_along, regions.floor_along) if regions else (),
        sizes=_sizes(verdict),
    )
    title = _TITLES[verdict.recommendation]
    return framed(forecast_layers(bands, sheet), title, _subtitle(verdict), sheet)


def _subtitle(verdict: Forecast) -> str:
    chances = f"The chance of meeting the target is {percent(verdict.p_now)} with today's rows"
    if verdict.n_affordable is not None and verdict.n_affordable > verdict.n_available:
        chances += f" and {percent(verdict.p_affordable)} with all rows the budget can buy"
    return (
        f"{chances}. {_need_words(verdict)} {_plan_words(verdict)}"
        "Dots are measured, with two standard errors; the bands hold 50, 80 and 90% of the "
        "possible curves."
    )


def _need_words(verdict: Forecast) -> str:
    if _need(verdict, 0.5) is None:
        return "Not even a 50% chance can be promised at any number of rows."
    parts = []
    for probability, name in ((0.5, "An even chance"), (0.9, "A 90% chance")):
        need = _need(verdict, probability)
        if need is None:
            parts.append(f"{name} cannot be promised at any number of rows.")
        elif need.n_more == 0:
            parts.append(f"{name} takes no more rows than there are.")
        else:
            cost = f", about {_money(need.cost, verdict)}" if need.cost and need.cost >= 1 else ""
            parts.append(f"{name} takes {need.n_more:,} more rows{cost}.")
    return " ".join(parts)


def _plan_words(verdict: Forecast) -> str:
    if verdict.plan is None or not verdict.plan.rounds:
        return ""
    first = verdict.plan.rounds[0]
    return f"Buy {first.n_more:,} rows first, then measure again. "


def _money(amount: float | None, verdict: Forecast) -> str:
    return f"{amount or 0.0:,.0f} {verdict.currency}"


def _need(verdict: Forecast, probability: float) -> Need | None:
    for need in verdict.needs:
        if need.probability == probability and need.n_rows is not None:
            return need
    return None


def _sizes(verdict: Forecast) -> list[Size]:
    """The rows there are, those the budget reaches, and those that are needed."""
    sizes = [Size(verdict.n_available, "today", f"chance {percent(verdict.p_now)}", INK)]
    affordable, last = verdict.n_affordable, verdict.grid[-1]
    if affordable and verdict.n_available < affordable <= last:
        left = _money(verdict.money_left, verdict)
        note = f"for {left}: chance {percent(verdict.p_affordable)}"
        sizes.append(Size(affordable, "budget reaches", note, GREEN))
    shapes = ((0.5, "even chance", "diamond"), (0.9, "90% chance", "circle"))
    for probability, name, shape in shapes:
        need = _need(verdict, probability)
        if need is None or not need.n_rows or need.n_rows > last * _FAR:
            continue
        if need.n_more:
            note = f"for {_money(need.cost, verdict)}" if verdict.label_cost > 0 else ""
            sizes.append(Size(need.n_rows, name, note, VERMILION, shape))
    return sizes
