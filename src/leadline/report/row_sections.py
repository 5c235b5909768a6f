"""Sections of the report: one a row, with verdict, picture, table, origin."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from leadline.charts.picture_cache import Drawing
from leadline.phases.data import Data
from leadline.phases.decision import Decision, choice_words
from leadline.phases.lifecycle import ROWS, Badge, Row, Stage, Standing, State, is_decision
from leadline.phases.problem import Problem
from leadline.phases.target.measured_target import target_now
from leadline.phases.target.metric_sentences import verdict_sentence
from leadline.phases.verdict import Finding, Verdict
from leadline.phases.vocabulary.project_words import NO_WORDS, Words
from leadline.phases.wording import moment
from leadline.record import Entry
from leadline.report.chart_tables import table_of
from leadline.report.costing.cost_comparison import Find, comparison_table, cost_comparison
from leadline.report.importance import importance_tables
from leadline.report.slice_tables import slice_tables
from leadline.report.stream_slice_tables import judged_slices
from leadline.report.text_table import Table, tabled, words_table
from leadline.report.title_page import badges_of
from leadline.report.verification import verification_table

Draw = Callable[[Verdict], dict[str, Drawing]]
"""Gives the pictures of a verdict: its own under ``""``, further ones by name."""

_MEASURES = frozenset({"tuning", "release", "monitor"})
_STATE_WORDS = {
    State.CURRENT: "current",
    State.STALE: "out of date: something it stands on has changed since",
    State.OPEN: "can be run now",
    State.WAITING: "waiting",
}


@dataclass(frozen=True)
class RowSection:
    """A row of the life cycle on paper.

    Attributes
    ----------
    row : str
        Its name.
    question : str
        What it answers.
    badge : Badge
        Where it stands, in a word or two.
    state, summary : str
        In words.
    meaning : str
        What its score means, in the words of the project; empty where it has none.
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
        What no model costs beside the operating points; what the chosen candidate of a search
        leans on; whom the model fails, point by point.
    findings : tuple of Finding
        With what to do about each.
    origin : str
        Entry number, who, when; empty without an entry.
    """

    row: str
    question: str
    badge: Badge
    state: str
    summary: str
    meaning: str = ""
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
    entries: Sequence[Entry], standing: Mapping[str, Standing], *, draw: Draw | None
) -> tuple[Chapter, ...]:
    """Every stage with its rows; a decision nobody has made is left out.

    Parameters
    ----------
    entries : sequence of Entry
        Of the project, newest last.
    standing : mapping of str to Standing
        Where each row stands.
    draw : callable or None
        Draws a verdict; None: no pictures.
    """
    latest = {entry.row: entry for entry in entries}
    by_number = {entry.number: entry for entry in entries}
    stated = latest["problem"].verdict if "problem" in latest else None
    words = stated.words if isinstance(stated, Problem) else NO_WORDS
    check = target_now({row: entry.verdict for row, entry in latest.items()}, standing)
    measured = check.words if check else ""
    badges = badges_of(entries, standing)
    return tuple(
        Chapter(
            stage.value,
            tuple(
                _section(
                    row,
                    standing[row.name],
                    badges.of_row(row.name),
                    latest.get(row.name),
                    by_number.get,
                    words,
                    target=measured if row.name in _MEASURES else "",
                    draw=draw,
                )
                for row in ROWS.values()
                if row.stage is stage and (row.name in latest or not is_decision(row.name))
            ),
        )
        for stage in Stage
    )


def _section(
    row: Row,
    standing: Standing,
    badge: Badge,
    entry: Entry | None,
    find: Find,
    words: Words,
    *,
    target: str,
    draw: Draw | None,
) -> RowSection:
    name = f"decision on {row.stage}" if is_decision(row.name) else row.name
    if entry is None:
        closed = standing.closed or "Nothing stands in its way."
        state = _STATE_WORDS[standing.state]
        return RowSection(name, row.question, badge, state, f"Not yet on the record. {closed}")
    drawn = draw(entry.verdict) if draw else {}
    compared = cost_comparison(entry, find)
    return RowSection(
        row=name,
        question=row.question,
        badge=badge,
        state=_STATE_WORDS[standing.state],
        summary=entry.verdict.summary,
        meaning=verdict_sentence(entry.verdict, words),
        target=target,
        drawing=drawn.get(""),
        details=tuple(each for which, each in drawn.items() if which),
        table=table_of(entry.verdict),
        audit=audit_table(entry.verdict),
        verification=verification_table(entry.verdict),
        further=(
            *((comparison_table(compared),) if compared else ()),
            *importance_tables(entry.verdict),
            *slice_tables(entry.verdict),
            *judged_slices(entry.verdict),
        ),
        findings=entry.verdict.findings,
        origin=f"Entry {entry.number}, by {entry.by}, {moment(entry.at)}.",
    )


def words_of(chapters: Sequence[Chapter]) -> Table:
    """The terms that the chapters use."""
    sections = [section for chapter in chapters for section in chapter.sections]
    said = [text for each in sections for text in (each.question, each.summary, each.meaning)]
    said += [
        text for each in sections for found in each.findings for text in (found.what, found.next)
    ]
    tables = [table for each in sections for table in (each.table, *each.further) if table]
    return words_table(
        [*said, *(head for table in tables for head in (table.caption, *table.head))]
    )


def history(entries: Sequence[Entry]) -> Table:
    """Every entry, oldest first."""
    rows = [
        (f"{entry.number}", entry.row, entry.verdict.badge, entry.by, moment(entry.at))
        for entry in entries
    ]
    return tabled("Every entry on the record", ("Entry", "Row", "Answer", "By", "When"), rows)


def decisions(entries: Sequence[Entry]) -> Table:
    """What people decided, oldest first."""
    rows = [
        (
            f"{entry.number}",
            entry.verdict.stage,
            choice_words(entry.verdict),
            entry.verdict.why,
            entry.verdict.person,
            moment(entry.at),
        )
        for entry in entries
        if isinstance(entry.verdict, Decision)
    ]
    head = ("Entry", "Stage", "Choice", "Why", "Who", "When")
    return tabled("Decisions by people", head, rows)


def audit_table(verdict: Verdict) -> Table | None:
    """Finding, columns, evidence and what to do; None of other rows, and where nothing was found.

    Parameters
    ----------
    verdict : Verdict
        Of any row.
    """
    if not isinstance(verdict, Data) or not verdict.audit_lines:
        return None
    rows = [(line.finding, line.where, line.evidence, line.remedy) for line in verdict.audit_lines]
    return tabled("What the audit found", ("Finding", "Columns", "Evidence", "What to do"), rows)
