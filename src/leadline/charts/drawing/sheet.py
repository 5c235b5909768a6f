"""Room that a picture has: a page, or a phone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sheet:
    """What a picture is drawn on.

    Parameters
    ----------
    name : str
        What it is called.
    width : int
        Pixels of a plotting area; axes and labels come on top.
    title_size : int
        Pixels of the title's letters.
    title_chars, subtitle_chars : int
        Letters that a line of the title, and of the words below it, may have.
    is_narrow : bool
        Whether words stand above what they name, as there is no room beside it.
    """

    name: str
    width: int
    title_size: int
    title_chars: int
    subtitle_chars: int
    is_narrow: bool = False

    def n_ticks(self, n: int) -> int:
        """Numbers on an axis that has so many on a wide sheet."""
        return max(n // 2, 3) if self.is_narrow else n

    def plot(self, *, beside: int) -> int:
        """Pixels of a plotting area that has words beside it; a narrow sheet has no more room."""
        return self.width - beside if self.is_narrow else self.width


WIDE = Sheet("wide", width=620, title_size=20, title_chars=78, subtitle_chars=116)
"""For pages and reports: about 900 pixels with axes and labels."""

NARROW = Sheet(
    "narrow", width=310, title_size=17, title_chars=36, subtitle_chars=48, is_narrow=True
)
"""For phones: at most 400 pixels with axes and labels."""
