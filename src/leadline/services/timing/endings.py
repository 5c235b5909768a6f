"""Endings: when people will have given the answers they are asked for, by the pace so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta

import numpy as np

from leadline.phases.project_accounts.timeline import Ending
from leadline.phases.tuning import Tuning
from leadline.phases.wording import plural
from leadline.record import AnswerKind, DayOfAnswers
from leadline.services.reviewing.later_draws import as_drawn, n_without_answer
from leadline.services.reviewing.stream_rows import rows_to_judge
from leadline.stats.pace import FEWEST_DAYS, MOST_DAYS, days_until
from leadline.workspace import Workspace

WATCHED_DAYS = 28
"""Days back from which a pace is told: what was longer ago says little of next week."""
_LEVELS = (0.05, 0.5, 0.95)


def endings_of(
    workspace: Workspace, answers: tuple[DayOfAnswers, ...], now: datetime, by: date | None
) -> tuple[Ending, ...]:
    """What people are still asked for, and when it will be in.

    Parameters
    ----------
    workspace : Workspace
        The project.
    answers : tuple of DayOfAnswers
        Of all kinds.
    now : datetime
        The moment it is.
    by : date or None
        A day to give the chance of.
    """
    voted = {each.day: each.n for each in answers if each.kind is AnswerKind.VOTE}
    n_judgments, judged = _judgments_left(workspace)
    wanted = (("labels", _votes_left(workspace), voted), ("judgments", n_judgments, judged))
    return tuple(
        ending(what, n_left, counts, today=now.date(), by=by)
        for what, n_left, counts in wanted
        if n_left
    )


def ending(
    what: str,
    n_left: int,
    counts: Mapping[date, int],
    *,
    today: date,
    by: date | None = None,
) -> Ending:
    """When so many answers will be in.

    Parameters
    ----------
    what : str
        What is answered.
    n_left : int > 0
        Answers still wanted.
    counts : mapping of date to int
        Answers of each day so far; today's are not counted, as it is not over.
    today : date
        The first day on which answers may come.
    by : date or None, default=None
        A day to give the chance of.
    """
    first = min((day for day in counts if counts[day]), default=None)
    if first is None:
        return Ending(what, n_left, 0, 0, by=by, why_unknown="Nobody has answered yet.")
    start = max(first, today - timedelta(days=WATCHED_DAYS))
    days = [start + timedelta(days=n) for n in range((today - start).days)]
    seen = [counts.get(day, 0) for day in days]
    known = (what, n_left, len(days), sum(seen))
    if len(days) < FEWEST_DAYS:
        why = f"{plural(len(days), 'whole day')} of answers so far, and {FEWEST_DAYS} are needed."
        return Ending(*known, by=by, why_unknown=why)
    if not sum(seen):
        return Ending(*known, by=by, why_unknown=f"Nobody has answered for {len(days)} days.")
    drawn = days_until(seen, n_left, rng=np.random.default_rng(0))
    early, half, late = np.quantile(drawn, _LEVELS, method="inverted_cdf")
    return Ending(
        *known,
        early=_day(today, int(early)),
        half=_day(today, int(half)),
        late=_day(today, int(late)),
        by=by,
        chance=None if by is None else float(np.mean(drawn <= (by - today).days + 1)),
    )


def _day(today: date, n_days: int) -> date | None:
    """The last of some days, today the first of them."""
    return None if n_days > MOST_DAYS else today + timedelta(days=n_days - 1)


def _votes_left(workspace: Workspace) -> int:
    """Votes that the list still asks for, as far as the money goes."""
    items = workspace.record.labels.items
    worklist = items.worklist()
    if worklist is None:
        return 0
    n_left = items.n_votes_open(worklist)
    if worklist.money_limit is None or worklist.price <= 0:
        return n_left
    return min(n_left, max(worklist.money_limit - worklist.spent, 0) // worklist.price)


def _judgments_left(workspace: Workspace) -> tuple[int, Mapping[date, int]]:
    """Rows of the stream that wait for a judgment, and judgments by day; none once one chose."""
    record = workspace.record
    newest = record.newest(["tuning", "review"])
    if "tuning" not in newest or newest.get("review", 0) > newest["tuning"]:
        return 0, {}
    entry = record.entry(newest["tuning"])
    tuning = as_drawn(record, entry.number, entry.verdict_as(Tuning))
    rows = rows_to_judge(workspace.artifacts, tuning)
    judgments = record.reviews.judgments(entry.number)
    n_open = n_without_answer(rows, judgments)
    # a second part is drawn once the first is answered
    is_first = not record.reviews.draws(entry.number)
    n_later = max(tuning.n_planned - tuning.n_sample, 0) if is_first else 0
    return n_open + n_later, Counter(each.at.date() for each in judgments if each.at)
