"""Sections on the model in operation: the bundle, calibration, threshold, performance."""

from __future__ import annotations

from leadline.phases.number_format import percent
from leadline.phases.problem import Problem
from leadline.phases.review import Review
from leadline.phases.scoring import Task
from leadline.phases.target.measured_target import on_test_rows
from leadline.phases.tuning import Tuning
from leadline.phases.wording import plural
from leadline.report import chart_tables
from leadline.report.default_decision import default_decision_table, stream_decision_table
from leadline.report.model_document.section import LineageReader, Section, Unknown, not_run
from leadline.report.text_table import Table, share, tabled

SIGNIFICANT = 0.05
"""Probability below which scores are said not to mean what they say."""

_BY_BLOCK = (
    "How good it is block by block of time is measured once it is in service, and stands in part 2."
)
_JUDGE = "Judge examples and choose: 'leadline review'."


def bundle(reader: LineageReader) -> Section:
    """What was sealed, and what it replaces."""
    title = "The release and its bundle"
    sealed = reader.release()
    if sealed is None:
        return Section(title, unknowns=(not_run("release", "What was sealed"),))
    return Section(title, sentences=(sealed.summary,), tables=(chart_tables.release(sealed),))


def calibration(reader: LineageReader) -> Section:
    """Whether scores mean what they say."""
    title = "Calibration"
    problem, tuning = reader.get("problem", Problem), reader.get("tuning", Tuning)
    if tuning is None or problem is None:
        return Section(title, unknowns=(not_run("tuning", "Whether scores mean what they say"),))
    if problem.task is Task.REGRESSION:
        said = "A predicted number has no score to calibrate; how far it is off is told below."
        return Section(title, sentences=(said,))
    if not tuning.groups or tuning.p_calibrated is None:
        what = "Whether scores come true as often as they say was not measured."
        how = "Do not read scores as probabilities."
        return Section(title, unknowns=(reader.unknown(what, how, row="tuning"),))
    p = tuning.p_calibrated
    said = f"The test rows do not speak against reading scores as probabilities (p = {p:.2f})."
    if p < SIGNIFICANT:
        said = f"Scores do not mean what they say (p = {p:.2g}): read them as an order only."
    rows = [
        (f"{each.claimed:.2f}", share(each.happened), f"{each.n_rows:,}") for each in tuning.groups
    ]
    head = ("Mean score", f"Share that is {problem.words.positive}", "Test rows")
    table = tabled("Test rows of similar scores, with 90% intervals", head, rows)
    return Section(title, sentences=(said,), tables=(table,))


def threshold(reader: LineageReader) -> Section:
    """The operating point and the reasoning behind it."""
    title = "Threshold and its reasoning"
    tuning, review = reader.get("tuning", Tuning), reader.get("review", Review)
    sentences, tables, unknowns = [], [], []
    if tuning is None:
        unknowns.append(not_run("tuning", "Which operating points are on offer"))
    else:
        sentences.append(tuning.summary)
        if tuning.plain is None:
            tables.append(chart_tables.tuning(tuning))
    if review is None:
        unknowns.append(Unknown("Nobody has chosen an operating point.", _JUDGE))
    else:
        at = f", threshold {review.chosen_point.threshold:.4f}" if review.points else ""
        sentences.append(f"{review.person} chose {review.chosen}{at}.")
        if review.why:
            sentences.append(f"Reason given: {review.why}")
        else:
            what, how = "Why this point was chosen.", "Choose anew, with --why."
            unknowns.append(reader.unknown(what, how, row="review"))
        if review.points and review.n_judged:
            sentences.append(
                f"Probability that it is the cheapest of those on offer, by the judgments of the "
                f"real stream: {percent(review.chosen_point.p_cheapest)}."
            )
    return Section(
        title, sentences=tuple(sentences), tables=tuple(tables), unknowns=tuple(unknowns)
    )


def performance(reader: LineageReader) -> Section:
    """How good it is on the test set and on the stream that people judged."""
    title = "Performance before the release"
    tuning, review = reader.get("tuning", Tuning), reader.get("review", Review)
    problem = reader.get("problem", Problem)
    if tuning is None or problem is None:
        return Section(title, unknowns=(not_run("tuning", "How good it is on the test set"),))
    tested = on_test_rows(tuning, problem.target_score).words
    if not tuning.plain:
        tested += f" {tuning.n_positive:,} of these are {problem.words.positive}."
    used = f"The test set had been used {plural(tuning.n_touches, 'time')} by then."
    sentences = [tested, used, _BY_BLOCK]
    tables, unknowns = list(_test_tables(tuning)), []
    if review is None:
        unknowns.append(Unknown("How good it is on the real stream.", _JUDGE))
    elif not review.n_judged:
        what = f"How good it is on the real stream: {review.unjudged}."
        unknowns.append(reader.unknown(what, _JUDGE, row="review"))
    else:
        sentences.append(f"{review.summary}")
        if review.reader is not None:
            sentences += [finding.what for finding in review.reader.findings]
        tables += _stream_tables(review)
    return Section(
        title, sentences=tuple(sentences), tables=tuple(tables), unknowns=tuple(unknowns)
    )


def _test_tables(tuning: Tuning) -> tuple[Table, ...]:
    return tuple(default_decision_table(each) for each in tuning.decisions)


def _stream_tables(review: Review) -> tuple[Table, ...]:
    if review.plain is None:
        return (chart_tables.review(review),)
    if review.on_stream is None:
        return ()
    return (stream_decision_table(review.plain, review.on_stream, review.n_judged),)
