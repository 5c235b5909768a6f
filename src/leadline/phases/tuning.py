"""apply / tuning: which operating points, precision against recall, are on offer?"""

from __future__ import annotations

from dataclasses import dataclass

from leadline.phases.data import MachineShare, learnt_notes
from leadline.phases.number_format import cost_words
from leadline.phases.performance.default_decision import DefaultDecision
from leadline.phases.performance.default_findings import default_findings
from leadline.phases.performance.slice_report import PointSlices, slice_findings
from leadline.phases.performance.stream_point import learnt_findings
from leadline.phases.scoring import scoring_of
from leadline.phases.verdict import (
    Answer,
    Bounds,
    Finding,
    Verdict,
    answer_of,
    fault,
    note,
    warning,
)
from leadline.phases.vocabulary.project_words import NO_WORDS, Words
from leadline.phases.wording import plural
from leadline.stats.metric import ResponseMethod

_FEWEST_POSITIVES = 10
_FEWEST_ROWS = 20
_WIDE = 0.3
_SIGNIFICANT = 0.05


@dataclass(frozen=True, kw_only=True)
class OperatingPoint:
    """A threshold with what it does on the test set.

    Attributes
    ----------
    name : str
        cautious, balanced or catch-all.
    threshold : float in [0, 1]
        Rows that score at least this are flagged.
    precision, recall : Bounds
        On the test set, with Wilson bounds.
    alert_share : float in [0, 1]
        Share of test rows flagged.
    cost_per_1000 : float
        Money that the errors on 1,000 rows cost.
    promise : str
        What is promised of it on rows like those of the test set; empty if nothing is.
    """

    name: str
    threshold: float
    precision: Bounds
    recall: Bounds
    alert_share: float
    cost_per_1000: float
    promise: str = ""


