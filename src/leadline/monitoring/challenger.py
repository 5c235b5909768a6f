"""Challenger of a release: its candidate fitted to all that is known, once a block.

Released model and challenger meet on the labelled rows of a block that neither has learnt from.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.datasets.frames import Pool, Target, load_pool
from leadline.evaluation.fit import build, fit_model, machine_rows_of
from leadline.evaluation.fit_spec import FitSpec, spec_of
from leadline.evaluation.predictions import is_wrong, predictions_of
from leadline.monitoring.labelled_rows import LabelledBlock, labelled_blocks
from leadline.monitoring.page_labels import known_rows
from leadline.monitoring.release_in_service import family_of
from leadline.phases.data import Data
from leadline.phases.decay import Decay
from leadline.phases.forecast import Forecast, posterior_of
from leadline.phases.monitor import Monitor
from leadline.phases.monitor.challenge import Challenge, ChallengedBlock, MoreRows
from leadline.phases.problem import Problem
from leadline.phases.release import Release
from leadline.phases.search import Search
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Bounds
from leadline.record import Entry
from leadline.serving.releases.models import load_model, trusted_types
from leadline.stats.arrays import Floats
from leadline.stats.monitoring.paired_errors import mean_difference, paired_difference
from leadline.stats.operating.error_prices import ErrorPrices
from leadline.stats.retraining import Retraining
from leadline.workspace import Workspace

_FEWEST_LABELS = 10
_MOST_FITS = 12
_RECENT = 8
_BLOCKS_TO_WAIT = 4
_SECONDS_AN_HOUR = 3600.0
_DAYS = {"day": 1, "week": 7}


@dataclass(frozen=True)
class _Match:
    """What both models are made of."""

    release: Release
    spec: FitSpec
    pool: Pool
    released: Any
    prices: ErrorPrices

    def errors(self, model: Any, block: LabelledBlock) -> tuple[NDArray[np.bool_], Floats]:
        """Which decisions of a model on a block's labelled rows are wrong, and their losses."""
        task, release = self.spec.target.task, self.release
        predicted = predictions_of(
            model, block.X, task, release.threshold, costs=release.costs
        ).predicted
        wrong = is_wrong(predicted, block.y, self.release.tolerance)
        return wrong, self.prices.losses(predicted, wrong)

    def challenger(self, blocks: Sequence[LabelledBlock]) -> Any:
        """The candidate, fitted to the train rows and to those of these blocks."""
        rows = self.pool.order
        X = pl.concat([self.pool.X[rows], *(block.X for block in blocks)])
        y = np.concatenate([self.pool.y[rows], *(block.y for block in blocks)])
        machines = machine_rows_of(self.pool, rows, self.spec)
        pool = replace(self.pool, X=X, y=y)
        return fit_model(build(self.spec), pool, np.arange(y.size), machines)


def challenge_of(
    workspace: Workspace,
    release: int,
    decay: Decay,
    report: Callable[[str, float | None], None],
    aside: Collection[str] = (),
) -> Challenge | None:
    """Let a challenger meet a release on all labelled blocks that it has scored.

    Parameters
    ----------
    workspace : Workspace
        The project.
    release : int
        Number of the entry of the release.
    decay, report, aside
        As in `challenge`.

    Returns
    -------
    Challenge or None
        What the newest verdict on the same release has is not fitted again.
    """
    record, entry = workspace.record, workspace.record.entry(release)
    verdict, data = entry.verdict_as(Release), record.entry(entry.on["data"]).verdict_as(Data)
    release_id = verdict.release_id
    observations = record.observations.of(release_id)
    last = record.latest_of(Monitor)
    is_same = last is not None and last.release_id == release_id
    return challenge(
        workspace,
        entry,
        labelled_blocks(
            partial(known_rows, workspace),
            observations,
            data.features,
            confidence=verdict.confidence,
        ),
        decay=decay,
        before=last.challenge if last is not None and is_same else None,
        aside=aside,
        report=report,
    )


