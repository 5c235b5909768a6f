"""Order in which a reviewer is asked about rows; it gives away nothing of the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256

from leadline.record import Judgment

N_SHARED = 12
"""Rows that every reviewer judges, to measure their agreement."""
N_VOTES = 3
"""Judgments of a row whose first one was surprising."""
EXTRA_SHARE = 0.125
"""Of the rows judged, those asked again; with two more votes each, a quarter more judgments."""
_GOLDEN = 0.6180339887


def rows_to_ask(
    rows: Sequence[int],
    judgments: Sequence[Judgment],
    reviewer: str,
    surprising: Sequence[int] = (),
    *,
    first: Sequence[int] | None = None,
) -> list[int]:
    """Return the rows still to ask a reviewer about, in order.

    A few rows are asked of everybody. Of the others one answer is enough, so that reviewers
    share the work. Rows whose answer surprised are asked of two more, after all that have no
    answer. All lie on a circle by a hash of the row, and each reviewer begins at another place:
    neither why a row was drawn nor how surprising an answer was can be read off its place, and
    two who judge at once do not meet.

    Parameters
    ----------
    rows : sequence of int
        Rows drawn for judging, in any order.
    judgments : sequence of Judgment
        What was said so far, by anybody.
    reviewer : str
        Who is asked.
    surprising : sequence of int
        Rows to ask others about.
    first : sequence of int, optional
        Rows drawn before anything was said. Those asked of everybody are among them, so that what
        was said does not change which they are, and the others of them come before all further
        ones. All rows, if not given.

    Examples
    --------
    >>> said = Judgment(tuning=1, row=7, reviewer="Ada", is_positive=True, seconds=1.0)
    >>> rows_to_ask([7, 8], [said], "Ada"), sorted(rows_to_ask([7, 8], [said], "Bo"))
    ([8], [7, 8])
    """
    mine = {one.row for one in judgments if one.reviewer == reviewer}
    votes = Counter(one.row for one in judgments if one.is_answer)
    early = set(rows if first is None else first)
    everybody = set(sorted(early, key=_place)[:N_SHARED])
    left = [row for row in rows if row not in mine]
    shared = [row for row in left if row in everybody]
    open_rows = [row for row in left if row not in everybody and not votes[row]]
    again = [row for row in surprising if row not in mine and 0 < votes[row] < N_VOTES]
    others = [row for row in again if row not in everybody]
    start = _start(judgments, reviewer)
    # a row of the first part that was undone is shown again before any of the second
    parts = (
        [row for row in open_rows if row in early],
        [row for row in open_rows if row not in early],
    )
    return [
        row
        for part in (shared, *parts, others)
        for row in sorted(part, key=lambda row: (_place(row) - start) % 1.0)
    ]


def _place(row: int) -> float:
    """Place of a row on a circle of circumference 1: pseudo-random, the same at each call."""
    return int.from_bytes(sha256(str(row).encode()).digest()[:6]) / 2**48


def _start(judgments: Sequence[Judgment], reviewer: str) -> float:
    """Starting place of a reviewer on the circle, spaced from the others by the golden ratio."""
    reviewers = list(dict.fromkeys(one.reviewer for one in judgments))
    turn = reviewers.index(reviewer) if reviewer in reviewers else len(reviewers)
    return turn * _GOLDEN % 1.0
