"""train / curve: how fast do the best candidates learn from more data?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import Any, ClassVar

from leadline.phases.data import MachineShare, learnt_notes
from leadline.phases.number_format import percent
from leadline.phases.verdict import Answer, Finding, Verdict, note, warning
from leadline.phases.wording import plural

_FEWEST_SIZES = 5
_FEWEST_REPEATS = 3
_SURE = 0.05
_LUCK = " Learning nothing would do as well by luck with a chance of {}."
_DIFFERENT = 0.1


class Stop(StrEnum):
    """Why the measuring ended."""

    SETTLED = "settled"
    TIME = "time"
    EXHAUSTED = "exhausted"


@dataclass(frozen=True, kw_only=True)
class Point:
    """Errors measured at one train size.

    Attributes
    ----------
    n_train : int
        Rows learnt from.
    errors : tuple of float
        One a repeat; error as the scoring declares it.
    fit_s : float
        Mean seconds of one fit.
    sampling : tuple of float
        Standard error of each repeat for want of more validation rows; empty where nobody
        estimated it.
    n_valid : tuple of int
        Validation rows each repeat was judged on; empty where nobody counted.
    n_judged : int or None
        Different validation rows over all repeats; None: no two repeats shared one.
    """

    n_train: int
    errors: tuple[float, ...]
    fit_s: float
    sampling: tuple[float, ...] = ()
    n_valid: tuple[int, ...] = ()
    n_judged: int | None = None

    @property
    def mean(self) -> float:
        """Mean error."""
        return sum(self.errors) / len(self.errors)

    @property
    def stderr(self) -> float | None:
        r"""Standard error of the mean: the spread over splits and the sampling of validation rows.

        With a repeat's variance :math:`s^2` over the repeats, and :math:`v` of it from the
        sampling of its own :math:`m` validation rows, the mean of :math:`K` repeats has

        .. math:: \max(s^2 - v, 0) / K + v\, m / D

        where :math:`D` is the number of different validation rows behind all of them. The second
        part is the floor: repeats that share their validation rows agree on them, and no number of
        repeats makes that go away, which is what the correction of [1]_ is about. Where no two
        share a row it is ``v / K``. The overlap of train sets is not corrected for. None where
        there is one repeat and its sampling is not known.

        References
        ----------
        .. [1] C. Nadeau, Y. Bengio (2003), Inference for the generalization error. Machine
           Learning 52, 239-281.
        """
        n = len(self.errors)
        if n < 2 and not self.sampling_variance:
            return None
        return sqrt(self.split_variance / n + self.sampling_variance * self._shared)

    @property
    def split_variance(self) -> float:
        """Variance of one repeat over splits alone; 0 with one repeat."""
        n = len(self.errors)
        if n < 2:
            return 0.0
        variance = sum((error - self.mean) ** 2 for error in self.errors) / (n - 1)
        return max(variance - self.sampling_variance, 0.0)

    @property
    def sampling_variance(self) -> float:
        """Variance of one repeat for want of validation rows; 0 where nobody estimated it."""
        return sum(each**2 for each in self.sampling) / max(len(self.sampling), 1)

    @property
    def _shared(self) -> float:
        """Validation rows of one repeat over the different ones behind all of them."""
        least = 1 / len(self.errors)
        if self.n_judged is None or not self.n_valid:
            return least
        each = sum(self.n_valid) / len(self.n_valid)
        return min(max(each / self.n_judged, least), 1.0)


@dataclass(frozen=True, kw_only=True)
class CandidateCurve:
    """One candidate's learning curve.

    Attributes
    ----------
    candidate : str
        Name of its trial.
    points : tuple of Point
        Smallest size first.
    """

    candidate: str
    points: tuple[Point, ...]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The measured curves.

    Attributes
    ----------
    scoring : str
        The metric; errors are as it declares.
    curves : tuple of CandidateCurve
        The chosen candidate first.
    chance_error : float
        Error of the baseline that learns nothing.
    n_available : int
        Train rows there are.
    spent_s : float
        Seconds the measuring took this time.
    n_affordable : int or None
        Train size whose forecast the measuring was to sharpen; None where sizes were fixed.
    stopped : Stop or None
        Why the measuring of the chosen candidate ended; None where sizes were fixed.
    n_kept : int
        Fits that an earlier run had finished.
    next_rule : str
        How rows to label next were ranked by what the chosen candidate learnt; "random": not at
        all.
    ranking : str
        Digest of the ranking; empty where there is none.
    machine_shares : tuple of MachineShare
        Rows that only machines labelled and that are learnt from beside these, by machine.
        At each size as large a part of them is learnt from as of the train rows.
    without_machines : Point or None
        The chosen candidate at its largest size without these rows, on the same folds; None where
        there are none, or it could not be fitted.
    """

    scoring: str
    curves: tuple[CandidateCurve, ...]
    chance_error: float
    n_available: int
    spent_s: float
    n_affordable: int | None = None
    stopped: Stop | None = None
    n_kept: int = 0
    next_rule: str = "random"
    ranking: str = ""
    machine_shares: tuple[MachineShare, ...] = ()
    without_machines: Point | None = None


