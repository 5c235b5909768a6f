"""Watched release: the one in service, opened, with the blocks that it has scored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from leadline.engines.releases.bundle import ReleaseBundle, open_bundle
from leadline.engines.releases.keys import public_keys
from leadline.errors import NotReadyError
from leadline.evaluation.predictions import Predictions
from leadline.monitoring.block_rows import rows_of_block
from leadline.monitoring.release_in_service import in_service
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.release import Release
from leadline.phases.scoring import Task
from leadline.reading.conform import conform
from leadline.record import Observation
from leadline.snapshot import from_parquet
from leadline.workspace import Workspace

_MOST_REFERENCE = 20_000


@dataclass(frozen=True)
class WatchedRelease:
    """The release in service, opened, and what it stands on.

    Attributes
    ----------
    workspace : Workspace
        Where it lies.
    release, data, problem : Release, Data, Problem
        Its verdict, the data it learnt from, the problem as it is now.
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
        record = workspace.record
        entry, problem = in_service(record), record.latest_of(Problem)
        if entry is None or problem is None:
            raise NotReadyError(
                "Nothing is released yet.",
                "A release is needed to watch.",
                "Run 'leadline run ship'.",
            )
        release = entry.verdict_as(Release)
        bundle = open_bundle(
            workspace.releases_folder / release.bundle,
            trusted=public_keys(workspace.key_path),
            modules=workspace.folder,
        )
        data = record.entry(entry.on["data"]).verdict_as(Data)
        return cls(workspace, release, data, problem, bundle)

    def observed(self) -> dict[str, Observation]:
        """Block to its newest observation."""
        found = self.workspace.record.observations.of(self.release.release_id)
        return {seen.block: seen for seen in found}

    def rows_of(self, seen: Observation | None) -> pl.DataFrame | None:
        """Rows of a block that was seen before."""
        return None if seen is None else rows_of_block(self.workspace.artifacts, seen)

    def reference(self) -> pl.DataFrame:
        """A sample of the rows the release learnt from."""
        snapshot = self.workspace.artifacts.get(self.data.snapshot)
        frame = conform(from_parquet(snapshot), self.data.features)
        if frame.height <= _MOST_REFERENCE:
            return frame
        rows = np.random.default_rng(0).permutation(frame.height)[:_MOST_REFERENCE]
        return frame[np.sort(rows)]

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
