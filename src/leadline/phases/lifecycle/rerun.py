"""Effects of running rows again: what becomes stale, and which decisions may be kept afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from leadline.phases.lifecycle.row_table import ROWS
from leadline.phases.lifecycle.states import Mark, Standing, State, standing
from leadline.phases.verdict import Answer

_UNKNOWN: Mapping[str, Mapping[str, str]] = {}


def stale_after(
    marks: Iterable[Mark],
    rows: Sequence[str],
    *,
    views: Mapping[str, Mapping[str, str]] = _UNKNOWN,
    serving: int | None = None,
) -> tuple[str, ...]:
    """The rows that are current now and are no longer, once others have been run again.

    A verdict that is not known yet is taken to say something new to every row that reads it: this
    is the most that can become stale. Where it says the same again, nothing does.

    Parameters
    ----------
    marks : iterable of Mark
        Every entry of a project.
    rows : sequence of str
        What is run again, in the order of the life cycle.
    views : mapping of str to mapping of str to str
        Of rows whose new verdict is known already: reader to digest of what it reads.
    serving : int or None, default=None
        The release that was gone back to, as `standing` takes it.

    Returns
    -------
    tuple of str
        In the order of the life cycle, without the rows that are run.

    Examples
    --------
    >>> marks = [
    ...     Mark(1, "problem", {}, Answer.GO),
    ...     Mark(2, "data", {"problem": 1}, Answer.GO),
    ...     Mark(3, "decision.define", {"problem": 1, "data": 2}, Answer.GO),
    ... ]
    >>> stale_after(marks, ["data"]), stale_after(marks, ["problem"])
    (('decision.define',), ('data', 'decision.define'))
    """
    known = sorted(marks, key=lambda mark: mark.number)
    before = standing(known, serving)
    latest = {mark.row: mark for mark in known}
    number = max((mark.number for mark in known), default=0)
    for row in rows:
        number += 1
        on = {name: latest[name].number for name in ROWS[row].stands_on if name in latest}
        latest[row] = Mark(number, row, on, Answer.GO, views.get(row, {}))
        known.append(latest[row])
    # a new release takes the place of the one that was gone back to
    after = standing(known, None if "release" in rows else serving)
    return tuple(
        name
        for name in ROWS
        if name not in rows
        and before[name].state is State.CURRENT
        and after[name].state is not State.CURRENT
    )


def may_be_kept(decision: Mark, marks: Iterable[Mark], now: Mapping[str, Standing]) -> bool:
    """Whether a stale decision meets the same answers again as it was taken on.

    Then a person may keep it with a signature, without giving it anew. Each row that it stood on
    must be current and give the answer that it gave then, and no other row of the stage may have
    an answer that it has not seen.

    Examples
    --------
    >>> marks = [
    ...     Mark(1, "problem", {}, Answer.GO),
    ...     Mark(2, "decision.define", {"problem": 1}, Answer.GO),
    ...     Mark(3, "problem", {}, Answer.GO),
    ... ]
    >>> may_be_kept(marks[1], marks, standing(marks))
    True
    >>> marks[2] = Mark(3, "problem", {}, Answer.NO)
    >>> may_be_kept(marks[1], marks, standing(marks))
    False
    """
    if now[decision.row].number != decision.number or now[decision.row].state is State.CURRENT:
        return False
    current = {row for row in ROWS[decision.row].stands_on if now[row].state is State.CURRENT}
    if not decision.on or current != set(decision.on):
        return False
    answers = {mark.number: mark.answer for mark in marks}
    return all(answers.get(number) is now[row].answer for row, number in decision.on.items())


def is_turned_back(decision: Mark, now: Mapping[str, Standing]) -> bool:
    """Whether a decision to go back still says where the project is.

    It does until a newer decision on its stage is taken, or until every row that it stood on has
    come through again after the change.

    Examples
    --------
    >>> back = Mark(2, "decision.define", {"problem": 1}, Answer.NO)
    >>> marks = [Mark(1, "problem", {}, Answer.GO), back]
    >>> is_turned_back(back, standing(marks))
    True
    >>> is_turned_back(back, standing([*marks, Mark(3, "problem", {}, Answer.GO)]))
    False
    """
    last = now[decision.row]
    if last.number != decision.number or decision.answer is not Answer.NO:
        return False
    is_current = last.state is State.CURRENT
    return is_current or any(now[row].state is not State.CURRENT for row in decision.on)
