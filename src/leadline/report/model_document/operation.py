"""Sections on the model in operation: threshold, release, performance, ageing, monitor."""

from __future__ import annotations

from leadline.phases.capacity import Capacity
from leadline.phases.decay import Decay
from leadline.phases.monitor import Monitor
from leadline.phases.release import Release
from leadline.phases.review import Review
from leadline.phases.scoring import scoring_of
from leadline.phases.tuning import Tuning
from leadline.report import chart_tables
from leadline.report.model_document.section import LatestVerdicts, Section, Unknown, not_run
from leadline.report.text_table import number

_CALIBRATION = Unknown(
    "Whether a score of 0.7 comes true in 70 of 100 cases (calibration) is not measured.",
    "Do not read scores as probabilities; compare the mean score of labelled blocks with the "
    "share of hits in them first.",
)


def threshold(latest: LatestVerdicts) -> Section:
    """The operating point and the reasoning behind it."""
    title = "Threshold and its reasoning"
    tuning, review = latest.get("tuning", Tuning), latest.get("review", Review)
    sentences, tables, unknowns = [], [], [_CALIBRATION]
    if tuning is None:
        unknowns.append(not_run("tuning", "Which operating points are on offer"))
    else:
        sentences.append(tuning.summary)
        tables.append(chart_tables.tuning(tuning))
    if review is None:
        how = "Judge examples and choose: 'leadline review'."
        unknowns.append(Unknown("Nobody has chosen an operating point yet.", how))
    else:
        at = f", threshold {review.chosen_point.threshold:.4f}" if review.points else ""
        sentences.append(
            f"{review.person} chose {review.chosen}{at}. Reason given: {review.why or 'none'}."
        )
        tables.append(chart_tables.review(review))
    return Section(title, tuple(sentences), tuple(tables), unknowns=tuple(unknowns))


def release(latest: LatestVerdicts) -> Section:
    """What is in service, and how it can be made again."""
    title = "Release and environment"
    sealed, capacity = latest.get("release", Release), latest.get("capacity", Capacity)
    if sealed is None:
        return Section(title, unknowns=(not_run("release", "What is in service"),))
    sentences = [
        sealed.summary,
        (
            "The name and version of every package in the environment it was made in stand in "
            f"manifest.json of the bundle {sealed.bundle}, under the signature."
        ),
    ]
    unknowns = []
    if capacity is None:
        unknowns.append(not_run("capacity", "How many instances it needs"))
    else:
        sentences.append(capacity.summary)
    return Section(
        title, tuple(sentences), (chart_tables.release(sealed),), unknowns=tuple(unknowns)
    )


def performance(latest: LatestVerdicts) -> Section:
    """How good it is: on the test set, and block by block since."""
    title = "Performance"
    tuning, monitor = latest.get("tuning", Tuning), latest.get("monitor", Monitor)
    sentences, tables, unknowns = [], [], []
    if tuning is None:
        unknowns.append(not_run("tuning", "How good it is on the test set"))
    else:
        words = scoring_of(tuning.scoring).words
        hits = "" if tuning.plain else f" ({tuning.n_positive:,} hits)"
        sentences.append(
            f"On {tuning.n_test:,} test rows{hits}: {words} of "
            f"{tuning.test_score:.3f}. The test set has been used {tuning.n_touches} times."
        )
    if monitor is None:
        how = "Bring a file of new rows: 'leadline watch FILE'."
        unknowns.append(Unknown("How good it is on new blocks is not known.", how))
    else:
        sentences.append(monitor.summary)
        tables.append(chart_tables.monitor(monitor))
    return Section(title, tuple(sentences), tuple(tables), unknowns=tuple(unknowns))


def ageing(latest: LatestVerdicts) -> Section:
    """How fast it ages, and when to retrain."""
    title = "Ageing and the retraining interval"
    decay = latest.get("decay", Decay)
    if decay is None:
        return Section(title, unknowns=(not_run("decay", "How fast it ages"),))
    table = chart_tables.decay(decay)
    if table is None:
        how = "Name a time column under [data] time and run 'leadline run decay'."
        return Section(title, (decay.summary,), unknowns=(Unknown(decay.summary, how),))
    interval = "no interval: retrain when the monitor says so"
    if decay.retrain_every is not None:
        interval = f"every {decay.retrain_every} {decay.block}s"
        if decay.flat_low is not None and decay.flat_high is not None:
            interval += f"; {decay.flat_low} to {decay.flat_high} cost nearly the same"
    monitor = latest.get("monitor", Monitor)
    beside = monitor.challenge.words if monitor is not None and monitor.challenge else ""
    sentences = (
        decay.summary,
        (
            f"Retraining at least cost (T*): {interval}. One retraining was taken to cost "
            f"{decay.cost_retrain:,.2f} {decay.currency}, one error {decay.cost_error:,.2f}."
        ),
        *([beside] if beside else []),
    )
    return Section(title, sentences, (table,))


def watching(latest: LatestVerdicts) -> Section:
    """What the monitor does, and how often it is wrong."""
    title = "Monitor and its false-alarm rate"
    monitor = latest.get("monitor", Monitor)
    if monitor is None:
        return Section(title, unknowns=(not_run("monitor", "What the monitor would do"),))
    usual = f"{monitor.score_words} {number(monitor.reference_mean_score)}"
    if monitor.reference_alert_share is not None:
        usual = f"{monitor.reference_alert_share:.1%} flagged"
    reference = (
        f"Reference: {monitor.n_reference_blocks} blocks of the test set, "
        f"{monitor.reference_error:.1%} wrong, {usual}."
    )
    limit = (
        "A block alarms when more of it is wrong than the reference's spread from block to block "
        f"allows: above {number(monitor.error_limit, '.1%')} for a block of typical size. Shifts "
        "of single columns are information, never an alarm."
    )
    rate = f"Measured false-alarm rate: {number(monitor.false_alarm_rate, '.1%')}."
    return Section(title, (reference, limit, rate), unknowns=_blind_spots(monitor))


def _blind_spots(monitor: Monitor) -> tuple[Unknown, ...]:
    """What too short a reference leaves open."""
    how = "Set aside test rows over a longer time, or choose a shorter [watch] block."
    unknowns = []
    if monitor.error_limit is None:
        what = "From which error on a block would alarm is not known: the reference is too short."
        unknowns.append(Unknown(what, how))
    if monitor.false_alarm_rate is None:
        what = "How often the monitor alarms for nothing is not known: the reference is too short."
        unknowns.append(Unknown(what, how))
    return tuple(unknowns)
