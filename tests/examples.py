"""One realistic verdict for every row of the life cycle: late flights, from question to watch.

Every test that needs a verdict takes it from here, so that charts, reports, pages and the record
are all tried on the same project.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from leadline.phases import (
    capacity,
    curve,
    data,
    decay,
    decision,
    feasibility,
    forecast,
    labelling,
    monitor,
    problem,
    release,
    review,
    search,
    tuning,
)
from leadline.phases.lifecycle import ROWS, Stage, decision_of
from leadline.phases.monitor.input_shift import Shift
from leadline.phases.performance import stream_point
from leadline.phases.scoring import Task
from leadline.phases.search import trial
from leadline.phases.verdict import Bounds, Verdict
from leadline.phases.vocabulary.project_words import ClassWord

SNAPSHOT = "3f1c" * 16
MODEL = "9ab2" * 16
BUNDLE = "c40d" * 16
RELEASE_ID = BUNDLE[:12]


def example_verdicts() -> dict[str, Verdict]:
    """One verdict a row, in the order of the life cycle; together they tell one story."""
    return dict(_verdicts())


@cache
def _verdicts() -> dict[str, Verdict]:
    verdicts: dict[str, Verdict] = {
        "problem": example_problem(),
        "data": example_data(),
        "feasibility": example_feasibility(),
        "search": example_search(),
        "labelling": example_labelling(),
        "curve": example_curve(),
        "forecast": example_forecast(),
        "tuning": example_tuning(),
        "review": example_review(),
        "release": example_release(),
        "capacity": example_capacity(),
        "decay": example_decay(),
        "monitor": example_monitor(),
    }
    verdicts |= {decision_of(stage): example_decision(stage) for stage in Stage}
    return {row: verdicts[row] for row in ROWS}


def example_problem() -> problem.Problem:
    """Late flights; stated in full, but for the budget."""
    return problem.assess(
        problem.Evidence(
            question="Which flights will land more than 15 minutes late, known at departure?",
            unit="flight",
            label="late",
            positive="yes",
            task=Task.BINARY,
            scoring="roc_auc",
            target_score=0.825,
            cost_miss=40.0,
            cost_false_alarm=10.0,
            miss="a missed connection",
            false_alarm="a crew held for nothing",
            class_words=(
                ClassWord(value="yes", word="late"),
                ClassWord(value="no", word="on time"),
            ),
            currency="USD",
            budget=500.0,
            time_box_s=60.0,
            owner="Ada Ops",
            ethics=problem.Ethics(
                answered_by="Ada Ops",
                harmed="Passengers of a flight that is wrongly held.",
                by_which_error="A false alarm: the flight waits for nothing.",
                data_allowed="Public records of the airports.",
                personal_data="None.",
            ),
            assumed=("budget",),
        )
    )


def example_data() -> data.Data:
    """6,000 labelled flights, split by time; one column is half empty."""
    number, category, text, date = (
        data.Kind.NUMBER,
        data.Kind.CATEGORY,
        data.Kind.TEXT,
        data.Kind.DATE,
    )
    feature = data.Role.FEATURE
    excluded = data.Role.EXCLUDED
    return data.assess(
        data.Evidence(
            snapshot=SNAPSHOT,
            source_digest="77aa" * 16,
            files=("flights-2023.csv", "flights-2024.csv"),
            task=Task.BINARY,
            n_rows=6_000,
            n_unlabelled=120,
            columns=(
                data.Column(
                    name="flight_id",
                    kind=category,
                    role=excluded,
                    n_unique=6_120,
                    example="UA1545-20230101",
                    why="every value is different, so it is an identifier",
                ),
                data.Column(name="departed_at", kind=date, role=excluded, n_unique=5_871),
                data.Column(name="carrier", kind=category, role=feature, n_unique=14, example="UA"),
                data.Column(name="origin", kind=category, role=feature, n_unique=3, example="JFK"),
                data.Column(
                    name="dep_delay",
                    kind=number,
                    role=feature,
                    n_missing=41,
                    n_unique=287,
                    example="4.0",
                ),
                data.Column(
                    name="remark",
                    kind=text,
                    role=feature,
                    n_missing=3_300,
                    n_unique=2_511,
                    example="Waited for a late inbound crew",
                ),
                data.Column(
                    name="late", kind=category, role=data.Role.LABEL, n_unique=2, example="no"
                ),
            ),
            classes=(
                data.ClassCount(value="no", n_rows=4_560),
                data.ClassCount(value="yes", n_rows=1_440),
            ),
            n_duplicates=37,
            n_conflicts=4,
            n_crossing=6,
            leaks=(
                data.Leak(column="dep_delay", score=0.702),
                data.Leak(column="carrier", score=0.561),
                data.Leak(column="origin", score=0.523),
            ),
            time_column="departed_at",
            is_ordered=True,
            split=data.Split(
                kind=data.SplitKind.TIME,
                column="departed_at",
                test_share=0.2,
                seed=0,
                n_train=4_800,
                n_test=1_200,
                test_from="2024-08-11T05:10:00",
                test_to="2024-12-31T22:45:00",
                mask="51de" * 16,
            ),
        )
    )


def example_feasibility() -> feasibility.Feasibility:
    """There is signal, and people agree well enough."""
    return feasibility.assess(
        feasibility.Evidence(
            scoring="roc_auc",
            target_score=0.825,
            family="linear",
            n_rows=2_000,
            score=0.741,
            chance_score=0.501,
            chance_std=0.014,
            n_permutations=99,
            p_value=0.01,
            detectable_effect=0.035,
            ceiling=Bounds(estimate=0.93, low=0.89, high=0.96),
            n_votes=100,
            expected_score=0.88,
            n_test_needed=None,
            n_test=1_200,
        )
    )


def example_search() -> search.Search:
    """Five trials: the boosted trees win, one fails, one is cut."""
    return search.assess(
        search.Evidence(
            scoring="roc_auc",
            trials=(
                _trial("majority-1", 0, (0.5, 0.5, 0.5, 0.5, 0.5), fit_s=0.004),
                _trial("linear-2", 1, (0.741, 0.752, 0.733, 0.749, 0.738), {"C": 1.0}, 0.21),
                _trial(
                    "boosting-3",
                    3,
                    (0.807, 0.822, 0.799, 0.815, 0.811),
                    {"learning_rate": 0.1, "max_leaf_nodes": 31, "early_stopping": True},
                    1.4,
                ),
                trial.Trial(
                    name="neighbours-4",
                    family="neighbours",
                    params={"n_neighbors": 9_999, "weights": "distance"},
                    complexity=2,
                    n_train=3_840,
                    state=trial.TrialState.FAILED,
                    message="Expected n_neighbors <= n_samples_fit",
                ),
                trial.Trial(
                    name="boosting-5",
                    family="boosting",
                    params={"learning_rate": 0.02, "max_leaf_nodes": None},
                    complexity=3,
                    n_train=3_840,
                    fit_s=12.5,
                    state=trial.TrialState.NOT_STARTED,
                ),
            ),
            chosen="boosting-3",
            time_box_s=60.0,
            spent_s=58.7,
            cost=0.0016,
            currency="USD",
            n_rows=4_800,
            examples=(
                trial.Example(
                    values={"carrier": "UA", "origin": "EWR", "dep_delay": "42.0"},
                    truth="yes",
                    guess="yes",
                    score=0.93,
                    is_right=True,
                ),
                trial.Example(
                    values={"carrier": "DL", "origin": "JFK", "dep_delay": "-3.0"},
                    truth="yes",
                    guess="no",
                    score=0.08,
                    is_right=False,
                ),
            ),
        )
    )


def _trial(
    name: str,
    complexity: int,
    scores: tuple[float, ...],
    params: dict[str, trial.Scalar] | None = None,
    fit_s: float = 0.0,
) -> trial.Trial:
    mean = sum(scores) / len(scores)
    variance = sum((score - mean) ** 2 for score in scores) / (len(scores) - 1)
    errors = tuple(1 - score for score in scores)
    return trial.Trial(
        name=name,
        family=name.split("-", maxsplit=1)[0],
        params=params or {},
        complexity=complexity,
        n_train=3_840,
        scores=scores,
        mean=mean,
        stderr=(variance / len(scores)) ** 0.5,
        fit_s=fit_s,
        points=tuple(
            curve.Point(
                n_train=n, errors=tuple(error + gap * complexity for error in errors), fit_s=fit_s
            )
            for n, gap in ((480, 0.05), (960, 0.03), (1_920, 0.01), (3_840, 0.0))
        ),
        expected=(
            trial.Expected(n_train=3_840, error=1 - mean, low=0.98 - mean, high=1.02 - mean),
            trial.Expected(n_train=6_400, error=0.99 - mean, low=0.95 - mean, high=1.03 - mean),
        ),
        error_at_largest=trial.Expected(
            n_train=3_840, error=1 - mean, low=0.99 - mean, high=1.01 - mean
        ),
        log_error_change=-0.01,
        log_error_std=0.05,
        chance_best=0.3,
    )


def example_labelling() -> labelling.Labelling:
    """Two people labelled the same 50 rows."""
    return labelling.assess(
        labelling.Evidence(
            n_given=6_000,
            n_voted=50,
            n_votes=98,
            n_unsure=2,
            n_judges=2,
            n_undecided=3,
            seconds=612.0,
            cost=2.55,
            currency="USD",
            alpha=0.81,
            agreement=Bounds(estimate=0.94, low=0.87, high=0.98),
        )
    )


def example_curve() -> curve.Curve:
    """Two candidates whose curves cross."""
    sizes = (150, 300, 600, 1_200, 2_400, 4_800)
    boosting = (0.352, 0.298, 0.254, 0.223, 0.202, 0.189)
    linear = (0.311, 0.287, 0.271, 0.263, 0.259, 0.257)
    return curve.assess(
        curve.Evidence(
            scoring="roc_auc",
            curves=(
                _candidate_curve("boosting-3", sizes, boosting, 3e-4),
                _candidate_curve("linear-2", sizes, linear, 4e-5),
            ),
            chance_error=0.5,
            n_available=4_800,
            spent_s=31.2,
            n_affordable=13_000,
            stopped=curve.Stop.SETTLED,
        )
    )


def _candidate_curve(
    candidate: str, sizes: tuple[int, ...], errors: tuple[float, ...], fit_s: float
) -> curve.CandidateCurve:
    return curve.CandidateCurve(
        candidate=candidate,
        points=tuple(
            curve.Point(
                n_train=n_train,
                errors=tuple(
                    round(error + wobble / n_train**0.5, 6) for wobble in (-0.2, -0.05, 0.04, 0.21)
                ),
                fit_s=fit_s * n_train,
                sampling=(round(0.3 * (error * (1 - error) / 480) ** 0.5, 6),) * 4,
                n_valid=(480,) * 4,
                n_judged=1_920,
            )
            for n_train, error in zip(sizes, errors, strict=True)
        ),
    )


def example_forecast() -> forecast.Forecast:
    """The curve of `example_curve`, extrapolated."""
    points = example_curve().curves[0].points
    return forecast.assess(
        forecast.Evidence(
            scoring="roc_auc",
            target_score=0.825,
            candidate="boosting-3",
            train_sizes=tuple(point.n_train for point in points),
            errors=tuple(point.mean for point in points),
            stderrs=tuple(point.stderr or 0.0 for point in points),
            fit_seconds=tuple(point.fit_s for point in points),
            n_available=4_800,
            label_cost=0.0417,
            label_s=10.0,
            machine_per_hour=0.10,
            budget=500.0,
            spent=2.56,
            currency="USD",
            seed=0,
            n_repeats=min(len(point.errors) for point in points),
            family="boosting",
            chance_error=example_curve().chance_error,
        )
    )


def example_tuning() -> tuning.Tuning:
    """Three operating points on 1,200 test rows and a stream of 2,000."""
    return tuning.assess(
        tuning.Evidence(
            words=example_problem().words,
            candidate="boosting-3",
            model=MODEL,
            scoring="roc_auc",
            test_score=0.813,
            test_stderr=0.0135,
            fit_s=1.62,
            n_train=4_800,
            n_test=1_200,
            n_positive=287,
            n_touches=1,
            currency="USD",
            points=(
                tuning.OperatingPoint(
                    name="cautious",
                    threshold=0.71,
                    precision=Bounds(estimate=0.86, low=0.79, high=0.91),
                    recall=Bounds(estimate=0.37, low=0.32, high=0.42),
                    alert_share=0.103,
                    cost_per_1000=6_177.0,
                ),
                tuning.OperatingPoint(
                    name="balanced",
                    threshold=0.34,
                    precision=Bounds(estimate=0.62, low=0.57, high=0.67),
                    recall=Bounds(estimate=0.68, low=0.63, high=0.72),
                    alert_share=0.262,
                    cost_per_1000=4_057.0,
                ),
                tuning.OperatingPoint(
                    name="catch-all",
                    threshold=0.12,
                    precision=Bounds(estimate=0.38, low=0.35, high=0.42),
                    recall=Bounds(estimate=0.92, low=0.89, high=0.94),
                    alert_share=0.579,
                    cost_per_1000=4_356.0,
                ),
            ),
            stream="b00c" * 16,
            n_stream=2_000,
            stream_alerts=(221, 548, 1_190),
            stream_scores="ad5e" * 16,
            sample="f00d" * 16,
            n_sample=60,
        )
    )


def example_review() -> review.Review:
    """Two people judged 56 rows and chose the balanced point."""
    return review.assess(
        review.Evidence(
            words=example_problem().words,
            n_stream=2_000,
            n_judged=56,
            n_unsure=4,
            judges=("Ada Ops", "Grace Gate"),
            points=(
                stream_point.StreamPoint(
                    name="cautious",
                    threshold=0.71,
                    precision=Bounds(estimate=0.84, low=0.66, high=0.95),
                    recall=Bounds(estimate=0.36, low=0.22, high=0.53),
                    test_precision=Bounds(estimate=0.86, low=0.79, high=0.91),
                    test_recall=Bounds(estimate=0.37, low=0.32, high=0.42),
                    n_alerts=221,
                    cost_per_1000=6_700.0,
                    p_cheapest=0.01,
                ),
                stream_point.StreamPoint(
                    name="balanced",
                    threshold=0.34,
                    precision=Bounds(estimate=0.61, low=0.45, high=0.75),
                    recall=Bounds(estimate=0.66, low=0.48, high=0.82),
                    test_precision=Bounds(estimate=0.62, low=0.57, high=0.67),
                    test_recall=Bounds(estimate=0.68, low=0.63, high=0.72),
                    n_alerts=548,
                    cost_per_1000=4_480.0,
                    p_cheapest=0.97,
                ),
                stream_point.StreamPoint(
                    name="catch-all",
                    threshold=0.12,
                    precision=Bounds(estimate=0.28, low=0.19, high=0.34),
                    recall=Bounds(estimate=0.91, low=0.78, high=0.98),
                    test_precision=Bounds(estimate=0.38, low=0.35, high=0.42),
                    test_recall=Bounds(estimate=0.92, low=0.89, high=0.94),
                    n_alerts=1_190,
                    cost_per_1000=5_190.0,
                    p_cheapest=0.02,
                ),
            ),
            cost_miss=40.0,
            cost_false_alarm=10.0,
            currency="USD",
            chosen="balanced",
            person="Ada Ops",
            why="Holding a crew is cheap beside a missed connection.",
        )
    )


def example_release() -> release.Release:
    """A challenger that replaces an earlier release."""
    return release.assess(
        release.Evidence(
            release_id=RELEASE_ID,
            bundle=BUNDLE,
            model=MODEL,
            candidate="boosting-3",
            point="balanced",
            threshold=0.34,
            signer="5e:1a:77:c2:90:0b:44:d8",
            n_golden=100,
            size_bytes=412_553,
            fit_s=1.62,
            approved_by="Ada Ops",
            ethics_by="Ada Ops",
            scoring="roc_auc",
            replaces="0badc0ffee12",
            champion_score=0.794,
            challenger_score=0.813,
        )
    )


def example_capacity() -> capacity.Capacity:
    """One instance: rising rates, the plan repeated, requests of many rows, a deployed address."""

    def step(rate: float, p50: float, p99: float, high: float) -> capacity.Step:
        return capacity.Step(
            rate_per_s=rate,
            seconds=10.0,
            n_requests=round(10 * rate),
            n_failed=0,
            p50_s=p50 / 1e3,
            p99_s=p99 / 1e3,
            p99_high_s=high / 1e3,
            lag_s=0.0004,
        )

    return capacity.assess(
        capacity.Evidence(
            loads=(
                capacity.Load(n_clients=1, per_s=352.0, p50_s=0.0028, p99_s=0.0041),
                capacity.Load(n_clients=32, per_s=712.0, p50_s=0.0441, p99_s=0.0672),
                capacity.Load(n_clients=32, per_s=704.0, p50_s=0.0446, p99_s=0.0701),
                capacity.Load(n_clients=32, per_s=698.0, p50_s=0.0449, p99_s=0.0698),
            ),
            service_s=0.0028,
            batch_per_s=61_500.0,
            promised_s=0.05,
            steps=(
                step(211.2, 3.1, 9.8, 11.2),
                step(422.4, 4.9, 18.6, 21.7),
                step(563.2, 8.7, 33.1, 38.4),
                step(633.6, 19.4, 71.3, 92.6),
            ),
            repeats=(
                step(422.4, 4.8, 18.1, 21.9),
                step(422.4, 4.9, 18.9, 22.4),
                step(422.4, 4.9, 19.6, 23.0),
            ),
            planned=step(422.4, 4.9, 18.8, 20.3),
            empty_s=0.0004,
            batches=tuple(
                capacity.BatchTime(
                    n_rows=2**i, wall_s=0.0026 + 2**i * 2.2e-5, cpu_s=0.0025 + 2**i * 2.1e-5
                )
                for i in range(9)
            ),
            noise=capacity.Noise(
                n_processors=4, others_share=0.02, stolen_share=0.001, waiting_share=0.01
            ),
            verifications=(
                capacity.Verification(
                    url="model.example.org:443/predict",
                    at="2025-03-03 09:12",
                    by="Ada Ops",
                    n_instances=2,
                    step=step(300.0, 3.1, 10.6, 12.1),
                    planned_p99_s=0.0098,
                    promised_s=0.05,
                ),
            ),
            peak_per_s=200.0,
            growth=1.5,
            spare=1,
            instance_per_hour=0.10,
            priced_at="",
            currency="USD",
        )
    )


def example_decay() -> decay.Decay:
    """Eight months; the model ages and is best retrained every three."""
    n_blocks = 8
    added = (0.0, 0.0041, 0.0079, 0.0122, 0.0158, 0.0203, 0.0241)
    base = (0.181, 0.176, 0.184, 0.179, 0.188, 0.182, 0.177)
    return decay.assess(
        decay.Evidence(
            is_dated=True,
            block="month",
            blocks=tuple(f"2024-{month:02d}-01" for month in range(1, n_blocks + 1)),
            scoring="roc_auc",
            errors=tuple(
                tuple(
                    round(base[t] + added[d], 4) if t + d + 1 < n_blocks else None
                    for d in range(n_blocks - 1)
                )
                for t in range(n_blocks - 1)
            ),
            staleness=tuple(
                decay.Staleness(
                    delay=d + 1,
                    added_error=Bounds(
                        estimate=value,
                        low=round(value - 0.001 * d, 4),
                        high=round(value + 0.0015 * d, 4),
                    ),
                )
                for d, value in enumerate(added)
            ),
            forecast=tuple(
                decay.Staleness(
                    delay=d + 1,
                    added_error=Bounds(
                        estimate=value,
                        low=round(value - 0.012 - 0.001 * d, 4),
                        high=round(value + 0.012 + 0.001 * d, 4),
                    ),
                )
                for d, value in enumerate(added)
                if d
            ),
            n_trainings=7,
            limit_s=120.0,
            spent_s=3.4,
            p_ages=0.97,
            retrain_every=3,
            flat_low=2,
            flat_high=5,
            cost_retrain=50.0,
            cost_error=25.0,
            n_per_block=500.0,
            currency="USD",
        )
    )


def example_monitor() -> monitor.Monitor:
    """Four weeks; the third is labelled and far worse than the reference."""
    shift = Shift(
        column="carrier", distance=0.21, words="'carrier' now holds WN in 18% of the rows"
    )
    return monitor.assess(
        monitor.Evidence(
            release_id=RELEASE_ID,
            reference_error=0.174,
            reference_alert_share=0.262,
            n_reference_blocks=20,
            block="week",
            run_length=521.8,
            false_alarm_years=10.0,
            self_test=monitor.SelfTest(rate=0.01, n_runs=300, n_blocks=10, n_labels=60),
            target=monitor.Target(scoring="roc_auc", words="ROC AUC", target=0.7, released=0.74),
            alarms=(
                monitor.Alarm(
                    block="2025-01-20",
                    evidence=2_300.0,
                    is_open=True,
                    steps=(
                        monitor.AlarmStep(
                            act="seen", person="Ada Ops", why="", at="2025-01-28T08:00:00+00:00"
                        ),
                    ),
                ),
            ),
            currency="USD",
            confidence_level=0.95,
            blocks=(
                _example_block("2025-01-06", 310, 0.27, 0.25, 0.167, 1.4),
                _example_block("2025-01-13", 298, 0.29, 0.26, 0.2, 3.0),
                replace(
                    _example_block("2025-01-20", 305, 0.41, 0.36, 0.35, 2_300.0),
                    is_alarm=True,
                    shifts=(shift,),
                ),
                monitor.Block(
                    name="2025-01-27",
                    n_rows=301,
                    alert_share=0.39,
                    mean_score=0.35,
                    n_wanted=50,
                    shifts=(shift,),
                    is_counted_only=False,
                ),
            ),
        )
    )


def _example_block(
    name: str, n_rows: int, alert_share: float, score: float, error: float, evidence: float
) -> monitor.Block:
    """A week with 60 labels."""
    return monitor.Block(
        name=name,
        n_rows=n_rows,
        alert_share=alert_share,
        mean_score=score,
        n_labelled=60,
        n_wrong=round(60 * error),
        error=Bounds(estimate=error, low=error - 0.06, high=error + 0.07),
        precision=Bounds(estimate=0.55, low=0.42, high=0.68),
        recall=Bounds(estimate=0.61, low=0.45, high=0.75),
        cost=Bounds(estimate=25_000 * error, low=20_000 * error, high=30_000 * error),
        evidence=evidence,
        is_counted_only=False,
    )


def example_decision(stage: Stage) -> decision.Decision:
    """A person says go."""
    return decision.assess(
        decision.Evidence(
            stage=stage.value,
            choice=decision.Choice.GO,
            why=f"What {stage.value} showed is good enough to go on.",
            person="Ada Ops",
        )
    )
