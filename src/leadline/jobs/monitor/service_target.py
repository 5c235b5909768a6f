"""The target in service: the project's own metric, on the labelled rows of the blocks of late."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.evaluation.scores import response_of
from leadline.jobs.monitor.measured_block import LEVEL
from leadline.monitoring.block_rows import SAID, SCORE, TRUTH, features_of
from leadline.monitoring.labelled_rows import rows_stood_for
from leadline.monitoring.reference_blocks import ReferenceSources
from leadline.phases.monitor import N_RECENT, Target
from leadline.phases.problem import Problem
from leadline.phases.release import Release
from leadline.phases.scoring import Metric, Task, scoring_of
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Bounds
from leadline.reading.conform import conform
from leadline.serving.releases.models import load_model, trusted_types
from leadline.stats.metric import ClassProbabilities, ResponseMethod
from leadline.stats.metric.service_score import LabelledRows, falls_short, service_score
from leadline.workspace import Workspace

MOST_LOOKED_AT = 26
"""Blocks that a fall is looked for in: a large one shows in the last few, a small one in many."""
# as the model itself predicts: the threshold of the release is for what errors cost
_LIKELIER = 0.5


@dataclass(frozen=True)
class ServiceTarget:
    """The metric of the target, on rows that were served.

    Attributes
    ----------
    problem, tuning, release : Problem, Tuning, Release
        Of what is in service.
    classes : tuple of str
        Of the reference, where there are several: a mean of classes is one of all of them.
    chance : float
        Of a fall that is none, at one look at so many blocks.
    ask : callable or None
        From features of rows to what the metric asks of the model; None where what is kept of rows
        tells that, or nothing does.
    """

    problem: Problem
    tuning: Tuning
    release: Release
    classes: tuple[str, ...]
    chance: float
    ask: Callable[[pl.DataFrame], Any] | None = None

    @classmethod
    def of(
        cls,
        workspace: Workspace,
        release: Release,
        sources: ReferenceSources,
        classes: Sequence[str],
        chance: float,
    ) -> ServiceTarget:
        """The target of a release, with its model where that has to be asked again."""
        problem, tuning = sources.problem, sources.tuning
        found = cls(problem, tuning, release, tuple(classes), chance)
        if found._is_kept or release.confidence or found._is_told_by_block:
            return found
        model = load_model(
            workspace.artifacts.get(tuning.model),
            trusted=trusted_types(sources.family, workspace.folder),
        )

        def ask(features: pl.DataFrame) -> Any:
            read = conform(features, sources.data.features)
            return response_of(model, read, problem.scoring)

        return replace(found, ask=ask)

    def rows(self, block: pl.DataFrame) -> LabelledRows:
        """The labelled rows of a block that count, as the metric takes them."""
        known = block.filter(pl.col(TRUTH).is_not_null())
        y = known[TRUTH].to_numpy()
        return LabelledRows(
            y.astype(str) if known[TRUTH].dtype == pl.String else y,
            self._response(known),
            rows_stood_for(block[SCORE].to_numpy(), block[TRUTH].is_not_null().to_numpy()),
            np.zeros(known.height, dtype=np.int64),
        )

    def told(self, blocks: Sequence[LabelledRows]) -> Target:
        """The target, and what labels in service say of it.

        Parameters
        ----------
        blocks : sequence of LabelledRows
            Of late, those that have labels of all kinds of rows.
        """
        target = Target(
            scoring=self.problem.scoring,
            words=self._metric.words,
            target=self.problem.target_score,
            released=self.tuning.test_score if self._is_released else None,
            is_told=self._is_told,
            is_share_right=not self.release.costs,
        )
        if not self._is_told or not blocks:
            return target
        recent = blocks[-N_RECENT:]
        rows = LabelledRows.together(recent)
        found = service_score(
            self.problem.scoring,
            rows,
            rng=np.random.default_rng(0),
            classes=self.classes,
            confidence_level=LEVEL,
        )
        return replace(
            target,
            service=None if found is None else Bounds.of(found),
            n_labels=rows.y.size,
            n_blocks=len(recent),
            is_fallen=self._promised is not None and self._falls_short(rows, self._promised),
        )

    def is_missed(self, blocks: Sequence[LabelledRows]) -> bool:
        """Whether service falls short of the target, or of a release that did not meet it either.

        Parameters
        ----------
        blocks : sequence of LabelledRows
            As for `told`.
        """
        if not self._is_told or not blocks:
            return False
        bound, promised = self.problem.target_score, self._promised
        if promised is not None and not self._metric.is_met(self.tuning.test_score, bound):
            bound = promised
        lengths = sorted({min(n, len(blocks)) for n in (N_RECENT, MOST_LOOKED_AT)})
        return any(self._falls_short(LabelledRows.together(blocks[-n:]), bound) for n in lengths)

    @cached_property
    def _metric(self) -> Metric:
        return scoring_of(self.problem.scoring)

    @property
    def _is_released(self) -> bool:
        return self.tuning.scoring == self.problem.scoring

    @property
    def _promised(self) -> float | None:
        """The worse end of what test rows said of the release; None where that is not known."""
        found = self.tuning.test_bounds
        if found is None or not self._is_released:
            return None
        return found.high if self._metric.is_loss else found.low

    def _falls_short(self, rows: LabelledRows, bound: float) -> bool:
        return falls_short(
            self.problem.scoring,
            rows,
            bound,
            rng=np.random.default_rng(0),
            chance=self.chance,
            classes=self.classes,
        )

    def _response(self, known: pl.DataFrame) -> NDArray[Any] | ClassProbabilities:
        """What the metric asks of a model, of rows with a label."""
        if self.ask is not None:
            response: NDArray[Any] | ClassProbabilities = self.ask(features_of(known))
            return response
        scores = known[SCORE].to_numpy()
        if self.problem.task is not Task.BINARY:
            return known[SAID].to_numpy()
        if self._metric.response is ResponseMethod.DECISION_FUNCTION:
            return scores
        if self._metric.response is ResponseMethod.PREDICT_PROBA:
            return ClassProbabilities(np.array([0, 1]), np.column_stack([1 - scores, scores]))
        # of two that are as likely a model says the first
        return (scores > _LIKELIER).astype(np.int64)

    @property
    def _is_told(self) -> bool:
        return not self.release.confidence and (self._is_kept or self.ask is not None)

    @property
    def _is_kept(self) -> bool:
        """Whether what is kept of rows tells the metric.

        Of several classes the class that was said is kept and the probability of that one; of
        priced confusions that class is not what the metric judges.
        """
        if self.problem.task is not Task.MULTICLASS:
            return True
        is_said = self._metric.response is ResponseMethod.PREDICT and not self.release.costs
        return is_said and not self._metric.is_proportion

    @property
    def _is_told_by_block(self) -> bool:
        """Whether the share of a block that is right is the metric."""
        return self._metric.is_proportion and not self.release.costs
