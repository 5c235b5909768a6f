"""Watched release: the one in service, opened, with the blocks that it has scored."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from leadline.evaluation.predictions import Predictions
from leadline.monitoring.block_rows import block_names, rows_of_block
from leadline.monitoring.release_in_service import stood_on
from leadline.monitoring.shifts.reference_rows import ReferenceRows
from leadline.monitoring.shifts.swapped_days import swapped_note
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.release import Release
from leadline.phases.scoring import Task
from leadline.reading.conform import conform
from leadline.record import Observation
from leadline.serving.releases.bundle import ReleaseBundle, open_bundle
from leadline.serving.releases.keys import public_keys
from leadline.snapshot import from_parquet
from leadline.workspace import Workspace

_MOST_REFERENCE = 50_000


@dataclass(frozen=True)
class WatchedRelease:
    """The release in service, opened, and what it stands on.

    Attributes
    ----------
    workspace : Workspace
        Where it lies.
    release, data, problem : Release, Data, Problem
        Its verdict, the data it learnt from, the problem as it was then.
    bundle : ReleaseBundle
        The release itself.
    """

    workspace: Workspace
    release: Release
    data: Data
    problem: Problem
    bundle: ReleaseBundle

    @classmethod
    def of(cls, workspace: Workspace) -> WatchedRelease:
        """Open the release in service.

        Raises
        ------
        NotReadyError
            If nothing is released yet.
        """
        entry, data, problem = stood_on(workspace.record)
        release = entry.verdict_as(Release)
        bundle = open_bundle(
            workspace.releases_folder / release.bundle,
            trusted=public_keys(workspace.key_path),
            modules=workspace.folder,
        )
        return cls(workspace, release, data, problem, bundle)

    def observed(self) -> dict[str, Observation]:
        """Block to its newest observation."""
        found = self.workspace.record.observations.of(self.release.release_id)
        return {seen.block: seen for seen in found}

    def rows_of(self, seen: Observation | None) -> pl.DataFrame | None:
        """Rows of a block that was seen before."""
        return None if seen is None else rows_of_block(self.workspace.artifacts, seen)

    @cached_property
    def reference(self) -> pl.DataFrame:
        """A sample of the rows the release learnt from, with all columns."""
        frame = from_parquet(self.workspace.artifacts.get(self.data.snapshot))
        if frame.height <= _MOST_REFERENCE:
            return frame
        rows = np.random.default_rng(0).permutation(frame.height)[:_MOST_REFERENCE]
        return frame[np.sort(rows)]

    @cached_property
    def inputs(self) -> ReferenceRows:
        """The same as new blocks are compared with it: cast to kinds, with the block of each."""
        column, names = self.data.day_column, None
        if column in self.reference.columns:
            names = block_names(self.reference[column], self.workspace.settings.watch.block)
        features = self.data.features
        return ReferenceRows(conform(self.reference, features), features, names)

    def swapped_days(self, frame: pl.DataFrame) -> list[str]:
        """Notes on dates of new rows whose day and month look swapped."""
        features = self.data.features
        new, known = conform(frame, features), self.inputs.frame
        dated = {
            name: (new[name], known[name]) for name, kind in features.items() if kind == "date"
        }
        column = self.data.day_column
        if column in frame.columns and column in self.reference.columns:
            dated[column] = (frame[column], self.reference[column])
        told = (swapped_note(name, *each) for name, each in dated.items())
        return [words for words in told if words]

    def answers(self, X: pl.DataFrame) -> Predictions:
        """What it says of conformed rows, as labels are."""
        answers, task = self.bundle.answer(X), self.problem.task
        scores = answers["score"].to_numpy()
        if task is Task.BINARY:
            return Predictions(answers["flagged"].cast(pl.Int64).to_numpy(), scores)
        if task is Task.REGRESSION:
            return Predictions(scores, scores)
        labels = answers["label"].fill_null("").to_list()
        return Predictions(np.asarray(labels, dtype=str), scores)
