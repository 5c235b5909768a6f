"""Point changes: rows that the looser of two neighbouring operating points flags as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from leadline.labelling.item_pool import Values
from leadline.phases.data import Data
from leadline.phases.tuning import Tuning
from leadline.record import Artifacts
from leadline.services.reviewing.point_outcomes import Consequence
from leadline.services.reviewing.stream_rows import changed_values


@dataclass(frozen=True)
class Change:
    """The rows that the looser of two neighbouring points flags and the stricter does not.

    Attributes
    ----------
    strict, loose : str
        The two points.
    flagged, real : float
        Share of all rows that only the looser one flags, and of these the real ones.
    rows : tuple of Values
        A few of them, as a person sees them.
    """

    strict: str
    loose: str
    flagged: float
    real: float
    rows: tuple[Values, ...]


def changes_between(
    artifacts: Artifacts, tuning: Tuning, data: Data, found: Sequence[Consequence]
) -> tuple[Change, ...]:
    """What each point adds to the one before, with rows that show it.

    Parameters
    ----------
    artifacts, tuning, data
        The stream, its operating points, and what its columns hold.
    found : sequence of Consequence
        What each point does, in the order on offer.
    """
    rows = changed_values(artifacts, tuning, data)
    return tuple(
        Change(
            strict=strict.point.name,
            loose=loose.point.name,
            flagged=loose.flagged - strict.flagged,
            real=loose.real.estimate - strict.real.estimate,
            rows=rows.get(loose.point.name, ()),
        )
        for strict, loose in pairwise(found)
    )