def challenge(
    workspace: Workspace,
    release: Entry,
    blocks: Sequence[LabelledBlock],
    *,
    decay: Decay,
    before: Challenge | None = None,
    aside: Collection[str] = (),
    report: Callable[[str, float | None], None],
) -> Challenge | None:
    """Let the challenger meet the released model on every labelled block but the first.

    On the first it knows no more than the released model does.

    Parameters
    ----------
    workspace : Workspace
        The project.
    release : Entry
        The release, with the entries it stood on.
    blocks : sequence of LabelledBlock
        In the order of time; blocks of fewer than ten labelled rows are learnt from only.
    decay : Decay
        The backtest: errors by age, costs, and the period of least cost.
    before : Challenge or None, default=None
        What was found the last time: of blocks that are as they were nothing is fitted again.
    aside : collection of str, default=()
        Blocks with labels of rows that a rule chose: learnt from, and judged on by neither.
    report : callable
        Receives what is being done and the share that is behind us.

    Returns
    -------
    Challenge or None
        None where there is no block to meet on yet. A dozen fits at a time at most, and none
        begun that would end after ``[watch] backtest_s``: of more new blocks, several in a row
        are met by one challenger.
    """
    judged = [
        at
        for at in range(1, len(blocks))
        if blocks[at].y.size >= _FEWEST_LABELS and blocks[at].name not in aside
    ]
    met = _met(workspace, release, blocks, judged, decay.prices, _by_key(before), report)
    if not met:
        return None
    n_rows = float(np.mean([block.n_rows for block in blocks]))
    return _summed_up(workspace, release, blocks, met, n_rows, decay)


def _by_key(before: Challenge | None) -> dict[str, ChallengedBlock]:
    return {block.key: block for block in before.blocks} if before else {}


