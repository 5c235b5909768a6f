"""Chart of find / search: trials by family, and where their curves cross."""

from __future__ import annotations

import altair as alt

from leadline.charts.drawing.palette import BLUE, GREY, INK, SOFT, VERMILION
from leadline.charts.drawing.ranking_panel import ranking_panel
from leadline.charts.drawing.sheet import WIDE, Sheet
from leadline.charts.drawing.theme import (
    Picture,
    Record,
    framed,
    labels,
    layered,
    rule_at,
    sizes_axis,
    table,
)
from leadline.phases.scoring import Metric, scoring_of
from leadline.phases.search import Search
from leadline.phases.search.crossing import crossings, line_of
from leadline.phases.search.trial import Trial
from leadline.phases.verdict import Answer

_COLUMNS = 3
_WIDTH, _HEIGHT, _GAP = 190, 150, 60
_MOST_FAMILIES = 9
_MOST_ON_A_PHONE = 4
_MOST_LINES = 12
_MARGIN = 0.08


def chart(verdict: Search, sheet: Sheet = WIDE) -> Picture | None:
    """Score against rows, a panel a family; None if nothing was measured."""
    drawn = [trial for trial in verdict.ranked if trial.points]
    if not drawn:
        return None
    scoring = scoring_of(verdict.scoring)
    families = _families(verdict, drawn)
    ranking = ranking_panel(verdict, families, sheet)
    shown = families[:_MOST_ON_A_PHONE] if sheet.is_narrow else families
    frame = _Frame(drawn, scoring, _width(len(shown), sheet))
    panels = [_panel(verdict, drawn, family, frame) for family in shown]
    columns = 1 if sheet.is_narrow else _COLUMNS
    whole = alt.vconcat(ranking, alt.concat(*panels, columns=columns), spacing=30)
    return framed(whole, _title(verdict), _subtitle(verdict, scoring), sheet)


def _families(verdict: Search, drawn: list[Trial]) -> list[str]:
    """The best first; the baseline is a line in every panel, and has none of its own."""
    names = list(dict.fromkeys(trial.family for trial in drawn))
    baseline = verdict.baseline
    if len(names) > 1 and baseline is not None and baseline.name != verdict.chosen:
        names = [name for name in names if name != baseline.family]
    return names[:_MOST_FAMILIES]


def _width(n_panels: int, sheet: Sheet) -> int:
    """Of a panel: few are wider, or the words above them would be cut off."""
    if sheet.is_narrow:
        return sheet.width
    n_beside = min(n_panels, _COLUMNS)
    return (_COLUMNS * _WIDTH + (_COLUMNS - n_beside) * _GAP) // n_beside


class _Frame:
    """The axes that all panels share."""

    def __init__(self, trials: list[Trial], scoring: Metric, width: int) -> None:
        points = [each for trial in trials for each in line_of(trial)]
        sizes = [n for n, _ in points]
        scores = sorted(scoring.score(error) for _, error in points)
        margin = _MARGIN * (scores[-1] - scores[0] or 1.0)
        self.scoring, self.width = scoring, width
        self.domain = (scores[0] - margin, scores[-1] + margin)
        low, high = min(sizes), max(sizes)
        self.x = alt.X(
            "n:Q",
            title="rows learnt from",
            scale=alt.Scale(type="log", nice=False, padding=8, domain=[low, max(high, low * 1.01)]),
            axis=sizes_axis(low, high, is_narrow=True),
        )
        self.y = alt.Y(
            "score:Q",
            title=scoring.words,
            scale=alt.Scale(domain=list(self.domain), nice=False),
            axis=alt.Axis(tickCount=4),
        )

    def rows(self, trial: Trial) -> list[Record]:
        """A trial's line, its stretches told apart."""
        reached = trial.points[-1].n_train
        return [
            {"n": n, "score": self.scoring.score(error), "forecast": n > reached}
            for n, error in line_of(trial)
        ]


