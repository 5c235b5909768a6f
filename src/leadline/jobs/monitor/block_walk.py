"""Walk of the monitor through the blocks, in order of time: alarms raised, closed and left open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from leadline.jobs.monitor.measured_block import BlockMeasures, counted_block
from leadline.jobs.monitor.service_target import MOST_LOOKED_AT, ServiceTarget
from leadline.monitoring.block_counts import counts_of
from leadline.monitoring.block_rows import blind_rows
from leadline.monitoring.label_requests import BlockRequests, LabelRequests, counted_rows
from leadline.monitoring.page_labels import KnownRows, known_rows
from leadline.monitoring.reference_blocks import MonitoredRows
from leadline.phases.monitor import TARGET, Alarm, AlarmStep, Block
from leadline.phases.release import Release
from leadline.phases.scoring import Task
from leadline.record import AlarmAct, AlarmEvent
from leadline.stats.metric.service_score import LabelledRows

if TYPE_CHECKING:
    from leadline.jobs import Report
    from leadline.record import Observation, Record
    from leadline.workspace import Workspace

# that may have been made anew since a delivery
_VERDICTS = 10
# rows to ask for on the page where it cannot be told of others
_FEWEST_SPARE = 5


@dataclass
class BlockWalk:
    """The monitor on its way through the blocks.

    Attributes
    ----------
    workspace : Workspace
        Of the project.
    release : Release
        That is judged.
    measures : BlockMeasures
        What measures a block.
    requests : LabelRequests
        Which rows want a label.
    target : ServiceTarget
        What is measured of the target.
    blocks : list of Block
        That were looked at.
    alarms : list of Alarm
        That were raised there.
    told : list of MonitoredRows
        Of classes: blocks since the last alarm whose labels tell of all rates.
    scored : list of LabelledRows
        Of the last blocks since an alarm was closed, or from the open one on unless that is of
        the target, whose labels are of all kinds of rows.
    asked : list of DataFrame
        Rows that want a label, and spare ones.
    """

    workspace: Workspace
    release: Release
    measures: BlockMeasures
    requests: LabelRequests
    target: ServiceTarget
    blocks: list[Block] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    told: list[MonitoredRows] = field(default_factory=list)
    scored: list[LabelledRows] = field(default_factory=list)
    asked: list[pl.DataFrame] = field(default_factory=list)
    _raised: Block | None = None

    def through(
        self, observations: Sequence[Observation], events: Sequence[AlarmEvent], report: Report
    ) -> None:
        """Take in every block, and begin anew after the last one of each alarm that was closed.

        Parameters
        ----------
        observations : sequence of Observation
            In order of time, at least one.
        events : sequence of AlarmEvent
            Of the release.
        report : Report
            Receives progress.
        """
        names = [seen.block for seen in observations]
        delivered = max(_delivered(seen) for seen in observations)
        since = judged_before(self.workspace.record, delivered)
        lives = _lives(events)
        ends = [
            (names.index(life[-1].through), life)
            for life in lives
            if life and life[-1].act is AlarmAct.CLOSED and life[-1].through in names
        ]
        last = max((end for end, _ in ends), default=-1)
        for place, seen in enumerate(observations):
            report(f"looking at {seen.block}", place / len(observations))
            block = self._looked_at(seen, is_closed=place <= last)
            if not block.is_counted_only:
                block = replace(block, is_newest=_delivered(seen) >= since)
            self.blocks.append(block)
            for end, life in ends:
                if end == place:
                    self._close(life)
        # no more blocks: an alarm that was raised is open
        if self._raised is not None:
            self.alarms.append(_alarm(self._raised.name, self._raised, lives[-1], is_open=True))

    def _looked_at(self, seen: Observation, *, is_closed: bool) -> Block:
        """A block, with its rows asked for and its alarm raised."""
        known = known_rows(self.workspace, seen)
        if known is None:
            return replace(counted_block(seen, self.measures.problem), is_closed=is_closed)
        rows = counted_rows(known.rows, seen, self.release)
        requests = self.requests.of(seen, rows, known.unsure)
        before = self.scored
        block, is_beyond = self._measured(requests, known)
        # labels of other blocks were looked at with these
        is_scored = self.scored is not before
        is_missed = is_scored and self._raised is None and self.target.is_missed(self.scored)
        is_alarm = self._raised is None and (is_beyond or is_missed)
        if is_alarm and not is_beyond:
            block = replace(block, worse=(*block.worse, TARGET))
        n_wanted = 0 if is_closed else block.n_wanted
        block = replace(block, is_closed=is_closed, is_alarm=is_alarm, n_wanted=n_wanted)
        if n_wanted:
            self._ask_for(requests)
        if is_alarm:
            self._raised = block
            if is_beyond:
                # what was good enough before may no longer be
                self.scored = self.scored[-1:] if is_scored else []
        return block

    def _measured(self, requests: BlockRequests, known: KnownRows) -> tuple[Block, bool]:
        """A block by its rows that count, and whether the evidence is beyond the run length."""
        problem, has_rows = self.measures.problem, bool(requests.rows.height)
        rows = requests.fair_rows if has_rows else known.rows
        counts = counts_of(rows, problem.task, self.release.tolerance)
        block = replace(
            counted_block(requests.seen, problem),
            is_counted_only=False,
            error=None,
            alert_share=counts["alert_share"],
            mean_score=counts["mean_score"],
        )
        if not has_rows:
            return replace(block, n_labelled=0, n_wrong=0, off_by=None), False
        told = self.measures.reference.rows(rows)
        block = replace(
            block,
            n_labelled=told.rows.size,
            n_wrong=told.n_wrong,
            n_wanted=requests.n_wanted,
            n_differ=known.n_differ,
            n_aside=requests.n_aside,
            chosen_by=requests.chosen_by,
            off_by=counts.get("off_by"),
        )
        block, is_beyond = self.measures.measured(block, told)
        if told.rows.size and not block.untold:
            self.scored = [*self.scored, self.target.rows(rows)][-MOST_LOOKED_AT:]
            if problem.task is not Task.REGRESSION:
                self.told.append(told)
        return block, is_beyond

    def _ask_for(self, requests: BlockRequests) -> None:
        """Choose rows of a block for the page, in an order that tells nothing, and spare ones."""
        n_wanted = requests.n_wanted
        chosen = requests.rows_to_ask(n_spare=max(_FEWEST_SPARE, n_wanted // 2))
        np.random.default_rng(0).shuffle(chosen[:n_wanted])
        self.asked.append(blind_rows(requests.rows[chosen], requests.seen.block))

    def _close(self, life: Sequence[AlarmEvent]) -> None:
        """An alarm was closed here: the search for a rise begins anew."""
        self.alarms.append(_alarm(life[-1].block, self._raised, life, is_open=False))
        self._raised = None
        self.told, self.scored = [], []
        self.measures.restart()


def judged_before(record: Record, delivered: str) -> str:
    """When the last verdict before a delivery was made: what came since was not told yet.

    Several files may come at once, or labels after rows. Where all of the newest ten verdicts were
    made since, as labels came in by page, it is the delivery.
    """
    times = [entry.at.isoformat() for entry in record.entries("monitor", limit=_VERDICTS)]
    before = max((at for at in times if at < delivered), default="")
    return before if before or len(times) < _VERDICTS else delivered


def _delivered(seen: Observation) -> str:
    """When a block was handed over; empty where that was not kept."""
    return str(seen.payload.get("delivered", ""))


def _lives(events: Sequence[AlarmEvent]) -> list[list[AlarmEvent]]:
    """Events alarm by alarm: a closing ends one; the last may be open, or not be there yet."""
    lives: list[list[AlarmEvent]] = [[]]
    for event in events:
        lives[-1].append(event)
        if event.act is AlarmAct.CLOSED:
            lives.append([])
    return lives


def _alarm(block: str, raised: Block | None, life: Sequence[AlarmEvent], *, is_open: bool) -> Alarm:
    steps = tuple(
        AlarmStep(
            act=event.act.value,
            person=event.person,
            why=event.why,
            at="" if event.at is None else event.at.isoformat(timespec="seconds"),
        )
        for event in life
    )
    evidence, worse = (None, ()) if raised is None else (raised.evidence, raised.worse)
    return Alarm(block=block, evidence=evidence, is_open=is_open, worse=worse, steps=steps)
