"""Tables of the numbers in each picture, for Markdown and for readers who cannot see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from leadline.phases.capacity import Capacity
from leadline.phases.curve import Curve
from leadline.phases.data import Data
from leadline.phases.decay import Decay, Staleness
from leadline.phases.decision import Decision
from leadline.phases.feasibility import Feasibility
from leadline.phases.forecast import Forecast
from leadline.phases.labelling import AnnotatorReport, Labelling
from leadline.phases.monitor import Block, Monitor
from leadline.phases.number_format import cost_words, duration, money, percent, rate_range
from leadline.phases.problem import Problem
from leadline.phases.release import Release
from leadline.phases.review import Review
from leadline.phases.scoring import Task, scoring_of
from leadline.phases.search import Search
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Verdict
from leadline.phases.wording import plural, share_words, three_digits
from leadline.report.capacity_table import capacity_table
from leadline.report.default_decision import default_decision_table, stream_decision_table
from leadline.report.text_table import Table, number, share, table_of_fields, tabled


def table_of(verdict: Verdict) -> Table | None:
    """The numbers of a verdict.

    Parameters
    ----------
    verdict : Verdict
        Of any row.

    Returns
    -------
    Table or None
        None where the summary says all there is, as for a decision.
    """
    write = _WRITE.get(type(verdict), table_of_fields)
    return write(verdict)


def problem(verdict: Problem) -> Table:
    """What was asked."""
    loss = scoring_of(verdict.scoring)
    rows = [
        ("Question", verdict.question or "not stated"),
        ("One row is a", verdict.unit),
        ("Predicted", f"{verdict.label} ({verdict.task.value})"),
        ("Counts as a hit", _hit_of(verdict)),
        ("Good enough", f"{loss.words} of {loss.target_words(verdict.target_score)}"),
        *_errors_of(verdict),
        ("Granted", money(verdict.budget, verdict.currency)),
        ("Time box of the search", duration(verdict.time_box_s)),
        ("Owner", verdict.owner or "not named"),
        ("Deputy", verdict.deputy or "not named"),
    ]
    return tabled("The problem as stated", ("What", "Answer"), rows)


def _hit_of(verdict: Problem) -> str:
    if not verdict.positive:
        return "does not apply"
    return f"{verdict.words.positive}: {verdict.label} = {verdict.positive}"


def _errors_of(verdict: Problem) -> list[tuple[str, str]]:
    """What an error is, and costs."""
    if verdict.task is Task.REGRESSION:
        said = three_digits(verdict.tolerance) if verdict.tolerance else "nobody has said"
        return [("Of use if off by at most", said)]
    if verdict.task is Task.MULTICLASS:
        return [
            (f"Cost of {each.truth}, said to be {each.said}", money(each.cost, verdict.currency))
            for each in verdict.costs
        ]
    return [
        ("Cost of " + verdict.words.miss, money(verdict.cost_miss, verdict.currency)),
        ("Cost of " + verdict.words.false_alarm, money(verdict.cost_false_alarm, verdict.currency)),
    ]


def data(verdict: Data) -> Table:
    """Every column of the snapshot."""
    rows = [
        (
            column.name,
            column.kind.value,
            reading.words if (reading := verdict.reading.get(column.name)) else "–",
            column.role.value,
            f"{column.n_missing:,}",
            f"{column.n_unique:,}",
            column.why or "–",
        )
        for column in verdict.columns
    ]
    head = ("Column", "Kind", "Read as", "Role", "Missing", "Different values", "Why left out")
    return tabled("Columns of the snapshot", head, rows)


def feasibility(verdict: Feasibility) -> Table:
    """The quick score among its yardsticks."""
    chance = f"{verdict.chance_score:.3f} (standard deviation {verdict.chance_std:.3f})"
    ceiling = verdict.ceiling
    needed = verdict.n_test_needed
    rows = [
        (f"Quick {verdict.family} model", f"{verdict.score:.3f}"),
        ("Shuffled labels", chance),
        ("p-value", f"{verdict.p_value:.3f} ({verdict.n_permutations:,} shuffles)"),
        ("Target", f"{verdict.target_score:g}"),
        (
            "People with each other",
            f"{ceiling.low:.3f} to {ceiling.high:.3f}" if ceiling else "not known",
        ),
        ("Test rows that would prove success", number(needed, ",d")),
        ("Test rows there are", f"{verdict.n_test:,}"),
    ]
    return tabled(scoring_of(verdict.scoring).words, ("What", "Value"), rows)


def search(verdict: Search) -> Table:
    """Every candidate tried."""
    complete = list(verdict.ranked)
    others = [trial for trial in verdict.trials if trial not in complete]
    rows = [
        (
            trial.name + (" (chosen)" if trial.name == verdict.chosen else ""),
            trial.built_with,
            "–" if trial.mean is None else f"{trial.mean:.3f}",
            "–" if trial.stderr is None else f"{trial.stderr:.3f}",
            duration(trial.fit_s),
            trial.state.value + (f": {trial.message}" if trial.message else ""),
        )
        for trial in [*complete, *others]
    ]
    head = ("Candidate", "Parameters", "Score", "Standard error", "One fit", "State")
    return tabled(f"Candidates by {scoring_of(verdict.scoring).words}", head, rows)


def labelling(verdict: Labelling) -> Table:
    """Labels by origin."""
    rows = [
        ("Labels that came with the data", f"{verdict.n_given:,}"),
        ("Rows voted on", f"{verdict.n_voted:,}"),
        ("Votes", f"{verdict.n_votes:,} by {verdict.n_judges:,} people"),
        ("Unsure", f"{verdict.n_unsure:,}"),
        ("Tied", f"{verdict.n_undecided:,}"),
        ("Decided by one person", f"{verdict.n_adjudicated:,}, {verdict.n_left_out:,} left out"),
        ("Time", duration(verdict.seconds)),
        ("Cost", money(verdict.cost, verdict.currency)),
        ("Krippendorff's alpha", number(verdict.alpha, ".2f")),
        ("Two people agree", share(verdict.agreement)),
        ("Best accuracy any model can reach", share(verdict.ceiling)),
        ("Labels are made by", verdict.rule),
        *((f"{its.name}: votes, agrees with others", _person(its)) for its in verdict.judges),
    ]
    return tabled("Labels", ("What", "Value"), rows)


def _person(annotator: AnnotatorReport) -> str:
    agreed = "" if annotator.agreement is None else f", {share_words(annotator.agreement)}"
    return f"{annotator.n_votes:,}{agreed}"


def curve(verdict: Curve) -> Table:
    """Measured points of every candidate."""
    scoring = scoring_of(verdict.scoring)
    rows = [
        (
            candidate.candidate,
            f"{point.n_train:,}",
            f"{scoring.score(point.mean):.4f}",
            number(point.stderr, ".4f"),
            duration(point.fit_s),
        )
        for candidate in verdict.curves
        for point in candidate.points
    ]
    head = ("Candidate", "Rows", "Score", "Standard error", "One fit")
    return tabled(f"Learning curves, {scoring.words}", head, rows)


def forecast(verdict: Forecast) -> Table:
    """What each chance of success takes, and each round of the plan."""
    rows = []
    for need in verdict.needs:
        if need.n_rows is None:
            rows.append((f"{need.probability:.0%}", "cannot be promised", "–", "–", "–"))
            continue
        rows.append(
            (
                f"{need.probability:.0%}",
                f"{need.n_rows:,}",
                number(need.n_more, ",d"),
                money(need.cost or 0.0, verdict.currency),
                f"{need.hours or 0.0:,.1f} h",
            )
        )
    rounds = verdict.plan.rounds if verdict.plan else ()
    for index, each in enumerate(rounds, start=verdict.n_bought + 1):
        rows.append(
            (
                f"{percent(each.p_met)} after round {index} of {verdict.n_rounds}",
                f"{each.n_rows:,}",
                f"{each.n_more:,}",
                money(each.cost, verdict.currency),
                f"{each.hours:,.1f} h",
            )
        )
    size = "Rows of the curve" if verdict.machine_shares else "Rows"
    head = ("Chance of the target", size, "More rows", "Money", "People's time")
    return tabled(f"What it takes to reach {verdict.target_score:g}", head, rows)


def tuning(verdict: Tuning) -> Table:
    """Operating points on the test set."""
    if verdict.plain is not None:
        return default_decision_table(verdict.plain)
    rows = [
        (
            point.name,
            f"{point.threshold:.3f}",
            share(point.precision),
            share(point.recall),
            percent(point.alert_share),
            money(point.cost_per_1000, verdict.currency),
        )
        for point in verdict.points
    ]
    head = ("Point", "Threshold", "Precision", "Recall", "Flagged", "Errors cost per 1,000 rows")
    return tabled(f"Operating points on {verdict.n_test:,} test rows", head, rows)


def review(verdict: Review) -> Table:
    """Operating points on the stream."""
    if verdict.plain is not None:
        if verdict.on_stream is not None:
            return stream_decision_table(verdict.plain, verdict.on_stream, verdict.n_judged)
        return default_decision_table(verdict.plain)
    rows = [
        (
            point.name + (" (chosen)" if point.name == verdict.chosen else ""),
            share(point.precision),
            share(point.test_precision),
            share(point.recall),
            share(point.test_recall),
            cost_words(point.cost, verdict.currency)
            if point.cost
            else money(point.cost_per_1000, verdict.currency),
            percent(point.p_cheapest),
        )
        for point in verdict.points
    ]
    head = (
        "Point",
        "Precision, stream",
        "Precision, test",
        "Recall, stream",
        "Recall, test",
        "Errors cost per 1,000 rows",
        "Chance to be cheapest",
    )
    reader = verdict.reader
    read = f", with {reader.machine} as second reader" if reader and reader.is_headline else ""
    judged = plural(verdict.n_judged, "judgment")
    return tabled(f"The real stream, from {judged}{read}", head, rows)


def release(verdict: Release) -> Table:
    """What was sealed."""
    rows = [
        ("Release", verdict.release_id),
        ("Digest of the bundle", verdict.bundle),
        ("Digest of the model", verdict.model),
        ("Candidate", verdict.candidate),
        ("Operating point", _operating_point(verdict)),
        ("Signed by key", verdict.signer),
        ("Golden rows replayed", f"{verdict.n_golden:,}"),
        ("Size", f"{verdict.size_bytes:,} bytes"),
        ("Final fit", duration(verdict.fit_s)),
        ("Approved by", verdict.approved_by),
        ("Ethics answered by", verdict.ethics_by or "nobody"),
        ("Replaces", verdict.replaces or "nothing: the first release"),
        ("Score of the one in service", number(verdict.champion_score, ".4f")),
        ("Score of this one", number(verdict.challenger_score, ".4f")),
        *_difference(verdict),
    ]
    return tabled("The release", ("What", "Value"), rows)


def _difference(verdict: Release) -> list[tuple[str, str]]:
    found = verdict.difference
    if found is None:
        return []
    words = f"{found.estimate:+z.4f} ({found.low:+z.4f} to {found.high:+z.4f})"
    return [("Difference on the same rows, 90% interval", words)]


def _operating_point(verdict: Release) -> str:
    if verdict.tolerance is not None:
        return f"{verdict.point}, right if off by at most {three_digits(verdict.tolerance)}"
    if verdict.threshold is None:
        return verdict.point
    return f"{verdict.point}, threshold {verdict.threshold:.4f}"


def decay(verdict: Decay) -> Table | None:
    """Error added by age."""
    if not verdict.staleness:
        return None
    rows = [
        (f"{age.delay}", f"{age.added_error.estimate:+z.4f}", _signed(age), _signed(ahead))
        for age, ahead in verdict.by_age
    ]
    if not verdict.forecast:
        head = (f"Age in {verdict.block}s", "Error added", "90% interval")
        return tabled("Error added by age", head, [row[:3] for row in rows])
    mean = f"Average of {verdict.block}s to come, 90%"
    head_and_ahead = (f"Age in {verdict.block}s", "Error added", mean, "One model trained now, 80%")
    return tabled("Error added by age", head_and_ahead, rows)


def _signed(age: Staleness | None) -> str:
    """The range of what an age adds."""
    return f"{age.added_error.low:+z.4f} to {age.added_error.high:+z.4f}" if age else "–"


def monitor(verdict: Monitor) -> Table:
    """Block after block."""
    is_binary = verdict.reference_alert_share is not None
    rows = [
        (
            block.name,
            f"{block.n_rows:,}",
            number(block.mean_score) if block.alert_share is None else percent(block.alert_share),
            f"{block.n_labelled:,}",
            rate_range(block.error) if block.error else "not known",
            *((share(block.precision), share(block.recall)) if is_binary else ()),
            number(block.evidence),
            _standing(verdict, block),
        )
        for block in verdict.blocks
    ]
    what = "Flagged" if is_binary else verdict.score_words
    kinds = ("Precision", "Recall") if is_binary else ()
    head = ("Block", "Rows", what.capitalize(), "Labelled", "Wrong", *kinds, "Evidence", "Alarm")
    return tabled(f"Blocks scored by release {verdict.release_id}", head, rows)


def _standing(verdict: Monitor, block: Block) -> str:
    if block.is_alarm:
        return "closed alarm" if block.is_closed else "alarm"
    return "–" if verdict.is_known(block) else "too little is known"


_WRITE: dict[type[Verdict], Callable[[Any], Table | None]] = {
    Problem: problem,
    Data: data,
    Feasibility: feasibility,
    Search: search,
    Labelling: labelling,
    Curve: curve,
    Forecast: forecast,
    Tuning: tuning,
    Review: review,
    Release: release,
    Capacity: capacity_table,
    Decay: decay,
    Monitor: monitor,
    Decision: lambda _: None,
}
