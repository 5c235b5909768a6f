"""Chart of define / feasibility: a first try beside luck, the target, and people's ceiling."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

import altair as alt

from leadline.charts.drawing.label_placement import CHAR_PX, label_tiers
from leadline.charts.drawing.palette import BLUE, GREEN, GREY, SOFT, VERMILION
from leadline.charts.drawing.sheet import WIDE, Sheet
from leadline.charts.drawing.theme import Picture, Record, framed, labels, layered, table
from leadline.phases.feasibility import SIGNIFICANT, Feasibility, is_blind, is_little
from leadline.phases.scoring import scoring_of
from leadline.phases.wording import three_digits

_HEIGHT = 130
_TIER = 24
_N_STEPS = 60
_REACH = 3.0  # standard deviations of luck that are drawn


@dataclass(frozen=True)
class _Level:
    """A score that matters."""

    score: float
    words: str
    color: str
    is_dashed: bool = False


def chart(verdict: Feasibility, sheet: Sheet = WIDE) -> Picture:
    """One line of scores: what luck does, the first try, the target, and people's ceiling."""
    x, domain = _x(verdict, sheet)
    drawn = layered(
        *_ceiling(verdict, x),
        _luck(verdict, x),
        *_levels(_known(verdict), x, domain, sheet),
        width=sheet.width,
        height=_HEIGHT,
    )
    return framed(drawn, _title(verdict), _subtitle(verdict), sheet)


def _x(verdict: Feasibility, sheet: Sheet) -> tuple[alt.X, tuple[float, float]]:
    luck, half = verdict.chance_score, _REACH * verdict.chance_std
    ends = [luck - half, luck + half, verdict.score, verdict.target_score]
    if verdict.ceiling is not None:
        ends += [verdict.ceiling.low, verdict.ceiling.high]
    room = 0.06 * (max(ends) - min(ends) or 1.0)
    domain = (min(ends) - room, max(ends) + room)
    axis = alt.Axis(grid=False, tickCount=sheet.n_ticks(8))
    scale = alt.Scale(domain=list(domain), nice=False)
    title = scoring_of(verdict.scoring).words
    return alt.X("score:Q", title=title, scale=scale, axis=axis), domain


def _known(verdict: Feasibility) -> list[_Level]:
    levels = [
        _Level(verdict.chance_score, f"luck alone {three_digits(verdict.chance_score)}", SOFT),
        _Level(verdict.score, f"first try {three_digits(verdict.score)}", BLUE),
        _Level(verdict.target_score, f"target {verdict.target_score:g}", VERMILION, is_dashed=True),
    ]
    if verdict.ceiling is not None:
        best = verdict.ceiling.estimate
        levels.append(_Level(best, f"people agree {three_digits(best)}", GREEN, is_dashed=True))
    return levels


def _luck(verdict: Feasibility, x: alt.X) -> alt.Chart:
    """How often models taught on shuffled labels land where, as a normal curve."""
    steps = [_REACH * (2 * step / _N_STEPS - 1) for step in range(_N_STEPS + 1)]
    rows: list[Record] = [
        {
            "score": verdict.chance_score + step * verdict.chance_std,
            "top": _HEIGHT - 0.7 * _HEIGHT * exp(-(step**2) / 2),
            "ground": _HEIGHT,
        }
        for step in steps
    ]
    pixels = alt.Scale(domain=[_HEIGHT, 0], nice=False)
    area = alt.Chart(table(rows)).mark_area(color=GREY, opacity=0.55)
    drawn: alt.Chart = area.encode(x, alt.Y("top:Q", axis=None, scale=pixels), y2="ground:Q")
    return drawn


def _ceiling(verdict: Feasibility, x: alt.X) -> list[alt.Chart]:
    if verdict.ceiling is None:
        return []
    row = table([{"score": verdict.ceiling.low, "end": verdict.ceiling.high}])
    band = alt.Chart(row).mark_rect(color=GREEN, opacity=0.18)
    return [band.encode(x, x2="end:Q", y=alt.value(0), y2=alt.value(_HEIGHT))]


def _levels(
    levels: list[_Level], x: alt.X, domain: tuple[float, float], sheet: Sheet
) -> list[alt.Chart]:
    """An upright line each, with its name above; names that would touch stand higher."""
    low, high = domain
    middles = []
    for level in levels:
        half = len(level.words) * CHAR_PX / 2
        pixel = sheet.width * (level.score - low) / (high - low)
        middles.append(min(max(pixel, half), sheet.width - half))
    tiers = label_tiers(middles, [level.words for level in levels])
    layers: list[alt.Chart] = []
    names: list[alt.Chart] = []
    for level, middle, tier in zip(levels, middles, tiers, strict=True):
        height = -8 - _TIER * tier
        one = alt.Chart(table([{"score": level.score, "label": level.words}]))
        dash = [6, 4] if level.is_dashed else [1, 0]
        rule = one.mark_rule(color=level.color, strokeWidth=2.5, strokeDash=dash)
        layers.append(rule.encode(x, y=alt.value(height), y2=alt.value(_HEIGHT)))
        names += labels(
            alt.Chart(table([{"label": level.words}])),
            x=round(middle, 1),
            y=height - 3,
            baseline="bottom",
            color=level.color,
            fontWeight="bold",
        )
    return layers + names


def _title(verdict: Feasibility) -> str:
    score, luck = f"{verdict.score:.3f}", f"{verdict.chance_score:.3f}"
    if verdict.p_value <= SIGNIFICANT:
        told = "Little signal" if is_little(verdict) else "There is signal"
        return f"{told}: a first try scores {score}, luck alone {luck}"
    found = "Signal, or none, is not known" if is_blind(verdict) else "No signal found"
    return f"{found}: a first try scores {score}, luck alone {luck}"


def _subtitle(verdict: Feasibility) -> str:
    chance = (
        f"The grey hill is where {verdict.n_permutations:,} models taught on shuffled labels land: "
        "it shows what luck alone can do."
    )
    outside = "outside" if verdict.p_value <= SIGNIFICANT else "inside"
    quick = f" The quick {verdict.family} model lies {outside} it (p = {verdict.p_value:.3f})."
    people = " Green: how far people agree with each other, 90%." if verdict.ceiling else ""
    return chance + quick + people
