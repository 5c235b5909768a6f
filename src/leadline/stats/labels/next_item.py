"""Choice of the item that an annotator is asked about next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

import numpy as np


class Pool(StrEnum):
    """Items that an annotator may be asked about, by what is known of them."""

    GOLD = "gold"  # the label is known: tells how good the annotator is
    REPEAT = "repeat"  # answered by the same annotator before: tells how steady
    CONTESTED = "contested"  # those asked first disagree
    BEGUN = "begun"  # fewer answers than wanted
    FRESH = "fresh"  # no answer


WANTED = (Pool.CONTESTED, Pool.BEGUN, Pool.FRESH)
"""Pools whose labels are wanted, the most wanted first."""


def next_item(
    items_of: Callable[[Pool, int], Sequence[str]],
    *,
    n_items: int,
    gold_share: float,
    repeat_share: float,
    is_ranked: bool,
    rng: np.random.Generator,
) -> tuple[str, Pool] | None:
    """Choose the next item for one annotator: now and then a hidden one, else the most wanted.

    With probability `gold_share` a gold item is asked for, with `repeat_share` a repeat; where
    there is none, and else, the first pool of `WANTED` that has any. Within a pool chance decides.
    Few items need be looked at: of a pool those are asked for that follow a random place of the
    list. Where the list is ranked, that is its beginning; but gold items are drawn by chance all
    the same, for they stand at the end of the list.

    Parameters
    ----------
    items_of : callable
        From a pool and a place of the list, in [0, `n_items`), to some items of that pool which the
        annotator may be asked about, from that place on and round. It is asked of at most one
        hidden pool, and of no pool after the first that has items. Repeats do not depend on the
        place.
    n_items : int >= 0
        Items on the list.
    gold_share, repeat_share : float in [0, 1]
        Of the items asked about; their sum is at most 1.
    is_ranked : bool
        Whether the list begins with the most wanted items.
    rng : Generator
        Chance of this annotator's own, anew with each item.

    Returns
    -------
    item : str
    pool : Pool
        None in place of both if every pool is empty.

    Examples
    --------
    >>> pools = {Pool.FRESH: ["a"], Pool.BEGUN: ["b"]}
    >>> next_item(
    ...     lambda pool, place: pools.get(pool, []),
    ...     n_items=2,
    ...     gold_share=0.1,
    ...     repeat_share=0.1,
    ...     is_ranked=False,
    ...     rng=np.random.default_rng(0),
    ... )
    ('b', <Pool.BEGUN: 'begun'>)
    """
    for pool in (*_hidden(rng.random(), gold_share, repeat_share), *WANTED):
        place = 0 if pool is Pool.REPEAT else int(rng.integers(max(n_items, 1)))
        if is_ranked and pool is not Pool.GOLD:
            place = 0
        if items := items_of(pool, place):
            return items[int(rng.integers(len(items)))], pool
    return None


def _hidden(drawn: float, gold_share: float, repeat_share: float) -> tuple[Pool, ...]:
    """The hidden pool that a number drawn from [0, 1) asks for, if any."""
    if drawn < gold_share:
        return (Pool.GOLD,)
    return (Pool.REPEAT,) if drawn < gold_share + repeat_share else ()
