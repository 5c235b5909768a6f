"""Adaptive hold-out: held-out scores for somebody who tries again, with intervals that hold.

Whoever sees a held-out score and tries again learns the hold-out: after enough tries the best score
is luck, and its interval is wrong. Here a candidate comes with what the train rows foretell of it,
and the hold-out says whether it confirms that; on request it tells its score, in coarse steps.
Each answer is charged with what it tells that was not foretold, in nats. What the train rows
foretold costs next to nothing, however often; luck costs much. Intervals widen by what was paid,
and the budget ends the looks.

Why it holds: an agent that is told nothing but these answers can, after given answers, ask for one
candidate only. Each sequence of answers has a probability beforehand, from the train rows alone.
The chance that an interval misses is shared out over the sequences by that probability, so all
intervals together miss no more often than was said, whatever the agent does [1]_. Asking for a
confirmation is the sparse validation of [1]_; the price by probability is ours.

References
----------
.. [1] C. Dwork, V. Feldman, M. Hardt, T. Pitassi, O. Reingold and A. Roth (2015), Generalization in
   adaptive data analysis and holdout reuse. NeurIPS 28.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from scipy.special import ndtr, ndtri_exp

MOST_NATS = 12.0
"""What may be learnt of a hold-out: by then its intervals are three times those of one look."""

_TOLERANCE = (
    3.0  # standard errors: of candidates that hold what they promise 1 in 400 strays so far
)
_AS_FORETOLD = 1 - 2 * float(ndtr(-_TOLERANCE))


class Answered(StrEnum):
    """What a hold-out said of a candidate."""

    CONFIRMED = "confirmed"
    BELOW = "below"
    ABOVE = "above"
    TOLD = "told"


@dataclass(frozen=True)
class HoldoutAnswer:
    """What was said of one candidate.

    Attributes
    ----------
    kind : Answered
        Whether the score is as foretold, clearly below, clearly above, or told.
    nats : float >= 0
        What the answer cost.
    score : float or None
        What was foretold and is confirmed, or what is told, rounded down; None where it is only
        known to lie elsewhere.
    low, high : float or None
        Interval of the score on fresh rows, where it is told.
    """

    kind: Answered
    nats: float
    score: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class AdaptiveHoldout:
    """What one set of held-out rows has told so far.

    Attributes
    ----------
    stderr : float > 0
        Standard error of a score on the held-out rows, known without them; the largest that the
        candidates may have.
    most_nats : float > 0, default=12
        After so much was learnt nothing more is said.
    confidence_level : float in (0, 1), default=0.9
        That all intervals said hold together.
    n_looks, n_told : int
        Answers so far; those that told a score.
    nats : float
        What was learnt so far.

    Examples
    --------
    >>> holdout = AdaptiveHoldout(stderr=0.01)
    >>> holdout, answer = holdout.look(0.813, foretold=0.82, foretold_stderr=0.005)
    >>> answer.kind.value, answer.score, round(holdout.nats, 2)
    ('confirmed', 0.82, 0.14)
    >>> holdout, answer = holdout.look(0.813, foretold=0.82, foretold_stderr=0.005, is_told=True)
    >>> answer.score, round(answer.low, 2), round(answer.high, 2), round(holdout.nats, 1)
    (0.81, 0.78, 0.84, 2.2)
    """

    stderr: float
    most_nats: float = MOST_NATS
    confidence_level: float = 0.9
    n_looks: int = 0
    n_told: int = 0
    nats: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.stderr) and self.stderr > 0):
            raise ValueError(f"stderr must be above 0; got {self.stderr}")
        if not 0 < self.confidence_level < 1:
            raise ValueError(f"confidence_level must lie in (0, 1); got {self.confidence_level}")
        if not self.most_nats > 0:
            raise ValueError(f"most_nats must be above 0; got {self.most_nats}")

    @classmethod
    def begun(cls, foretold: float, found: float, *, most_nats: float = MOST_NATS) -> Self:
        """A hold-out before its first look, where the standard error had to be looked up in it.

        That tells something too, so it is rounded up to a power of the square root of two times
        what was foretold, and charged.

        Parameters
        ----------
        foretold : float > 0
            Standard error of a score on the held-out rows, as the train rows have it.
        found : float >= 0
            As the held-out rows have it.
        most_nats : float > 0, default=12
            As of the class.

        Examples
        --------
        >>> holdout = AdaptiveHoldout.begun(0.010, 0.013)
        >>> round(holdout.stderr, 3), round(holdout.nats, 2)
        (0.014, 1.5)
        """
        if not (math.isfinite(foretold) and foretold > 0 and math.isfinite(found) and found >= 0):
            raise ValueError(f"standard errors must be above 0; got {foretold} and {found}")
        n_up = max(math.ceil(2 * math.log2(found / foretold)), 0) if found else 0
        nats = math.log(1.5) + n_up * math.log(3)
        return cls(foretold * 2 ** (n_up / 2), most_nats=most_nats, nats=nats)

    @property
    def is_spent(self) -> bool:
        """Whether nothing more may be said: only fresh held-out rows renew it."""
        return self.nats >= self.most_nats

    def look(
        self, score: float, *, foretold: float, foretold_stderr: float, is_told: bool = False
    ) -> tuple[AdaptiveHoldout, HoldoutAnswer]:
        """Ask about one more candidate.

        Parameters
        ----------
        score : float
            Its score on the held-out rows; more is better.
        foretold : float
            What the train rows say it will be: its cross-validated score.
        foretold_stderr : float >= 0
            Standard error of that.
        is_told : bool, default=False
            Whether the score is wanted, in steps of half a standard error; else only whether it is
            as foretold.

        Returns
        -------
        AdaptiveHoldout, HoldoutAnswer
            The hold-out by then, and its answer.

        Raises
        ------
        ValueError
            If the budget is spent, or a number is not finite.
        """
        if self.is_spent:
            raise ValueError("the budget of this hold-out is spent")
        if not all(map(math.isfinite, (score, foretold, foretold_stderr))):
            raise ValueError("scores and standard errors must be finite")
        spread = math.hypot(foretold_stderr, self.stderr)
        # falls with the looks, so that any number of answers as foretold costs little
        surprise = 0.5 / (self.n_looks + 2)
        if is_told:
            step = self.stderr / 2
            rung = math.floor(score / step)
            p = _probability_of(rung, foretold / step, spread / step, surprise)
            told = self._after(p, n_told=self.n_told + 1)
            reach = told.reach(self.stderr)
            low, high = rung * step - reach, (rung + 1) * step + reach
            return told, HoldoutAnswer(Answered.TOLD, -math.log(p), rung * step, low, high)
        if abs(score - foretold) <= _TOLERANCE * spread:
            p = (1 - surprise) * _AS_FORETOLD + surprise / 2
            return self._after(p), HoldoutAnswer(Answered.CONFIRMED, -math.log(p), foretold)
        p = (1 - surprise) * (1 - _AS_FORETOLD) / 2 + surprise / 4
        kind = Answered.BELOW if score < foretold else Answered.ABOVE
        return self._after(p), HoldoutAnswer(kind, -math.log(p))

    def reach(self, stderr: float) -> float:
        """How far from a held-out score the score on fresh rows may lie, by what was learnt.

        For people, who see the held-out score itself: score ± reach holds beside all that was told,
        as long as nobody tells the agent. Count it in `n_told` where it was not told.

        Parameters
        ----------
        stderr : float >= 0
            Of the score.
        """
        # the k-th score told may miss with 1 / (k (k + 1)) of the whole, which sums to one
        k = max(self.n_told, 1)
        tail = math.log((1 - self.confidence_level) / 2 / (k * (k + 1))) - self.nats
        return -float(ndtri_exp(tail)) * stderr

    def _after(self, probability: float, n_told: int | None = None) -> AdaptiveHoldout:
        return replace(
            self,
            n_looks=self.n_looks + 1,
            n_told=self.n_told if n_told is None else n_told,
            nats=self.nats - math.log(probability),
        )


def _probability_of(rung: int, foretold: float, spread: float, surprise: float) -> float:
    """Probability of a told score beforehand, all in steps.

    A normal distribution around what is foretold, mixed with one of long tails that rules nothing
    out.
    """
    below, upto = ndtr([(rung - foretold) / spread, (rung + 1 - foretold) / spread])
    off = abs(rung - math.floor(foretold))
    return float((1 - surprise) * (upto - below) + surprise / (1.5 * (off + 1) * (off + 2)))
