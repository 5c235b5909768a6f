"""Columns that looked different in blocks which came together with a newer one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from leadline.phases.monitor.block_evidence import Block, named
from leadline.phases.wording import plural

_MOST_NAMED = 3


def earlier_shifts(blocks: Sequence[Block], compared: Block) -> str:
    """Say which columns looked different before the block that is compared, and in how many blocks.

    Where several blocks come at once, what broke and was mended again would else be told by none.

    Parameters
    ----------
    blocks : sequence of Block
        That were handed over together.
    compared : Block
        The one that is told by itself.

    Returns
    -------
    str
        Empty where no column did.
    """
    before = [block for block in blocks if block.shifts and block.name != compared.name]
    if not before:
        return ""
    counts = Counter(shift.column for block in before for shift in block.shifts)
    told = [f"{column!r} (in {n:,})" for column, n in counts.most_common(_MOST_NAMED)]
    more = len(counts) - len(told)
    rest = f" and {plural(more, 'other column')}" if more else ""
    came = f"{plural(len(before), 'block')} that came with {compared.name}"
    return f"In {came} columns looked different: {', '.join(told)}{rest}; {named(before)}."
