"""Monitor job: blocks of new data compared with the reference, the test set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from leadline.errors import LeadlineError, NotReadyError
from leadline.jobs.monitor.block_walk import BlockWalk
from leadline.jobs.monitor.measured_block import LEVEL, BlockMeasures
from leadline.jobs.monitor.service_target import ServiceTarget
from leadline.monitoring.challenger import challenge_of
from leadline.monitoring.label_requests import LabelRequests
from leadline.monitoring.reference_blocks import (
    ReferenceBlocks,
    ReferenceSources,
    run_length,
)
from leadline.monitoring.release_in_service import in_service
from leadline.phases import monitor as phase
from leadline.phases.decay import Decay
from leadline.phases.monitor import N_RECENT, Block, Monitor, SelfTest
from leadline.phases.monitor.challenge import Challenge
from leadline.phases.release import Release
from leadline.phases.scoring import Task
from leadline.snapshot import to_parquet
from leadline.stats.monitoring.self_test import run_false_alarms

if TYPE_CHECKING:
    from leadline.jobs import Report
    from leadline.record import Reading
    from leadline.settings.service_sections import WatchSettings
    from leadline.workspace import Workspace

_FEWEST_SELF_TEST = 6
# of a fall of the target that is none, while as many blocks come as between two false alarms
_CHANCE = 0.05


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
    measures = BlockMeasures.of(problem, reference, watch)
    monitor = measures.monitor
    requests = LabelRequests(workspace, release, reference)
    classes = [view.name for view in reference.views]
    target = ServiceTarget.of(workspace, release, sources, classes, _CHANCE / run_length(watch))
    walk = BlockWalk(workspace, release, measures, requests, target)
    walk.through(observations, workspace.record.alarm_events.of(release.release_id), report)
    aside = [block.name for block in walk.blocks if block.n_aside]
    challenge, failed = _challenged(workspace, entry.number, decay, report, aside)
    recent = walk.told[-N_RECENT:]
    return phase.assess(
        phase.Evidence(
            release_id=release.release_id,
            reference_error=reference.error,
            reference_alert_share=reference.alert_share,
            reference_mean_score=reference.mean_score,
            reference_abstained=reference.share_abstained,
            rates=measures.rates(recent),
            positives=measures.positives(recent),
            class_recalls=measures.classes.recalls(recent),
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
            target=target.told(walk.scored),
            alarms=tuple(walk.alarms),
            currency=problem.currency,
            confidence_level=LEVEL,
            blocks=tuple(walk.blocks),
            challenge=challenge,
            challenge_failed=failed,
            asked=_keep_asked(workspace, walk.asked),
        )
    )


def _challenged(
    workspace: Workspace, release: int, decay: Decay, report: Report, aside: Sequence[str]
) -> tuple[Challenge | None, str]:
    """The release beside its challenger, or what kept that from being fitted."""
    try:
        return challenge_of(workspace, release, decay, report, aside), ""
    except LeadlineError as error:
        return None, str(error)
    except Exception as error:  # a model, of a person's own too, may raise anything
        return None, f"{type(error).__name__}: {error}."


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
        views=[view.blocks for view in reference.views],
    )
    return SelfTest(
        rate=tested.rate,
        n_runs=tested.n_runs,
        n_blocks=tested.n_blocks,
        n_labels=round(float(np.median(used))),
    )
