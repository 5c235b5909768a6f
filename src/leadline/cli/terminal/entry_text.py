"""Verdicts on the terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from leadline.cli.terminal.progress import heading
from leadline.cli.terminal.text_layout import Cell, print_line
from leadline.phases.lifecycle import ROWS
from leadline.phases.verdict import Answer, Severity
from leadline.record import Entry

_TONES = {Answer.GO: "green", Answer.NO: "red", Answer.UNCLEAR: "yellow"}
_WIDTH = 7
_COLOURS = {Severity.FAULT: "red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}
_UNDER_SUMMARY = Cell("", 28)


def print_entry(
    screen: Console, entry: Entry, *, notes: bool = False, findings: bool = True
) -> None:
    """Print a verdict: its answer, its sentence, and what wants a person's eyes."""
    verdict = entry.verdict
    badge = Cell(verdict.badge, max(_WIDTH, len(verdict.badge)), _TONES[verdict.answer])
    print_line(screen, [*heading(entry.row), badge], verdict.summary)
    for finding in verdict.findings if findings else ():
        if finding.severity is Severity.NOTE and not notes:
            continue
        words = f"{finding.what} {finding.next}".strip()
        bullet = Cell("•", 0, _COLOURS[finding.severity])
        print_line(screen, [_UNDER_SUMMARY, bullet], words)


def entry_json(entry: Entry) -> dict[str, Any]:
    """An entry as plain JSON, the whole verdict included."""
    from leadline.record.codec import encode

    return {
        "number": entry.number,
        "row": entry.row,
        "stage": ROWS[entry.row].stage.value,
        "answer": entry.verdict.answer.value,
        "badge": entry.verdict.badge,
        "summary": entry.verdict.summary,
        "by": entry.by,
        "at": entry.at.isoformat(),
        "on": dict(entry.on),
        "verdict": encode(entry.verdict),
    }
