"""Chart of train / labelling: origin of labels, and agreement of annotators."""

from __future__ import annotations

import altair as alt

from leadline.charts.drawing.palette import AMBER, BLUE, GREY
from leadline.charts.drawing.sheet import WIDE, Sheet
from leadline.charts.drawing.theme import (
    Picture,
    Record,
    framed,
    layered,
    names_axis,
    row_step,
    table,
)
from leadline.phases.labelling import Labelling
from leadline.phases.wording import share_words

_LIFT = 12  # pixels from a bar up to its name, on a narrow sheet


def chart(verdict: Labelling, sheet: Sheet = WIDE) -> Picture | None:
    """Rows by origin of their label, and pairwise agreement; None where nobody has voted."""
    if not verdict.n_voted:
        return None
    panels: list[alt.LayerChart] = [_origins(verdict, sheet)]
    if verdict.agreement is not None:
        panels.append(_agreement(verdict, sheet))
    return framed(alt.vconcat(*panels), _title(verdict), _subtitle(verdict), sheet)


def _origins(verdict: Labelling, sheet: Sheet) -> alt.LayerChart:
    n_by_one = verdict.n_adjudicated
    n_by_votes = verdict.n_voted - verdict.n_undecided - (n_by_one - verdict.n_all_unsure)
    parts = [
        ("came with the data", verdict.n_given, GREY),
        ("decided by votes", n_by_votes, BLUE),
        *([("decided by one", n_by_one, BLUE)] if n_by_one else []),
        ("votes are tied", verdict.n_undecided, AMBER),
    ]
    rows: list[Record] = [
        {"name": name, "n": n, "label": f"{n:,} rows", "color": color} for name, n, color in parts
    ]
    base = alt.Chart(table(rows))
    y = alt.Y("name:N", sort=None, title=None, axis=names_axis(sheet, lift=_LIFT, grid=False))
    x = alt.X("n:Q", axis=None)
    bars = base.mark_bar(height=18).encode(x, y, color=alt.Color("color:N", scale=None))
    words = base.mark_text(align="left", dx=6).encode(x, y, text="label:N")
    title = "Where the labels come from"
    return layered(
        bars, words, width=sheet.width - 60, height=row_step(sheet, 28, lift=_LIFT), title=title
    )


def _agreement(verdict: Labelling, sheet: Sheet) -> alt.LayerChart:
    agreement = verdict.agreement
    assert agreement is not None
    row: Record = {
        "name": "two people agree",
        "share": agreement.estimate,
        "low": agreement.low,
        "high": agreement.high,
        "label": share_words(agreement.estimate),
    }
    base = alt.Chart(table([row]))
    y = alt.Y("name:N", title=None, axis=names_axis(sheet, grid=False))
    scale = alt.Scale(domain=[0, 1])
    x = alt.X("share:Q", title="share of rows", scale=scale, axis=alt.Axis(format=".0%"))
    bar = base.mark_rule(strokeWidth=4, color=BLUE).encode(y=y, x="low:Q", x2="high:Q")
    point = base.mark_point(filled=True, size=150, color=BLUE, opacity=1).encode(x, y)
    label = base.mark_text(dy=-16, fontWeight="bold").encode(x, y, text="label:N")
    title = "How often two people agree"
    return layered(
        bar, point, label, width=sheet.width - 60, height=row_step(sheet, 56), title=title
    )


def _title(verdict: Labelling) -> str:
    if verdict.agreement is None:
        return f"{verdict.n_voted:,} rows were voted on; whether people agree is not known"
    return f"Two people agree on {share_words(verdict.agreement.estimate)} of the rows"


def _subtitle(verdict: Labelling) -> str:
    hours = verdict.seconds / 3600
    took = f"The votes took people {hours:,.1f} hours." if hours >= 1 else ""
    if not took:
        took = f"The votes took people {verdict.seconds / 60:,.0f} minutes."
    if verdict.alpha is None:
        return f"{took} No row has two votes, so agreement is not known."
    return f"{took} Krippendorff's alpha is {verdict.alpha:.2f}: 1 is full agreement, 0 is chance."
