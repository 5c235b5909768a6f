"""Estimate of what a language model will cost: from rows that were tried, or from their length."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadline.phases.project_accounts.token_price import TokenPrices
from leadline.phases.verdict import Bounds

BYTES_A_TOKEN = Bounds(estimate=4.0, low=1.5, high=6.0)
"""Bytes of UTF-8 in a token: English prose has about 4 with the tokenisers in use; digits, JSON and
other scripts have fewer, long plain words more. What a given text has must be tried."""

# of the tokens that a server may add to what it is sent: marks of a chat, the form of an answer
_ADDED = Bounds(estimate=0.1, low=0.0, high=1.0)
_LEAST_ANSWER, _LIKELY_ANSWER = 5, 12  # tokens of {"label": "..."}


@dataclass(frozen=True)
class RowSize:
    """How long one request is.

    Attributes
    ----------
    n_bytes : int >= 0
        Of all messages, in UTF-8.
    n_shared : int in [0, n_bytes]
        Of them those that every row has in common: a server may keep them.
    most_added : int >= 0
        Tokens that the server adds at most.
    most_output : int >= 0
        Tokens that the answer has at most.
    """

    n_bytes: int
    n_shared: int
    most_added: int
    most_output: int


@dataclass(frozen=True)
class MachineEstimate:
    """What some rows will take.

    Attributes
    ----------
    n_rows : int
        Rows to ask about.
    n_sampled : int
        Rows that it rests on.
    is_tried : bool
        Whether these were asked about; else they were measured by their length.
    micros : Bounds
        Micro-dollars for all rows.
    seconds : Bounds or None
        Until all are answered; None where nobody has seen how fast it is. Of one answer alone
        there is no range.
    n_timed : int
        Answers that the time rests on.
    is_batch : bool
        Whether they go in a batch file, at its price.
    """

    n_rows: int
    n_sampled: int
    is_tried: bool
    micros: Bounds
    seconds: Bounds | None = None
    n_timed: int = 0
    is_batch: bool = False

    def affordable(self, left: int) -> tuple[int, int, int]:
        """Rows that some money is enough for.

        Parameters
        ----------
        left : int
            Micro-dollars.

        Returns
        -------
        likely, least, most : int
            At the likely price of a row, the highest and the lowest; never more than the rows.
        """
        prices = (self.micros.estimate, self.micros.high, self.micros.low)
        likely, least, most = (self._rows_for(left, price / self.n_rows) for price in prices)
        return likely, least, most

    def _rows_for(self, left: int, price: float) -> int:
        if left < 0 or (left == 0 and price > 0):
            return 0
        return self.n_rows if price == 0 else min(self.n_rows, int(left / price))


def tried_estimate(
    paid: Sequence[int],
    n_rows: int,
    *,
    took_s: Sequence[float] = (),
    max_in_flight: int = 1,
    is_batch: bool = False,
    confidence_level: float = 0.9,
) -> MachineEstimate:
    """Estimate from rows that were asked about.

    The sum over new rows is predicted by the mean of those tried, with Student's t for the error of
    that mean and the scatter of the new rows: of the money, and of the seconds.

    Parameters
    ----------
    paid : sequence of int, shape (n_tried,)
        Micro-dollars of each; two at least.
    n_rows : int > 0
        Rows to ask about.
    took_s : sequence of float >= 0, shape (n_timed,)
        Seconds that each new answer took, asked beside the others; kept answers took none.
    max_in_flight : int > 0, default=1
        Requests at once. More at once than were timed are not counted on.
    is_batch : bool, default=False
        Whether `paid` is the price in a batch file; its time is the vendor's.
    confidence_level : float in (0, 1)
        Of the intervals, if the server stays as fast as it was.

    Raises
    ------
    ValueError
        If fewer than two rows were tried, or there are no rows.

    Examples
    --------
    >>> found = tried_estimate([50, 50, 50], 1_000, took_s=[0.5] * 3, max_in_flight=2)
    >>> found.micros.estimate, found.seconds.estimate
    (50000.0, 250.0)
    """
    n_tried = len(paid)
    if n_tried < 2 or n_rows < 1:
        raise ValueError(f"2 tried rows and 1 row are needed; got {n_tried} and {n_rows}")
    seconds = None
    if took_s and not is_batch:
        at_once = min(max_in_flight, len(took_s), n_rows)
        work = _predicted_sum(took_s, n_rows, confidence_level)
        seconds = Bounds(
            estimate=work.estimate / at_once, low=work.low / at_once, high=work.high / at_once
        )
    return MachineEstimate(
        n_rows,
        n_tried,
        is_tried=True,
        micros=_predicted_sum(paid, n_rows, confidence_level),
        seconds=seconds,
        n_timed=len(took_s) if seconds else 0,
        is_batch=is_batch,
    )


def _predicted_sum(tried: Sequence[float], n_rows: int, confidence_level: float) -> Bounds:
    """Sum over so many new ones like those tried; of one alone no range is known."""
    from scipy.special import stdtrit

    n_tried, middle = len(tried), float(np.mean(tried)) * n_rows
    if n_tried < 2:
        return Bounds(estimate=middle, low=middle, high=middle)
    error = float(np.std(tried, ddof=1)) * math.sqrt(n_rows**2 / n_tried + n_rows)
    half = float(stdtrit(n_tried - 1, (1 + confidence_level) / 2)) * error
    return Bounds(estimate=middle, low=max(middle - half, 0.0), high=middle + half)


def counted_estimate(
    sizes: Sequence[RowSize], n_rows: int, prices: TokenPrices, *, is_batch: bool = False
) -> MachineEstimate:
    """Estimate from the length of rows, which nobody was paid for; the range is wide.

    Parameters
    ----------
    sizes : sequence of RowSize
        Of rows like those to ask about; one at least.
    n_rows : int > 0
        Rows to ask about.
    prices : TokenPrices
        What tokens cost.
    is_batch : bool, default=False
        Whether they go in batch files.

    Returns
    -------
    MachineEstimate
        Low: long tokens, short answers, and the server keeps what rows have in common. High: short
        tokens, the longest answers, nothing kept.

    Raises
    ------
    ValueError
        If there are no rows.
    """
    if not sizes or n_rows < 1:
        raise ValueError(f"a row is needed; got {len(sizes)} sizes for {n_rows} rows")

    def total(bytes_a_token: float, added: float, answer: int | None, *, is_kept: bool) -> float:
        each = [
            prices.price(
                math.ceil(size.n_bytes / bytes_a_token + added * size.most_added),
                math.floor(size.n_shared / bytes_a_token) if is_kept else 0,
                size.most_output if answer is None else min(answer, size.most_output),
                is_batch=is_batch,
            )
            for size in sizes
        ]
        return sum(each) / len(sizes) * n_rows

    its = BYTES_A_TOKEN
    likely = total(its.estimate, _ADDED.estimate, _LIKELY_ANSWER, is_kept=False)
    ends = (
        likely,
        total(its.high, _ADDED.low, _LEAST_ANSWER, is_kept=True),
        total(its.low, _ADDED.high, None, is_kept=False),
    )
    money = Bounds(estimate=likely, low=min(ends), high=max(ends))
    return MachineEstimate(n_rows, len(sizes), is_tried=False, micros=money, is_batch=is_batch)
