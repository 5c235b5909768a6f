"""Chart of apply / review: outcomes for 1,000 rows of the stream, and test set beside stream."""

from __future__ import annotations

from dataclasses import dataclass, replace

import altair as alt

from leadline.charts.default_decision import default_decision_chart
from leadline.charts.drawing.palette import AMBER, BLUE, FAINT, GREY, INK, VERMILION
from leadline.charts.drawing.sheet import WIDE, Sheet
from leadline.charts.drawing.theme import Picture, Record, framed, layered, names_axis, table
from leadline.charts.tuning import interval_row, measures, share_axis
from leadline.phases.number_format import percent
from leadline.phases.performance.default_decision import ClassScores, DefaultDecision
from leadline.phases.performance.stream_decision import StreamDecision
from leadline.phases.performance.stream_point import StreamPoint
from leadline.phases.review import Review
from leadline.phases.vocabulary.project_words import Words
from leadline.phases.wording import share_words

_DOT = 12

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

    def sentence(self, words: Words) -> str:
        """The numbers as a sentence.

        Examples
        --------
        >>> Thousand(26, 19, 30).sentence(Words(units="flights", positive="late"))
        'Of 1,000 flights 45 are flagged, 26 of them late; 30 late ones are missed'
        """
        return (
            f"Of 1,000 {words.units} {self.n_flagged} are flagged, {self.n_hits} of them "
            f"{words.positive}; {self.n_misses} {words.positive} ones are missed"
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


def chart(verdict: Review, sheet: Sheet = WIDE) -> Picture:
    """A thousand dots at the chosen point; below, stream beside test for every point.

    Where there is no threshold: what was agreed to, class by class on the stream where it was
    judged, else on the test set.
    """
    if verdict.plain is not None:
        return _agreed(verdict, verdict.plain, sheet)
    words = verdict.words
    counts = thousand(verdict.chosen_point, verdict.n_stream)
    panels = [
        _dots(counts, words, sheet),
        *(_panel(point, verdict.chosen, words, sheet) for point in verdict.points),
    ]
    reader = verdict.reader
    read = f", with {reader.machine} as second reader" if reader and reader.is_headline else ""
    subtitle = (
        f"At the operating point {verdict.person} chose, {verdict.chosen}; estimated from "
        f"{verdict.n_judged:,} judgments on {verdict.n_stream:,} rows of the real stream{read}. "
        "Lines: 90% intervals."
    )
    return framed(alt.vconcat(*panels, spacing=26), counts.sentence(words), subtitle, sheet)


def _agreed(verdict: Review, plain: DefaultDecision, sheet: Sheet) -> Picture:
    """The default decision."""
    real = verdict.on_stream
    if real is not None and real.classes:
        words = (
            f"What {verdict.person} agreed to; estimated from {verdict.n_judged:,} judgments on "
            f"{verdict.n_stream:,} rows of the real stream. In brackets: rows of the class to "
            "expect. Lines: 90% intervals."
        )
        shown = _on_stream(plain, real)
        return default_decision_chart(shown, words, "the real stream", sheet=sheet)
    judged = verdict.unjudged
    if real is not None:
        judged = (
            f"on the real stream it is {share_words(real.right.low)} to "
            f"{share_words(real.right.high)} ({verdict.n_judged:,} judgments)"
        )
    words = (
        f"What {verdict.person} agreed to, on {plain.n_test:,} test rows; {judged}. "
        "Lines: 90% intervals."
    )
    return default_decision_chart(plain, words, sheet=sheet)


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


def _dots(counts: Thousand, words: Words, sheet: Sheet) -> alt.LayerChart:
    parts: Parts = [
        (counts.n_hits, BLUE, "circle", f"{words.positive}, flagged"),
        (counts.n_false_alarms, AMBER, "square", f"{words.negative}, but flagged"),
        (counts.n_misses, VERMILION, "triangle-up", f"{words.positive}, but missed"),
        (1000 - counts.n_flagged - counts.n_misses, FAINT, "circle", "rightly left alone"),
    ]
    per_line, n_columns = (25, 1) if sheet.is_narrow else (50, 2)
    kinds = [(color, shape) for n, color, shape, _ in parts for _ in range(n)]
    dots: list[Record] = [
        {"x": i % per_line, "y": i // per_line, "color": color, "shape": shape}
        for i, (color, shape) in enumerate(kinds)
    ]
    n_lines, top = 1000 // per_line, 1.5 + 1.5 * len(parts) // n_columns
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.5, per_line], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[n_lines, -top], nice=False))
    key = _key(parts, top - 0.7, n_columns=n_columns, per_line=per_line)
    dot = sheet.width / (per_line + 1) if sheet.is_narrow else _DOT
    return layered(
        _marks(dots, 58, x, y),
        _marks(key, 110, x, y),
        alt.Chart(table(key))
        .mark_text(align="left", dx=9, fontSize=12.5)
        .encode(x, y, text="text:N"),
        width=round((per_line + 1) * dot),
        height=round((n_lines + top) * dot),
    )


def _key(parts: Parts, top: float, *, n_columns: int, per_line: int) -> list[Record]:
    """Each kind of dot named above them, in their order."""
    return [
        {
            "x": place % n_columns * per_line / n_columns,
            "y": 1.5 * (place // n_columns) - top,
            "color": color,
            "shape": shape,
            "text": f"{n} {words}",
        }
        for place, (n, color, shape, words) in enumerate(parts)
    ]


def _marks(rows: list[Record], size: int, x: alt.X, y: alt.Y) -> alt.Chart:
    color, shape = alt.Color("color:N", scale=None), alt.Shape("shape:N", scale=None)
    marks: alt.Chart = alt.Chart(table(rows)).mark_point(filled=True, size=size, opacity=1)
    return marks.encode(x, y, color=color, shape=shape)


def _panel(point: StreamPoint, chosen: str, words: Words, sheet: Sheet) -> alt.LayerChart:
    precision, recall = measures(words)
    pairs = (
        (precision, point.precision, point.test_precision),
        (recall, point.recall, point.test_recall),
    )
    rows = []
    for measure, real, test in pairs:
        rows.append(interval_row(measure, real, BLUE, "circle", "real stream"))
        rows.append(interval_row(measure, test, GREY, "square", "test set"))
    base = alt.Chart(table(rows))
    y = alt.Y("measure:N", sort=None, title=None, axis=names_axis(sheet))
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
        width=sheet.width - 80 if sheet.is_narrow else 460,
        height=alt.Step(34 if sheet.is_narrow else 24, **{"for": "offset"}),
        title=title,
    )
