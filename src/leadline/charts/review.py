"""Chart of apply / review: outcomes for 1,000 rows of the stream, and test set beside stream."""

from __future__ import annotations

from dataclasses import dataclass, replace

import altair as alt

from leadline.charts.default_decision import default_decision_chart
from leadline.charts.drawing.label_placement import CHAR_PX
from leadline.charts.drawing.theme import (
    AMBER,
    BLUE,
    FAINT,
    GREY,
    INK,
    VERMILION,
    Picture,
    Record,
    framed,
    layered,
    table,
)
from leadline.charts.tuning import PRECISION, RECALL, interval_row, share_axis
from leadline.phases.default_decision import ClassScores, DefaultDecision
from leadline.phases.number_format import percent
from leadline.phases.review import Review
from leadline.phases.stream_decision import StreamDecision
from leadline.phases.stream_point import StreamPoint

_PER_LINE = 50
_DOT = 14

Parts = list[tuple[int, str, str, str]]


@dataclass(frozen=True)
class Thousand:
    """What happens to 1,000 rows of the stream at an operating point.

    Attributes
    ----------
    n_hits : int
        Flagged and real.
    n_false_alarms : int
        Flagged, not real.
    n_misses : int
        Real, not flagged.
    """

    n_hits: int
    n_false_alarms: int
    n_misses: int

    @property
    def n_flagged(self) -> int:
        """All that are flagged."""
        return self.n_hits + self.n_false_alarms

    @property
    def words(self) -> str:
        """The numbers as a sentence."""
        return (
            f"Of 1,000 rows {self.n_flagged} are flagged, {self.n_hits} of them real; "
            f"{self.n_misses} real ones are missed"
        )


def thousand(point: StreamPoint, n_stream: int) -> Thousand:
    """Precision and recall as counts out of 1,000 rows.

    Natural frequencies are understood where percentages of percentages are not [1]_.

    Parameters
    ----------
    point : StreamPoint
        The operating point on the stream.
    n_stream : int
        Rows of the stream.

    Returns
    -------
    Thousand
        Rounded counts; together at most 1,000.

    References
    ----------
    .. [1] G. Gigerenzer and U. Hoffrage (1995), How to improve Bayesian reasoning without
       instruction: frequency formats. Psychological Review 102, 684-704.
    """
    n_flagged = round(1000 * point.n_alerts / max(n_stream, 1))
    n_hits = round(n_flagged * point.precision.estimate)
    recall = point.recall.estimate
    n_misses = round(n_hits / recall) - n_hits if recall > 0 else 0
    return Thousand(n_hits, n_flagged - n_hits, min(max(n_misses, 0), 1000 - n_flagged))


def chart(verdict: Review) -> Picture:
    """A thousand dots at the chosen point; below, stream beside test for every point.

    Where there is no threshold: what was agreed to, class by class on the stream where it was
    judged, else on the test set.
    """
    if verdict.plain is not None:
        return _agreed(verdict, verdict.plain)
    counts = thousand(verdict.chosen_point, verdict.n_stream)
    panels = [_dots(counts), *(_panel(point, verdict.chosen) for point in verdict.points)]
    subtitle = (
        f"At the operating point {verdict.person} chose, {verdict.chosen}; estimated from "
        f"{verdict.n_judged:,} judgments on {verdict.n_stream:,} rows of the real stream. "
        "Lines: 90% intervals."
    )
    return framed(alt.vconcat(*panels, spacing=26), counts.words, subtitle)


def _agreed(verdict: Review, plain: DefaultDecision) -> Picture:
    """The default decision."""
    real = verdict.on_stream
    if real is not None and real.classes:
        words = (
            f"What {verdict.person} agreed to; estimated from {verdict.n_judged:,} judgments on "
            f"{verdict.n_stream:,} rows of the real stream. In brackets: rows of the class to "
            "expect. Lines: 90% intervals."
        )
        return default_decision_chart(_on_stream(plain, real), words, "the real stream")
    judged = "nobody has judged the real stream"
    if real is not None:
        judged = (
            f"on the real stream it is {real.right.low:.0%} to {real.right.high:.0%} "
            f"({verdict.n_judged:,} judgments)"
        )
    words = (
        f"What {verdict.person} agreed to, on {plain.n_test:,} test rows; {judged}. "
        "Lines: 90% intervals."
    )
    return default_decision_chart(plain, words)


