"""find / search: the candidates ranked, beside the baseline, and what each cost in time."""

from __future__ import annotations

import altair as alt

from leadline.charts.theme import (
    BLUE,
    GREY,
    INK,
    SOFT,
    Picture,
    Record,
    framed,
    labels,
    layered,
    rule_at,
    table,
)
from leadline.phases.scoring import scoring_of
from leadline.phases.search import Search, Trial

_MOST = 14
_STEP = 36


def chart(verdict: Search) -> Picture | None:
    """Score of each candidate with its interval, and seconds of one fit; None if none finished."""
    ranked = verdict.ranked
    if not ranked:
        return None
    baseline = next(trial for trial in verdict.trials if trial.mean is not None)
    shown = _shown(ranked, baseline, verdict.chosen)
    rows = [_record(trial, verdict.chosen, baseline.name) for trial in shown]
    words = scoring_of(verdict.scoring).words
    drawn = alt.hconcat(_scores(rows, words, baseline), _seconds(rows))
    return framed(drawn, _title(verdict, baseline), _subtitle(verdict, len(ranked), len(shown)))


def _shown(ranked: tuple[Trial, ...], baseline: Trial, chosen: str) -> list[Trial]:
    kept = {trial.name for trial in ranked[:_MOST]} | {baseline.name, chosen}
    return [trial for trial in ranked if trial.name in kept]


def _record(trial: Trial, chosen: str, baseline: str) -> Record:
    mean, spread = trial.mean or 0.0, trial.stderr or 0.0
    role = "chosen" if trial.name == chosen else "baseline" if trial.name == baseline else "other"
    name = trial.name if role == "other" else f"{trial.name} ({role})"
    return {
        "name": name,
        "score": mean,
        "low": mean - spread,
        "high": mean + spread,
        "label": f"{mean:.3f}",
        "seconds": trial.fit_s,
        "time": f"{trial.fit_s:.2g} s" if trial.fit_s < 10 else f"{trial.fit_s:,.0f} s",
        "color": BLUE if role == "chosen" else INK if role == "baseline" else GREY,
        "shape": {"chosen": "diamond", "baseline": "square"}.get(role, "circle"),
    }


def _scores(rows: list[Record], words: str, baseline: Trial) -> alt.LayerChart:
    base = alt.Chart(table(rows))
    y = alt.Y("name:N", sort=None, title=None, axis=alt.Axis(grid=True))
    x = alt.X("score:Q", title=words, scale=alt.Scale(zero=False, padding=20))
    color = alt.Color("color:N", scale=None)
    bars = base.mark_rule(strokeWidth=3).encode(y=y, x=alt.X("low:Q"), x2="high:Q", color=color)
    shape = alt.Shape("shape:N", scale=None)
    points = base.mark_point(filled=True, size=90, opacity=1)
    return layered(
        rule_at(x=baseline.mean, color=SOFT),
        bars,
        points.encode(x, y, color=color, shape=shape),
        *labels(base, x, y, dy=-14, fontSize=12),
        width=420,
        height=alt.Step(_STEP),
        title="Score, ± one standard error",
    )


def _seconds(rows: list[Record]) -> alt.LayerChart:
    base = alt.Chart(table(rows))
    y = alt.Y("name:N", sort=None, title=None, axis=None)
    x = alt.X("seconds:Q", title="seconds", axis=alt.Axis(grid=False, tickCount=3))
    color = alt.Color("color:N", scale=None)
    bars = base.mark_bar(height=10).encode(x, y, color=color)
    words = base.mark_text(align="left", dx=5, fontSize=12).encode(x, y, text="time:N")
    return layered(bars, words, width=150, height=alt.Step(_STEP), title="Time of one fit")


def _title(verdict: Search, baseline: Trial) -> str:
    if not verdict.chosen or verdict.chosen == baseline.name:
        return f"No candidate is worth more than the baseline {baseline.name}"
    chosen = verdict.chosen_trial
    return (
        f"Carry on with {chosen.name}: it scores {chosen.mean or 0:.3f}, "
        f"the baseline {baseline.mean or 0:.3f}"
    )


def _subtitle(verdict: Search, n_complete: int, n_shown: int) -> str:
    words = scoring_of(verdict.scoring)
    cut = f" The best {n_shown} of {n_complete} are shown." if n_shown < n_complete else ""
    return (
        f"Further {'left' if words.is_loss else 'right'} is better; the dashed line is the "
        f"baseline. A simpler candidate within one standard error of the best is preferred. "
        f"{verdict.spent_s:,.0f} of {verdict.time_box_s:,.0f} seconds were used.{cut}"
    )
