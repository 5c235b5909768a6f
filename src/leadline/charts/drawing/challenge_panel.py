"""Panel of the monitor's picture: what the release has cost more than its challenger, so far."""

from __future__ import annotations

import altair as alt

from leadline.charts.drawing.palette import BLUE, INK, SOFT, VERMILION
from leadline.charts.drawing.theme import Record, layered, rule_at, table
from leadline.phases.monitor.challenge import Challenge
from leadline.phases.wording import three_digits

_HEIGHT = 150
_GAP = 8


def challenge_panel(challenge: Challenge, x: alt.X, width: int) -> alt.LayerChart:
    """Money by block, beside the price of a retraining.

    Parameters
    ----------
    challenge : Challenge
        The release beside its challenger.
    x : altair.X
        The blocks, by the field ``name``.
    width : int
        Pixels of the plotting area; names of levels stand to the right of it.
    """
    rows: list[Record] = [
        {
            "name": block.name,
            "excess": block.excess,
            "color": VERMILION if _is_due(challenge, block.name) else BLUE,
            "shape": "triangle-up" if _is_due(challenge, block.name) else "circle",
        }
        for block in challenge.blocks
    ]
    base = alt.Chart(table(rows))
    y = alt.Y("excess:Q", title=challenge.currency, axis=alt.Axis(format=",~r", tickCount=4))
    color, shape = alt.Color("color:N", scale=None), alt.Shape("shape:N", scale=None)
    price = table([{"y": challenge.price, "text": f"a retraining {three_digits(challenge.price)}"}])
    text = alt.Chart(price).mark_text(align="left", color=INK, fontWeight="bold", fontSize=13)
    return layered(
        rule_at(y=0.0, color=SOFT, dash=False),
        rule_at(y=challenge.price, color=INK),
        base.mark_line(color=BLUE, strokeWidth=2).encode(x, y),
        base.mark_point(filled=True, size=90, opacity=1).encode(x, y, color=color, shape=shape),
        text.encode(x=alt.value(width + _GAP), y="y:Q", text="text:N"),
        width=width,
        height=_HEIGHT,
        title="What the release has cost more than its challenger",
    )


def _is_due(challenge: Challenge, name: str) -> bool:
    """Whether a retraining is due in a block: from the first such block on."""
    names = [block.name for block in challenge.blocks]
    since = challenge.due_since
    return bool(since) and names.index(name) >= names.index(since)
