"""Chart of define / feasibility: quick score beside scores on shuffled labels."""

from __future__ import annotations

import altair as alt

from leadline.charts.drawing.theme import (
    BLUE,
    GREEN,
    GREY,
    VERMILION,
    WIDTH,
    Picture,
    Record,
    framed,
    labels,
    layered,
    rule_at,
    table,
)
from leadline.phases.feasibility import SIGNIFICANT, Feasibility
from leadline.phases.scoring import scoring_of


def chart(verdict: Feasibility) -> Picture:
    """Shuffled labels, the quick model, people's ceiling and the target on one axis."""
    rows = _rows(verdict)
    base = alt.Chart(table(rows))
    y = alt.Y("name:N", sort=None, title=None, axis=alt.Axis(grid=True))
    words = scoring_of(verdict.scoring).words
    x = alt.X("score:Q", title=words, scale=alt.Scale(zero=False, padding=40))
    color = alt.Color("color:N", scale=None)
    bars = base.mark_rule(strokeWidth=12, opacity=0.45, strokeCap="round")
    points = base.mark_point(filled=True, size=190, opacity=1)
    drawn = layered(
        rule_at(x=verdict.target_score, color=VERMILION),
        bars.encode(y=y, x="low:Q", x2="high:Q", color=color),
        points.encode(x, y, color=color, shape=alt.Shape("shape:N", scale=None)),
        *labels(base, x, y, dy=-18, fontWeight="bold"),
        width=WIDTH,
        height=alt.Step(58),
    )
    return framed(drawn, _title(verdict), _subtitle(verdict))


def _rows(verdict: Feasibility) -> list[Record]:
    spread = 2 * verdict.chance_std
    rows = [
        _row("Shuffled labels", verdict.chance_score, GREY, "square", spread),
        _row(f"Quick {verdict.family} model", verdict.score, BLUE, "circle", 0.0),
    ]
    if verdict.ceiling is not None:
        ceiling = verdict.ceiling
        row = _row("People with each other", ceiling.estimate, GREEN, "triangle-up", 0.0)
        rows.append(row | {"low": ceiling.low, "high": ceiling.high})
    rows.append(_row("Target", verdict.target_score, VERMILION, "diamond", 0.0))
    return rows


def _row(name: str, score: float, color: str, shape: str, spread: float) -> Record:
    return {
        "name": name,
        "score": score,
        "low": score - spread,
        "high": score + spread,
        "label": f"{score:.3g}",
        "color": color,
        "shape": shape,
    }


def _title(verdict: Feasibility) -> str:
    score, luck = f"{verdict.score:.3f}", f"{verdict.chance_score:.3f}"
    if verdict.p_value <= SIGNIFICANT:
        return f"There is signal: a first try scores {score}, luck alone {luck}"
    return f"No signal found: a first try scores {score}, luck alone {luck}"


def _subtitle(verdict: Feasibility) -> str:
    chance = (
        f"The grey bar is where {verdict.n_permutations:,} models taught on shuffled labels land: "
        "it shows what luck alone can do."
    )
    outside = "outside" if verdict.p_value <= SIGNIFICANT else "inside"
    return f"{chance} The quick model lies {outside} it (p = {verdict.p_value:.3f})."