@dataclass(frozen=True, kw_only=True)
class Curve(Verdict, Evidence):
    """The learning curves."""

    VERSION: ClassVar[int] = 3

    @classmethod
    def upgrade(cls, payload: Mapping[str, Any], version: int) -> dict[str, Any]:  # noqa: ARG003
        """Read version 2, which had another name of the affordable size, and version 1.

        In version 1 sizes were fixed, and nobody estimated the validation sampling.
        """
        n_affordable = payload.get("n_aim")
        return {"n_affordable": n_affordable, "stopped": None, "n_kept": 0, **payload}


def assess(evidence: Evidence) -> Curve:
    """Say how the error falls with more rows."""
    first = evidence.curves[0]
    start, end = first.points[0], first.points[-1]
    findings: list[Finding] = []
    if len(first.points) < _FEWEST_SIZES:
        findings.append(
            warning(
                f"Measured at {len(first.points)} sizes only.",
                f"{_FEWEST_SIZES} are needed to trust a forecast: bring more rows.",
            )
        )
    if min(len(point.errors) for point in first.points) < _FEWEST_REPEATS:
        findings.append(warning(f"Fewer than {_FEWEST_REPEATS} repeats at some sizes."))
    if end.mean >= start.mean:
        findings.append(warning("The error does not fall with more rows."))
    by_chance = _not_better(first.points, evidence.chance_error)
    findings.extend(_small_data(first.points, by_chance))
    findings.extend(_crossings(evidence))
    findings.extend(_ending(evidence))
    findings.extend(learnt_notes(evidence.machine_shares, evidence.n_available))
    findings.extend(_with_and_without(evidence))
    if evidence.ranking:
        findings.append(
            note(
                f"Train rows to label next are ordered by {evidence.next_rule}, as "
                f"{first.candidate} sees them now; test rows stay drawn by chance."
            )
        )
    has_learnt = end not in by_chance
    return Curve(
        answer=Answer.GO if has_learnt else Answer.UNCLEAR,
        summary=(
            f"{first.candidate}: the error goes from {start.mean:.3f} at {start.n_train:,} rows "
            f"to {end.mean:.3f} at {end.n_train:,}"
            + ("." if has_learnt else ", which is not shown to be better than chance.")
        ),
        findings=tuple(findings),
        **vars(evidence),
    )


def p_no_better(point: Point, chance_error: float) -> float | None:
    """Chance of so small a mean error, or a smaller one, if nothing had been learnt.

    One-sided Student t test with the point's own standard error and one degree of freedom fewer
    than repeats. None where that is not known.

    Examples
    --------
    >>> point = Point(n_train=100, errors=(0.3, 0.32, 0.34), fit_s=0.1)
    >>> round(p_no_better(point, 0.5), 3)
    0.002
    """
    # here, so that asking where a project stands does not wait for SciPy
    from scipy.special import stdtr

    stderr, n_repeats = point.stderr, len(point.errors)
    if stderr is None or n_repeats < 2:
        return None
    if stderr == 0:
        return 0.0 if point.mean < chance_error else 1.0
    return float(stdtr(n_repeats - 1, (point.mean - chance_error) / stderr))


def shown_better(points: tuple[Point, ...], chance_error: float) -> tuple[bool, ...]:
    """Whether the error of each point is taken for better than chance, as the verdict takes it."""
    by_chance = _not_better(points, chance_error)
    return tuple(point not in by_chance for point in points)


