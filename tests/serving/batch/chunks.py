"""All chunks of a file, in order."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from leadline.reading.file_forms.raw import BY_COMMAND, Trim
from leadline.serving.batch.locations import Location
from leadline.serving.batch.pieces import Chunk, Plan, plan, read_piece, whole_plan
from leadline.serving.batch.text_ranges import IrregularError


def read_chunks(
    path: Path, chunk_rows: int, known: Collection[str] = (), trim: Trim = BY_COMMAND
) -> list[Chunk]:
    """What is scored of a file, a chunk at a time."""
    plans = plan(Location(str(path)), chunk_rows, known, trim)
    try:
        return _read(plans, chunk_rows, known, trim)
    except IrregularError as error:
        return _read(whole_plan(error.location, "", error.refusal), chunk_rows, known, trim)


def _read(plans: Plan, chunk_rows: int, known: Collection[str], trim: Trim) -> list[Chunk]:
    notes: list[str] = []
    return [
        chunk
        for piece in plans.pieces
        for chunk in read_piece(piece, chunk_rows, known, trim, notes.append)
    ]
