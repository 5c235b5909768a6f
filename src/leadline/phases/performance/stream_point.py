"""Operating point on the real stream: its figures, their widths, and where the stream differs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from leadline.phases.number_format import percent_range
from leadline.phases.performance.judge_errors import unsure_words
from leadline.phases.verdict import Bounds, Finding, warning
from leadline.phases.wording import plural

TOO_WIDE = 0.35
"""Width of an interval from which a figure is said to be too uncertain."""
ENOUGH = 0.2
"""Width of the widest interval up to which no more judgments are asked for: 10 points each way."""
UNLIKE_STREAM = "The test set does not look like the stream: look at define and train."
"""What to do where the real stream differs from the test set beyond chance."""


@dataclass(frozen=True, kw_only=True)
class StreamPoint:
    """An operating point on the real stream, from judgments.

    Attributes
    ----------
    name : str
        As on offer.
    threshold : float in [0, 1]
        Rows that score at least this are flagged.
    precision, recall : Bounds
        On the stream.
    test_precision, test_recall : Bounds
        On the test set, for comparison.
    n_alerts : int
        Rows of the stream flagged.
    cost_per_1000 : float
        Money that the errors on 1,000 rows cost, on average over what the judgments leave open;
        without judgments at the estimates.
    p_cheapest : float in [0, 1]
        Probability that this point is the cheapest of those on offer.
    cost : Bounds or None, default=None
        The same with its interval; None without judgments, and in entries from before it was kept.
    share_real : float in [0, 1] or None, default=None
        Share of all rows that are real, on average over what the judgments leave open; the same at
        every point. None in entries from before it was kept.
    """

    name: str
    threshold: float
    precision: Bounds
    recall: Bounds
    test_precision: Bounds
    test_recall: Bounds
    n_alerts: int
    cost_per_1000: float
    p_cheapest: float
    cost: Bounds | None = None
    share_real: float | None = None

    @property
    def is_uncertain(self) -> bool:
        """Whether precision or recall is too little known to be published as a figure."""
        return self.widest[0] > TOO_WIDE

    @property
    def widest(self) -> tuple[float, str]:
        """Width of the wider interval, and of which figure it is."""
        figures = (("precision", self.precision), ("recall", self.recall))
        return max((each.high - each.low, name) for name, each in figures)

    def n_to_state(self, n_judged: int) -> int:
        """About how many more judgments would make both narrow enough to be stated.

        Widths fall as one over the square root of the judgments.
        """
        return max(0, round(n_judged * ((self.widest[0] / TOO_WIDE) ** 2 - 1)))


def learnt_findings(n_learnt: int, n_stream: int) -> list[Finding]:
    """Say that what is called the stream holds rows that the model knows.

    Parameters
    ----------
    n_learnt : int
        Rows of it that the model was made of, where they are more than chance brings; else 0.
    n_stream : int
        Rows of it.
    """
    if not n_learnt:
        return []
    return [
        warning(
            f"{n_learnt:,} of {plural(n_stream, 'row')} of the stream are rows that the model "
            "learnt from or was tested on: judgments of them flatter it.",
            "Name new rows under [data] stream in leadline.toml, then 'leadline run tuning'.",
        )
    ]


def reality_findings(points: tuple[StreamPoint, ...]) -> list[Finding]:
    """Say where the stream differs from the test set beyond chance.

    Parameters
    ----------
    points : tuple of StreamPoint
        On offer.

    Returns
    -------
    list of Finding
        One a point and measure whose two 90 % intervals miss each other.
    """
    return [
        warning(
            f"{point.name}: {gap.measure} is {gap.side} on the stream "
            f"({percent_range(gap.on_stream)}) than on the test set "
            f"({percent_range(gap.on_test)}).",
            UNLIKE_STREAM,
        )
        for point in points
        for gap in _gaps(point)
    ]


def doubts(point: StreamPoint, n_judged: int, n_unsure: int, n_learnt: int) -> tuple[str, ...]:
    """What keeps a choice unclear although it is known which point costs least, in clauses.

    Parameters
    ----------
    point : StreamPoint
        The choice.
    n_judged, n_unsure : int
        Rows with an answer, and judged rows without a clear one.
    n_learnt : int
        Rows of the stream that the model was made of, where they are more than chance brings.
    """
    told = {
        "the stream holds rows that the model was made of": n_judged and n_learnt,
        "it finds fewer, or flags more wrongly, than on the test set": any(
            gap.side == "lower" for gap in _gaps(point)
        ),
        "many rows judged have no clear answer": unsure_words(n_judged, n_unsure),
    }
    return tuple(words for words, holds in told.items() if holds)


class _Gap(NamedTuple):
    measure: str
    on_stream: Bounds
    on_test: Bounds
    side: str


def _gaps(point: StreamPoint) -> Iterator[_Gap]:
    """Measures whose two 90 % intervals miss each other."""
    n_hits = point.n_alerts * point.precision.estimate
    n_real = n_hits / point.recall.estimate if point.recall.estimate else 0.0
    pairs = (
        ("precision", point.precision, point.n_alerts, point.test_precision),
        ("recall", point.recall, n_real, point.test_recall),
    )
    for name, told, n, test in pairs:
        real = _as_drawn(told, n)
        if real.high < test.low or real.low > test.high:
            yield _Gap(name, told, test, "lower" if real.high < test.low else "higher")


def _as_drawn(bounds: Bounds, n: float) -> Bounds:
    """Widen the bounds of one stream to those of the world it was drawn from.

    Where every row of a stream is judged its own share is known exactly; another stream of the
    same world would still differ.
    """
    if n < 1:
        return Bounds(estimate=bounds.estimate, low=0.0, high=1.0)
    # here, so that asking where a project stands does not wait for NumPy
    from leadline.stats.interval import wilson_interval

    chance = wilson_interval(bounds.estimate * n, n)
    return Bounds(
        estimate=bounds.estimate,
        low=min(bounds.low, chance.low),
        high=max(bounds.high, chance.high),
    )
