"""Recall of each of several classes: watched beside the share wrong of all, and told of late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leadline.monitoring.class_views import ClassView
from leadline.monitoring.reference_blocks import (
    FEWEST_BLOCKS,
    MonitoredRows,
    ReferenceBlocks,
    run_length,
)
from leadline.phases.monitor import ClassRate
from leadline.phases.monitor.class_rates import recall_of
from leadline.phases.verdict import Bounds
from leadline.stats.monitoring.error_kinds import error_kinds
from leadline.stats.monitoring.error_monitor import Monitor
from leadline.stats.monitoring.watched_rates import RATES, untold

if TYPE_CHECKING:
    from leadline.settings.service_sections import WatchSettings

_LEVEL = 0.95
_, _RECALL, _ = RATES


@dataclass(frozen=True)
class ClassMonitors:
    """A monitor of the recall of each class that the reference has enough rows of.

    Attributes
    ----------
    views : tuple of ClassView
        Each class against all others.
    monitors : dict of str to Monitor
        By the class; of those that are watched.
    run_length : float
        Blocks between two false alarms, at least on average.
    """

    views: tuple[ClassView, ...]
    monitors: dict[str, Monitor]
    run_length: float

    @classmethod
    def of(cls, reference: ReferenceBlocks, watch: WatchSettings) -> ClassMonitors:
        """Monitors that know the reference and nothing yet of new rows."""
        length, monitors = run_length(watch), {}
        if len(reference.blocks) >= FEWEST_BLOCKS:
            for view in reference.views:
                rates = (_RECALL,)
                made = Monitor(view.blocks, watch.labels, watch.tolerance, length, rates=rates)
                if made.watched:
                    monitors[view.name] = made
        return cls(reference.views, monitors, length)

    @property
    def evidence(self) -> list[float]:
        """That each class which is watched is found less."""
        return [monitor.evidence for monitor in self.monitors.values()]

    @property
    def worse(self) -> tuple[str, ...]:
        """Recalls of which the evidence itself has reached the run length."""
        return tuple(
            recall_of(name)
            for name, monitor in self.monitors.items()
            if monitor.evidence >= self.run_length
        )

    def update(self, told: MonitoredRows) -> None:
        """Take in a block and its labels."""
        for view in self.views:
            if view.name in self.monitors and told.rows.size:
                scores, said, truth = view.seen(told.scores, told.classes, told.labels)
                self.monitors[view.name].update(scores, said, told.rows, truth)

    def restart(self) -> None:
        """Begin the search for a loss anew."""
        for monitor in self.monitors.values():
            monitor.restart()

    def recalls(self, recent: Sequence[MonitoredRows]) -> tuple[ClassRate, ...]:
        """Recall of each class on the reference, and in blocks of late together."""
        told = MonitoredRows.together(recent) if recent else None
        return tuple(self._recall(view, told) for view in self.views)

    def _recall(self, view: ClassView, told: MonitoredRows | None) -> ClassRate:
        blank = ClassRate(
            name=recall_of(view.name),
            reference=view.recall,
            n_reference=view.n_rows,
            is_watched=view.name in self.monitors,
        )
        if told is None:
            return blank
        scores, said, truth = view.seen(told.scores, told.classes, told.labels)
        if _RECALL in untold(said, told.rows):
            return blank
        kinds = error_kinds(
            view.predicted(scores, said),
            said,
            told.rows,
            truth,
            cost_miss=1.0,
            cost_false_alarm=1.0,
            rng=np.random.default_rng(0),
            confidence_level=_LEVEL,
        )
        found = None if kinds.recall is None else Bounds.of(kinds.recall)
        return ClassRate(**(vars(blank) | {"recent": found, "n_recent": kinds.n_positive}))
