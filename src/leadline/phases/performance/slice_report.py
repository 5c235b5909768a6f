"""Slice report: the parts of the test rows on which the model fares worse, and named groups.

One report an operating point. "Worse than the rest by at least x" is said only where the rows show
it, all slices of all points looked at together; where they could not show even twice the usual
error, that is said instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadline.phases.verdict import Bounds, Finding, Severity, note, warning
from leadline.phases.wording import plural, share_words, three_digits

WORSE = "worse"
NOT_SHOWN = "no difference shown"
UNKNOWN = "not enough rows to know"
_MOST_TOLD = 5
_DIGITS = 2


@dataclass(frozen=True, kw_only=True)
class SliceLine:
    """One slice at one operating point.

    Attributes
    ----------
    name : str
        Its rule in words: carrier = UA.
    columns : tuple of str
        The one or two columns of the rule.
    n_rows : int
        Test rows in it.
    loss : Bounds or None
        Share of them that is wrong, or how far off they are on average; each interval for itself
        (90 %). None where there are too few rows for one.
    rest : float
        The same of all other test rows.
    at_least : float or None
        The difference is at least this, all slices looked at together; None where none is shown.
    p_value : float in [0, 1]
        Adjusted for everything that was looked at.
    detectable : float or None
        A difference of this size would have been found in 4 of 5 cases; None if it has too few rows
        to be tested.
    explained : float or None
        What the two parts of a pair lead to expect of it; None for one column.
    state : str
        `WORSE`, `NOT_SHOWN` or `UNKNOWN`.
    precision, recall : Bounds or None
        Of a yes/no question, each interval for itself (90 %); None where nothing counts.
    is_group : bool
        Whether it is of a column named under [ethics] groups.
    """

    name: str
    columns: tuple[str, ...]
    n_rows: int
    loss: Bounds | None
    rest: float
    at_least: float | None = None
    p_value: float = 1.0
    detectable: float | None = None
    explained: float | None = None
    state: str = UNKNOWN
    precision: Bounds | None = None
    recall: Bounds | None = None
    is_group: bool = False


@dataclass(frozen=True, kw_only=True)
class RateGap:
    """A rate of a group beside that of the rest.

    Attributes
    ----------
    rate, rest : float or None
        None where there are no rows to count it on.
    gap : Bounds
        Group minus rest; all intervals of all groups and points hold at once (95 %).
    """

    rate: float | None
    rest: float | None
    gap: Bounds

    @property
    def is_shown(self) -> bool:
        """Whether the rows show a difference, in either direction."""
        return self.gap.low > 0 or self.gap.high < 0


@dataclass(frozen=True, kw_only=True)
class GroupLine:
    """A named group at one operating point, with what fairness asks about.

    Attributes
    ----------
    name : str
        Who belongs to it, in words.
    n_rows : int
        Test rows of it.
    selection, miss, false_alarm : RateGap
        Flagged, of all rows; not flagged, of those that should be; flagged, of those that should
        not.
    """

    name: str
    n_rows: int
    selection: RateGap
    miss: RateGap
    false_alarm: RateGap


@dataclass(frozen=True, kw_only=True)
class PointSlices:
    """What was looked at, at one operating point.

    Attributes
    ----------
    point : str
        Its name.
    mean_loss : float
        Over all test rows.
    is_share : bool
        Whether the loss is a share of rows that are wrong; else how far off numbers are.
    n_tested, n_pairs : int
        Slices of one column, and pairs, that were tested.
    n_unknown : int
        Slices of one column that have not enough rows to know.
    alike_by : str
        Column of groups or times whose rows are alike, if the split is by them; else empty.
    is_by_time : bool
        Whether that is a column of times.
    lines : tuple of SliceLine
        Those that are worse, those of named groups, and some of the others, worst first.
    groups : tuple of GroupLine
        Named groups; empty where none are named, and where nothing is flagged.
    """

    point: str
    mean_loss: float
    is_share: bool = True
    n_tested: int
    n_pairs: int
    n_unknown: int = 0
    alike_by: str = ""
    is_by_time: bool = False
    lines: tuple[SliceLine, ...] = ()
    groups: tuple[GroupLine, ...] = ()

    @property
    def worse(self) -> tuple[SliceLine, ...]:
        """Slices that are shown to be worse than the rest."""
        return tuple(line for line in self.lines if line.state == WORSE)


def slice_findings(reports: Sequence[PointSlices]) -> list[Finding]:
    """Whom it fails, in words; nothing where nobody has looked.

    Parameters
    ----------
    reports : sequence of PointSlices
        One an operating point.
    """
    if not reports or not any(report.n_tested for report in reports):
        return []
    findings = _worse_findings(reports) or [_none_worse(reports)]
    findings += [*_unknown_groups(reports[0]), *_gap_findings(reports)]
    return [*findings, *_alike_finding(reports[0], findings)]


def loss_words(value: float, is_share: bool) -> str:
    """A mean loss as people read it.

    Examples
    --------
    >>> loss_words(0.243, True), loss_words(31.23, False)
    ('24.3%', '31.2')
    """
    return share_words(value, 1) if is_share else f"{three_digits(value)}"


def _worse_findings(reports: Sequence[PointSlices]) -> list[Finding]:
    """One a slice, at the point where most is shown."""
    found: dict[str, list[tuple[PointSlices, SliceLine]]] = {}
    for report in reports:
        for line in report.worse:
            found.setdefault(line.name, []).append((report, line))
    # most is gained where most is lost
    ranked = sorted(found.values(), key=lambda its: -max(_excess(line) for _, line in its))
    findings = [_worse_finding(its) for its in ranked[:_MOST_TOLD]]
    if len(ranked) > _MOST_TOLD:
        more = plural(len(ranked) - _MOST_TOLD, "further slice")
        findings.append(note(f"{more} fare worse too: the table names them."))
    return findings


def _excess(line: SliceLine) -> float:
    return (line.at_least or 0.0) * line.n_rows


def _worse_finding(its: list[tuple[PointSlices, SliceLine]]) -> Finding:
    report, line = max(its, key=lambda each: each[1].at_least or 0.0)
    inside = line.loss.estimate if line.loss else 0.0
    told = [loss_words(each, report.is_share) for each in (inside, line.rest, line.at_least or 0.0)]
    what = "wrong" if report.is_share else "off by {} on average, the rest by {}"
    points = ", ".join(each.point for each, _ in its)
    if report.is_share:
        words = f"{told[0]} of {plural(line.n_rows, 'test row')} are {what}, {told[1]} of the rest"
    else:
        words = f"{plural(line.n_rows, 'test row')} are {what.format(*told[:2])}"
    parts = ""
    if line.explained is not None:
        parts = f"; its two parts explain {loss_words(line.explained, report.is_share)}"
    return warning(
        f"Fares worse: {line.name} ({points}). {words}{parts}; the difference is at least "
        f"{told[2]}.",
        "Look at such rows, label more of them, or leave them to people.",
        line.columns,
    )


def _none_worse(reports: Sequence[PointSlices]) -> Finding:
    first = reports[0]
    looked = f"{plural(first.n_tested, 'slice')} and {plural(first.n_pairs, 'pair')} looked at"
    unknown = max(report.n_unknown for report in reports)
    rest = ""
    if unknown:
        further = f"{unknown:,} further slice{' has' if unknown == 1 else 's have'}"
        rest = f" {further} too few test rows to be looked at."
    return note(f"No slice is shown to fare worse than the rest, of {looked}.{rest}")


def _unknown_groups(report: PointSlices) -> list[Finding]:
    names = [line.name for line in report.lines if line.is_group and line.state == UNKNOWN]
    if not names:
        return []
    more = ", ..." if len(names) > _MOST_TOLD else ""
    return [
        note(
            f"Not enough test rows to know whether it fails these groups: "
            f"{', '.join(names[:_MOST_TOLD])}{more}.",
            "Label test rows of them.",
        )
    ]


def _alike_finding(report: PointSlices, findings: Sequence[Finding]) -> list[Finding]:
    """That rows depend on each other, where differences are judged, or shown, as if not."""
    is_named = any(each.severity is not Severity.NOTE for each in findings)
    if not report.alike_by or not (is_named or report.groups):
        return []
    narrow = ", and the intervals of named groups are too narrow" if report.groups else ""
    rows, them = f"Rows of one {report.alike_by!r} are alike", "a few of them"
    if report.is_by_time:
        rows, them = f"Rows near each other by {report.alike_by!r} may be alike", "a short time"
    return [
        note(
            f"{rows}, and differences were judged as if they were not: more are named than the 1 "
            f"in 20 that is meant{narrow}.",
            f"Look whether the rows of a slice come from {them}.",
            (report.alike_by,),
        )
    ]


_RATES = (
    ("selection", "is flagged", "flagged, of all rows"),
    ("miss", "is missed", "missed, of those that should be flagged"),
    ("false_alarm", "is flagged wrongly", "flagged, of those that should not be"),
)


def _is_told_by_the_other(its: RateGap, report: PointSlices, field: str) -> bool:
    """Of two groups one is as much above the rest as the other is below: the one above is told."""
    gaps = [getattr(group, field).gap.estimate for group in report.groups]
    return its.gap.estimate < 0 and -its.gap.estimate in gaps


def _gap_findings(reports: Sequence[PointSlices]) -> list[Finding]:
    """Groups whose rates differ, once a group and rate, at the point where most is shown."""
    shown: dict[tuple[str, str], tuple[float, str]] = {}
    for report in reports:
        for group in report.groups:
            for field, verb, of in _RATES:
                its: RateGap = getattr(group, field)
                if not its.is_shown or its.rate is None or its.rest is None:
                    continue
                if _is_told_by_the_other(its, report, field):
                    continue
                low, high = sorted((abs(its.gap.low), abs(its.gap.high)))
                often = "more" if its.gap.estimate > 0 else "less"
                words = (
                    f"{group.name} {verb} {often} often at {report.point!r}: "
                    f"{share_words(its.rate, 1)} {of}, {share_words(its.rest, 1)} in the rest; "
                    f"the difference is {low:.1%} to {high:.1%}."
                )
                key = (group.name, field)
                if key not in shown or low > shown[key][0]:
                    shown[key] = (low, words)
    ranked = sorted(shown.values(), key=lambda each: -each[0])
    findings = [
        warning(words, "Ask those concerned whether that is fair; a person must decide.")
        for _, words in ranked[:_MOST_TOLD]
    ]
    if len(ranked) > _MOST_TOLD:
        findings.append(
            note(f"{len(ranked) - _MOST_TOLD} further differences of groups: see below.")
        )
    return findings