def _on_stream(plain: DefaultDecision, real: StreamDecision) -> DefaultDecision:
    """The same with the figures of the stream in place of those of the test set."""
    classes = tuple(
        ClassScores(
            name=each.name,
            n_true=round(each.n_true.estimate),
            n_predicted=each.n_predicted,
            precision=each.precision,
            recall=each.recall,
        )
        for each in real.classes
    )
    return replace(plain, right=real.right, classes=classes)


def _dots(counts: Thousand) -> alt.LayerChart:
    parts: Parts = [
        (counts.n_hits, BLUE, "circle", "flagged and real"),
        (counts.n_false_alarms, AMBER, "square", "flagged, but a false alarm"),
        (counts.n_misses, VERMILION, "triangle-up", "real, but missed"),
        (1000 - counts.n_flagged - counts.n_misses, FAINT, "circle", "rightly left alone"),
    ]
    kinds = [(color, shape) for n, color, shape, _ in parts for _ in range(n)]
    dots: list[Record] = [
        {"x": i % _PER_LINE, "y": i // _PER_LINE, "color": color, "shape": shape}
        for i, (color, shape) in enumerate(kinds)
    ]
    return layered(
        _marks(dots, 58),
        *_key(parts),
        width=(_PER_LINE + 1) * _DOT,
        height=23 * _DOT,
    )


def _key(parts: Parts) -> list[alt.Chart]:
    """Each kind of dot named above them, in their order."""
    rows: list[Record] = []
    x = 0.0
    for n, color, shape, words in parts:
        text = f"{n} {words}"
        rows.append({"x": x, "y": -2.2, "color": color, "shape": shape, "text": text})
        x += (len(text) * CHAR_PX + 26) / _DOT
    return [_marks(rows, 110), _key_words(rows)]


def _scales() -> tuple[alt.X, alt.Y]:
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.5, _PER_LINE], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[20, -3], nice=False))
    return x, y


def _marks(rows: list[Record], size: int) -> alt.Chart:
    x, y = _scales()
    color, shape = alt.Color("color:N", scale=None), alt.Shape("shape:N", scale=None)
    marks: alt.Chart = alt.Chart(table(rows)).mark_point(filled=True, size=size, opacity=1)
    return marks.encode(x, y, color=color, shape=shape)


def _key_words(rows: list[Record]) -> alt.Chart:
    x, y = _scales()
    words: alt.Chart = alt.Chart(table(rows)).mark_text(align="left", dx=9, fontSize=12.5)
    return words.encode(x, y, text="text:N")


def _panel(point: StreamPoint, chosen: str) -> alt.LayerChart:
    pairs = (
        (PRECISION, point.precision, point.test_precision),
        (RECALL, point.recall, point.test_recall),
    )
    rows = []
    for measure, real, test in pairs:
        rows.append(interval_row(measure, real, BLUE, "circle", "real stream"))
        rows.append(interval_row(measure, test, GREY, "square", "test set"))
    base = alt.Chart(table(rows))
    y = alt.Y("measure:N", sort=None, title=None, axis=alt.Axis(grid=True))
    offset = alt.YOffset("group:N", sort=None)
    color = alt.Color("color:N", scale=None)
    mark = " (chosen)" if point.name == chosen else ""
    cheapest = percent(point.p_cheapest)
    title = f"{point.name}{mark}: chance that it is the cheapest on offer {cheapest}"
    names = base.transform_calculate(words="datum.label + ', ' + datum.group")
    return layered(
        base.mark_rule(strokeWidth=4).encode(
            y=y, yOffset=offset, x="low:Q", x2="high:Q", color=color
        ),
        base.mark_point(filled=True, size=110, opacity=1).encode(
            share_axis("share:Q"),
            y,
            yOffset=offset,
            color=color,
            shape=alt.Shape("shape:N", scale=None),
        ),
        names.mark_text(align="left", dx=8, fontSize=12, color=INK).encode(
            alt.X("high:Q"), y, yOffset=offset, text="words:N"
        ),
        width=460,
        height=alt.Step(24, **{"for": "offset"}),
        title=title,
    )
