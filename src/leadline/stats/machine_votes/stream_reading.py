"""Stream reading: precision and recall on a stream, with a machine as second reader of its rows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.arrays import Floats, Ints, as_labels, as_vector
from leadline.stats.judgments.band_posterior import Readings
from leadline.stats.judgments.band_walk import Judged
from leadline.stats.judgments.bands import Bands, checked_rows
from leadline.stats.judgments.stream_estimate import StreamEstimate, summarise
from leadline.stats.machine_votes.band_confusion import BandConfusion

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

FEWEST_READ = 30
"""Rows judged and read below which nothing is known of the machine."""
LEAST_SHARE_READ = 0.9
"""Of the judged rows, those that the machine must have read: the others may be the hard ones."""
# one-sided, a machine that tells nothing passes in one of a hundred streams
_TELLS = 2.33


class Unused(StrEnum):
    """Why a machine's reading is left aside."""

    FEW = "few"
    GAPS = "gaps"
    NOTHING_FURTHER = "nothing further"
    TELLS_NOTHING = "tells nothing"
    UNLIKE_SCORES = "unlike scores"
    UNLIKE_PEOPLE = "unlike people"


@dataclass(frozen=True)
class StreamReading:
    """Precision and recall from people alone, and with a machine's reading.

    Parameters
    ----------
    people_alone, with_machine : StreamEstimate
        From the same judgments; the same where the reading is left aside.
    unused : Unused or None
        Why the reading is left aside: fewer than 30 judged rows were read, or less than nine in ten
        of those judged, or no further row; of rows with like scores it does not say yes to the
        positive ones more often; what people say does not follow the scores; or it does not fit
        what people say.
    n_judged_read, n_further : int
        Rows judged and read, and rows read that nobody judged.
    n_agreed : int
        Of those judged and read, the ones on which the machine says what people say.
    association : float
        How surely the machine tells positives from negatives that score alike: a standard normal
        deviate.
    """

    people_alone: StreamEstimate
    with_machine: StreamEstimate
    unused: Unused | None
    n_judged_read: int
    n_further: int
    n_agreed: int
    association: float


def stream_reading(
    scores: ArrayLike,
    thresholds: ArrayLike,
    rows: ArrayLike,
    is_positive: ArrayLike,
    says: ArrayLike,
    confidence_level: float = 0.9,
    rng: np.random.Generator | None = None,
) -> StreamReading:
    """Estimate precision and recall on a stream, with a machine as second reader.

    People judged a few rows; the machine has read these, and further ones that were drawn by chance
    within each band of the scores. How often it says yes to a positive and to a negative is learnt
    from the rows that both have read, band by band, with a little of what is known from the other
    bands. However wrong the machine is, the judged rows alone say what is true.

    Parameters
    ----------
    scores : array-like of float, shape (n_samples,)
        Scores of the stream, higher for more likely positive.
    thresholds : array-like of float, shape (n_thresholds,)
        Operating points on offer.
    rows : array-like of int, shape (n_judged,)
        Rows judged, each once, as `leadline.stats.judgments.sample` chooses them.
    is_positive : array-like of {0, 1}, shape (n_judged,)
        The judgments.
    says : array-like of float, shape (n_samples,)
        What the machine says: 1 for positive; 0 for negative, and where it is unsure; nan where it
        was not asked or its answer was lost.
    confidence_level : float in (0, 1), default=0.9
        Posterior probability inside each interval.
    rng : Generator, optional
        Source of chance; without it a fixed one.

    Returns
    -------
    StreamReading
        Both estimates, and why the machine's reading is left aside where it is.

    Raises
    ------
    ValueError
        If lengths differ, a row is judged twice or does not exist, or `says` holds something else
        than 0, 1 and nan.

    Notes
    -----
    The design is double sampling with a fallible reader [1]_; the share of positives of a band has
    the prior that judgments alone have.

    References
    ----------
    .. [1] A. Tenenbein (1970), A double sampling scheme for estimating from binomial data with
       misclassifications. J. Amer. Statist. Assoc. 65, 1350-1361.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> scores = rng.beta(0.5, 2, 5000)
    >>> truth = rng.random(5000) < scores
    >>> machine = (truth ^ (rng.random(5000) < 0.03)) * 1.0
    >>> rows = rng.permutation(5000)[:200]
    >>> found = stream_reading(scores, [0.5], rows, truth[rows], machine)
    >>> people, both = found.people_alone.precision, found.with_machine.precision
    >>> bool(both.high[0] - both.low[0] < 0.8 * (people.high[0] - people.low[0]))
    True
    """
    values = as_vector(scores, "scores")
    judged = checked_rows(rows, values.size)
    answers = as_labels(is_positive, "is_positive", n_samples=judged.size)
    said: Floats = np.asarray(says, dtype=np.float64)
    if said.shape != values.shape or not np.all(np.isnan(said) | (said == 0) | (said == 1)):
        raise ValueError(
            "says must be 0, 1 or nan for each row of the stream; it is not. "
            "Code an unsure answer as 0, a row without one as nan."
        )
    bands = Bands.of(values, thresholds)
    is_judged = np.zeros(values.size, dtype=np.bool_)
    is_judged[judged] = True
    both = judged[~np.isnan(said[judged])]
    further = np.flatnonzero(~is_judged & ~np.isnan(said))
    truth = np.zeros(values.size)
    truth[judged] = answers
    confusion = BandConfusion.of(
        bands,
        (values[both], truth[both], said[both] == 1),
        (values[further], said[further] == 1),
    )
    readings = [(1.0, Judged.of(bands, values[judged], answers))]
    return reading_in(
        bands, readings, confusion, n_judged=judged.size, confidence_level=confidence_level, rng=rng
    )


