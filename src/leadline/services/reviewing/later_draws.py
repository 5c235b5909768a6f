"""Rows drawn for judging after the first ones: the second part of those planned, and more.

The second part is drawn when the last row of the first has an answer, by what was said until then,
and kept: what is undone or answered later changes it no more, and all reviewers get the same rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

import numpy as np

from leadline.datasets.further_sample import FurtherSample, Said, draw_further
from leadline.errors import NotReadyError, SettingsError
from leadline.phases.performance.default_decision import DefaultDecision
from leadline.phases.performance.stream_point import ENOUGH, StreamPoint
from leadline.phases.problem import Problem
from leadline.phases.review import CLEAR, FEWEST_JUDGMENTS
from leadline.phases.tuning import Tuning
from leadline.record import Draw, DrawReason, Judgment, Record
from leadline.services.reviewing.default_estimate import answers_of, class_names, estimate_default
from leadline.services.reviewing.expected_narrowing import narrowing_of_default
from leadline.services.reviewing.majority_judgments import majority_judgments
from leadline.services.reviewing.point_outcomes import consequences
from leadline.services.reviewing.stream_rows import rows_to_judge
from leadline.workspace import Workspace

MOST_AT_ONCE = 500
"""Rows that may be asked for at once."""


def as_drawn(record: Record, number: int, tuning: Tuning) -> Tuning:
    """A tuning with every row drawn for judging until now.

    Parameters
    ----------
    record : Record
        Where draws are kept.
    number : int
        The tuning's entry.
    tuning : Tuning
        Its verdict.
    """
    draws = record.reviews.draws(number)
    if not draws:
        return tuning
    newest = draws[-1]
    return replace(
        tuning,
        sample=newest.sample,
        sample_rows=newest.sample_rows,
        sample_scores=newest.sample_scores,
        n_sample=newest.n_sample,
        n_planned=newest.n_sample,
    )


def n_without_answer(rows: Sequence[int], judgments: Sequence[Judgment]) -> int:
    """Rows drawn that nobody has judged yet; unsure is a judgment.

    Examples
    --------
    >>> said = Judgment(tuning=1, row=7, reviewer="Ada", is_positive=None, seconds=1.0)
    >>> n_without_answer([7, 8, 9], [said])
    2
    """
    return len(set(rows) - {one.row for one in judgments})


def draw_planned(workspace: Workspace, number: int, tuning: Tuning, by: str) -> None:
    """Draw the second part of the judgments once the first has been answered, and only once.

    Where the first part has told enough none is drawn, and that is kept as well.

    Parameters
    ----------
    workspace : Workspace
        The project.
    number : int
        The tuning's entry.
    tuning : Tuning
        With every row drawn until now.
    by : str
        Who gave the latest answer.
    """
    reviews = workspace.record.reviews
    if tuning.n_planned <= tuning.n_sample or reviews.draws(number):
        return
    judgments = reviews.judgments(number)
    if n_without_answer(rows_to_judge(workspace.artifacts, tuning), judgments):
        return
    if _is_enough(workspace, tuning, judgments):
        same = FurtherSample(
            tuning.sample, tuning.sample_rows, tuning.sample_scores, tuning.n_sample, ()
        )
        _keep(workspace, number, same, DrawReason.ENOUGH, by, after=0)
        return
    n = tuning.n_planned - tuning.n_sample
    drawn = _drawn(workspace, tuning, judgments, n)
    _keep(workspace, number, drawn, DrawReason.PLANNED, by, after=0)


def draw_more(workspace: Workspace, number: int, tuning: Tuning, n: int, by: str) -> int:
    """Draw further rows on request, by what was said so far; return how many.

    Parameters
    ----------
    workspace : Workspace
        The project.
    number : int
        The tuning's entry.
    tuning : Tuning
        With every row drawn until now.
    n : int
        Rows wanted.
    by : str
        Who asks.

    Raises
    ------
    NotReadyError
        If rows drawn have no answer yet, or the whole stream is drawn, or there is none.
    SettingsError
        If `n` is not from 1 to 500.
    """
    if not 1 <= n <= MOST_AT_ONCE:
        raise SettingsError(
            f"{n:,} more rows were asked for.",
            f"From 1 to {MOST_AT_ONCE} are drawn at once.",
            "Ask for 50, look at what they change, and ask again.",
        )
    draws = workspace.record.reviews.draws(number)
    judgments = workspace.record.reviews.judgments(number)
    _require_answers(workspace, tuning, judgments)
    drawn = _drawn(workspace, tuning, judgments, n)
    if not _keep(workspace, number, drawn, DrawReason.ASKED, by, after=len(draws)):
        raise NotReadyError(
            "Somebody else has just asked for more rows.",
            "They are judged first.",
            "Judge them with 'leadline review'.",
        )
    return drawn.n_sample - tuning.n_sample


def _require_answers(workspace: Workspace, tuning: Tuning, judgments: Sequence[Judgment]) -> None:
    if not tuning.sample:
        raise NotReadyError(
            "No rows have been drawn for judging.",
            "A stream of unlabelled rows and a verdict of 'tuning' are needed.",
            "Set [data] stream in leadline.toml, then 'leadline run apply'.",
        )
    is_kept = tuning.plain is None or tuning.plain.numbers is not None or tuning.stream_shares
    if not is_kept:
        raise NotReadyError(
            "This tuning did not keep what more rows are drawn by.",
            "It is from an older version of Leadline.",
            "Compute it again: 'leadline run tuning'.",
        )
    n_open = n_without_answer(rows_to_judge(workspace.artifacts, tuning), judgments)
    if n_open:
        raise NotReadyError(
            f"{n_open:,} of the rows drawn have no answer yet.",
            "More are drawn by what is said of these.",
            "Judge them first: 'leadline review'.",
        )
    if tuning.n_sample >= tuning.n_stream:
        raise NotReadyError(
            f"All {tuning.n_stream:,} rows of the stream have been judged.",
            "There are no more to draw.",
            "Name more files under [data] stream, then 'leadline run tuning'.",
        )


def _drawn(
    workspace: Workspace, tuning: Tuning, judgments: Sequence[Judgment], n: int
) -> FurtherSample:
    """Draw rows; the same judgments lead to the same ones."""
    problem = workspace.record.latest_of(Problem)
    said = _said(workspace, tuning, judgments)
    basis = sha256(tuning.sample.encode())
    basis.update(said.rows.astype("<i8").tobytes() + said.codes.astype("<i8").tobytes())
    return draw_further(
        workspace.artifacts,
        tuning,
        said,
        n,
        np.random.default_rng(int.from_bytes(basis.digest()[:8])),
        break_even=problem.break_even if problem else None,
        is_clear=_p_cheapest(workspace, tuning, judgments) >= CLEAR,
    )


def _said(workspace: Workspace, tuning: Tuning, judgments: Sequence[Judgment]) -> Said:
    """One answer a row, by rising row."""
    if tuning.plain is None:
        codes = {row: int(yes) for row, yes in majority_judgments(judgments).answers.items()}
    elif tuning.plain.numbers is None:
        names = class_names(workspace.artifacts, tuning)
        values = answers_of(tuning.plain, judgments).values
        codes = {row: names.index(value) for row, value in values.items() if value in names}
    else:
        codes = {}
    rows = np.array(sorted(codes), dtype=np.int64)
    return Said(rows, np.array([codes[row] for row in rows.tolist()], dtype=np.int64))


def _p_cheapest(workspace: Workspace, tuning: Tuning, judgments: Sequence[Judgment]) -> float:
    """Probability that the best point is the cheapest at the costs stated."""
    points = _points(workspace, tuning, judgments)
    return max((point.p_cheapest for point in points), default=0.0)


def _is_enough(workspace: Workspace, tuning: Tuning, judgments: Sequence[Judgment]) -> bool:
    """Whether every figure is narrow, and of points it is known which costs least."""
    if tuning.plain is not None:
        return _is_default_narrow(workspace, tuning, tuning.plain, judgments)
    points = _points(workspace, tuning, judgments)
    n_judged = len(majority_judgments(judgments).answers)
    if not points or n_judged < FEWEST_JUDGMENTS:
        return False
    is_narrow = all(point.widest[0] <= ENOUGH for point in points)
    return is_narrow and max(point.p_cheapest for point in points) >= CLEAR


def _is_default_narrow(
    workspace: Workspace, tuning: Tuning, plain: DefaultDecision, judgments: Sequence[Judgment]
) -> bool:
    answers = answers_of(plain, judgments)
    if answers.n_judged < FEWEST_JUDGMENTS:
        return False
    found = estimate_default(workspace.artifacts, tuning, answers)
    figures = narrowing_of_default(tuning, found, answers.n_judged)
    return bool(figures) and all(each.width <= ENOUGH for each in figures)


def _points(
    workspace: Workspace, tuning: Tuning, judgments: Sequence[Judgment]
) -> tuple[StreamPoint, ...]:
    """The points on the stream, at the costs stated; none where nobody answered."""
    problem = workspace.record.latest_of(Problem)
    majority = majority_judgments(judgments)
    if tuning.plain is not None or problem is None or not majority.answers:
        return ()
    found = consequences(
        workspace.artifacts,
        tuning,
        majority,
        cost_miss=problem.cost_miss or 1.0,
        cost_false_alarm=problem.cost_false_alarm or 1.0,
    )
    return tuple(each.point for each in found)


def _keep(
    workspace: Workspace,
    number: int,
    drawn: FurtherSample,
    reason: DrawReason,
    by: str,
    *,
    after: int,
) -> bool:
    draw = Draw(
        tuning=number,
        reason=reason,
        sample=drawn.sample,
        sample_rows=drawn.sample_rows,
        sample_scores=drawn.sample_scores,
        n_sample=drawn.n_sample,
        by=by,
    )
    return workspace.record.reviews.add_draw(draw, after=after, artifacts=drawn.artifacts)
