"""Words for a timeline: sentences that its numbers compute, and its tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from leadline.phases.lifecycle import Stage
from leadline.phases.number_format import duration, figure, percent
from leadline.phases.project_accounts.timeline import Ending, Foretold, Timeline, Wait
from leadline.phases.scoring import scoring_of
from leadline.phases.wording import day as day_words
from leadline.phases.wording import moment, plural, share_words
from leadline.report.text_table import Table, tabled
from leadline.stats.pace import MOST_DAYS

_MOST_WAITS = 20
_OVER = 1.05  # what an ending takes
_FELT_S = 60.0  # a shorter wait is no line of a table


def timeline_sentences(timeline: Timeline) -> tuple[str, ...]:
    """Return where the project is, how long it waited, and when people will be done."""
    now = timeline.now
    if now is None:
        return ("Nothing is on the record yet: the project has not begun.",)
    begun = timeline.stretches[0].start
    ago = duration(max((timeline.at - begun).total_seconds(), 0.0))
    where = f"is in {now.stage} since {moment(now.start)}"
    told = [f"It began on {day_words(begun)}, {ago} ago, and {where}.", *_waited(timeline)]
    told += [ending_words(each) for each in timeline.endings]
    if not timeline.endings:
        told.append("Nobody is asked for labels or judgments now, so no end of them is foretold.")
    return tuple(told)


def _waited(timeline: Timeline) -> list[str]:
    closed = [each for each in timeline.waits if each.end is not None and each.is_for_person]
    told = []
    if closed:
        seconds = _seconds_of_any(closed, timeline.at)
        longest = max(closed, key=lambda each: _seconds(each, timeline.at))
        told.append(
            f"It waited {duration(seconds)} for people in {plural(len(closed), 'answer')}, the "
            f"longest {duration(_seconds(longest, timeline.at))}: {longest.what}, by {longest.who}."
        )
    told += [
        f"It waits now, since {moment(each.start)}: {each.what}"
        f"{f', which {each.who} answers for' if each.who else ''}."
        for each in timeline.waits
        if each.end is None
    ]
    return told


def _seconds_of_any(waits: Iterable[Wait], now: datetime) -> float:
    """Seconds in which at least one of them lasted: what waits for two people waits once."""
    total = 0.0
    until: datetime | None = None
    for each in sorted(waits, key=lambda wait: wait.start):
        start = each.start if until is None else max(each.start, until)
        end = each.end or now
        total += max(0.0, (end - start).total_seconds())
        until = end if until is None else max(until, end)
    return total


def ending_words(ending: Ending) -> str:
    """Return when people will have given the answers that are left.

    Examples
    --------
    >>> print(ending_words(Ending("labels", 40, 3, 30, why_unknown="3 whole days so far.")))
    40 labels are wanted; when they will be in is not known. 3 whole days so far.
    """
    wanted = f"{ending.n_left:,} {ending.what} are wanted"
    if ending.why_unknown:
        return f"{wanted}; when they will be in is not known. {ending.why_unknown}"
    pace = (
        f"{wanted}, at the pace of {plural(ending.n_days, 'day')} "
        f"({figure(ending.n_seen / ending.n_days)} a day)"
    )
    if ending.half is None:
        return f"{pace} more likely than not they are not in within {MOST_DAYS // 365} years."
    late = f"by {day_words(ending.late)}" if ending.late else "not surely within two years"
    told = f"{pace}: in half of the futures by {day_words(ending.half)}, in 19 of 20 {late}."
    if ending.by is not None and ending.chance is not None:
        told += f" Chance by {day_words(ending.by)}: {percent(ending.chance)}."
    return told


def timeline_tables(timeline: Timeline) -> tuple[Table, ...]:
    """Return stages, waits, time boxes, forecasts and answers left; none that would be empty."""
    found = (
        _stages(timeline),
        _endings(timeline),
        _foretold(timeline),
        _waits(timeline),
        _boxes(timeline),
    )
    return tuple(table for table in found if table.rows)


def _stages(timeline: Timeline) -> Table:
    head = ("Stage", "Visits", "First day", "Time in it")
    rows = []
    for stage in Stage:
        visits = [each for each in timeline.stretches if each.stage is stage]
        if visits:
            spent = duration(86_400 * timeline.days_in(stage))
            rows.append((stage.value, f"{len(visits)}", day_words(visits[0].start), spent))
    return tabled("Where it was", head, rows)


def _endings(timeline: Timeline) -> Table:
    head = ("What", "Wanted", "19 of 20 after", "Half by", "19 of 20 by", "Chance")
    rows = [
        (
            each.what,
            f"{each.n_left:,}",
            *(_date(when, each) for when in (each.early, each.half, each.late)),
            f"{percent(each.chance)} by {day_words(each.by)}"
            if each.by is not None and each.chance is not None
            else "",
        )
        for each in timeline.endings
    ]
    return tabled("When people will have answered", head, rows)


def _date(when: date | None, ending: Ending) -> str:
    if when is not None:
        return day_words(when)
    return "not known" if ending.why_unknown else "not within two years"


def _foretold(timeline: Timeline) -> Table:
    head = ("Forecast", "When", "Chance then", "With the budget", "Target", "Measured after it")
    rows = [
        (
            f"entry {each.entry}",
            day_words(each.at),
            percent(each.p_now),
            percent(each.p_affordable),
            _target(each),
            _measured(each),
        )
        for each in timeline.foretold
    ]
    return tabled("What was forecast, and what was measured", head, rows)


def _target(foretold: Foretold) -> str:
    scoring = scoring_of(foretold.scoring)
    return f"{scoring.words} {scoring.target_words(foretold.target)}"


def _measured(foretold: Foretold) -> str:
    if foretold.measured is None or foretold.measured_at is None:
        return "nothing yet"
    side = "reaches it" if foretold.is_reached else "below it"
    if not foretold.is_reached and scoring_of(foretold.scoring).is_loss:
        side = "above it"
    return f"{figure(foretold.measured)}, {side}, {day_words(foretold.measured_at)}"


def _waits(timeline: Timeline) -> Table:
    felt = [each for each in timeline.waits if _seconds(each, timeline.at) >= _FELT_S]
    longest = sorted(felt, key=lambda each: -_seconds(each, timeline.at))[:_MOST_WAITS]
    rows = [
        (
            each.what,
            each.who or "nobody named",
            moment(each.start),
            moment(each.end) if each.end else "it still waits",
            duration(_seconds(each, timeline.at)),
        )
        for each in longest
    ]
    caption = "What it waited for, the longest first"
    return tabled(caption, ("What", "Who", "Since", "Until", "How long"), rows)


def _boxes(timeline: Timeline) -> Table:
    rows = [
        (
            each.row,
            moment(each.at),
            duration(each.spent_s),
            duration(each.granted_s),
            _share(each.spent_s, each.granted_s),
        )
        for each in timeline.time_boxes
    ]
    caption = "Time boxes; what a slow start takes is added"
    return tabled(caption, ("Run", "Ended", "Took", "Granted", "Share"), rows)


def _share(spent_s: float, granted_s: float) -> str:
    """How much of a box was used; a slow start, and what others kept busy, is added to it."""
    if not granted_s:
        return ""
    if spent_s < _OVER * granted_s:
        return share_words(min(spent_s / granted_s, 1.0))
    return f"all, and {duration(spent_s - granted_s)} more"


def _seconds(wait: Wait, now: datetime) -> float:
    return ((wait.end or now) - wait.start).total_seconds()
