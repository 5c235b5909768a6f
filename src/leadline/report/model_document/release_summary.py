"""Summary of a release: use, quality against the target, costs, how long it is expected to hold."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta

from leadline.phases.data import Data, Split
from leadline.phases.decay import Decay
from leadline.phases.forecast import Forecast
from leadline.phases.labelling import Labelling
from leadline.phases.number_format import cost_words, money
from leadline.phases.problem import Problem
from leadline.phases.review import Review
from leadline.phases.scoring import Task
from leadline.phases.search import Search
from leadline.phases.target.measured_target import on_test_rows
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Bounds
from leadline.phases.wording import day, plural
from leadline.report.model_document.section import LineageReader, Section, Unknown, not_run
from leadline.report.text_table import share

_DAYS = {"day": 1, "week": 7}
_NO_INTERVAL = (
    "How far the score would scatter over other test rows is not on the record.",
    "Run 'leadline run tuning' and release again.",
)


def summary(reader: LineageReader) -> Section:
    """The release on half a page."""
    title = "Summary"
    problem = reader.get("problem", Problem)
    if problem is None:
        return Section(title, unknowns=(not_run("problem", "What it decides, and for whom"),))
    question = "Which question that answers is not stated."
    if problem.question:
        question = f"The question: {problem.question}"
    facts = [
        ("What it decides", f"{decides(problem)} {question}"),
        ("For whom", _people(problem)),
    ]
    unknowns: list[Unknown] = []
    for told, missing in (
        _quality(reader, problem),
        _point(reader, problem),
        _making(reader),
        _holding(reader),
    ):
        facts += told
        unknowns += missing
    return Section(title, facts=tuple(facts), unknowns=tuple(unknowns))


def decides(problem: Problem) -> str:
    """What is predicted of one row, a sentence.

    Parameters
    ----------
    problem : Problem
        As stated.
    """
    if problem.task is Task.BINARY:
        what = f"whether {problem.label!r} is {problem.positive!r}"
    elif problem.task is Task.MULTICLASS:
        what = f"which {problem.label!r} it has"
    else:
        what = f"the number {problem.label!r}"
    return f"For each {problem.unit}: {what}."


def due_on(begun: date, n_blocks: int, block: str) -> date:
    """The day on which so many blocks have passed.

    Parameters
    ----------
    begun : date
        When the count begins.
    n_blocks : int >= 0
        How many.
    block : {"day", "week", "month"}
        How long each is; a month ends on the same day of the next one, or on its last.

    Examples
    --------
    >>> due_on(date(2025, 1, 31), 1, "month"), due_on(date(2025, 1, 31), 2, "week")
    (datetime.date(2025, 2, 28), datetime.date(2025, 2, 14))
    """
    if block in _DAYS:
        return begun + timedelta(days=_DAYS[block] * n_blocks)
    years, month = divmod(begun.month - 1 + n_blocks, 12)
    year, month = begun.year + years, month + 1
    return date(year, month, min(begun.day, monthrange(year, month)[1]))


def holding_words(decay: Decay, released: datetime, split: Split | None = None) -> str:
    """Until when a release is expected to hold, by how fast such models age.

    Parameters
    ----------
    decay : Decay
        How fast they do.
    released : datetime
        When it was released.
    split : Split, optional
        Where the rows end that it learnt from, if they are dated.
    """
    if decay.retrain_every is not None:
        last = due_on(released.date(), decay.retrain_every, decay.block)
        words = f"until {day(last)}: {plural(decay.retrain_every, decay.block)} after the release"
        words += flat_words(decay)
    elif decay.staleness:
        words = (
            "no day is set: it does not clearly age (probability that it ages "
            f"{decay.p_ages:.2f}), so it holds until the monitor says otherwise"
        )
    else:
        words = decay.summary.rstrip(".")
    return words + (_age_words(decay, split, released) if split and split.test_from else "")


def flat_words(decay: Decay) -> str:
    """The range of intervals that cost nearly as little; empty where it is a single one."""
    low, high = decay.flat_low, decay.flat_high
    if low is None or high is None or low == high:
        return ""
    return f" (anything from {low} to {high} {decay.block}s costs nearly the same)"


def age_at(released: datetime, learnt_until: str, block: str) -> int | None:
    """Whole blocks between the newest rows that were learnt from and a release.

    Parameters
    ----------
    released : datetime
        When it was released.
    learnt_until : str
        ISO time before which the rows end.
    block : {"day", "week", "month"}
        Unit of the age.

    Returns
    -------
    int or None
        At least 0; None where the rows are not dated by days.

    Examples
    --------
    >>> age_at(datetime(2025, 3, 1), "2024-08-11T05:10:00", "month")
    6
    """
    try:
        begun = datetime.fromisoformat(learnt_until).date()
    except ValueError:
        return None
    n = 0
    while due_on(begun, n + 1, block) <= released.date():
        n += 1
    return n


def _people(problem: Problem) -> str:
    owner = f"{problem.owner}, who owns it" if problem.owner else "Nobody is named as its owner"
    return f"{owner}; {f'deputy: {problem.deputy}' if problem.deputy else 'no deputy is named'}."


_Told = tuple[list[tuple[str, str]], list[Unknown]]


def _quality(reader: LineageReader, problem: Problem) -> _Told:
    tuning = reader.get("tuning", Tuning)
    if tuning is None:
        return [], [not_run("tuning", "How good it is")]
    check = on_test_rows(tuning, problem.target_score)
    unknowns = [] if check.interval else [reader.unknown(*_NO_INTERVAL, row="tuning")]
    return [("How good", check.words)], unknowns


def _point(reader: LineageReader, problem: Problem) -> _Told:
    """What the chosen point does, and what its errors cost."""
    review, tuning = reader.get("review", Review), reader.get("tuning", Tuning)
    if review is None or tuning is None:
        return [], [not_run("review", "Which operating point was chosen")]
    if review.plain is not None:
        words = f"{review.plain.name.capitalize()}: of the test rows {review.plain.words}."
        if review.confidence:
            words += (
                f" These are all rows; it gives no answer below a score of {review.confidence:.3g}."
            )
        worth = "All errors weigh the same; nobody has put a price on one"
        if problem.task is Task.REGRESSION:
            worth = "What a number costs that is off by more is not stated"
        if review.plain.cost:
            worth = _cost_words(review, review.plain.cost)
        return [("At the point chosen", words), ("What its errors cost", f"{worth}.")], []
    chosen = tuning.point(review.chosen)
    does = (
        f"{chosen.name.capitalize()}: of what it flags {share(chosen.precision)} is "
        f"{problem.positive!r}, and it finds {share(chosen.recall)} of all (90% intervals, on the "
        "test set)."
    )
    cost = f"{money(chosen.cost_per_1000, tuning.currency)} on the test set"
    if review.n_judged:
        point = review.chosen_point
        stream = money(point.cost_per_1000, review.currency)
        if point.cost is not None:
            stream = cost_words(point.cost, review.currency)
        cost += f", {stream} by {plural(review.n_judged, 'judgment')} of the real stream"
    return [
        ("At the point chosen", does),
        ("What its errors cost", f"For each 1,000 {problem.unit}s: {cost}."),
    ], []


def _cost_words(review: Review, tested: Bounds) -> str:
    """What mistakes cost a row, at the prices stated for confusions."""
    cost = f"A row costs {cost_words(tested, review.currency)} on the test set"
    if review.on_stream and review.on_stream.cost:
        real = cost_words(review.on_stream.cost, review.currency)
        cost += f", {real} by {plural(review.n_judged, 'judgment')} of the real stream"
    if review.confidence:
        cost += "; where all rows are answered"
    return f"{cost} (90% intervals)"


def _making(reader: LineageReader) -> _Told:
    """What it cost to make."""
    problem, search = reader.get("problem", Problem), reader.get("search", Search)
    labelling, forecast = reader.get("labelling", Labelling), reader.get("forecast", Forecast)
    if problem is None or search is None:
        return [], [not_run("search", "What it cost to make")]
    told = [f"The search {money(search.cost, search.currency)}"]
    if labelling is not None:
        told.append(f"labels {money(labelling.cost, labelling.currency)}")
    if forecast is not None:
        told.append(f"{money(forecast.spent, forecast.currency)} in all up to the forecast")
    granted = "no budget was stated"
    if problem.budget:
        granted = f"{money(problem.budget, problem.currency)} were granted"
    return [("What it cost to make", f"{', '.join(told)}; {granted}.")], []


def _holding(reader: LineageReader) -> _Told:
    root, ageing = reader.lineage.root, reader.lineage.ageing
    if ageing is None or root is None:
        what = "Until when it is expected to hold is not known: how it ages was not measured."
        return [], [Unknown(what, "Run 'leadline run decay'.")]
    words = expected_to_hold(reader, reader.show(ageing).verdict_as(Decay))
    return [("Expected to hold", f"{words[0].upper()}{words[1:]}.")], []


def expected_to_hold(reader: LineageReader, decay: Decay) -> str:
    """Until when the release is expected to hold, and how old its rows were."""
    root, data = reader.lineage.root, reader.get("data", Data)
    assert root is not None
    reader.show(root)
    return holding_words(decay, root.at, data.split if data else None)


def _age_words(decay: Decay, split: Split, released: datetime) -> str:
    """How old the rows it learnt from were when it was released."""
    learnt_until = split.train_to or split.test_from
    age = age_at(released, learnt_until, decay.block)
    # rows that came later than the test rows are learnt from, and end with one of their own
    end = "end on" if split.train_to else "end before"
    words = f"; the rows it learnt from {end} {learnt_until[:10]}"
    if age is None:
        return words
    words += f", {plural(age, decay.block)} before the release"
    if decay.retrain_every is not None and age > decay.retrain_every:
        words += ", which is longer than that: it was due when it was released"
    return words
