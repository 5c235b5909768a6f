"""Adaptive number of votes on an item: the people still to be asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def places_left(answers: Sequence[str | None], n_out: int, *, votes: int, most_votes: int) -> int:
    """Return the number of people that an item may be handed to now.

    First `votes` people are asked, at the same time if they come at the same time. A further one
    is asked alone, only while those who answered disagree, and only if the label that most gave
    could still lose its lead: an answer that cannot change the label is not paid for.

    Parameters
    ----------
    answers : sequence of str or None
        What people said; None: unsure, which agrees with nobody.
    n_out : int >= 0
        People who have the item and have not answered.
    votes : int >= 1
        People asked first.
    most_votes : int >= 0
        People asked in all; where it is below `votes`, `votes` counts.

    Returns
    -------
    int >= 0
        `len(answers) + n_out` and this together never exceed the larger of the two.

    Examples
    --------
    >>> places_left([], 0, votes=2, most_votes=3)
    2
    >>> places_left(["yes", "no"], 0, votes=2, most_votes=3)
    1
    >>> places_left(["yes", "yes"], 0, votes=2, most_votes=3)
    0
    """
    n_asked = len(answers) + n_out
    if n_asked < votes:
        return votes - n_asked
    if n_out or n_asked >= most_votes:
        return 0
    return int(_is_open(answers, most_votes - n_asked))


def _is_open(answers: Sequence[str | None], n_left: int) -> bool:
    """Whether people disagree, and the votes that are left could still change the label."""
    given = Counter(answer for answer in answers if answer is not None)
    ranked = [count for _, count in given.most_common(2)]
    if ranked and ranked[0] == len(answers):
        return False
    first, second = (*ranked, 0, 0)[:2]
    return first <= second + n_left
