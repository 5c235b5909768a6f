"""Place of a server's log: which folder, how long, and what dates the rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from leadline.serving.logs.dated_lines import delete_older

FOLDER = "served"
_OUTCOMES = "outcomes"


@dataclass(frozen=True)
class LogPlace:
    """Where answered rows and their outcomes are kept.

    Attributes
    ----------
    folder : Path
        Of the answered rows; their outcomes lie in a folder within.
    keep_days : int >= 0
        Days kept beside today's; 0: all.
    day : str
        Column that dates the rows; empty if none does. Where it is no feature, a client may send it
        all the same.
    """

    folder: Path
    keep_days: int = 0
    day: str = ""

    @property
    def outcomes(self) -> Path:
        """Folder of the outcomes."""
        return self.folder / _OUTCOMES

    def delete_old(self) -> int:
        """Delete what is no longer kept; return the number of files.

        An outcome comes after its row, so that it never goes first.
        """
        both = (self.folder, self.outcomes)
        return sum(len(delete_older(folder, self.keep_days)) for folder in both)