def _not_better(points: tuple[Point, ...], chance_error: float) -> dict[Point, float | None]:
    """Points whose error is not shown to be below that of learning nothing, and by what chance.

    None where nothing tells the chance; there the mean alone is looked at.
    """
    found = {}
    for point in points:
        is_few = len(point.errors) < _FEWEST_REPEATS
        p = _p_of_few(point, points, chance_error) if is_few else p_no_better(point, chance_error)
        if point.mean >= chance_error if p is None else p > _SURE:
            found[point] = p
    return found


def _p_of_few(point: Point, points: tuple[Point, ...], chance_error: float) -> float | None:
    """The same test of a point with one repeat or two, by the spread of repeats at all sizes."""
    from scipy.special import ndtr, stdtr

    stderr = point.stderr or 0.0
    degrees = sum(len(each.errors) - 1 for each in points)
    if degrees:
        off = sum((error - each.mean) ** 2 for each in points for error in each.errors)
        stderr = max(stderr, sqrt(off / degrees / len(point.errors)))
    if stderr == 0:
        return None
    ratio = (point.mean - chance_error) / stderr
    return float(stdtr(degrees, ratio) if degrees else ndtr(ratio))


def _small_data(
    points: tuple[Point, ...], by_chance: Mapping[Point, float | None]
) -> list[Finding]:
    """Up to which size, or that at all of them, nothing is shown to be learnt."""
    if not by_chance:
        return []
    point = list(by_chance)[-1]
    if point is points[-1]:
        p = by_chance[point]
        luck = "" if p is None else _LUCK.format(percent(p))
        return [
            warning(
                f"Even at {plural(point.n_train, 'row')} the error is not shown to be better than "
                f"chance: small-data region.{luck}",
                "Bring more rows or better columns; a forecast from here is a guess.",
            )
        ]
    return [
        note(
            f"Up to {plural(point.n_train, 'row')} the error is not shown to be better than chance "
            "(small-data region); beyond, it is."
        )
    ]


def _crossings(evidence: Evidence) -> list[Finding]:
    first, *others = evidence.curves
    mine = {point.n_train: point.mean for point in first.points}
    findings = []
    for other in others:
        gaps = [mine[p.n_train] - p.mean for p in other.points if p.n_train in mine]
        if gaps and gaps[0] * gaps[-1] < 0:
            findings.append(note(f"The curves of {first.candidate} and {other.candidate} cross."))
    return findings


def _with_and_without(evidence: Evidence) -> list[Finding]:
    """Whether the rows of machines help, on people's labels."""
    # here, so that asking where a project stands does not wait for SciPy
    from leadline.stats.candidate_comparison import corrected_resampled_t

    without = evidence.without_machines
    if without is None:
        return []
    same = next(p for p in evidence.curves[0].points if p.n_train == without.n_train)
    pairs = list(zip(same.errors, without.errors, strict=False))
    means = [sum(pair[part] for pair in pairs) / len(pairs) for part in (0, 1)]
    told = (
        f"On the same {plural(len(pairs), 'fold')}, by people's labels, the error with the rows of "
        f"machines is {means[0]:.3f}, and without them {means[1]:.3f}"
    )
    n_valid = round(sum(without.n_valid) / max(len(without.n_valid), 1))
    gains = [one - other for other, one in pairs]
    p = corrected_resampled_t(gains, without.n_train, max(n_valid, 1)).p_value
    if p > _DIFFERENT:
        return [note(f"{told}: no difference is shown.")]
    if means[0] < means[1]:
        return [note(f"{told}: they help.")]
    return [
        warning(
            f"{told}: they do harm.",
            "Set train = false under the section of the machine in leadline.toml, and run again.",
        )
    ]


def _ending(evidence: Evidence) -> list[Finding]:
    """Why the measuring stopped, and what it did not need to do again."""
    aim = f"at {plural(evidence.n_affordable, 'row')}" if evidence.n_affordable else ""
    words = {
        Stop.SETTLED: "Measuring stopped because more of it would hardly narrow the forecast "
        f"{aim}.",
        Stop.TIME: f"Measuring stopped at the end of the time box; the forecast {aim} may still "
        "be narrowed.",
        Stop.EXHAUSTED: "Measuring stopped because every size had been measured often enough.",
    }
    more = {Stop.TIME: "Run 'leadline run curve' again: it goes on where it stopped."}
    findings = []
    if evidence.stopped is not None:
        findings.append(note(words[evidence.stopped], more.get(evidence.stopped, "")))
    if evidence.n_kept:
        findings.append(
            note(f"{plural(evidence.n_kept, 'fit')} of an earlier run did not have to be repeated.")
        )
    return findings
