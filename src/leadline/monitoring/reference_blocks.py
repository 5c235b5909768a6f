"""Reference of the monitor: how the release did on the test set, block by block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.datasets.frames import Pool, Rows, Target, load_pool
from leadline.evaluation.predictions import Predictions, is_wrong, predictions_of
from leadline.monitoring.block_rows import SAID, SCORE, TRUTH, block_names
from leadline.monitoring.class_views import ClassView, views_of
from leadline.monitoring.release_in_service import family_of
from leadline.phases.data import Data
from leadline.phases.monitor import PRECISION, RECALL, ClassRate
from leadline.phases.problem import Problem
from leadline.phases.release import Release
from leadline.phases.scoring import Task
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Bounds
from leadline.serving.releases.models import load_model, trusted_types
from leadline.settings.service_sections import WatchSettings
from leadline.stats.monitoring.error_kinds import ErrorKinds
from leadline.stats.monitoring.error_monitor import Monitor
from leadline.stats.monitoring.predicted_error import PredictedError
from leadline.stats.monitoring.watched_rates import RATES
from leadline.workspace import Workspace

FEWEST_BLOCKS = 3
_UNDATED_BLOCKS = 8
_BLOCKS_A_YEAR = {"day": 365.25, "week": 52.18, "month": 12.0}

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class MonitoredRows:
    """Rows as the monitor of the error looks at them.

    Attributes
    ----------
    scores : ndarray of shape (n_rows,)
        In [0, 1]: the probability of the positive class, of the likeliest class, or the rank of a
        predicted number among those of the reference.
    said : ndarray of {0, 1}
        Whether a row is flagged; of other tasks 1, that the release is right.
    rows : ndarray of int, shape (n_labels,)
        Those with a label.
    truth : ndarray of {0, 1}, shape (n_labels,)
        The label; of other tasks whether the release is right.
    classes, labels : ndarray of str, shape (n_rows,) and (n_labels,)
        Of several classes: which was said, and which is true; else empty.
    """

    scores: Floats
    said: Floats
    rows: NDArray[np.int64]
    truth: Floats
    classes: NDArray[np.generic] = field(default_factory=lambda: np.zeros(0, dtype=str))
    labels: NDArray[np.generic] = field(default_factory=lambda: np.zeros(0, dtype=str))

    @classmethod
    def together(cls, every: Sequence[MonitoredRows]) -> MonitoredRows:
        """Rows of at least one block as those of one."""
        starts = np.cumsum([0, *(told.said.size for told in every)])
        rows = [told.rows + start for told, start in zip(every, starts, strict=False)]
        scores, said, truth, classes, labels = (
            np.concatenate([getattr(told, part) for told in every])
            for part in ("scores", "said", "truth", "classes", "labels")
        )
        return cls(scores, said, np.concatenate(rows), truth, classes, labels)

    @property
    def n_wrong(self) -> int:
        """Labelled rows on which the release is wrong."""
        return int(np.sum(self.said[self.rows] != self.truth))


@dataclass(frozen=True)
class ReferenceBlocks:
    """How the release did on the test set.

    Attributes
    ----------
    task : Task
        Of the label.
    tolerance : float or None
        How far off a number may be; None for classes.
    error : float in [0, 1]
        Share wrong, of all test rows.
    alert_share : float or None
        Share flagged; None where nothing is.
    mean_score : float
        Mean of the scores.
    share_abstained : float or None
        Share of the test rows without an answer, which are left out of all else but the mean score;
        None where all have one.
    n_positive, n_flagged, n_found : int
        Test rows of a binary label that are positive, that are flagged, and that are both.
    numbers : ndarray
        Predicted numbers, sorted; empty for classes.
    blocks : tuple of (scores, said, truth)
        As the monitor takes them, in order of time; blocks that are cut short are left out.
    views : tuple of ClassView
        Of several classes: each against all others, the commonest first.
    n_rows : int
        Test rows that have an answer.
    """

    task: Task
    tolerance: float | None
    error: float
    alert_share: float | None
    mean_score: float
    share_abstained: float | None
    n_positive: int
    n_flagged: int
    n_found: int
    numbers: Floats
    blocks: tuple[tuple[Floats, Floats, Floats], ...]
    views: tuple[ClassView, ...] = ()
    n_rows: int = 0

    @classmethod
    def of(cls, workspace: Workspace, release: Release, on: ReferenceSources) -> ReferenceBlocks:
        """Score the test set with the release's model.

        Parameters
        ----------
        workspace : Workspace
            Where the model and the rows lie.
        release : Release
            In service.
        on : ReferenceSources
            What it stands on.
        """
        data, problem = on.data, on.problem
        model = load_model(
            workspace.artifacts.get(on.tuning.model),
            trusted=trusted_types(on.family, workspace.folder),
        )
        pool = load_pool(workspace.artifacts, data, Target.of(problem))
        every = predictions_of(
            model,
            pool.X[pool.test],
            problem.task,
            release.threshold,
            release.confidence,
            release.costs,
        )
        test = pool.test[every.answered]
        told = Predictions(every.predicted[every.answered], every.scores[every.answered])
        truth = pool.y[test]
        wrong = is_wrong(told.predicted, truth, release.tolerance)
        is_number = problem.task is Task.REGRESSION
        is_binary = problem.task is Task.BINARY
        flagged, positive = (
            each == 1 if is_binary else np.zeros(truth.size, dtype=bool)
            for each in (told.predicted, truth)
        )
        blank = cls(
            task=problem.task,
            tolerance=release.tolerance,
            error=float(wrong.mean()),
            alert_share=told.alert_share(problem.task),
            mean_score=float(every.scores.mean()),
            share_abstained=every.share_abstained,
            n_positive=int(positive.sum()),
            n_flagged=int(flagged.sum()),
            n_found=int((flagged & positive).sum()),
            numbers=np.sort(told.scores) if is_number else np.zeros(0),
            blocks=(),
            n_rows=wrong.size,
        )
        rows = blank.seen(told, truth, np.arange(wrong.size))
        cut = _cut(pool, test, data.day_column, workspace.settings.watch.block)
        blocks = tuple((rows.scores[own], rows.said[own], rows.truth[own]) for own in cut)
        views = (
            views_of([(rows.scores[own], rows.classes[own], rows.labels[own]) for own in cut])
            if problem.task is Task.MULTICLASS
            else ()
        )
        return cls(**(vars(blank) | {"blocks": blocks, "views": views}))

    def rows(self, block: pl.DataFrame) -> MonitoredRows:
        """The rows of a block that was observed, as the monitor looks at them."""
        told = Predictions(block[SAID].to_numpy(), block[SCORE].to_numpy())
        is_known = block[TRUTH].is_not_null()
        return self.seen(told, block[TRUTH].filter(is_known).to_numpy(), is_known.arg_true())

    def seen(self, told: Predictions, truth: NDArray[np.generic], rows: object) -> MonitoredRows:
        """What the monitor makes of predictions, and of the truth of some rows."""
        known = np.asarray(rows, dtype=np.int64)
        if self.task is Task.BINARY:
            said = told.predicted.astype(np.float64)
            return MonitoredRows(told.scores, said, known, truth.astype(np.float64))
        scores = told.scores
        if self.task is Task.REGRESSION:
            # errors grow or shrink with the number, so its rank tells what its size would
            scores = np.searchsorted(self.numbers, scores) / max(self.numbers.size, 1)
        right = ~is_wrong(told.predicted[known], truth, self.tolerance)
        rows = MonitoredRows(scores, np.ones(scores.size), known, right.astype(np.float64))
        if self.task is not Task.MULTICLASS:
            return rows
        return replace(rows, classes=told.predicted.astype(str), labels=truth.astype(str))

    def monitor(self, watch: WatchSettings, rng: np.random.Generator) -> Monitor | None:
        """A monitor that knows the reference and nothing yet of new rows; None if too short."""
        if len(self.blocks) < FEWEST_BLOCKS:
            return None
        return Monitor(
            self.blocks,
            labels=watch.labels,
            tolerance=watch.tolerance,
            run_length=run_length(watch),
            rng=rng,
            rates=self.rates,
        )

    @property
    def share_positive(self) -> float | None:
        """Share of the rows that are positive; None where no class is."""
        if self.task is not Task.BINARY or not self.blocks:
            return None
        return float(np.mean(np.concatenate([truth for _, _, truth in self.blocks])))

    def error_at(self, share: float) -> float | None:
        """Share wrong where so many rows are positive, and both kinds are told as well as here.

        Parameters
        ----------
        share : float in [0, 1]
            Positive rows among all.

        Returns
        -------
        float or None
            None where the reference has rows of one kind only, or no class is positive.
        """
        n_negative = self.n_rows - self.n_positive
        if self.task is not Task.BINARY or not self.n_positive or not n_negative:
            return None
        missed = 1 - self.n_found / self.n_positive
        false = (self.n_flagged - self.n_found) / n_negative
        return share * missed + (1 - share) * false

    @cached_property
    def predicted(self) -> PredictedError:
        """Predicted error of a row by its score, however few blocks there are."""
        return (
            PredictedError.of(self.blocks) if self.blocks else PredictedError.constant(self.error)
        )

    @property
    def rates(self) -> tuple[str, ...]:
        """What is watched: of a binary label recall and precision too."""
        return RATES if self.task is Task.BINARY else RATES[:1]

    def class_rates(
        self, watched: Sequence[str], recent: ErrorKinds | None, told: Sequence[MonitoredRows]
    ) -> tuple[ClassRate, ...]:
        """Recall and precision of the reference, and of late; none but of a binary label."""
        if self.task is not Task.BINARY:
            return ()
        counts = {RECALL: self.n_positive, PRECISION: self.n_flagged}
        n_recent = {
            RECALL: 0.0 if recent is None else recent.n_positive,
            PRECISION: sum(float(each.said.sum()) for each in told),
        }
        return tuple(
            ClassRate(
                name=name,
                reference=self.n_found / n if n else None,
                n_reference=n,
                is_watched=name in watched,
                recent=None if found is None else Bounds.of(found),
                n_recent=n_recent[name],
            )
            for name, n in counts.items()
            for found in [getattr(recent, name, None)]
        )


@dataclass(frozen=True)
class ReferenceSources:
    """What a reference is made from.

    Attributes
    ----------
    data, problem, tuning : Data, Problem, Tuning
        That the release stands on.
    family : str
        Of the model.
    """

    data: Data
    problem: Problem
    tuning: Tuning
    family: str

    @classmethod
    def of(cls, workspace: Workspace, on: Mapping[str, int]) -> ReferenceSources:
        """What a release stands on, by the numbers of the entries."""
        record = workspace.record
        return cls(
            data=record.entry(on["data"]).verdict_as(Data),
            problem=record.entry(on["problem"]).verdict_as(Problem),
            tuning=record.entry(on["tuning"]).verdict_as(Tuning),
            family=family_of(record, on["tuning"]),
        )


def run_length(watch: WatchSettings) -> float:
    """Blocks between two false alarms, at least on average."""
    return max(2.0, watch.false_alarm_years * _BLOCKS_A_YEAR[watch.block])


def _cut(pool: Pool, test: Rows, column: str, block: str) -> Sequence[NDArray[np.intp]]:
    """Test rows by block; blocks that are cut short are left out."""
    if column:
        names = np.asarray(block_names(pool.frame[column][test], block))
    else:
        names = np.random.default_rng(0).integers(0, _UNDATED_BLOCKS, test.size).astype(str)
    kept = [np.flatnonzero(names == name) for name in sorted(set(names.tolist()) - {""})]
    typical = float(np.median([own.size for own in kept])) if kept else 0.0
    return [own for own in kept if own.size > typical / 2]
