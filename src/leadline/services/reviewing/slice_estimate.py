"""Slices of the stream, from judgments of a few of its rows.

A slice is held against the rest of the judged rows: what they say of each stratum is what a slice
is like unless its own judgments say otherwise. How its rows lie over the strata is known.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from leadline.datasets.kept_slices import KeptSlice, members, read_slices
from leadline.phases.data import Data
from leadline.phases.performance.slice_report import NOT_SHOWN, UNKNOWN, WORSE
from leadline.phases.performance.stream_point import TOO_WIDE
from leadline.phases.performance.stream_slices import StreamSlice, StreamSlices
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Bounds
from leadline.record import Artifacts
from leadline.services.reviewing.default_estimate import (
    JudgedRows,
    judged_classes,
    judged_numbers,
)
from leadline.services.reviewing.majority_judgments import MajorityJudgments
from leadline.services.reviewing.stream_estimate import kept_bands, likelier_answers
from leadline.services.reviewing.stream_rows import rows_to_judge
from leadline.services.reviewing.value_answers import ValueAnswers
from leadline.snapshot import from_parquet
from leadline.stats.interval import Estimate
from leadline.stats.judgments import ClassStrata
from leadline.stats.judgments.slice_figures import Counted, SliceFigures, slice_figures
from leadline.stats.judgments.slice_posterior import rest_of_bands, rest_of_strata
from leadline.stats.judgments.strata.stratum_posterior import StratumCounts, draw_shares

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_FEWEST_JUDGED = 10
_MOST_LINES = 30
_MOST_TESTED = 40
_N_DRAWS = 2000
# of all slices that are named as worse, over all points together
_BY_CHANCE = 0.05


@dataclass(frozen=True)
class _Judged:
    """Judged rows: their places among those drawn, their strata, and which are hits.

    And the stream they are of: rows of each stratum, and whether bands may speak for each other.
    """

    places: list[int]
    strata: Ints
    is_hit: Bools
    sizes: Ints
    points: tuple[str, ...]
    follows: bool = True
    confidence: float = 0.0

    def counted(self, inside: Bools, sizes: Ints) -> Counted:
        """The rows of one side."""
        n = sizes.size
        return Counted(
            sizes=sizes,
            n_hits=np.bincount(self.strata[inside & self.is_hit], minlength=n).astype(np.int64),
            n_judged=np.bincount(self.strata[inside], minlength=n).astype(np.int64),
        )


def slices_by_points(
    artifacts: Artifacts,
    tuning: Tuning,
    data: Data | None,
    majority: MajorityJudgments,
    *,
    follows_scores: bool,
) -> tuple[StreamSlices, ...]:
    """What the judged rows say of slices at each operating point; empty where nothing is kept.

    Parameters
    ----------
    artifacts : Artifacts
        Where the slices lie.
    tuning : Tuning
        With thresholds on offer.
    data : Data or None
        Says what the columns hold; None where nothing does.
    majority : MajorityJudgments
        What people said; of a row that divides them, the likelier answer is taken to be right.
    follows_scores : bool
        Whether bands may speak for each other.
    """
    if not (tuning.stream_slices and data and majority.answers and tuning.points):
        return ()
    bands, by_row = kept_bands(artifacts, tuning)
    answers = likelier_answers(bands, by_row, majority)
    rows = list(answers)
    scores = np.array([by_row[row] for row in rows])
    is_hit = np.array(list(answers.values()), dtype=np.bool_)
    judged = _Judged(
        places=_places(artifacts, tuning, rows),
        strata=bands.bands[bands.slice_of(scores)],
        is_hit=is_hit,
        sizes=bands.band_sizes,
        points=tuple(point.name for point in tuning.points),
        follows=follows_scores,
    )
    levels = np.arange(bands.n_bands)
    alerts = [levels >= first for first in bands.first_alerts]

    def figures(inside: Bools, sizes: Ints, rng: np.random.Generator) -> list[SliceFigures]:
        rest = rest_of_bands(bands, scores[~inside], is_hit[~inside], rng, follows=follows_scores)
        return slice_figures(
            judged.counted(inside, sizes),
            judged.counted(~inside, judged.sizes - sizes),
            rest,
            rng,
            alerts=alerts,
        )

    return _reports(artifacts, tuning, data, judged, figures)


def slices_by_default(
    artifacts: Artifacts,
    tuning: Tuning,
    data: Data | None,
    answers: ValueAnswers,
    confidence: float = 0.0,
    name: str = "",
) -> StreamSlices | None:
    """The same where there is no threshold: a row is wrong, or off by more than the tolerance.

    Parameters
    ----------
    artifacts, tuning, data
        As of `slices_by_points`.
    answers : ValueAnswers
        One answer a judged row.
    confidence : float, default=0
        Of several classes: rows that score less have no answer, and are left aside.
    name : str, default=""
        The decision, as on offer; empty: the likeliest class, or the number.
    """
    if not (tuning.stream_slices and data and tuning.plain and answers.n_judged):
        return None
    numbers = tuning.plain.numbers
    found = (
        judged_classes(artifacts, tuning, answers, name)
        if numbers is None
        else judged_numbers(artifacts, tuning, numbers.tolerance, answers)
    )
    answered = _answered(found, confidence)
    rows = np.flatnonzero(answered[found.stratum])
    if not rows.size:
        return None
    judged = _Judged(
        places=_places(artifacts, tuning, [found.rows[at] for at in rows]),
        strata=found.stratum[rows],
        is_hit=found.is_wrong[rows],
        sizes=np.where(answered, found.strata.sizes, 0),
        points=(name or tuning.plain.name,),
        confidence=confidence,
    )
    every = judged.counted(np.ones(rows.size, dtype=np.bool_), judged.sizes)
    counts = StratumCounts(found.log_odds, found.groups, every.n_hits, every.n_judged)
    shares = draw_shares(counts, _N_DRAWS, np.random.default_rng(0))

    def figures(inside: Bools, sizes: Ints, rng: np.random.Generator) -> list[SliceFigures]:
        own = judged.counted(inside, sizes)
        others = judged.counted(~inside, judged.sizes - sizes)
        rest = rest_of_strata(shares, own.n_hits, own.n_judged, rng)
        if rest is None:
            left = StratumCounts(found.log_odds, found.groups, others.n_hits, others.n_judged)
            rest = draw_shares(left, 150, rng)
        return slice_figures(own, others, rest, rng)

    reports = _reports(artifacts, tuning, data, judged, figures)
    return reports[0] if reports else None


def _answered(found: JudgedRows, confidence: float) -> Bools:
    """Which strata have answers: they are cut at the confidences on offer."""
    strata = found.strata
    if not confidence or not isinstance(strata, ClassStrata):
        return np.ones(strata.sizes.size, dtype=np.bool_)
    return np.asarray(strata.bands >= np.searchsorted(strata.cuts, confidence, side="right"))


_FOUND: OrderedDict[str, tuple[StreamSlices, ...]] = OrderedDict()
"""Reports by what they are made of: three pages in a row show the same ones."""
_MOST_KEPT = 16

_Figures = Callable[[Bools, Ints, np.random.Generator], list[SliceFigures]]


def _places(artifacts: Artifacts, tuning: Tuning, rows: Sequence[int]) -> list[int]:
    """Where the rows stand among those drawn."""
    place = {row: at for at, row in enumerate(rows_to_judge(artifacts, tuning))}
    return [place[row] for row in rows]


def _reports(
    artifacts: Artifacts, tuning: Tuning, data: Data, judged: _Judged, figures: _Figures
) -> tuple[StreamSlices, ...]:
    """One report a point; made once of the same judgments."""
    basis = sha256("".join((tuning.stream_slices, tuning.sample, *judged.points)).encode())
    for part in (judged.places, judged.strata, judged.is_hit, judged.sizes, [judged.follows]):
        basis.update(np.asarray(part, dtype="<i8").tobytes())
    key = basis.hexdigest()
    found = _FOUND.get(key)
    if found is None:
        found = _FOUND[key] = _made(artifacts, tuning, data, judged, figures)
        if len(_FOUND) > _MOST_KEPT:
            _FOUND.popitem(last=False)
    return found


def _made(
    artifacts: Artifacts, tuning: Tuning, data: Data, judged: _Judged, figures: _Figures
) -> tuple[StreamSlices, ...]:
    kept = read_slices(artifacts, tuning.stream_slices)
    slices = [replace(each, sizes=np.where(judged.sizes, each.sizes, 0)) for each in kept.slices]
    frame = from_parquet(artifacts.get(tuning.sample_rows))
    belongs = members(frame, data, kept)[:, judged.places]
    n_judged = belongs.sum(axis=1)
    # what is looked at depends on how many rows were judged, never on what was said
    enough = np.flatnonzero((n_judged >= _FEWEST_JUDGED) & (n_judged < len(judged.places)))
    tested = enough[np.argsort(-n_judged[enough], kind="stable")][:_MOST_TESTED]
    found = {
        int(at): figures(belongs[at], slices[at].sizes, np.random.default_rng(int(at)))
        for at in tested
    }
    limit = float(ndtri(1 - _BY_CHANCE / max(len(found) * len(judged.points), 1)))
    reports = []
    for number, point in enumerate(judged.points):
        lines = [
            _line(slices[at], int(n_judged[at]), each[number], limit) for at, each in found.items()
        ]
        lines += [
            _unknown(each, int(n_judged[at]))
            for at, each in enumerate(slices)
            if each.is_group and at not in found
        ]
        reports.append(
            StreamSlices(
                point=point,
                n_tested=len(found),
                n_unknown=len(slices) - len(found),
                confidence=judged.confidence,
                lines=_ordered(lines),
                lacking=kept.lacking,
            )
        )
    return tuple(reports)


def _ordered(lines: list[StreamSlice]) -> tuple[StreamSlice, ...]:
    """Worse ones, named groups, then by how many were judged."""
    order = sorted(lines, key=lambda its: (its.state != WORSE, not its.is_group, -its.n_judged))
    n_told = sum(line.state == WORSE or line.is_group for line in order)
    return tuple(order[: max(n_told, _MOST_LINES)])


def _line(kept: KeptSlice, n_judged: int, found: SliceFigures, limit: float) -> StreamSlice:
    at_least = found.gap - limit * found.spread
    wrong = _told(found.wrong)
    state = UNKNOWN if wrong is None else NOT_SHOWN
    return StreamSlice(
        name=kept.rule.words,
        n_rows=int(kept.sizes.sum()),
        n_judged=n_judged,
        wrong=Bounds.of(found.wrong) if at_least > 0 else wrong,
        rest=found.rest,
        at_least=at_least if at_least > 0 else None,
        precision=_told(found.precision),
        recall=_told(found.recall),
        state=WORSE if at_least > 0 else state,
        is_group=kept.is_group,
    )


def _unknown(kept: KeptSlice, n_judged: int) -> StreamSlice:
    """A named group of which too few rows are judged to look at."""
    n_rows = int(kept.sizes.sum())
    return StreamSlice(
        name=kept.rule.words, n_rows=n_rows, n_judged=n_judged, wrong=None, rest=0.0, is_group=True
    )


def _told(found: Estimate[float] | None) -> Bounds | None:
    """An interval narrow enough to be stated."""
    if found is None or found.high - found.low > TOO_WIDE:
        return None
    return Bounds.of(found)