def _panel(verdict: Search, drawn: list[Trial], family: str, frame: _Frame) -> alt.LayerChart:
    """A family's candidates before the best of the other families."""
    mine = [trial for trial in drawn if trial.family == family]
    chosen = next((trial for trial in mine if trial.name == verdict.chosen), None)
    best = chosen or mine[0]
    color = BLUE if chosen else INK
    layers: list[alt.Chart] = []
    if verdict.baseline is not None and verdict.baseline.mean is not None:
        layers.append(rule_at(y=verdict.baseline.mean, color=GREY))
    if verdict.chosen and chosen is None:
        layers += _line(verdict.chosen_trial, frame, BLUE, 2.0, 0.35)
    for trial in mine[:_MOST_LINES]:
        if trial.name != best.name:
            layers += _line(trial, frame, SOFT, 1.0, 0.45)
    layers += [*_line(best, frame, color, 2.5, 1.0), _points(best, frame, color)]
    if verdict.chosen and chosen is None:
        layers += _crossing(verdict.chosen_trial, best, frame)
    heading = f"{best.name}{', chosen' if chosen else ''}: {best.mean:z.3f}"
    return layered(*layers, width=frame.width, height=_HEIGHT, title=heading)


def _line(trial: Trial, frame: _Frame, color: str, width: float, opacity: float) -> list[alt.Chart]:
    """A trial's curve: full where it was measured, dashed where it is forecast."""
    rows = frame.rows(trial)
    measured = [row for row in rows if not row["forecast"]]
    forecast = [measured[-1], *(row for row in rows if row["forecast"])]
    marks = []
    for part, dash in ((measured, [1, 0]), (forecast, [4, 3])):
        if len(part) > 1:
            line = alt.Chart(table(part)).mark_line(
                color=color, strokeWidth=width, strokeDash=dash, opacity=opacity, clip=True
            )
            marks.append(line.encode(frame.x, frame.y))
    return marks


def _points(trial: Trial, frame: _Frame, color: str) -> alt.Chart:
    rows = [row for row in frame.rows(trial) if not row["forecast"]]
    mark = alt.Chart(table(rows)).mark_point(
        filled=True, size=28, color=color, opacity=1, clip=True
    )
    drawn: alt.Chart = mark.encode(frame.x, frame.y)
    return drawn


def _crossing(chosen: Trial, other: Trial, frame: _Frame) -> list[alt.Chart]:
    """The last place where the chosen one overtakes, or is overtaken."""
    found = crossings(chosen, other)
    if not found:
        return []
    last = found[-1]
    row = {
        "n": last.n_train,
        "score": frame.scoring.score(last.error),
        "label": _size(last.n_train),
    }
    base = alt.Chart(table([row]))
    cross = base.mark_point(
        shape="cross", size=110, color=VERMILION, filled=True, opacity=1, angle=45
    )
    words = labels(base, frame.x, frame.y, dy=-14, fontSize=12, color=VERMILION)
    return [cross.encode(frame.x, frame.y), *words]


def _size(n: float) -> str:
    return f"cross at {float(f'{n:.2g}'):,.0f}"


def _title(verdict: Search) -> str:
    baseline = verdict.baseline
    assert baseline is not None
    if not verdict.chosen or verdict.chosen == baseline.name:
        return f"No candidate is worth more than the baseline {baseline.name}"
    chosen = verdict.chosen_trial
    advice = "Carry on with" if verdict.answer is Answer.GO else "The best was"
    if verdict.is_starved:
        advice = "Too short to choose by, so far it is"
    return (
        f"{advice} {chosen.name}: it scores {chosen.mean or 0:z.3f}, "
        f"the baseline {baseline.mean or 0:z.3f}"
    )


def _subtitle(verdict: Search, scoring: Metric) -> str:
    better = "lower" if scoring.is_loss else "higher"
    words = (
        f"Above: the best of each family with two standard errors; {better} is better. Below: how "
        "it learns from more rows (logarithmic axis), the best candidate with points, the others "
        "thin, the chosen one blue, the baseline dashed grey; dashed ends are forecasts. The "
        "reasons say why one that rises above it was not chosen."
    )
    crossed = any(
        crossings(verdict.chosen_trial, trial)
        for trial in verdict.ranked
        if verdict.chosen and trial.name != verdict.chosen and trial.points
    )
    more = " A cross marks where a curve and the chosen one change places." if crossed else ""
    return words + more
