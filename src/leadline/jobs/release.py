"""Release job: a signed bundle of the model, compared with the one in service."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from leadline.datasets.frames import Pool, Target, load_pool
from leadline.engines.contract import Scalar
from leadline.errors import DataError
from leadline.evaluation.scores import response_of, score_of
from leadline.monitoring.release_in_service import family_of, in_service
from leadline.phases import release as phase
from leadline.phases.data import Data, SplitKind, learnt_words
from leadline.phases.performance.default_decision import LEAST_COST
from leadline.phases.problem import ConfusionCost, Problem, by_truth
from leadline.phases.release import Release
from leadline.phases.review import Review
from leadline.phases.target.measured_target import measured_target
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Bounds
from leadline.reading.conform import conform
from leadline.reading.unusual_inputs import UsualInputs
from leadline.serving.releases.bundle import SealedBundle, seal
from leadline.serving.releases.keys import load_or_make_key
from leadline.serving.releases.learnt_rows import LearntRows
from leadline.serving.releases.manifest import Card
from leadline.serving.releases.models import load_model, trusted_types
from leadline.serving.releases.slow_path import N_GOLDEN_ASKED, waits_s
from leadline.stats.interval import Estimate
from leadline.stats.metric import metric_of
from leadline.stats.metric.score_difference import score_difference

if TYPE_CHECKING:
    from leadline.jobs import Report
    from leadline.record import Entry, Reading
    from leadline.workspace import Workspace

_N_GOLDEN = 200


def run(workspace: Workspace, reading: Reading, report: Report) -> Release:
    """Seal, sign, and open again what was sealed."""
    problem = reading.of(Problem)
    data = reading.of(Data)
    tuning = reading.of(Tuning)
    review = reading.of(Review)
    phase.require_ethics(problem.ethics.answered_by, is_complete=problem.ethics.is_complete)
    report("sealing the model", 0.0)
    pool = load_pool(workspace.artifacts, data, Target.of(problem), is_learnt=True)
    card = _card(workspace, reading)
    model = _model(workspace, tuning.model, card.family)
    n_golden = min(_N_GOLDEN if waits_s(model) is None else N_GOLDEN_ASKED, int(pool.order.size))
    sealed = _seal(workspace, pool, model, card, n_golden)
    report("comparing it with the release in service", 0.6)
    before = in_service(workspace.record)
    compared = _compared(workspace, pool, before, tuning, card.family)
    return phase.assess(
        phase.Evidence(
            release_id=sealed.release_id,
            bundle=sealed.digest,
            model=tuning.model,
            candidate=tuning.candidate,
            point=review.chosen,
            threshold=card.threshold,
            confidence=card.confidence,
            costs=_priced(review),
            tolerance=_tolerance(tuning),
            signer=sealed.signer,
            n_golden=n_golden,
            size_bytes=sealed.size_bytes,
            fast_path=sealed.fast_path,
            fit_s=tuning.fit_s,
            approved_by=review.person,
            ethics_by=problem.ethics.answered_by,
            scoring=problem.scoring,
            replaces=_id_of(before),
            target=measured_target(problem.target_score, tuning, review),
            learnt_from=learnt_words(tuning.machine_shares, tuning.n_train),
            learnt_to=data.split.train_to,
            test_to=data.split.test_to if data.split.train_to else "",
            **compared,
        )
    )


def _card(workspace: Workspace, reading: Reading) -> Card:
    problem = reading.of(Problem)
    data = reading.of(Data)
    tuning = reading.of(Tuning)
    review = reading.of(Review)
    return Card(
        project=workspace.settings.name,
        label=problem.label,
        task=problem.task.value,
        columns=data.features,
        positive=problem.positive,
        classes=tuple(count.value for count in data.classes),
        threshold=None if tuning.plain else tuning.point(review.chosen).threshold,
        confidence=review.confidence or None,
        confusion_costs=by_truth(_priced(review)),
        point=review.chosen,
        costs=_costs(tuning, review),
        data_digest=data.snapshot,
        metrics={f"test_{tuning.scoring}": tuning.test_score, **_metrics(tuning, review)},
        missing=tuple(workspace.settings.data.missing),
        made_by=review.person,
        image_size=workspace.settings.data.image_size,
        reading=tuple(data.reading.only(data.features).to_payload()),
        family=family_of(workspace.record, reading.seen["tuning"]),
    )


def _priced(review: Review) -> tuple[ConfusionCost, ...]:
    """The confusions by whose costs classes are said; none where the likeliest one is."""
    chosen = review.plain
    return chosen.costs if chosen is not None and chosen.name == LEAST_COST else ()


def _costs(tuning: Tuning, review: Review) -> dict[str, Scalar]:
    if tuning.plain:
        return {"currency": review.currency} if _priced(review) else {}
    return {
        "miss": review.cost_miss,
        "false_alarm": review.cost_false_alarm,
        "currency": review.currency,
    }


def _metrics(tuning: Tuning, review: Review) -> dict[str, Scalar]:
    """What is known of the point that was chosen."""
    if review.plain is not None:
        right = review.plain.right
        known: dict[str, Scalar] = {
            "test_share_right": right.estimate,
            "test_share_right_low": right.low,
            "test_share_right_high": right.high,
        }
        cost = review.plain.cost
        if cost is not None:
            known |= {
                "test_cost_per_row": cost.estimate,
                "test_cost_per_row_low": cost.low,
                "test_cost_per_row_high": cost.high,
            }
        for cut in review.plain.silences:
            if review.confidence and cut.confidence == review.confidence:
                known["test_share_answered"] = cut.answered
                known["test_share_right_of_answered"] = cut.right.estimate
        if review.on_stream is not None and not review.confidence:
            right = review.on_stream.right
            known |= {"stream_share_right_low": right.low, "stream_share_right_high": right.high}
        numbers = review.plain.numbers
        if numbers is not None:
            known["tolerance"] = numbers.tolerance
            if numbers.low is not None and numbers.high is not None:
                known |= {"interval_90_low": numbers.low, "interval_90_high": numbers.high}
        return known
    chosen, point = review.chosen_point, tuning.point(review.chosen)
    on_test: dict[str, Scalar] = {
        "test_precision": point.precision.estimate,
        "test_recall": point.recall.estimate,
    }
    if not review.n_judged:
        return on_test  # the point's own figures are those of the test set then
    return on_test | {
        "stream_precision_low": chosen.precision.low,
        "stream_precision_high": chosen.precision.high,
        "stream_recall_low": chosen.recall.low,
        "stream_recall_high": chosen.recall.high,
    }


def _tolerance(tuning: Tuning) -> float | None:
    numbers = tuning.plain.numbers if tuning.plain else None
    return numbers.tolerance if numbers else None


def _seal(workspace: Workspace, pool: Pool, model: Any, card: Card, n_golden: int) -> SealedBundle:
    step = max(1, pool.order.size // max(n_golden, 1))
    return seal(
        workspace.releases_folder,
        model=model,
        card=card,
        golden_X=pool.X[pool.order[::step][:n_golden]],
        key=load_or_make_key(workspace.key_path),
        modules=workspace.folder,
        # at random, equal rows are on one side: the split does not show how often rows come back
        learnt=LearntRows.of(
            pool.X,
            None if pool.kind is SplitKind.RANDOM else pool.is_test,
            more=None if pool.machines is None else pool.machines.X,
        ),
        usual=UsualInputs.of(pool.X, card.columns),
    )


def _model(workspace: Workspace, digest: str, family: str) -> Any:
    """A stored final model."""
    trusted = trusted_types(family, workspace.folder)
    return load_model(workspace.artifacts.get(digest), trusted=trusted)


def _compared(
    workspace: Workspace, pool: Pool, before: Entry | None, tuning: Tuning, family: str
) -> dict[str, Any]:
    """Scores of the release in service and of this one on today's test rows.

    Empty if there is none in service, or it cannot read them.
    """
    if before is None:
        return {}
    learnt_from = workspace.record.entry(before.on["data"]).verdict_as(Data)
    try:
        features = conform(pool.frame, learnt_from.features)
    except DataError:
        return {}  # today's rows lack a column that it needs
    its_family = family_of(workspace.record, before.on["tuning"])
    champion = _model(workspace, before.verdict_as(Release).model, its_family)
    scoring, y = tuning.scoring, pool.y[pool.test]
    theirs = response_of(champion, features[pool.test], scoring)
    ours = response_of(_model(workspace, tuning.model, family), pool.X[pool.test], scoring)
    groups = pool.alike(pool.test)
    found = score_difference(metric_of(scoring).compute, y, ours, theirs, groups=groups)
    return {
        "champion_score": score_of(y, theirs, scoring),
        "challenger_score": tuning.test_score,
        "difference": _bounds(found),
    }


def _bounds(found: Estimate[float]) -> Bounds | None:
    """An estimate with its interval; None where that cannot be told."""
    if not (isfinite(found.low) and isfinite(found.high)):
        return None
    return Bounds.of(found)


def _id_of(entry: Entry | None) -> str:
    return entry.verdict_as(Release).release_id if entry else ""