def reading_in(
    bands: Bands,
    judged: Readings,
    confusion: BandConfusion,
    *,
    n_judged: int,
    people_alone: StreamEstimate | None = None,
    confidence_level: float = 0.9,
    rng: np.random.Generator | None = None,
) -> StreamReading:
    """Estimate as `stream_reading` does, from a stream that is kept as bands.

    Parameters
    ----------
    bands : Bands
        The stream.
    judged : sequence of (float, Judged)
        What people said, and the prior probability of that reading of it.
    confusion : BandConfusion
        What the machine says of judged and of further rows.
    n_judged : int
        Rows with an answer, read by the machine or not.
    people_alone : StreamEstimate, optional
        If it is at hand.
    confidence_level, rng
        As for `stream_reading`.
    """
    source = np.random.default_rng(0) if rng is None else rng
    alone = people_alone or summarise(bands, judged, confidence_level, source)
    helped, unused = alone, _unused(confusion, n_judged, alone)
    if unused is None:
        # the same chance on both sides: what differs is the reading
        again = np.random.default_rng(0) if rng is None else rng
        found = summarise(bands, judged, confidence_level, again, confusion.evidence())
        helped, unused = (found, None) if found.follows_scores else (alone, Unused.UNLIKE_PEOPLE)
    return StreamReading(
        people_alone=alone,
        with_machine=helped,
        unused=unused,
        n_judged_read=confusion.n_judged,
        n_further=round(float(np.sum(confusion.n_yes + confusion.n_no))),
        n_agreed=round(float(np.sum(confusion.hits + confusion.rejections))),
        association=confusion.association,
    )


def _unused(confusion: BandConfusion, n_judged: int, alone: StreamEstimate) -> Unused | None:
    """Why a reading is left aside before it is looked at."""
    reasons: tuple[tuple[Unused, bool], ...] = (
        (Unused.FEW, confusion.n_judged < FEWEST_READ),
        (Unused.GAPS, confusion.n_judged < LEAST_SHARE_READ * n_judged),
        (Unused.NOTHING_FURTHER, not np.any(confusion.n_yes + confusion.n_no)),
        (Unused.UNLIKE_SCORES, not alone.follows_scores),
        (Unused.TELLS_NOTHING, confusion.association < _TELLS),
    )
    return next((reason for reason, holds in reasons if holds), None)


def rows_to_read(band: ArrayLike, is_drawn: ArrayLike, rng: np.random.Generator) -> Ints:
    """Order further rows for a machine to read: the first ones are spread evenly over the bands.

    Parameters
    ----------
    band : array-like of int, shape (n_samples,)
        Band of each row of the stream.
    is_drawn : array-like of bool, shape (n_samples,)
        Rows that are drawn for people; a machine reads these anyway.
    rng : numpy.random.Generator
        Source of chance. With the same one a longer beginning holds the shorter.

    Returns
    -------
    ndarray of int
        All rows that are not drawn.

    Examples
    --------
    >>> band = np.repeat([0, 1], [97, 3])
    >>> order = rows_to_read(band, np.zeros(100, dtype=bool), np.random.default_rng(0))
    >>> band[order[:8]].tolist()
    [0, 1, 0, 1, 0, 1, 0, 0]
    """
    bands: Ints = np.asarray(band, dtype=np.int64)
    order = rng.permutation(bands.size)
    order = order[~np.asarray(is_drawn, dtype=np.bool_)[order]]
    sizes = np.bincount(bands[order])
    by_band = np.argsort(bands[order], kind="stable")
    place = np.empty(order.size, dtype=np.int64)
    place[by_band] = np.arange(order.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    found: Ints = order[np.lexsort((bands[order], place))]
    return found
