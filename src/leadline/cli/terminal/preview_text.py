"""Previews of a run on the terminal: what is computed, what becomes out of date, who signed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leadline.phases.wording import day

if TYPE_CHECKING:
    from leadline.services.deciding.rerun_preview import RerunPreview


def preview_lines(preview: RerunPreview) -> list[str]:
    """A preview in sentences."""
    if not preview.rows:
        return ["Nothing to compute: everything named is current."]
    lines = [f"Computed: {', '.join(preview.rows)}."]
    if not preview.stale:
        return [*lines, "Nothing that is current becomes out of date."]
    lines.append(f"Out of date then, where answers change: {', '.join(preview.stale)}.")
    return [*lines, *signed_lines(preview)]


def signed_lines(preview: RerunPreview) -> list[str]:
    """The signatures that would no longer stand."""
    return [
        f"Signed on it: entry {one.number}, {one.row}, by {one.by} on {day(one.at)}: {one.summary}"
        for one in preview.signed
    ]


def preview_json(preview: RerunPreview) -> dict[str, Any]:
    """A preview for machines."""
    signed = [
        {"entry": one.number, "row": one.row, "by": one.by, "at": one.at, "summary": one.summary}
        for one in preview.signed
    ]
    return {"rows": preview.rows, "stale": preview.stale, "signed": signed}
