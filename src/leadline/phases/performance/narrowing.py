"""Narrowing of the ranges on the stream by further judgments, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadline.phases.performance.stream_point import ENOUGH
from leadline.phases.wording import plural

STEPS = (25, 50, 100, 200, 400, 800)
"""Further judgments that are looked at."""
TOLD = 50
"""Those whose effect is told, where the stream has as many rows."""


@dataclass(frozen=True)
class Narrowing:
    """A figure on the stream, and how wide its interval would be after further judgments.

    Attributes
    ----------
    name : str
        Such as "recall of balanced".
    width : float
        Of its 90 % interval, today.
    after : mapping of int to float
        Further judgments to the width to expect then.
    """

    name: str
    width: float
    after: Mapping[int, float]


def narrowing_words(figures: Sequence[Narrowing]) -> str:
    """What further judgments would change, or that they would change little; empty where nothing.

    Parameters
    ----------
    figures : sequence of Narrowing
        All with the same further judgments.

    Examples
    --------
    >>> recall = Narrowing("recall of balanced", 0.3, {50: 0.25, 100: 0.21, 200: 0.17})
    >>> narrowing_words([recall])
    '50 more judgments would narrow the widest of these ranges, recall of balanced, from 30 to \
about 25 points; about 200 would bring every one to 20 points or fewer.'
    """
    widest = max(figures, key=lambda its: its.width, default=None)
    if widest is None or not widest.after:
        return ""
    n = TOLD if TOLD in widest.after else max(widest.after)
    now, then = (round(100 * width) for width in (widest.width, widest.after[n]))
    if widest.width <= ENOUGH:
        change = f"narrow it to about {then}" if then < now else "hardly narrow it"
        return (
            f"Enough is judged: the widest of these ranges, {widest.name}, spans "
            f"{plural(now, 'point')}; {n:,} more judgments would {change}."
        )
    enough = [m for m in widest.after if max(each.after[m] for each in figures) <= ENOUGH]
    goal = f"{100 * ENOUGH:.0f} points or fewer"
    more = f"about {min(enough):,} would bring every one to {goal}" if enough else ""
    if not enough:
        more = f"more than {max(widest.after):,} would be needed to bring every one to {goal}"
    if not enough and max(widest.after) < max(STEPS):
        more = f"the whole stream is too short to bring every one to {goal}"
    return (
        f"{n:,} more judgments would narrow the widest of these ranges, {widest.name}, from {now} "
        f"to about {then} points; {more}."
    )
