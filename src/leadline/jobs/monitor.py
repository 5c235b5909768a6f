"""Monitor job: blocks of new data compared with the reference, the test set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from leadline.errors import LeadlineError, NotReadyError
from leadline.monitoring.block_counts import counts_of
from leadline.monitoring.block_rows import answered_rows, blind_rows, without_learnt
from leadline.monitoring.challenger import challenge_of
from leadline.monitoring.label_requests import LabelRequests
from leadline.monitoring.page_labels import KnownRows, known_rows
from leadline.monitoring.reference_blocks import (
    MonitoredRows,
    ReferenceBlocks,
    ReferenceSources,
    run_length,
)
from leadline.monitoring.release_in_service import in_service
from leadline.phases import monitor as phase
from leadline.phases.decay import Decay
from leadline.phases.monitor import (
    FEWEST_LABELS,
    PRECISION,
    RECALL,
    Alarm,
    AlarmStep,
    Block,
    Monitor,
    SelfTest,
    Target,
)
from leadline.phases.monitor.challenge import Challenge
from leadline.phases.monitor.input_shift import Shift
from leadline.phases.problem import Problem
from leadline.phases.release import Release
from leadline.phases.scoring import Task, scoring_of
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Bounds
from leadline.record import AlarmAct, AlarmEvent
from leadline.snapshot import to_parquet
from leadline.stats.interval import Estimate, wilson_interval
from leadline.stats.monitoring.error_kinds import ErrorKinds, error_kinds
from leadline.stats.monitoring.error_monitor import Monitor as ErrorMonitor
from leadline.stats.monitoring.self_test import run_false_alarms
from leadline.stats.monitoring.watched_rates import untold, withheld

if TYPE_CHECKING:
    from leadline.jobs import Report
    from leadline.record import Observation, Reading
    from leadline.settings.service_sections import WatchSettings
    from leadline.workspace import Workspace

_LEVEL = 0.95
# blocks of late that recall and precision are told over
_RECENT = 8
_FEWEST_SELF_TEST = 6
# rows to ask for on the page where it cannot be told of others
_FEWEST_SPARE = 5
# more is certain enough, and no number to read
_MOST_EVIDENCE = 1e6


def run(workspace: Workspace, reading: Reading, report: Report) -> Monitor:
    """Compare every observed block with the reference."""
    decay = reading.of(Decay)
    *_, newest = (reading.number(row) for row in ("problem", "data", "tuning", "release"))
    # the newest release may wait, or was rolled back from: what answers is what is judged
    entry = in_service(workspace.record) or workspace.record.entry(newest)
    release = entry.verdict_as(Release)
    sources = ReferenceSources.of(workspace, entry.on)
    problem = sources.problem
    observations = workspace.record.observations.of(release.release_id)
    if not observations:
        raise NotReadyError(
            f"Release {release.release_id} has not seen new data yet.",
            "Blocks of new rows are needed.",
            "Run 'leadline watch FILE' with rows that came in since.",
        )
    report("scoring the reference", 0.0)
    reference = ReferenceBlocks.of(workspace, release, sources)
    watch = workspace.settings.watch
    events = workspace.record.alarm_events.of(release.release_id)
    monitor = reference.monitor(watch, np.random.default_rng(0))
    walk = _Walk(workspace, release, problem, reference, monitor)
    _walk_through(walk, observations, _lives(events), report)
    challenge, failed = _challenged(workspace, entry.number, decay, report)
    recent = walk.told[-_RECENT:]
    kinds = _recent_kinds(monitor, recent, problem)
    watched = () if monitor is None else monitor.watched
    return phase.assess(
        phase.Evidence(
            release_id=release.release_id,
            reference_error=reference.error,
            reference_alert_share=reference.alert_share,
            reference_mean_score=reference.mean_score,
            reference_abstained=reference.share_abstained,
            rates=reference.class_rates(watched, kinds, recent),
            positive=problem.words.positive if problem.task is Task.BINARY else "",
            n_recent=len(recent),
            n_recent_labels=sum(told.rows.size for told in recent),
            tolerance=release.tolerance,
            n_reference_blocks=len(reference.blocks),
            usual_reach=0.0 if monitor is None else monitor.usual_reach,
            accepted_rise=watch.tolerance,
            block=watch.block,
            n_labels=watch.labels,
            run_length=run_length(watch),
            false_alarm_years=watch.false_alarm_years,
            self_test=_self_test(reference, watch, walk.blocks),
            target=_target(problem, sources.tuning),
            alarms=tuple(walk.alarms),
            currency=problem.currency,
            confidence_level=_LEVEL,
            blocks=tuple(walk.blocks),
            challenge=challenge,
            challenge_failed=failed,
            asked=_keep_asked(workspace, walk.asked),
        )
    )


def _challenged(
    workspace: Workspace, release: int, decay: Decay, report: Report
) -> tuple[Challenge | None, str]:
    """The release beside its challenger, or what kept that from being fitted."""
    try:
        return challenge_of(workspace, release, decay, report), ""
    except LeadlineError as error:
        return None, str(error)
    except Exception as error:  # a model, of a person's own too, may raise anything
        return None, f"{type(error).__name__}: {error}."


def _walk_through(
    walk: _Walk, observations: Sequence[Observation], lives: list[list[AlarmEvent]], report: Report
) -> None:
    """Take in every block, and begin anew after the last block of each alarm that was closed."""
    names = [seen.block for seen in observations]
    walk.delivered = max(_delivered(seen) for seen in observations)
    ends = [
        (names.index(life[-1].through), life)
        for life in lives
        if life and life[-1].act is AlarmAct.CLOSED and life[-1].through in names
    ]
    last = max((end for end, _ in ends), default=-1)
    for place, seen in enumerate(observations):
        report(f"looking at {seen.block}", place / len(observations))
        walk.look_at(seen, is_closed=place <= last)
        for end, life in ends:
            if end == place:
                walk.close(life)
    walk.end(lives[-1])


@dataclass
class _Walk:
    """The monitor on its way through the blocks, in order of time."""

    workspace: Workspace
    release: Release
    problem: Problem
    reference: ReferenceBlocks
    monitor: ErrorMonitor | None
    blocks: list[Block] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    raised: Block | None = None
    delivered: str = ""
    told: list[MonitoredRows] = field(default_factory=list)
    asked: list[pl.DataFrame] = field(default_factory=list)

    @property
    def _requests(self) -> LabelRequests:
        return LabelRequests(self.reference, self.workspace.settings.watch, self.release.release_id)

    def look_at(self, seen: Observation, *, is_closed: bool) -> None:
        """Take in a block."""
        known = known_rows(self.workspace, seen)
        if known is None:
            self.blocks.append(replace(_counted(seen, self.problem), is_closed=is_closed))
            return
        counted = self._counted_rows(known.rows, seen)
        block, is_beyond = self._measured(seen, counted, known)
        is_alarm = is_beyond and self.raised is None
        n_wanted = 0 if is_closed else block.n_wanted
        block = replace(block, is_closed=is_closed, is_alarm=is_alarm, n_wanted=n_wanted)
        if n_wanted:
            self._ask_for(counted, known.unsure, block)
        if is_alarm:
            self.raised = block
        self.blocks.append(replace(block, is_newest=_delivered(seen) == self.delivered))

    def _counted_rows(self, rows: pl.DataFrame, seen: Observation) -> pl.DataFrame:
        """The rows of a block by which the release is judged."""
        return answered_rows(without_learnt(rows, seen.payload), self.release.confidence)

    def _ask_for(self, rows: pl.DataFrame, unsure: frozenset[str], block: Block) -> None:
        """Choose rows of a block for the page, in an order that tells nothing, and spare ones."""
        n_spare = max(_FEWEST_SPARE, block.n_wanted // 2)
        chosen = self._requests.rows_to_ask(rows, block.name, unsure=unsure, n_spare=n_spare)
        np.random.default_rng(0).shuffle(chosen[: block.n_wanted])
        self.asked.append(blind_rows(rows[chosen], block.name))

    def close(self, life: Sequence[AlarmEvent]) -> None:
        """An alarm was closed here: the search for a rise begins anew."""
        self.alarms.append(_alarm(life[-1].block, self.raised, life, is_open=False))
        self.raised = None
        self.told = []
        if self.monitor is not None:
            self.monitor.restart()

    def end(self, life: Sequence[AlarmEvent]) -> None:
        """No more blocks: an alarm that was raised is open."""
        if self.raised is not None:
            self.alarms.append(_alarm(self.raised.name, self.raised, life, is_open=True))

    def _measured(
        self, seen: Observation, rows: pl.DataFrame, known: KnownRows
    ) -> tuple[Block, bool]:
        """A block by its rows, and whether the evidence is beyond the run length."""
        counts = counts_of(
            rows if rows.height else known.rows, self.problem.task, self.release.tolerance
        )
        block = replace(_counted(seen, self.problem), is_counted_only=False, error=None)
        block = replace(block, alert_share=counts["alert_share"], mean_score=counts["mean_score"])
        if not rows.height:
            return replace(block, n_labelled=0, n_wrong=0, off_by=None), False
        told = self.reference.rows(rows)
        wanted = self._requests.n_wanted(rows, seen.block, known.unsure)
        block = replace(block, n_labelled=told.rows.size, n_wrong=told.n_wrong, n_wanted=wanted)
        block = replace(block, off_by=counts.get("off_by"), n_differ=known.n_differ)
        if self.monitor is None:
            return replace(block, error=_share(told.n_wrong, told.rows.size)), False
        state = self.monitor.update(told.scores, told.said, told.rows, told.truth)
        error = _bounds(state.error) if told.rows.size else None
        block = replace(block, error=error, evidence=min(state.evidence, _MOST_EVIDENCE))
        block = replace(block, worse=state.worse)
        if self.problem.task is Task.BINARY and told.rows.size:
            block = replace(block, untold=withheld(told.said, told.rows))
            if not block.untold:
                self.told.append(told)
            if told.rows.size >= FEWEST_LABELS:
                block = _of_both_kinds(block, self.monitor, told, self.problem)
        return block, state.alarm


def _recent_kinds(
    monitor: ErrorMonitor | None, recent: Sequence[MonitoredRows], problem: Problem
) -> ErrorKinds | None:
    """Precision and recall of the blocks of late together."""
    if monitor is None or not recent:
        return None
    starts = np.cumsum([0, *(told.said.size for told in recent)])
    rows = [told.rows + start for told, start in zip(recent, starts, strict=False)]
    parts = ([getattr(told, part) for told in recent] for part in ("scores", "said", "truth"))
    scores, said, truth = (np.concatenate(part) for part in parts)
    return _kinds(monitor, MonitoredRows(scores, said, np.concatenate(rows), truth), problem)


def _of_both_kinds(
    block: Block, monitor: ErrorMonitor, told: MonitoredRows, problem: Problem
) -> Block:
    """A block of a binary label with its precision, recall and cost, as far as labels tell."""
    kinds = _kinds(monitor, told, problem)
    lacking = untold(told.said, told.rows)
    is_known = kinds.precision is not None and PRECISION not in lacking
    is_found = kinds.recall is not None and RECALL not in lacking
    return replace(
        block,
        precision=_bounds(kinds.precision) if is_known else None,
        recall=_bounds(kinds.recall) if is_found else None,
        cost=None if block.untold else _bounds(kinds.cost_per_1000),
    )


def _kinds(monitor: ErrorMonitor, told: MonitoredRows, problem: Problem) -> ErrorKinds:
    return error_kinds(
        monitor.predicted(told.scores, told.said),
        told.said,
        told.rows,
        told.truth,
        cost_miss=problem.cost_miss,
        cost_false_alarm=problem.cost_false_alarm,
        rng=np.random.default_rng(0),
        confidence_level=_LEVEL,
    )


def _counted(seen: Observation, problem: Problem) -> Block:
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
        error=_share(n_wrong or 0, n_labelled),
        off_by=payload.get("off_by"),
        shifts=tuple(Shift(**shift) for shift in payload["shifts"]),
        n_learnt=payload.get("n_learnt"),
        is_learnt=payload.get("is_learnt", False),
    )


def _delivered(seen: Observation) -> str:
    """When a block was handed over; empty where that was not kept."""
    return str(seen.payload.get("delivered", ""))


def _share(n_wrong: int, n_labelled: int) -> Bounds | None:
    """Share wrong from labels alone."""
    if not n_labelled:
        return None
    bounds = wilson_interval(n_wrong, n_labelled, confidence_level=_LEVEL)
    return Bounds(estimate=n_wrong / n_labelled, low=bounds.low, high=bounds.high)


def _bounds(found: Estimate[float] | None) -> Bounds | None:
    return None if found is None else Bounds.of(found)


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


def _target(problem: Problem, tuning: Tuning) -> Target:
    released = tuning.test_score if tuning.scoring == problem.scoring else None
    words = scoring_of(problem.scoring).words
    return Target(
        scoring=problem.scoring, words=words, target=problem.target_score, released=released
    )


def _keep_asked(workspace: Workspace, asked: Sequence[pl.DataFrame]) -> str:
    """Digest of the rows that want a label, for the page; empty if there are none."""
    if not asked:
        return ""
    frame = pl.concat(asked, how="diagonal_relaxed")
    return workspace.artifacts.put(to_parquet(frame), kind="asked")


def _self_test(
    reference: ReferenceBlocks, watch: WatchSettings, blocks: Sequence[Block]
) -> SelfTest | None:
    """Shuffle the reference's blocks, at the labels that blocks in truth have."""
    if len(reference.blocks) < _FEWEST_SELF_TEST:
        return None
    used = [block.n_labelled for block in blocks if block.n_labelled] or [watch.labels]
    tested = run_false_alarms(
        reference.blocks,
        used,
        rng=np.random.default_rng(0),
        tolerance=watch.tolerance,
        run_length=run_length(watch),
        rates=reference.rates,
    )
    return SelfTest(
        rate=tested.rate,
        n_runs=tested.n_runs,
        n_blocks=tested.n_blocks,
        n_labels=round(float(np.median(used))),
    )
