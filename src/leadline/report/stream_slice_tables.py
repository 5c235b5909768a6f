"""Tables of slices of the real stream: whom it fails by the rows that people judged."""

from __future__ import annotations

from collections.abc import Sequence

from leadline.phases.number_format import percent_range
from leadline.phases.performance.slice_report import UNKNOWN, WORSE
from leadline.phases.performance.stream_slices import StreamSlice, StreamSlices
from leadline.phases.review import Review
from leadline.phases.verdict import Bounds, Verdict
from leadline.phases.wording import share_words
from leadline.report.text_table import Table, tabled

_HEAD = ("Slice", "Rows, judged", "Wrong", "The rest", "Worse by at least")


def stream_slice_tables(reports: Sequence[StreamSlices]) -> tuple[Table, ...]:
    """One table an operating point; none for one without lines.

    Parameters
    ----------
    reports : sequence of StreamSlices
        As judged.
    """
    return tuple(_table(report) for report in reports if report.lines)


def judged_slices(verdict: Verdict) -> tuple[Table, ...]:
    """The same of a verdict of review, at the point chosen; none of any other row."""
    if not isinstance(verdict, Review) or verdict.slices is None:
        return ()
    return stream_slice_tables([verdict.slices])


def _table(report: StreamSlices) -> Table:
    has_points = any(line.precision or line.recall for line in report.lines)
    head = [*_HEAD, *(("Precision", "Recall") if has_points else ()), "What the rows say"]
    rows = [_row(line, has_points) for line in report.lines]
    return tabled(f"On the real stream, at {report.point}", head, rows)


def _row(line: StreamSlice, has_points: bool) -> tuple[str, ...]:
    measures = (_range(line.precision), _range(line.recall)) if has_points else ()
    rest = f"about {share_words(line.rest)}" if line.wrong or line.state != UNKNOWN else "–"
    return (
        line.name + (" (named group)" if line.is_group else ""),
        f"{line.n_rows:,}, {line.n_judged:,}",
        _range(line.wrong),
        rest,
        "–" if line.at_least is None else share_words(line.at_least, 1),
        *measures,
        "worse than the rest" if line.state == WORSE else line.state,
    )


def _range(bounds: Bounds | None) -> str:
    return "–" if bounds is None else percent_range(bounds)