def _met(
    workspace: Workspace,
    release: Entry,
    blocks: Sequence[LabelledBlock],
    judged: Sequence[int],
    prices: ErrorPrices,
    known: dict[str, ChallengedBlock],
    report: Callable[[str, float | None], None],
) -> list[ChallengedBlock]:
    """Each block that is judged, with the errors of both models; the excess is summed up later."""
    keys = _keys(release, blocks, prices)
    new = [at for at in judged if keys[at] not in known]
    stride = -(-len(new) // _MOST_FITS) or 1
    met = {at: known[keys[at]] for at in judged if keys[at] in known}
    match = _match(workspace, release, prices) if new else None
    model, n_learnt, slowest = None, 0, 0.0
    ends = time.monotonic() + workspace.settings.watch.backtest_s
    for count, at in enumerate(new):
        assert match is not None
        report(f"fitting a challenger for {blocks[at].name}", count / len(new))
        started, begun = time.process_time(), time.monotonic()
        if model is None or (count % stride == 0 and begun + slowest < ends):
            n_learnt = sum(block.y.size for block in blocks[:at])
            model = match.challenger(blocks[:at])
            slowest = max(slowest, time.monotonic() - begun)
        (wrong, lost), (fresh, fresh_lost) = (
            match.errors(each, blocks[at]) for each in (match.released, model)
        )
        found = paired_difference(wrong, fresh, blocks[at].weights)
        dearer = paired_difference(lost, fresh_lost, blocks[at].weights)
        error = float(np.average(wrong, weights=blocks[at].weights))
        met[at] = ChallengedBlock(
            name=blocks[at].name,
            n_labelled=int(blocks[at].y.size),
            released=error,
            challenger=error - found.difference,
            stderr=found.stderr,
            loss=dearer.difference,
            loss_stderr=dearer.stderr,
            excess=0.0,
            n_learnt=n_learnt,
            cpu_s=time.process_time() - started,
            key=keys[at],
        )
    return [met[at] for at in judged]


def _keys(release: Entry, blocks: Sequence[LabelledBlock], prices: ErrorPrices) -> list[str]:
    """For each block, a digest of the release, of all labelled rows up to it, and of prices."""
    digest, keys = hashlib.sha256(release.verdict_as(Release).release_id.encode()), []
    if prices.miss != prices.false_alarm:
        digest.update(f"{prices.miss!r} {prices.false_alarm!r}".encode())
    for block in blocks:
        digest.update(block.digest.encode())
        keys.append(digest.hexdigest())
    return keys


def _match(workspace: Workspace, release: Entry, prices: ErrorPrices) -> _Match:
    """The released model, and all that its challenger is made of, as they were at the release."""
    record, verdict = workspace.record, release.verdict_as(Release)
    problem = record.entry(release.on["problem"]).verdict_as(Problem)
    data = record.entry(release.on["data"]).verdict_as(Data)
    search = record.entry(_search_of(workspace, release)).verdict_as(Search)
    trial = search.trial(verdict.candidate)
    spec = spec_of(workspace, problem, data)
    family = family_of(record, release.on["tuning"])
    return _Match(
        release=verdict,
        spec=replace(spec, family=trial.family, params=trial.params),
        pool=load_pool(workspace.artifacts, data, Target.of(problem), is_learnt=True),
        released=load_model(
            workspace.artifacts.get(verdict.model), trusted=trusted_types(family, workspace.folder)
        ),
        prices=prices,
    )


def _search_of(workspace: Workspace, release: Entry) -> int:
    """Number of the search that found the candidate."""
    return workspace.record.entry(release.on["tuning"]).on["search"]


def _summed_up(
    workspace: Workspace,
    release: Entry,
    blocks: Sequence[LabelledBlock],
    met: Sequence[ChallengedBlock],
    n_rows: float,
    decay: Decay,
) -> Challenge:
    """Sum up what the released model has cost more, block after block."""
    plan = Retraining(
        [[met[0].challenger]],
        cost_retrain=max(decay.cost_retrain, 1e-9),
        cost_error=decay.prices.dearest,
        n_block=n_rows,
    )
    due_since, excess, chance, summed = "", 0.0, 0.0, []
    for block in met:
        excess += block.dearer * plan.cost_block
        if not due_since:
            is_due = plan.step(block.dearer, 0.0, block.dearer_stderr)
            due_since, chance = (block.name, chance) if is_due else ("", plan.chance)
        summed.append(replace(block, excess=excess))
    recent = met[-_RECENT:]
    found = mean_difference(
        [block.released - block.challenger for block in recent], [block.stderr for block in recent]
    )
    cpu_s = sum(block.cpu_s for block in met)
    price = workspace.settings.prices.machine_per_hour
    return Challenge(
        blocks=tuple(summed),
        difference=Bounds.of(found),
        n_recent=len(recent),
        chance=chance,
        due_since=due_since,
        price=decay.cost_retrain,
        error_prices=decay.price_words,
        is_by_kind=decay.prices.miss != decay.prices.false_alarm,
        cpu_s=cpu_s,
        cost=cpu_s * price / _SECONDS_AN_HOUR,
        currency=decay.currency,
        block=decay.block,
        retrain_every=decay.retrain_every,
        age=_age(decay, blocks[-1].at),
        more=_more_rows(workspace, release, blocks),
    )


def _age(decay: Decay, at: str) -> int | None:
    """Blocks from the newest row learnt from to the newest block; None without a time."""
    if not (decay.blocks and at):
        return None
    then, now = date.fromisoformat(decay.blocks[-1]), date.fromisoformat(at)
    if decay.block in _DAYS:
        return (now - then).days // _DAYS[decay.block]
    return 12 * (now.year - then.year) + now.month - then.month


def _more_rows(
    workspace: Workspace, release: Entry, blocks: Sequence[LabelledBlock]
) -> MoreRows | None:
    """What the rows labelled since bring by the curve, and what four blocks more would."""
    forecast = _forecast(workspace, release)
    if forecast is None:
        return None
    n = workspace.record.entry(release.on["tuning"]).verdict_as(Tuning).n_train
    n_now = sum(block.y.size for block in blocks)
    n_later = round(_BLOCKS_TO_WAIT * n_now / len(blocks))
    errors = posterior_of(forecast).quantile([n, n + n_now, n + n_now + n_later], 0.5)
    today, now, later = (forecast.score(float(error)) for error in errors)
    return MoreRows(
        n_now=n_now,
        n_later=n_later,
        gain_now=now - today,
        gain_later=later - now,
        scoring=forecast.scoring,
    )


def _forecast(workspace: Workspace, release: Entry) -> Forecast | None:
    """The newest forecast of the released candidate; None if it was never measured."""
    candidate = release.verdict_as(Release).candidate
    search = _search_of(workspace, release)
    for entry in reversed(workspace.record.entries("forecast")):
        if entry.on.get("search") == search:
            forecast = entry.verdict_as(Forecast)
            return forecast if forecast.candidate == candidate else None
    return None
