"""Gap between a machine's numbers and people's, on rows that several people judged."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.phases.verdict import Bounds


@dataclass(frozen=True, kw_only=True)
class NumberGap:
    """How far a machine's numbers are from the middle of people's.

    Attributes
    ----------
    n_rows : int
        Rows of which both have said a number.
    bias : Bounds
        Mean of the machine's number less people's, in the unit of the label; 90 % interval.
    variance : float
        Of these differences about their mean.
    freedom : float
        Degrees of freedom of that variance.
    people_variance : float
        Of people's numbers.
    """

    n_rows: int
    bias: Bounds
    variance: float
    freedom: float
    people_variance: float

    @property
    def is_biased(self) -> bool:
        """Whether it says too much, or too little, beyond chance."""
        return self.bias.low > 0 or self.bias.high < 0
