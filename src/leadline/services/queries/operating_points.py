"""Page model of the operating points: outcomes, costs, stakeholders' opinions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from leadline.labelling.item_pool import Values
from leadline.phases.performance.decision_gap import gap_findings
from leadline.phases.performance.default_decision import LEAST_COST, DefaultDecision
from leadline.phases.performance.judge_errors import (
    judge_errors,
    unjudged_words,
    unsure_words,
)
from leadline.phases.performance.narrowing import narrowing_words
from leadline.phases.performance.stream_decision import Confusion, StreamDecision
from leadline.phases.performance.stream_point import (
    doubts,
    learnt_findings,
    reality_findings,
)
from leadline.phases.performance.stream_reader import StreamReader
from leadline.phases.performance.stream_slices import StreamSlices
from leadline.phases.permissions import Action
from leadline.phases.problem import Problem
from leadline.phases.project_accounts.without_model import CostComparison, compare_tuning
from leadline.phases.review import CLEAR, FEWEST_JUDGMENTS, UNLIKE_SCORES, Review
from leadline.phases.target.measured_target import on_test_rows
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Finding
from leadline.phases.vocabulary.project_words import Words
from leadline.phases.wording import capital
from leadline.record import CostOpinion, Entry, Judgment
from leadline.services.identity.permission import require
from leadline.services.queries.review import data_of, newest_tuning, row_values
from leadline.services.reviewing.default_estimate import answers_of, estimate_default
from leadline.services.reviewing.expected_narrowing import (
    narrowing_of_default,
    narrowing_of_points,
)
from leadline.services.reviewing.later_draws import n_without_answer
from leadline.services.reviewing.majority_judgments import majority_judgments
from leadline.services.reviewing.opinions import opinions
from leadline.services.reviewing.point_changes import Change, changes_between
from leadline.services.reviewing.point_outcomes import Consequence, consequences
from leadline.services.reviewing.reader_estimate import published_estimate
from leadline.services.reviewing.saved_costs import chances_of_saving, compare_points
from leadline.services.reviewing.slice_estimate import slices_by_default, slices_by_points
from leadline.services.reviewing.stream_estimate import (
    ErrorExamples,
    error_examples,
    n_judgments_needed,
)
from leadline.services.reviewing.stream_rows import data_behind, rows_to_judge
from leadline.workspace import Workspace

N_SHOWN = 5


class Clarity(StrEnum):
    """Whether the judgments tell which point is the cheapest."""

    CLEAR = "clear"
    TOO_CLOSE = "too close to call"
    NOT_ENOUGH = "not enough judgments"


@dataclass(frozen=True)
class OperatingPointsPage:
    """The operating points and what each would do.

    Attributes
    ----------
    question, unit, currency : str
        Of the problem as stated.
    words : Words
        What rows, classes and errors are called.
    tuning : int
        Number of the tuning shown, for the form.
    n_stream, n_judged, n_unsure, n_wanted : int
        Rows of the stream, judged, left unsure, drawn for judging.
    reviewers : tuple of str
        Who judged.
    cost_miss, cost_false_alarm : float
        What one error of each kind costs, as asked for.
    consequences : tuple of Consequence
        One a point; empty where there is no threshold to choose.
    plain : DefaultDecision or None
        What there is to agree to instead.
    on_stream : StreamDecision or None
        The same on the real stream; None where nobody judged it.
    by_cost : DefaultDecision or None
        What may be agreed to beside it, where confusions are priced.
    by_cost_on_stream : StreamDecision or None
        The same on the real stream; None where nobody judged it.
    confusions : tuple of (Confusion, tuple of Values)
        The most frequent ones, or those that cost most, each with rows that were judged so.
    best : str
        The point that is most probably the cheapest; empty without judgments.
    clarity : Clarity
        Whether the judgments tell.
    p_best : float
        How probable it is.
    doubts : tuple of str
        What would keep the choice of it unclear all the same, in clauses.
    standing_choice : Review or None
        The newest choice; None if there was none.
    replacing : int or None
        Its entry number, for the form.
    more : float
        Further judgments that would tell; 0 where it is clear, infinite where none would.
    narrowing : str
        What further judgments would narrow; empty where nothing was judged, or no row is left.
    may_ask : bool
        Whether more rows may be asked for: all drawn have an answer, and the stream has more.
    slices : tuple of StreamSlices
        Whom it fails on the stream, point by point; empty where that is not kept.
    reader : StreamReader or None
        The machine that read rows of the stream, and both sides; None where none did, or nobody
        judged.
    judge_errors : str
        Whether the ranges hold errors of judges, and that many rows have no clear answer; empty
        where nobody judged.
    unlike_scores : str
        Said where the judgments fit neither the scores nor their order; else empty.
    changes : tuple of Change
        What the looser of two neighbouring points adds.
    known_rows : tuple of Finding
        That the stream holds rows that the model knows.
    reality, by_cost_reality : tuple of Finding
        Where the stream differs from the test set beyond chance; and of the point by cost.
    false_alarms, misses : tuple of Values
        A few judged rows on which the model errs at every point.
    opinions : tuple of CostOpinion
        What people said a miss is worth, by rising ratio.
    comparison : CostComparison or None
        The points beside what no model costs, at the costs asked for; None where errors of one
        kind have no price.
    saves : mapping of str to float
        Of each point the chance, by the judgments, that it costs less than the cheapest way without
        a model; empty where nobody judged.
    target : str
        The score on the test rows beside the target.
    owner : str
        Who decides.
    history : tuple of Entry
        All choices, the newest first.
    """

    question: str
    unit: str
    words: Words
    currency: str
    tuning: int
    n_stream: int
    n_judged: int
    n_unsure: int
    n_wanted: int
    reviewers: tuple[str, ...]
    cost_miss: float
    cost_false_alarm: float
    consequences: tuple[Consequence, ...]
    best: str
    clarity: Clarity
    p_best: float
    standing_choice: Review | None
    replacing: int | None
    plain: DefaultDecision | None = None
    on_stream: StreamDecision | None = None
    by_cost: DefaultDecision | None = None
    by_cost_on_stream: StreamDecision | None = None
    confusions: tuple[tuple[Confusion, tuple[Values, ...]], ...] = ()
    doubts: tuple[str, ...] = ()
    more: float = 0.0
    narrowing: str = ""
    may_ask: bool = False
    slices: tuple[StreamSlices, ...] = ()
    reader: StreamReader | None = None
    judge_errors: str = ""
    unlike_scores: str = ""
    changes: tuple[Change, ...] = ()
    known_rows: tuple[Finding, ...] = ()
    reality: tuple[Finding, ...] = ()
    by_cost_reality: tuple[Finding, ...] = ()
    false_alarms: tuple[Values, ...] = ()
    misses: tuple[Values, ...] = ()
    opinions: tuple[CostOpinion, ...] = ()
    comparison: CostComparison | None = None
    saves: Mapping[str, float] = field(default_factory=dict)
    target: str = ""
    owner: str = ""
    history: tuple[Entry, ...] = ()

    @property
    def unjudged(self) -> str:
        """Why the figures are not of the stream, where they are not."""
        return capital(unjudged_words(self.n_unsure))

    @property
    def ratio(self) -> float:
        """How many false alarms are as bad as one miss."""
        return self.cost_miss / self.cost_false_alarm


def operating_points_page(
    workspace: Workspace, cost_miss: float | None = None, cost_false_alarm: float | None = None
) -> OperatingPointsPage:
    """Read what each operating point would do.

    Parameters
    ----------
    workspace : Workspace
        The project.
    cost_miss, cost_false_alarm : float, optional
        What one error of each kind costs; as the problem has it where not given or not above 0.

    Raises
    ------
    NotReadyError
        If no operating points are on the record.
    """
    require(workspace, Action.VIEW)
    number, tuning, problem = newest_tuning(workspace)
    costs: dict[str, Any] = {
        "cost_miss": _cost(cost_miss, problem.cost_miss),
        "cost_false_alarm": _cost(cost_false_alarm, problem.cost_false_alarm),
    }
    judgments = workspace.record.reviews.judgments(number)
    store = workspace.artifacts
    if tuning.plain is not None:
        return _default_page(workspace, number, tuning, problem, tuning.plain, costs)
    majority = majority_judgments(judgments)
    is_judged = bool(tuning.points and majority.answers and tuning.stream_scores)
    result, reader = (
        published_estimate(workspace, number, tuning, majority) if is_judged else (None, None)
    )
    data = data_behind(workspace.record, number)
    found = consequences(store, tuning, majority, result=result, **costs)
    points = [consequence.point for consequence in found]
    best = max(points, key=lambda point: point.p_cheapest, default=None)
    p_best = best.p_cheapest if best else 0.0
    history = workspace.record.entries("review")[::-1]
    chosen = history[0] if history else None
    clarity = _clarity(len(majority.answers), p_best)
    more = 0.0
    if result is not None and clarity is not Clarity.CLEAR:
        more = n_judgments_needed(store, tuning, majority, result, **costs)
    seen = error_examples(store, tuning, majority, N_SHOWN) if is_judged else ErrorExamples((), ())
    return OperatingPointsPage(
        question=problem.question,
        unit=problem.unit,
        words=problem.words,
        currency=problem.currency,
        tuning=number,
        n_stream=tuning.n_stream,
        n_judged=len(majority.answers),
        n_unsure=majority.n_unsure,
        n_wanted=max(tuning.n_planned, tuning.n_sample),
        reviewers=majority.reviewers,
        consequences=found,
        best=best.name if best and majority.answers else "",
        clarity=clarity,
        p_best=p_best,
        standing_choice=_choice(chosen),
        replacing=chosen.number if chosen else None,
        doubts=doubts(best, len(majority.answers), majority.n_unsure, tuning.n_stream_learnt)
        if best and is_judged
        else (),
        more=more,
        narrowing=narrowing_words(narrowing_of_points(store, tuning, majority, result))
        if result
        else "",
        may_ask=_may_ask(workspace, tuning, judgments),
        slices=slices_by_points(store, tuning, data, majority, follows_scores=result.follows_scores)
        if result
        else (),
        reader=reader,
        judge_errors=_judging(
            len(majority.answers), majority.agreement[1], majority.n_unsure, has_thresholds=True
        ),
        unlike_scores=UNLIKE_SCORES if result and not result.follows_scores else "",
        changes=changes_between(store, tuning, data_of(workspace), found),
        known_rows=tuple(learnt_findings(tuning.n_stream_learnt, tuning.n_stream)),
        reality=tuple(reality_findings(tuple(points))) if is_judged else (),
        false_alarms=tuple(row_values(workspace, tuning, row) for row in seen.false_alarms),
        misses=tuple(row_values(workspace, tuning, row) for row in seen.misses),
        opinions=opinions(workspace, number),
        comparison=compare_points(found, tuning, problem, is_judged=is_judged, **costs),
        saves=chances_of_saving(tuning, result, problem, **costs) if result else {},
        target=on_test_rows(tuning, problem.target_score).words,
        owner=problem.owner,
        history=history,
        **costs,
    )


def _default_page(
    workspace: Workspace,
    number: int,
    tuning: Tuning,
    problem: Problem,
    plain: DefaultDecision,
    costs: dict[str, Any],
) -> OperatingPointsPage:
    """The one point on offer where there is no threshold, on the test set and on the stream."""
    judgments = workspace.record.reviews.judgments(number)
    answers = answers_of(plain, judgments)
    store = workspace.artifacts
    found = estimate_default(store, tuning, answers)
    on_stream, by_cost = found.get(plain.name), found.get(LEAST_COST)
    data = data_behind(workspace.record, number)
    slices = slices_by_default(store, tuning, data, answers)
    history = workspace.record.entries("review")[::-1]
    chosen = history[0] if history else None
    return OperatingPointsPage(
        question=problem.question,
        unit=problem.unit,
        words=problem.words,
        currency=problem.currency,
        tuning=number,
        n_stream=tuning.n_stream,
        n_judged=answers.n_judged,
        n_unsure=answers.n_unsure,
        n_wanted=max(tuning.n_planned, tuning.n_sample),
        reviewers=answers.reviewers,
        consequences=(),
        best="",
        clarity=Clarity.NOT_ENOUGH,
        p_best=0.0,
        standing_choice=_choice(chosen),
        replacing=chosen.number if chosen else None,
        plain=plain,
        on_stream=on_stream,
        by_cost=tuning.by_cost,
        by_cost_on_stream=by_cost,
        known_rows=tuple(learnt_findings(tuning.n_stream_learnt, tuning.n_stream)),
        reality=tuple(gap_findings(plain, on_stream, problem.currency)) if on_stream else (),
        by_cost_reality=tuple(gap_findings(tuning.by_cost, by_cost, problem.currency))
        if tuning.by_cost and by_cost
        else (),
        judge_errors=_judging(
            answers.n_judged, answers.agreement[1], answers.n_unsure, has_thresholds=False
        ),
        comparison=compare_tuning(tuning, problem),
        narrowing=narrowing_words(narrowing_of_default(tuning, found, answers.n_judged)),
        may_ask=_may_ask(workspace, tuning, judgments),
        slices=(slices,) if slices else (),
        confusions=tuple(
            (each, tuple(row_values(workspace, tuning, row) for row in each.rows))
            for each in (on_stream.confusions if on_stream else ())
        ),
        opinions=opinions(workspace, number),
        target=on_test_rows(tuning, problem.target_score).words,
        owner=problem.owner,
        history=history,
        **costs,
    )


def _may_ask(workspace: Workspace, tuning: Tuning, judgments: Sequence[Judgment]) -> bool:
    drawn = rows_to_judge(workspace.artifacts, tuning)
    is_all_judged = not n_without_answer(drawn, judgments)
    return bool(drawn) and is_all_judged and tuning.n_sample < tuning.n_stream


def _judging(n_judged: int, n_twice: int, n_unsure: int, *, has_thresholds: bool) -> str:
    told = judge_errors(n_judged, n_twice, has_thresholds=has_thresholds)
    return " ".join(filter(None, (told, unsure_words(n_judged, n_unsure))))


def _cost(asked: float | None, stated: float) -> float:
    if asked is not None and 0 < asked < float("inf"):
        return asked
    return stated if stated > 0 else 1.0


def _clarity(n_judged: int, p_best: float) -> Clarity:
    if n_judged < FEWEST_JUDGMENTS:
        return Clarity.NOT_ENOUGH
    return Clarity.CLEAR if p_best >= CLEAR else Clarity.TOO_CLOSE


def _choice(entry: Entry | None) -> Review | None:
    return entry.verdict_as(Review) if entry else None
