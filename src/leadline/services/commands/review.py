"""Review of the real stream: judgments of rows, and the choice of an operating point."""

from __future__ import annotations

from types import EllipsisType
from typing import Any

from leadline.errors import NotReadyError, OutdatedAnswerError, SettingsError
from leadline.phases import review
from leadline.phases.number_format import figure
from leadline.phases.permissions import Action
from leadline.phases.problem import Problem
from leadline.phases.tuning import Tuning
from leadline.record import Entry, Judgment
from leadline.services.commands.label import LONGEST_S, possible
from leadline.services.identity.permission import acting
from leadline.services.labelling.worklist import work_of
from leadline.services.reviewing.default_estimate import answers_of, estimate_default
from leadline.services.reviewing.later_draws import as_drawn, draw_planned
from leadline.services.reviewing.majority_judgments import MajorityJudgments, majority_judgments
from leadline.services.reviewing.opinions import opinions
from leadline.services.reviewing.point_outcomes import consequences
from leadline.services.reviewing.reader_estimate import published_estimate
from leadline.services.reviewing.slice_estimate import slices_by_default, slices_by_points
from leadline.services.reviewing.stream_rows import data_behind, rows_to_judge
from leadline.services.reviewing.value_answers import ValueAnswers
from leadline.workspace import Workspace


def judge(
    workspace: Workspace,
    tuning: int,
    row: int,
    is_positive: bool | None,
    by: str,
    seconds: float,
    *,
    value: str | None = None,
) -> None:
    """Keep what a person says one row of the stream is.

    Parameters
    ----------
    workspace : Workspace
        The project.
    tuning : int
        Number of the tuning whose rows are judged.
    row : int
        Row of the stream.
    is_positive : bool or None
        Whether it is a real case; of a number whose prediction was shown, whether that is near
        enough. None if unsure, or with a value.
    by : str
        Who judges.
    seconds : float
        How long it took; a break counts as ten minutes at most.
    value : str or None
        The class or the number that it is, where the question is not one of yes or no.

    Raises
    ------
    OutdatedAnswerError
        If another tuning has since taken its place.
    SettingsError
        If the row was not drawn for judging, or the answer does not fit the question.
    """
    workspace, person = acting(workspace, Action.JUDGE, by, "the judgment")
    shown = tuning_shown(workspace, tuning)
    if row not in rows_to_judge(workspace.artifacts, shown):
        raise SettingsError(
            f"Row {row} was not drawn for judging.",
            "Rows are drawn by chance, or the estimates would lean.",
            "Judge the row that the page shows.",
        )
    took = min(max(seconds, 0.0), LONGEST_S)
    said = _value(workspace, shown, is_positive, value)
    workspace.record.reviews.add_judgment(
        Judgment(
            tuning=tuning,
            row=row,
            reviewer=person,
            is_positive=is_positive,
            seconds=took,
            value=said,
        )
    )
    draw_planned(workspace, tuning, shown, person)


def _value(
    workspace: Workspace, tuning: Tuning, is_positive: bool | None, value: str | None
) -> str | None:
    """The class or number as the record spells it; refused where it does not fit the question."""
    is_number = tuning.plain is not None and tuning.plain.numbers is not None
    if is_positive is not None and tuning.plain is not None and not is_number:
        raise SettingsError(
            "The answer is yes or no.",
            "The name of a class is needed.",
            "Choose one of the classes, or say that you are not sure.",
        )
    if value is None:
        return None
    if tuning.plain is None or is_positive is not None:
        raise SettingsError(
            f"The answer is {value[:40]!r}.", "Yes or no is needed.", "Choose one of the two."
        )
    return possible(workspace, work_of(workspace), value)


def undo_judgment(workspace: Workspace, tuning: int, by: str) -> int | None:
    """Take a person's newest judgment back.

    Returns
    -------
    int or None
        The row it was about; None if there was no judgment.
    """
    workspace, person = acting(workspace, Action.JUDGE, by, "the judgment")
    return workspace.record.reviews.undo_judgment(tuning, person)


