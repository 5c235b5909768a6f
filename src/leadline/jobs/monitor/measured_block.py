"""One block of the monitor: what its labels tell, with a reference to hold it against or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from leadline.jobs.monitor.class_monitors import ClassMonitors
from leadline.monitoring.reference_blocks import MonitoredRows, ReferenceBlocks
from leadline.phases.monitor import (
    FEWEST_LABELS,
    PRECISION,
    RECALL,
    Block,
    ClassRate,
    Positives,
)
from leadline.phases.monitor.input_shift import Shift
from leadline.phases.problem import Problem
from leadline.phases.scoring import Task
from leadline.phases.verdict import Bounds
from leadline.stats.interval import Estimate, wilson_interval
from leadline.stats.monitoring.alarm_evidence import pooled_evidence
from leadline.stats.monitoring.error_kinds import ErrorKinds, error_kinds
from leadline.stats.monitoring.error_monitor import Monitor as ErrorMonitor
from leadline.stats.monitoring.watched_rates import untold, withheld

if TYPE_CHECKING:
    from leadline.record import Observation
    from leadline.settings.service_sections import WatchSettings

LEVEL = 0.95
"""Of all intervals of the monitor."""
# more is certain enough, and no number to read
_MOST_EVIDENCE = 1e6


@dataclass(frozen=True)
class BlockMeasures:
    """What measures a block.

    Attributes
    ----------
    problem : Problem
        That the release answers.
    reference : ReferenceBlocks
        Of the release.
    monitor : leadline.stats.monitoring.error_monitor.Monitor or None
        None where the reference has too few blocks to tell a rise.
    classes : ClassMonitors
        What watches single classes, where there are several.
    """

    problem: Problem
    reference: ReferenceBlocks
    monitor: ErrorMonitor | None
    classes: ClassMonitors

    @classmethod
    def of(
        cls, problem: Problem, reference: ReferenceBlocks, watch: WatchSettings
    ) -> BlockMeasures:
        """Measures that know the reference and nothing yet of new rows."""
        monitor = reference.monitor(watch, np.random.default_rng(0))
        return cls(problem, reference, monitor, ClassMonitors.of(reference, watch))

    def restart(self) -> None:
        """Begin the search for a rise anew."""
        if self.monitor is not None:
            self.monitor.restart()
        self.classes.restart()

    def measured(self, block: Block, told: MonitoredRows) -> tuple[Block, bool]:
        """A block with its rates, and whether the evidence is beyond the run length.

        Parameters
        ----------
        block : Block
            As it was counted.
        told : MonitoredRows
            Its rows that count.
        """
        block, is_beyond = self._of_all(block, told)
        if self.problem.task is not Task.BINARY or not told.rows.size:
            return block, is_beyond
        block = replace(block, untold=withheld(told.said, told.rows))
        if told.rows.size < FEWEST_LABELS:
            return block, is_beyond
        return self._of_both_kinds(block, told), is_beyond

    def rates(self, recent: Sequence[MonitoredRows]) -> tuple[ClassRate, ...]:
        """Recall and precision of a binary label on the reference and of late; else none."""
        if self.problem.task is not Task.BINARY:
            return ()
        watched = () if self.monitor is None else self.monitor.watched
        return self.reference.class_rates(watched, self._kinds(recent), recent)

    def positives(self, recent: Sequence[MonitoredRows]) -> Positives | None:
        """Positive rows of late beside the reference; None without, and where no class is one."""
        kinds = self._kinds(recent) if self.problem.task is Task.BINARY else None
        reference = self.reference
        if kinds is None or not reference.n_rows:
            return None
        share = kinds.n_positive / sum(told.said.size for told in recent)
        error = reference.error_at(share)
        if error is None:
            return None
        return Positives(
            reference=reference.n_positive / reference.n_rows, recent=share, error=error
        )

    def _kinds(self, every: Sequence[MonitoredRows]) -> ErrorKinds | None:
        """Misses and false alarms of blocks together; None without a block."""
        if not every:
            return None
        told = MonitoredRows.together(every)
        return error_kinds(
            self.reference.predicted(told.scores, told.said),
            told.said,
            told.rows,
            told.truth,
            cost_miss=self.problem.cost_miss,
            cost_false_alarm=self.problem.cost_false_alarm,
            rng=np.random.default_rng(0),
            confidence_level=LEVEL,
        )

    def _of_all(self, block: Block, told: MonitoredRows) -> tuple[Block, bool]:
        """A block with its share wrong, and the evidence of a rise where there can be one."""
        if self.monitor is None:
            return replace(
                block, error=_share_wrong(told.n_wrong, told.rows.size, told.said.size)
            ), False
        state = self.monitor.update(told.scores, told.said, told.rows, told.truth)
        known = Bounds.of(state.error) if told.rows.size else None
        self.classes.update(told)
        evidence = pooled_evidence(state.evidence, self.classes.evidence)
        block = replace(
            block,
            error=known,
            evidence=min(evidence, _MOST_EVIDENCE),
            worse=(*state.worse, *self.classes.worse),
        )
        return block, evidence >= self.monitor.run_length

    def _of_both_kinds(self, block: Block, told: MonitoredRows) -> Block:
        """A block of a binary label with its precision, recall and cost, as far as labels tell."""
        kinds = self._kinds([told])
        assert kinds is not None
        lacking = untold(told.said, told.rows)
        return replace(
            block,
            precision=None if PRECISION in lacking else _bounds(kinds.precision),
            recall=None if RECALL in lacking else _bounds(kinds.recall),
            cost=None if block.untold else _bounds(kinds.cost_per_1000),
        )


def counted_block(seen: Observation, problem: Problem) -> Block:
    """A block by what was counted when it was observed."""
    payload = seen.payload
    n_labelled = int(payload["n_labelled"])
    n_wrong = int(payload["n_wrong"]) if "n_wrong" in payload else None
    if n_wrong is None and problem.task is Task.BINARY:
        n_wrong = int(payload["n_missed"]) + int(payload["n_false_alarms"])
    return Block(
        name=seen.block,
        n_rows=seen.n_rows,
        alert_share=payload["alert_share"],
        mean_score=float(payload["mean_score"]),
        share_abstained=payload.get("share_abstained"),
        n_labelled=n_labelled,
        n_wrong=n_wrong,
        error=_share_wrong(n_wrong or 0, n_labelled, seen.n_rows),
        off_by=payload.get("off_by"),
        shifts=tuple(Shift(**shift) for shift in payload["shifts"]),
        n_learnt=payload.get("n_learnt"),
        is_learnt=payload.get("is_learnt", False),
    )


def _share_wrong(n_wrong: int, n_labelled: int, n_rows: int) -> Bounds | None:
    """Share of a block's rows that are wrong, by a fair sample of labels; exact where all have one.

    Wilson's interval, at as many labels as tell as much of an endless block.
    """
    if not n_labelled:
        return None
    share = n_wrong / n_labelled
    n_open = n_rows - n_labelled
    if not n_open:
        return Bounds(estimate=share, low=share, high=share)
    n_worth = n_labelled * (n_rows - 1) / n_open
    found = wilson_interval(share * n_worth, n_worth, confidence_level=LEVEL)
    # what labels say of their own rows stays true
    low, high = max(found.low, n_wrong / n_rows), min(found.high, (n_wrong + n_open) / n_rows)
    return Bounds.of(Estimate(min(low, share), share, max(high, share)))


def _bounds(found: Estimate[float] | None) -> Bounds | None:
    return None if found is None else Bounds.of(found)
