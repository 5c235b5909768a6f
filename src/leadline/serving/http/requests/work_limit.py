"""Limit of waiting work, in seconds: what the rows that were taken will cost, as measured here."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

from leadline.serving.http.requests.refusals import BusyError, TooLargeError

_PIECE_S = 0.05
_PIECES = (512, 256, 128, 64, 32, 16, 8, 4, 2, 1)
_MOST_S = 10.0
_WEIGHT = 0.05


class BatchCost:
    """Seconds that a call of the model takes: some for the call, some for each row.

    Both are measured once; then a factor follows what calls really take.

    Parameters
    ----------
    one_s : float > 0
        Seconds for a call of one row.
    many_s : float > 0
        Seconds for a call of `n_many` rows.
    n_many : int > 1
        Rows of the larger call.
    piece : int, default=0
        Rows that are scored together at most; 0: by the time they take.

    Examples
    --------
    >>> cost = BatchCost(0.011, 0.110, 100)
    >>> round(cost.of(1), 3), round(cost.of(1_000), 3), cost.piece
    (0.011, 1.32, 32)
    """

    def __init__(self, one_s: float, many_s: float, n_many: int, piece: int = 0) -> None:
        self._row_s = max((many_s - one_s) / (n_many - 1), 1e-9)
        self._call_s = max(one_s - self._row_s, 1e-9)
        self._factor = 1.0
        allowed_s = max(_PIECE_S, self._call_s)
        self.piece = piece or next((n for n in _PIECES if n * self._row_s <= allowed_s), 1)
        """Rows that are scored before the event loop is freed: 50 ms of work, or one call's."""

    def of(self, n_rows: int) -> float:
        """Seconds for as many calls as so many rows take."""
        n_calls = math.ceil(n_rows / self.piece) if n_rows else 0
        return self._factor * (n_calls * self._call_s + n_rows * self._row_s)

    def observe(self, n_rows: int, seconds: float) -> None:
        """Learn from a call."""
        ratio = seconds / (self._call_s + n_rows * self._row_s)
        # one stall of the machine is not the pace of the model
        self._factor += _WEIGHT * (min(max(ratio, 0.1), 10.0) - self._factor)


class WorkLimit:
    """Rows that were taken and are not answered, bounded by the time they will cost.

    Parameters
    ----------
    cost : BatchCost
        Of the release in service.
    most_s : float, default=10.0
        Seconds of work that may wait.
    """

    def __init__(self, cost: BatchCost, *, most_s: float = _MOST_S) -> None:
        self.cost = cost
        self.most_s = most_s
        self.n_rows = 0
        self.n_requests = 0

    @property
    def waiting_s(self) -> float:
        """Seconds of work that wait."""
        return self.cost.of(self.n_rows)

    def refuse_if_full(self) -> None:
        """Refuse a request before its body is read.

        Raises
        ------
        BusyError
            If as much waits as may.
        """
        if self.waiting_s >= self.most_s:
            raise self._busy()

    @contextmanager
    def taken(self, n_rows: int) -> Iterator[None]:
        """Count the rows of a request while they are scored.

        Raises
        ------
        TooLargeError
            If they alone would take longer than may wait; one row alone never does: were it
            refused, a server that was slow for a while would never be seen to be well again.
        BusyError
            If they would with what waits already.
        """
        own_s = self.cost.of(n_rows)
        if n_rows > 1 and own_s > self.most_s:
            n_most = max(1, int(n_rows * self.most_s / own_s))
            raise TooLargeError(
                f"{n_rows:,} rows would take about {own_s:.0f} s here.",
                f"At most {self.most_s:.0f} s are given to one request: about {n_most:,} rows.",
                "Send fewer rows at a time, or score the file with 'leadline score'.",
            )
        if self.n_rows and self.cost.of(self.n_rows + n_rows) > self.most_s:
            raise self._busy()
        self.n_rows += n_rows
        self.n_requests += 1
        try:
            yield
        finally:
            self.n_rows -= n_rows
            self.n_requests -= 1

    def _busy(self) -> BusyError:
        waiting_s = self.waiting_s
        return BusyError(
            f"{self.n_rows:,} rows wait, about {waiting_s:.0f} s of work.",
            f"At most {self.most_s:.0f} s of work may wait.",
            "Ask again after the seconds that Retry-After names, or start another replica.",
            retry_after_s=max(1, math.ceil(waiting_s / 2)),
        )
