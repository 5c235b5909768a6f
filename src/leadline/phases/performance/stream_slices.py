"""Slices of the real stream: the parts on which the judged rows show the model to fare worse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadline.phases.number_format import percent_range
from leadline.phases.performance.slice_report import UNKNOWN, WORSE
from leadline.phases.verdict import Bounds, Finding, note, warning
from leadline.phases.wording import plural, share_words

_MOST_TOLD = 5


@dataclass(frozen=True, kw_only=True)
class StreamSlice:
    """One slice of the stream at one operating point.

    Attributes
    ----------
    name : str
        Its rule in words: carrier = UA.
    n_rows, n_judged : int
        Its rows of the stream; of these judged.
    wrong : Bounds or None
        Share of its rows that is wrong, of numbers off by more than the tolerance; each interval
        for itself (90 %). None where too few are judged to tell: the range would be too wide.
    rest : float
        The same of the rest of the stream.
    at_least : float or None
        The difference is at least this, all slices looked at together; None where none is shown.
    precision, recall : Bounds or None
        Of a yes/no question; None where too few are judged to tell.
    state : str
        `WORSE`, `NOT_SHOWN` or `UNKNOWN`, as of slices of the test set.
    is_group : bool
        Whether it is of a column named under [ethics] groups.
    """

    name: str
    n_rows: int
    n_judged: int
    wrong: Bounds | None
    rest: float
    at_least: float | None = None
    precision: Bounds | None = None
    recall: Bounds | None = None
    state: str = UNKNOWN
    is_group: bool = False


@dataclass(frozen=True, kw_only=True)
class StreamSlices:
    """What the judged rows say of slices, at one operating point.

    Attributes
    ----------
    point : str
        Its name.
    n_tested : int
        Slices with enough judged rows to be looked at.
    n_unknown : int
        Slices of the stream with fewer.
    lines : tuple of StreamSlice
        Those that are worse, those of named groups, then the others with the most judged rows.
    lacking : tuple of str
        Columns of named groups that the stream does not have.
    confidence : float in [0, 1]
        Of several classes: rows that score less have no answer, and are left aside; 0: none is.
    """

    point: str
    n_tested: int
    n_unknown: int = 0
    confidence: float = 0.0
    lines: tuple[StreamSlice, ...] = ()
    lacking: tuple[str, ...] = ()

    @property
    def worse(self) -> tuple[StreamSlice, ...]:
        """Slices that are shown to be worse than the rest."""
        return tuple(line for line in self.lines if line.state == WORSE)


def stream_slice_findings(report: StreamSlices | None) -> list[Finding]:
    """Whom it fails on the stream, in words; nothing where nobody has looked.

    Parameters
    ----------
    report : StreamSlices or None
        At the point that was chosen.
    """
    if report is None or not (report.n_tested or report.n_unknown or report.lacking):
        return []
    findings = [_worse(line, report) for line in report.worse[:_MOST_TOLD]]
    if not findings and report.n_tested:
        findings.append(
            note(
                "On the stream no slice is shown to fare worse than the rest, of "
                f"{plural(report.n_tested, 'slice')} with enough judged rows to look at."
            )
        )
    unknown = [line.name for line in report.lines if line.is_group and line.state == UNKNOWN]
    if unknown:
        more = ", ..." if len(unknown) > _MOST_TOLD else ""
        findings.append(
            note(
                "Not enough judged rows to know whether it fails these groups on the stream: "
                f"{', '.join(unknown[:_MOST_TOLD])}{more}.",
                "Judge more rows: 'leadline review --more 50'.",
            )
        )
    findings.extend(_lacking(report.lacking))
    return findings


def _worse(line: StreamSlice, report: StreamSlices) -> Finding:
    wrong = percent_range(line.wrong) if line.wrong else ""
    rows = plural(line.n_rows, "answered row" if report.confidence else "row")
    return warning(
        f"Fares worse on the stream: {line.name}. {wrong} of its {rows} are "
        f"wrong, about {share_words(line.rest)} of the rest; the difference is at least "
        f"{share_words(line.at_least or 0.0, 1)} ({line.n_judged} judged).",
        "Look at such rows, label more of them, or leave them to people.",
    )


def _lacking(names: Sequence[str]) -> list[Finding]:
    if not names:
        return []
    columns = ", ".join(map(repr, names))
    return [
        note(
            f"The stream has no column {columns}: of these groups nothing is known on it.",
            "Add it to the file under [data] stream, then 'leadline run tuning'.",
        )
    ]