@dataclass(frozen=True, kw_only=True)
class ScoreGroup:
    """Test rows with similar scores.

    Attributes
    ----------
    claimed : float in [0, 1]
        Their mean score.
    happened : Bounds
        Share of hits among them.
    n_rows : int
        How many they are.
    """

    claimed: float
    happened: Bounds
    n_rows: int


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The final model on the test set and on the real stream.

    Attributes
    ----------
    candidate : str
        The trial the model was built from.
    model : str
        Digest of the model fitted on all train rows.
    scoring : str
        Metric of `test_score`.
    test_score : float
        On the test set.
    test_stderr : float or None
        Its standard error for lack of more test rows; None where it cannot be told, and in entries
        from before it was kept.
    test_freedom : int or None
        Degrees of freedom of that, where rows of a group or of a stretch of time err together: of
        few groups it is known poorly. None where rows err alone, and in entries from before.
    test_unseen : float or None
        Where no test row shows an error: the largest error that they do not rule out. None else,
        and in entries from before.
    chance_score : float or None
        Best score expected of one answer to all test rows; None in entries from before it was
        kept.
    fit_s : float
        Seconds the final fit took.
    n_train, n_test, n_positive : int
        Rows learnt from, rows judged on, hits among those (0 where no class is one).
    n_touches : int
        How often the test set has been used, this time included.
    currency : str
        Of the costs.
    points : tuple of OperatingPoint
        At most three, the most cautious first; empty where there is no threshold.
    plain : DefaultDecision or None
        What is on offer instead where there is none: of several classes, and of numbers.
    by_cost : DefaultDecision or None
        What is on offer beside it where confusions of classes are priced.
    stream : str
        Digest of the unlabelled rows; empty if there are none.
    n_stream : int
        Unlabelled rows.
    n_stream_learnt : int
        Of those, rows that the model was made of, where they are more than chance brings; else 0.
    stream_alerts : tuple of int
        Rows of the stream flagged, one number a point.
    stream_scores : str
        Digest of the stored scores of the stream; empty if there is none.
    stream_shares : str
        Digest of the stored probabilities of all classes, where there are several; else empty.
    stream_slices : str
        Digest of the slices of the stream, and of their rows by score; empty in entries from before
        it was kept.
    sample : str
        Digest of the row numbers of the stream chosen for judging; empty if there is none.
    n_sample : int
        Rows chosen for judging so far.
    n_planned : int
        Rows to be judged altogether: the others are chosen by what is said of the first ones. 0 in
        entries from before, which chose all at once.
    sample_rows, sample_scores : str
        Digests of the features and the scores of the rows chosen, in the order of `sample`.
    bands : str
        Digest of the stream as its judgments need to know it, a few dozen numbers; empty in
        entries from before it was kept.
    changes : str
        Digest of a few rows of the stream that are flagged by one point and not by the one
        before; none of them is judged.
    change_points : tuple of str
        The point that flags each of them.
    groups : tuple of ScoreGroup
        Whether scores mean what they say; by rising score.
    p_calibrated : float or None
        Chance of straying so far from it if they did; None where there is no threshold.
    slices : tuple of PointSlices
        Whom it fails, point by point; empty in entries from before it was looked at.
    words : Words
        Of the project when it was said.
    machine_shares : tuple of MachineShare
        Rows that only machines labelled and that are learnt from beside these, by machine.
    """

    candidate: str
    model: str
    scoring: str
    test_score: float
    test_stderr: float | None = None
    test_freedom: int | None = None
    test_unseen: float | None = None
    chance_score: float | None = None
    fit_s: float = 0.0
    n_train: int
    n_test: int
    n_positive: int
    n_touches: int
    currency: str
    points: tuple[OperatingPoint, ...]
    plain: DefaultDecision | None = None
    by_cost: DefaultDecision | None = None
    stream: str = ""
    n_stream: int = 0
    n_stream_learnt: int = 0
    stream_alerts: tuple[int, ...] = ()
    stream_scores: str = ""
    stream_shares: str = ""
    stream_slices: str = ""
    sample: str = ""
    n_sample: int = 0
    n_planned: int = 0
    sample_rows: str = ""
    sample_scores: str = ""
    bands: str = ""
    changes: str = ""
    change_points: tuple[str, ...] = ()
    groups: tuple[ScoreGroup, ...] = ()
    p_calibrated: float | None = None
    slices: tuple[PointSlices, ...] = ()
    words: Words = NO_WORDS
    machine_shares: tuple[MachineShare, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Tuning(Verdict, Evidence):
    """The operating points on offer."""

    @property
    def badge(self) -> str:
        """That points are on offer: whether one is good enough is another question."""
        return "on offer" if self.answer is Answer.GO else self.answer.value

    @property
    def names(self) -> tuple[str, ...]:
        """What may be chosen."""
        points = [point.name for point in self.points]
        return (*points, *(each.name for each in self.decisions))

    @property
    def decisions(self) -> tuple[DefaultDecision, ...]:
        """What is on offer where there is no threshold."""
        return tuple(each for each in (self.plain, self.by_cost) if each is not None)

    @property
    def test_bounds(self) -> Bounds | None:
        """The score on the test set with its 90 % interval; None where it is not known."""
        if self.test_unseen is not None:
            worst = scoring_of(self.scoring).score(self.test_unseen)
            low, high = sorted((worst, self.test_score))
            return Bounds(estimate=self.test_score, low=low, high=high)
        if not self.test_stderr:
            return None
        # here, so that asking where a project stands does not wait for SciPy
        from leadline.stats.metric.score_interval import score_interval

        known = self.scoring, self.test_score, self.test_stderr
        n_alone = self.n_test if self.test_freedom is None else None
        found = score_interval(*known, freedom=self.test_freedom, n_rows=n_alone)
        return Bounds(estimate=self.test_score, low=found.low, high=found.high)

    def point(self, name: str) -> OperatingPoint:
        """The operating point of a name.

        Raises
        ------
        KeyError
            If it is not on offer.
        """
        for point in self.points:
            if point.name == name:
                return point
        raise KeyError(name)


def assess(evidence: Evidence) -> Tuning:
    """Say which operating points are on offer, and how well they are known."""
    if evidence.plain is not None:
        return _assess_default(evidence, evidence.plain)
    findings: list[Finding] = []
    if evidence.n_positive < _FEWEST_POSITIVES:
        findings.append(
            fault(
                f"Of the test set only {evidence.n_positive:,} are {evidence.words.positive}.",
                f"At least {_FEWEST_POSITIVES} are needed to say anything of recall: label more.",
            )
        )
    findings.extend(
        warning(
            f"{point.name}: precision {_range(point.precision)}, recall {_range(point.recall)} "
            "are wide.",
            "A larger test set narrows them.",
        )
        for point in evidence.points
        if max(_width(point.precision), _width(point.recall)) > _WIDE
    )
    findings.extend(_promise_findings(evidence))
    findings.extend(_score_findings(evidence))
    findings.extend(slice_findings(evidence.slices))
    findings.extend(_use_findings(evidence))
    names = ", ".join(
        f"{point.name} (precision {point.precision.estimate:.2f}, "
        f"recall {point.recall.estimate:.2f})"
        for point in evidence.points
    )
    n_points = plural(len(evidence.points), "operating point")
    return Tuning(
        answer=answer_of(tuple(findings)),
        summary=f"{n_points} on {evidence.n_test:,} test rows: {names}.",
        findings=tuple(findings),
        **vars(evidence),
    )


def _promise_findings(evidence: Evidence) -> list[Finding]:
    return [
        note(f"{point.name}: {point.promise}, on rows like those of the test set.")
        for point in evidence.points
        if point.promise
    ]


def _score_findings(evidence: Evidence) -> list[Finding]:
    """Whether a score of .3 means three in ten."""
    if evidence.p_calibrated is None or evidence.p_calibrated >= _SIGNIFICANT:
        return []
    worst = max(evidence.groups, key=lambda group: abs(group.claimed - group.happened.estimate))
    return [
        warning(
            f"Scores do not mean what they say: of rows that score about {worst.claimed:.2f}, "
            f"{worst.happened.estimate:.2f} are {evidence.words.positive}.",
            "Read them as an order. Points are measured on labels, so they do not depend on it.",
        )
    ]


def _assess_default(evidence: Evidence, plain: DefaultDecision) -> Tuning:
    """The same where nothing is to be chosen: how often the default decision is right."""
    findings: list[Finding] = []
    if evidence.n_test < _FEWEST_ROWS:
        findings.append(
            fault(
                f"The test set holds {plural(evidence.n_test, 'row')} only.",
                f"At least {_FEWEST_ROWS} are needed to say how often it is right: label more.",
            )
        )
    findings += default_findings(plain, evidence.by_cost, evidence.currency)
    findings += [*slice_findings(evidence.slices), *_use_findings(evidence)]
    return Tuning(
        answer=answer_of(tuple(findings)),
        summary=_default_summary(evidence, plain),
        findings=tuple(findings),
        **vars(evidence),
    )


def _default_summary(evidence: Evidence, plain: DefaultDecision) -> str:
    rows = f"of {evidence.n_test:,} test rows"
    by_cost = evidence.by_cost
    if by_cost is None or by_cost.cost is None or plain.cost is None:
        return f"One point on offer, {plain.name}: {rows} {plain.words}."
    told = [
        f"{each.words} and costs {cost_words(cost, evidence.currency)} a row"
        for each, cost in ((plain, plain.cost), (by_cost, by_cost.cost))
    ]
    return f"Two points on offer: {rows} {'; '.join(told)}."


def _use_findings(evidence: Evidence) -> list[Finding]:
    """What holds for every task: no better than one answer, a test set used often, no stream."""
    findings = _chance_findings(evidence) + learnt_notes(evidence.machine_shares, evidence.n_train)
    if evidence.n_touches > 1:
        findings.append(
            warning(
                f"The test set has been used {evidence.n_touches} times: its score flatters.",
                "Label fresh test rows before the next release.",
            )
        )
    if not evidence.stream:
        findings.append(
            note(
                "There are no unlabelled rows to try the points on.",
                "Name them in leadline.toml, [data] stream = ['FILE'], then 'leadline run tuning'.",
            )
        )
    return [*findings, *learnt_findings(evidence.n_stream_learnt, evidence.n_stream)]


def _chance_findings(evidence: Evidence) -> list[Finding]:
    """Whether the model does better on the test rows than the best of one answer to all of them."""
    chance, metric = evidence.chance_score, scoring_of(evidence.scoring)
    if chance is None or metric.error(evidence.test_score) < metric.error(chance):
        return []
    told = (
        f"On the test rows it does no better than one and the same answer to all of them can: "
        f"{metric.words} of {evidence.test_score:z.3f}, that {chance:.3f}."
    )
    how = "See what the test rows have that the train rows had not, or go back to the data."
    # a threshold, or the class of least cost, may still pay where the usual answer does not
    is_other = evidence.plain is None or evidence.by_cost is not None
    is_of_usual = is_other and metric.response is ResponseMethod.PREDICT
    return [warning(told, how) if is_of_usual else fault(told, how)]


def _width(bounds: Bounds) -> float:
    return bounds.high - bounds.low


def _range(bounds: Bounds) -> str:
    return f"{bounds.low:.2f} to {bounds.high:.2f}"