def choose_point(  # noqa: PLR0913 -- a choice, its costs and reason, and what was shown
    workspace: Workspace,
    name: str,
    cost_miss: float,
    cost_false_alarm: float,
    why: str,
    by: str,
    *,
    replacing: int | EllipsisType | None = ...,
    tuning: int | None = None,
    confidence: float = 0.0,
) -> Entry:
    """Choose an operating point, and put the choice and what it rests on on the record.

    Parameters
    ----------
    workspace : Workspace
        The project.
    name : str
        The point, as on offer.
    cost_miss, cost_false_alarm : float > 0
        What one error of each kind costs.
    why : str
        The reason.
    by : str
        Who chooses.
    replacing : int or None, optional
        The review that the page showed, None if it showed none.
    tuning : int, optional
        Number of the tuning that the page showed.
    confidence : float, default=0
        Of several classes: leave rows whose likeliest class scores less without an answer; one of
        those on offer. 0: answer all.

    Returns
    -------
    Entry
        The review.

    Raises
    ------
    NotReadyError
        If no current tuning offers a choice.
    OutdatedAnswerError
        If the tuning or the review has changed since the page was made.
    SettingsError
        If the point is not on offer, a cost is not above 0, or nobody or no reason is named.
    """
    workspace, person = acting(workspace, Action.CHOOSE, by, "the choice")
    reading = workspace.record.reading("review")
    problem, number = reading.of(Problem), reading.number("tuning")
    if tuning is not None and tuning != number:
        raise _outdated(tuning, number)
    offered = as_drawn(workspace.record, number, reading.of(Tuning))
    _require_sound(offered, name, (cost_miss, cost_false_alarm), why)
    silent_below = _offered_confidence(offered, name, confidence)
    costs: dict[str, Any] = {"cost_miss": cost_miss, "cost_false_alarm": cost_false_alarm}
    verdict = review.assess(
        review.Evidence(
            n_stream=offered.n_stream,
            n_stream_learnt=offered.n_stream_learnt,
            **_judged(workspace, offered, number, (name, silent_below), costs),
            **costs,
            currency=problem.currency,
            chosen=name,
            confidence=silent_below,
            person=person,
            why=why.strip(),
            answered=tuple(
                review.Answered(person=each.person, ratio=each.ratio)
                for each in opinions(workspace, number)
            ),
            owner=problem.owner,
            guidelines=reading.number("problem"),
            words=problem.words,
        )
    )
    return workspace.record.append(
        "review", verdict, by=person, on=reading.seen, replacing=replacing
    )


def _judged(
    workspace: Workspace,
    offered: Tuning,
    number: int,
    chosen: tuple[str, float],
    costs: dict[str, Any],
) -> dict[str, Any]:
    """What people said of the stream, and what follows for what is on offer."""
    judgments = workspace.record.reviews.judgments(number)
    name, confidence = chosen
    store, data = workspace.artifacts, data_behind(workspace.record, number)
    found: MajorityJudgments | ValueAnswers
    if offered.plain is not None:
        found = answers_of(offered.plain, judgments)
        point = {
            "points": (),
            "plain": next(each for each in offered.decisions if each.name == name),
            "on_stream": estimate_default(store, offered, found).get(name),
            "slices": slices_by_default(store, offered, data, found, confidence, name),
        }
        n_judged = found.n_judged
    else:
        found = majority_judgments(judgments)
        is_judged = bool(found.answers and offered.stream_scores)
        result, reader = (
            published_estimate(workspace, number, offered, found) if is_judged else (None, None)
        )
        each = consequences(store, offered, found, result=result, **costs)
        follows = result is None or result.follows_scores
        reports = slices_by_points(store, offered, data, found, follows_scores=follows)
        point = {
            "points": tuple(one.point for one in each),
            "follows_scores": follows,
            "reader": reader,
            "slices": next((one for one in reports if one.point == name), None),
        }
        n_judged = len(found.answers)
    return {
        **point,
        "n_judged": n_judged,
        "n_unsure": found.n_unsure,
        "judges": found.reviewers,
        "n_agreed": found.agreement[0],
        "n_judged_twice": found.agreement[1],
    }


def tuning_shown(workspace: Workspace, number: int) -> Tuning:
    """The latest tuning with every row drawn until now; it must be the one that the page showed.

    Raises
    ------
    NotReadyError
        If there is none.
    OutdatedAnswerError
        If it is another.
    """
    entry = workspace.record.latest("tuning")
    if entry is None:
        raise NotReadyError(
            "Nothing has been drawn for judging.",
            "A verdict of 'tuning' draws the rows.",
            "Run 'leadline run tuning' first.",
        )
    if entry.number != number:
        raise _outdated(number, entry.number)
    return as_drawn(workspace.record, number, entry.verdict_as(Tuning))


def _outdated(shown: int, number: int) -> OutdatedAnswerError:
    return OutdatedAnswerError(
        f"You answered entry {shown} of 'tuning', but entry {number} has since taken its place.",
        next="Reload the page and look again.",
    )


def _require_sound(offered: Tuning, name: str, costs: tuple[float, float], why: str) -> None:
    names = list(offered.names)
    if name not in names:
        raise SettingsError(
            f"The point chosen is {name[:80]!r}.",
            f"One of those on offer is needed: {', '.join(names)}.",
            "Choose one.",
        )
    if not all(0 < cost < float("inf") for cost in costs):
        raise SettingsError(
            f"The costs of a miss and of a false alarm are {costs[0]:g} and {costs[1]:g}.",
            "Both must be above 0, or one kind of error would not count.",
            "Say how many false alarms are as bad as one miss.",
        )
    if not why.strip():
        raise SettingsError(
            "The choice has no reason.", "It is kept with who and why.", "Say why in a few words."
        )


def _offered_confidence(offered: Tuning, name: str, confidence: float) -> float:
    """The confidence on offer that a person means: as it is shown, it may be rounded."""
    if not confidence:
        return 0.0
    silences = next((each.silences for each in offered.decisions if each.name == name), ())
    cuts = [cut.confidence for cut in silences[1:]]
    for cut in cuts:
        if figure(cut) == figure(confidence):
            return cut
    needed = f"One of {', '.join(map(figure, cuts))} is needed, or none: all rows are answered."
    if not cuts:
        needed = "Only where the likeliest class is said may rows be left without an answer."
    raise SettingsError(
        f"No answer is wanted below a score of {confidence:g}.", needed, "Choose again."
    )
