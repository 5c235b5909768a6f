"""Intake of served rows: blocks that are new or have changed are observed as a file would be.

Whole blocks are handed over, with every label known by now: rows are known by their request, and
count once. A block of which the log no longer holds all days stays as it was observed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from leadline.monitoring.observations import Observed, observe_file
from leadline.monitoring.served_rows import SERVED, ServedTable, log_place, served_table
from leadline.phases.wording import plural
from leadline.workspace import Workspace

_TAKEN = "taken.json"
_LEFT_S = 24 * 3600.0


@dataclass(frozen=True)
class _Block:
    """What is known of a block: a digest of its rows and labels, and the days that hold them."""

    digest: str
    days: tuple[str, ...]


def observe_served(folder: str) -> Observed:
    """Put the blocks on the record whose served rows or outcomes are new.

    Parameters
    ----------
    folder : str
        Of the workspace.

    Returns
    -------
    Observed
        Blocks observed, and what a person should know; no blocks if nothing is new.

    Raises
    ------
    NotReadyError
        If nothing is released yet, or the log holds no row of the release in service.
    DataError
        As `observe_file`.
    """
    with Workspace.open(folder) as workspace:
        table = served_table(workspace)
        place = log_place(workspace)
    path = place.folder / _TAKEN
    taken = _read_taken(path)
    before = taken.get(table.release_id, {})
    kept_days = {day.isoformat() for day in table.days}
    gone = {name for name, block in before.items() if not kept_days.issuperset(block.days)}
    found = _blocks(table)
    new = {name: b for name, b in found.items() if name not in gone and before.get(name) != b}
    notes = [*table.notes, *_words_of_gone(gone & set(found))]
    if not new:
        notes.append("Nothing has come in since the last time.")
    observed: list[str] = []
    with _folder_within(place.folder) as aside:
        for file in _files(table, new, aside):
            told = observe_file(folder, str(file), key=table.frame.columns[1], whole=SERVED)
            observed += told.blocks
            notes += told.notes
    if new:
        _write_taken(path, {**taken, table.release_id: {**before, **new}})
    return Observed(tuple(observed), tuple(notes))


def _words_of_gone(blocks: set[str]) -> list[str]:
    if not blocks:
        return []
    named = ", ".join(sorted(blocks))
    which = f"{plural(len(blocks), 'block')} ({named}) left as observed"
    return [f"{which}: the log no longer holds all of their days."]


def _blocks(table: ServedTable) -> dict[str, _Block]:
    """What the log holds of each block."""
    key = table.frame.columns[1]
    label = (
        pl.col(table.label).cast(pl.String) if table.label in table.frame.columns else pl.lit("")
    )
    lines = table.frame.select(
        block=table.blocks,
        logged=table.logged,
        line=pl.concat_str(pl.col(key), label.fill_null(""), separator="\t"),
    )
    blocks = {}
    for (name,), rows in lines.group_by("block"):
        digest = hashlib.sha256("\n".join(sorted(rows["line"].to_list())).encode()).hexdigest()
        days = tuple(day.isoformat() for day in sorted(rows["logged"].unique().to_list()))
        blocks[str(name)] = _Block(digest, days)
    return dict(sorted(blocks.items()))


def _files(table: ServedTable, blocks: Mapping[str, _Block], folder: Path) -> Iterator[Path]:
    """Files of the rows of some blocks; where rows are not dated, a block bears its file's name."""
    groups = {"served": list(blocks)} if table.is_dated else {f"served-{b}": [b] for b in blocks}
    for name, members in groups.items():
        if members:
            path = folder / f"{name}.parquet"
            table.frame.filter(table.blocks.is_in(members)).write_parquet(path)
            yield path


@contextmanager
def _folder_within(folder: Path) -> Iterator[Path]:
    """A folder that only its owner may read, gone at the end: rows may be personal."""
    for left in folder.glob("taking-*"):
        # of a process that was killed
        if time.time() - left.stat().st_mtime > _LEFT_S:
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="taking-", dir=folder) as name:
        yield Path(name)


def _read_taken(path: Path) -> dict[str, dict[str, _Block]]:
    """What was taken in before, by release and block."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return {
            release: {
                name: _Block(block["digest"], tuple(block["days"]))
                for name, block in blocks.items()
            }
            for release, blocks in told.items()
        }
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        # to take in once more does no harm
        return {}


def _write_taken(path: Path, taken: Mapping[str, Mapping[str, _Block]]) -> None:
    told = {
        release: {name: vars(block) for name, block in blocks.items()}
        for release, blocks in taken.items()
    }
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.write_text(json.dumps(told, indent=1), encoding="utf-8")
    temporary.replace(path)
