"""Forgetting of kept rows: a person's rows are deleted from blocks, label requests and labels."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import polars as pl

from leadline.monitoring.block_counts import counts_of
from leadline.monitoring.block_rows import KEY, LEARNT, ROWS, feature_name, rows_of_block
from leadline.monitoring.served_rows import SERVED
from leadline.phases.monitor import Monitor
from leadline.phases.problem import Problem
from leadline.phases.release import Release
from leadline.record import Observation
from leadline.serving.logs.forgotten_lines import as_key
from leadline.snapshot import from_parquet, to_parquet
from leadline.workspace import Workspace


@dataclass(frozen=True)
class Forgotten:
    """What was deleted.

    Attributes
    ----------
    n_rows, n_blocks : int
        Rows, and the blocks they were of; a block that two releases scored is two.
    n_labels : int
        Labels that people gave of them on the page.
    """

    n_rows: int
    n_blocks: int
    n_labels: int


def forget_rows(workspace: Workspace, keys: Collection[str], *, is_trial: bool) -> Forgotten:
    """Delete rows from every block that was kept, in all its versions, and what was said of them.

    Parameters
    ----------
    workspace : Workspace
        The project.
    keys : collection of str
        Names of rows: their keys in blocks, what the column of ``[watch] key`` holds, or the id
        of a request that was served, or that with a colon and the row's number.
    is_trial : bool
        Whether rows are counted only.
    """
    n_rows = n_blocks = 0
    found: set[str] = set(keys)
    for problem, release, history in _blocks(workspace):
        gone = {key for seen in history for key in _named(workspace, seen, keys)}
        if not gone:
            continue
        found |= gone
        n_rows += len(gone)
        n_blocks += 1
        if not is_trial:
            _rewrite(workspace, problem, release, history, gone)
    if not is_trial:
        _forget_requests(workspace, found)
    labels = workspace.record.block_labels
    n_labels = labels.n_of(found) if is_trial else labels.forget(found)
    return Forgotten(n_rows, n_blocks, n_labels)


def _blocks(workspace: Workspace) -> Iterator[tuple[Problem, Release, tuple[Observation, ...]]]:
    """Every block of every release, with all that was ever kept of it."""
    record = workspace.record
    for entry in record.entries("release"):
        release = entry.verdict_as(Release)
        for seen in record.observations.of(release.release_id):
            problem = record.entry(entry.on["problem"]).verdict_as(Problem)
            yield problem, release, record.observations.history(release.release_id, seen.block)


def _rows(workspace: Workspace, seen: Observation) -> pl.DataFrame | None:
    """The rows of an observation; None if they are not there any more."""
    digest = seen.payload.get(ROWS)
    is_there = digest is not None and workspace.artifacts.has(str(digest))
    return rows_of_block(workspace.artifacts, seen) if is_there else None


def _named(workspace: Workspace, seen: Observation, keys: Collection[str]) -> set[str]:
    """Keys of the rows that are meant."""
    rows = _rows(workspace, seen)
    if rows is None:
        return set()
    named = feature_name(workspace.settings.watch.key)
    values = rows[named].to_list() if named in rows.columns else [None] * rows.height
    return {
        key
        for key, value in zip(rows[KEY].to_list(), values, strict=True)
        if not _names(key, value).isdisjoint(keys)
    }


def _names(key: str, value: object) -> set[str]:
    served = key.removeprefix(SERVED)
    request = {served, served.rpartition(":")[0]} if served != key else set()
    return ({key, as_key(value)} | request) - {""}


def _rewrite(
    workspace: Workspace,
    problem: Problem,
    release: Release,
    history: tuple[Observation, ...],
    gone: set[str],
) -> None:
    """Keep every version of a block without some rows, and delete what there was.

    The versions keep their times: when a label came says which of two counts.
    """
    artifacts, observations = workspace.artifacts, workspace.record.observations
    digests = set()
    for seen in history:
        rows = _rows(workspace, seen)
        if rows is None:
            continue
        digests.add(str(seen.payload[ROWS]))
        left = rows.filter(~pl.col(KEY).is_in(list(gone)))
        payload = {name: value for name, value in seen.payload.items() if name != ROWS}
        if left.height:
            payload |= counts_of(left, problem.task, release.tolerance, release.confidence)
            payload[ROWS] = artifacts.put(to_parquet(left), kind="block")
        else:
            payload |= {"n_labelled": 0, "n_wrong": 0}
        if payload.get("n_learnt") is not None:
            payload["n_learnt"] = int(left[LEARNT].fill_null(value=False).sum())
        observations.add(replace(seen, n_rows=left.height, payload=payload))
        digests.discard(str(payload.get(ROWS)))
    for digest in digests:
        artifacts.delete(digest)


def _forget_requests(workspace: Workspace, keys: Collection[str]) -> None:
    """Delete the rows that the page asked about, where some of these are among them."""
    for entry in workspace.record.entries("monitor"):
        digest = entry.verdict_as(Monitor).asked
        if digest and workspace.artifacts.has(digest):
            asked = from_parquet(workspace.artifacts.get(digest))
            if asked[KEY].is_in(list(keys)).any():
                workspace.artifacts.delete(digest)
