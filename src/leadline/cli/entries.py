"""Verdicts on the terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.markup import escape

from leadline.phases.lifecycle import ROWS
from leadline.phases.verdict import Answer, Severity
from leadline.record import Entry

_MARKS = {
    Answer.GO: "[green]go[/]",
    Answer.NO: "[red]no[/]",
    Answer.UNCLEAR: "[yellow]unclear[/]",
}
_COLOURS = {Severity.FAULT: "red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}


def print_entry(console: Console, entry: Entry, *, notes: bool = False) -> None:
    """Print a verdict: its answer, its sentence, and what wants a person's eyes."""
    verdict = entry.verdict
    stage = ROWS[entry.row].stage.value
    console.print(
        f"[bold]{stage} / {entry.row}[/]  {_MARKS[verdict.answer]}  {escape(verdict.summary)}"
    )
    for finding in verdict.findings:
        if finding.severity is Severity.NOTE and not notes:
            continue
        words = f"{finding.what} {finding.next}".strip()
        console.print(f"    [{_COLOURS[finding.severity]}]•[/] {escape(words)}")


def entry_json(entry: Entry) -> dict[str, Any]:
    """An entry as plain JSON, the whole verdict included."""
    from leadline.record.codec import encode

    return {
        "number": entry.number,
        "row": entry.row,
        "stage": ROWS[entry.row].stage.value,
        "answer": entry.verdict.answer.value,
        "summary": entry.verdict.summary,
        "by": entry.by,
        "at": entry.at.isoformat(),
        "on": dict(entry.on),
        "verdict": encode(entry.verdict),
    }
