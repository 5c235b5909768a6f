"""Sections of the report: one a row, with verdict, picture, table, origin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadline.charts import Picture, chart_of, description, details_of, svg
from leadline.phases.decision import Decision
from leadline.phases.lifecycle import ROWS, Row, Stage, Standing, State, is_decision
from leadline.phases.measured_target import target_now
from leadline.phases.verdict import Finding
from leadline.phases.wording import moment
from leadline.record import Entry
from leadline.report.audit_table import audit_table
from leadline.report.chart_tables import table_of
from leadline.report.importance import importance_tables
from leadline.report.slice_tables import slice_tables
from leadline.report.stream_slice_tables import judged_slices
from leadline.report.text_table import Table, tabled
from leadline.report.verification import verification_table

_MEASURES = frozenset({"tuning", "release", "monitor"})
_STATE_WORDS = {
    State.CURRENT: "current",
    State.STALE: "out of date: something it stands on has changed since",
    State.OPEN: "can be run now",
    State.WAITING: "waiting",
}


@dataclass(frozen=True)
class Drawing:
    """A picture and what it says.

    Attributes
    ----------
    svg : str
        One element.
    alt : str
        Text alternative.
    """

    svg: str
    alt: str


@dataclass(frozen=True)
class RowSection:
    """A row of the life cycle on paper.

    Attributes
    ----------
    row : str
        Its name.
    question : str
        What it answers.
    answer, state, summary : str
        In words; answer is empty without an entry.
    target : str
        What was measured beside the target; empty where the row measures no score.
    drawing : Drawing or None
        Its picture, where one was asked for and there is one.
    details : tuple of Drawing
        Further pictures.
    table : Table or None
        Its numbers.
    audit : Table or None
        What the audit of the data found, and what to do.
    verification : Table or None
        How earlier verdicts of the row came out, where that is known.
    further : tuple of Table
        What the chosen candidate of a search leans on; whom the model fails, point by point.
    findings : tuple of Finding
        With what to do about each.
    origin : str
        Entry number, who, when; empty without an entry.
    """

    row: str
    question: str
    answer: str
    state: str
    summary: str
    target: str = ""
    drawing: Drawing | None = None
    details: tuple[Drawing, ...] = ()
    table: Table | None = None
    audit: Table | None = None
    verification: Table | None = None
    further: tuple[Table, ...] = ()
    findings: tuple[Finding, ...] = ()
    origin: str = ""


@dataclass(frozen=True)
class Chapter:
    """A stage and its rows."""

    stage: str
    sections: tuple[RowSection, ...]


def chapters(
    entries: Sequence[Entry], standing: Mapping[str, Standing], *, with_drawings: bool
) -> tuple[Chapter, ...]:
    """Every stage with its rows; a decision nobody has made is left out."""
    latest = {entry.row: entry for entry in entries}
    check = target_now({row: entry.verdict for row, entry in latest.items()}, standing)
    measured = check.words if check else ""
    return tuple(
        Chapter(
            stage.value,
            tuple(
                _section(
                    row,
                    standing[row.name],
                    latest.get(row.name),
                    measured if row.name in _MEASURES else "",
                    with_drawing=with_drawings,
                )
                for row in ROWS.values()
                if row.stage is stage and (row.name in latest or not is_decision(row.name))
            ),
        )
        for stage in Stage
    )


def _section(
    row: Row, standing: Standing, entry: Entry | None, target: str, *, with_drawing: bool
) -> RowSection:
    name = f"decision on {row.stage}" if is_decision(row.name) else row.name
    if entry is None:
        closed = standing.closed or "Nothing stands in its way."
        state = _STATE_WORDS[standing.state]
        return RowSection(name, row.question, "", state, f"Not yet on the record. {closed}")
    return RowSection(
        row=name,
        question=row.question,
        answer=entry.verdict.answer.value,
        state=_STATE_WORDS[standing.state],
        summary=entry.verdict.summary,
        target=target,
        drawing=_drawn(chart_of(entry.verdict)) if with_drawing else None,
        details=_details(entry) if with_drawing else (),
        table=table_of(entry.verdict),
        audit=audit_table(entry.verdict),
        verification=verification_table(entry.verdict),
        further=(
            *importance_tables(entry.verdict),
            *slice_tables(entry.verdict),
            *judged_slices(entry.verdict),
        ),
        findings=entry.verdict.findings,
        origin=f"Entry {entry.number}, by {entry.by}, {moment(entry.at)}.",
    )


def _details(entry: Entry) -> tuple[Drawing, ...]:
    drawn = map(_drawn, details_of(entry.verdict).values())
    return tuple(drawing for drawing in drawn if drawing is not None)


def _drawn(chart: Picture | None) -> Drawing | None:
    return None if chart is None else Drawing(svg(chart), description(chart))


def history(entries: Sequence[Entry]) -> Table:
    """Every entry, oldest first."""
    rows = [
        (f"{entry.number}", entry.row, entry.verdict.answer.value, entry.by, moment(entry.at))
        for entry in entries
    ]
    return tabled("Every entry on the record", ("Entry", "Row", "Answer", "By", "When"), rows)


def decisions(entries: Sequence[Entry]) -> Table:
    """What people decided, oldest first."""
    rows = [
        (
            f"{entry.number}",
            entry.verdict.stage,
            entry.verdict.choice.value,
            entry.verdict.why,
            entry.verdict.person,
            moment(entry.at),
        )
        for entry in entries
        if isinstance(entry.verdict, Decision)
    ]
    head = ("Entry", "Stage", "Choice", "Why", "Who", "When")
    return tabled("Decisions by people", head, rows)
