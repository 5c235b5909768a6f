"""From several people's votes on an item to one label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def majority_value(votes: Sequence[str]) -> str | None:
    """The value most votes are for.

    Parameters
    ----------
    votes : sequence of str
        At least one.

    Returns
    -------
    str or None
        None where the first two are tied: a tie is not a label.

    Examples
    --------
    >>> majority_value(["yes", "no", "yes"])
    'yes'
    >>> majority_value(["yes", "no"]) is None
    True
    """
    ranked = Counter(votes).most_common(2)
    if len(ranked) == 2 and ranked[0][1] == ranked[1][1]:
        return None
    return ranked[0][0]
