"""Tables of slices and groups: whom it fails, point by point."""

from __future__ import annotations

from leadline.phases.performance.slice_report import (
    UNKNOWN,
    WORSE,
    GroupLine,
    PointSlices,
    RateGap,
    SliceLine,
    loss_words,
)
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Bounds, Verdict
from leadline.phases.wording import share_words
from leadline.report.text_table import Table, tabled


def slice_tables(verdict: Verdict) -> tuple[Table, ...]:
    """One table of slices an operating point, each followed by one of named groups.

    Parameters
    ----------
    verdict : Verdict
        Of any row; none but tuning has them.
    """
    if not isinstance(verdict, Tuning):
        return ()
    tables = []
    for report in verdict.slices:
        if report.lines:
            tables.append(_slices(report))
        if report.groups:
            tables.append(_groups(report))
    return tuple(tables)


def _slices(report: PointSlices) -> Table:
    what = "Wrong" if report.is_share else "Off by, on average"
    head = ["Slice", "Test rows", what, "The rest", "Worse by at least"]
    has_points = any(line.precision or line.recall for line in report.lines)
    head += ["Precision", "Recall"] if has_points else []
    rows = []
    for line in report.lines:
        measures = [_range(line.precision, True), _range(line.recall, True)] if has_points else []
        rows.append(
            (
                line.name + (" (named group)" if line.is_group else ""),
                f"{line.n_rows:,}",
                _range(line.loss, report.is_share),
                loss_words(line.rest, report.is_share),
                "–" if line.at_least is None else loss_words(line.at_least, report.is_share),
                *measures,
                _said(line, report),
            )
        )
    return tabled(f"Whom it fails at {report.point}", [*head, "What the rows say"], rows)


def _said(line: SliceLine, report: PointSlices) -> str:
    if line.state == WORSE:
        if line.explained is None:
            return "worse than the rest"
        explained = loss_words(line.explained, report.is_share)
        return f"worse than its parts explain ({explained})"
    if line.state == UNKNOWN and line.detectable is not None:
        seen = loss_words(line.detectable, report.is_share)
        return f"{UNKNOWN}: a difference under {seen} may be missed"
    return line.state


def _groups(report: PointSlices) -> Table:
    head = ("Group", "Test rows", "Flagged", "Missed", "Flagged wrongly")
    rows = [_group(line) for line in report.groups]
    return tabled(f"Named groups at {report.point}: rates, and how they differ", head, rows)


def _group(line: GroupLine) -> tuple[str, ...]:
    rates = (line.selection, line.miss, line.false_alarm)
    return (line.name, f"{line.n_rows:,}", *map(_gap, rates))


def _gap(its: RateGap) -> str:
    if its.rate is None or its.rest is None:
        return "no rows to count it on"
    gap = f"{100 * its.gap.low:+.1f} to {100 * its.gap.high:+.1f} points"
    shown = "differs" if its.is_shown else "no difference shown"
    return f"{share_words(its.rate, 1)}, the rest {share_words(its.rest, 1)}: {shown} ({gap})"


def _range(bounds: Bounds | None, is_share: bool) -> str:
    if bounds is None:
        return "–"
    ends = [loss_words(each, is_share) for each in (bounds.estimate, bounds.low, bounds.high)]
    return "{} ({} to {})".format(*ends)
