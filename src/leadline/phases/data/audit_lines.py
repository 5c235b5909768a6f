"""Findings of the audit as lines of a table: finding, columns, evidence, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from leadline.phases.data.class_findings import spelling_findings
from leadline.phases.data.data_evidence import Evidence
from leadline.phases.data.split_findings import duplicate_findings
from leadline.phases.data.suspicion_findings import (
    LEAK_SCORE,
    category_findings,
    filled_finding,
    gap_finding,
    group_finding,
    growth_findings,
    leak_finding,
    missing_findings,
    near_findings,
    sentinel_findings,
    spread_finding,
)
from leadline.phases.data.text_findings import text_evidence, text_findings
from leadline.phases.verdict import Finding, Severity
from leadline.phases.wording import share_words

_MOST_NAMED = 8
_AFTER = "perhaps known only after the fact"


@dataclass(frozen=True, kw_only=True)
class AuditLine:
    """One thing that the audit found.

    Attributes
    ----------
    finding : str
        What it is, in a few words.
    columns : tuple of str
        Where it is; empty: in whole rows.
    evidence : str
        The numbers it rests on.
    remedy : str
        What to do about it.
    severity : Severity
        How much it weighs.
    """

    finding: str
    columns: tuple[str, ...]
    evidence: str
    remedy: str
    severity: Severity

    @property
    def where(self) -> str:
        """Names of the columns, the first eight of many."""
        more = len(self.columns) - _MOST_NAMED
        shown = ", ".join(self.columns[:_MOST_NAMED])
        return f"{shown} and {more:,} more" if more > 0 else shown


def audit_lines(evidence: Evidence) -> tuple[AuditLine, ...]:
    """Everything the audit found, what flatters a score first.

    Parameters
    ----------
    evidence : Evidence
        Of the audit, or the verdict.
    """
    return (
        *_leaks(evidence),
        *_rows(evidence),
        *_values(evidence),
    )


def _line(title: str, finding: Finding, evidence: str = "") -> AuditLine:
    return AuditLine(
        finding=title,
        columns=finding.columns,
        # what has no numbers of its own is told in the words of the finding
        evidence=evidence or finding.what,
        remedy=finding.next,
        severity=finding.severity,
    )


def _leaks(evidence: Evidence) -> Iterator[AuditLine]:
    for leak in evidence.leaks:
        if leak.score >= LEAK_SCORE:
            yield _line(
                "Tells the label alone", leak_finding(leak), f"score {leak.score:.3f}; {_AFTER}"
            )
    for filled in evidence.filled_leaks:
        told = f"{filled.n_of_value:,} of {filled.n_rows:,} rows are {filled.value!r}; {_AFTER}"
        name = "Filled for one class" if filled.is_filled else "Empty for one class"
        yield _line(name, filled_finding(filled), told)
    for gap in evidence.telling_gaps:
        yield _line("What is missing tells the label", gap_finding(gap, evidence))
    if (spread := evidence.spread_leak) is not None:
        told = f"a small {spread.model} scores {spread.score:.3f}; {_AFTER}"
        yield _line("Tell the label together", spread_finding(spread), told)
    for text, finding in zip(evidence.text_leaks, text_findings(evidence.text_leaks), strict=True):
        yield _line("Text tells the label", finding, text_evidence(text))


def _rows(evidence: Evidence) -> Iterator[AuditLine]:
    for group in evidence.groups[:1]:
        told = (
            f"{group.n_groups:,} values, {group.rows_each:g} rows each; agreement on the label "
            f"{group.agreement:.2f}"
        )
        yield _line("Rows belong together", group_finding(group, evidence), told)
    for finding in near_findings(evidence):
        told = f"{share_words(evidence.near_repeats)} of the test rows"
        yield _line("Test rows nearly repeat train rows", finding, told)
    for finding in duplicate_findings(evidence):
        yield _line("Rows repeat", finding)


def _values(evidence: Evidence) -> Iterator[AuditLine]:
    for finding in sentinel_findings(evidence):
        yield _line("A value may mean missing", finding)
    for finding in growth_findings(evidence):
        yield _line("Only grows or falls", finding)
    for finding in missing_findings(evidence):
        yield _line("Mostly missing", finding)
    for finding in (*spelling_findings(evidence), *category_findings(evidence)):
        yield _line("One value in several spellings", finding)
    for doubt in evidence.doubts:
        yield AuditLine(
            finding="Could be read otherwise",
            columns=(doubt.column,),
            evidence=doubt.words,
            remedy=doubt.remedy,
            severity=Severity.WARNING,
        )
