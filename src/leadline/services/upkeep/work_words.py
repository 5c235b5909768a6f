"""Words for work: estimates, dates and chances in sentences, and the tables of a report."""

from __future__ import annotations

from datetime import date

from leadline.phases.number_format import figure, percent
from leadline.phases.wording import plural
from leadline.record import Estimated, WorkState
from leadline.report.beside_verdicts.work_section import WorkSection
from leadline.report.text_table import Table, tabled
from leadline.services.upkeep.work_items import Finished, WorkItem
from leadline.services.upkeep.work_plan import PlannedItem, StagePlan, WorkPlan
from leadline.stats.work_estimates import FEWEST_FINISHED

_HEAD = ("Work", "Stage", "Owner", "Hours", "Due", "Chance", "State")


def hours_of(work: WorkItem) -> str:
    """Return the estimate of a piece of work.

    Examples
    --------
    >>> from leadline.services.upkeep.checklist import CHECKLIST
    >>> from leadline.services.upkeep.work_items import work_items
    >>> hours_of(work_items([], CHECKLIST[:1])[0])
    '0.5 – 1 – 3, assumed'
    """
    if work.estimate is None:
        return "not estimated"
    return f"{three_points(work.estimate)}{', assumed' if work.is_assumed else ''}"


def three_points(estimate: Estimated | None) -> str:
    """Return the least, the likely and the most hours."""
    if estimate is None:
        return "not estimated"
    points = (estimate.least, estimate.likely, estimate.most)
    return " – ".join(f"{hours:g}" for hours in points)


def state_words(work: WorkItem) -> str:
    """Return how far a piece of work is."""
    if work.every:
        times = plural(len(work.finished), "time")
        return "dropped" if work.state is WorkState.DROPPED else f"each {work.every}; done {times}"
    if work.state is WorkState.DONE and work.finished:
        return f"done in {work.finished[-1].hours:g} h"
    return work.state.value


def stage_sentences(plan: StagePlan) -> tuple[str, ...]:
    """Return when the work of a stage will be done, and what that rests on."""
    if not plan.n_open:
        return (f"Nothing of {plan.stage} is left to do.",)
    if plan.n_blank == plan.n_open:
        return (f"Nobody has estimated the work of {plan.stage}: when it is done is not known.",)
    sentences = [_when(plan)]
    if plan.n_assumed:
        sentences.append(
            f"{_of(plan.n_assumed, plan.n_open)} on hours that are assumed: estimate them."
        )
    if plan.n_blank:
        sentences.append(f"{plural(plan.n_blank, 'piece')} without any estimate count as no work.")
    if plan.n_unowned:
        sentences.append(
            f"{plural(plan.n_unowned, 'piece')} without an owner count as one person's."
        )
    return tuple(sentences)


def _of(n: int, n_all: int) -> str:
    return f"{n} of {n_all} open pieces {'rests' if n == 1 else 'rest'}"


def _when(plan: StagePlan) -> str:
    span = f"All done by {plan.half} in half of the futures, by {plan.sure} in nine of ten"
    if plan.chance is None:
        return f"{span}. No date is stated: 'leadline work estimate ITEM --due DATE'."
    dates = "every date"
    if plan.n_dated < plan.n_open:
        dates = f"the dates of the {plan.n_dated} of {plan.n_open} open pieces that have one"
    return f"Chance of meeting {dates} (the last is {plan.due}): {percent(plan.chance)}. {span}."


def basis(plan: WorkPlan) -> str:
    """Return what the hours of a plan are drawn from."""
    hours = f"{plan.hours_per_day:g} hours a working day for each owner"
    if plan.past is None:
        return (
            f"Hours by the textbook (PERT), {hours}. Once {FEWEST_FINISHED} estimated pieces are "
            "done, your own past takes its place."
        )
    return (
        f"Estimated by your own past: {plan.past.typical:.1f} times the likely hours, from "
        f"{plan.past.n} finished pieces; {hours}."
    )


def held_sentence(finished: tuple[Finished, ...]) -> str:
    """Return how estimates did; empty if nothing that was estimated is done.

    Parameters
    ----------
    finished : tuple of Finished
        Work that was estimated before it was begun.
    """
    pairs = [(each.hours, each.estimate) for each in finished if each.estimate is not None]
    if not pairs:
        return ""
    over = sum(hours > estimate.most for hours, estimate in pairs)
    longer = sum(hours > estimate.likely for hours, estimate in pairs)
    pieces = plural(len(pairs), "finished piece")
    most = "its most" if len(pairs) == 1 else "their most"
    return f"Of {pieces} {over} took longer than {most}, {longer} longer than the likely."


def work_section(plan: WorkPlan) -> WorkSection | None:
    """Return what a report says of the work; None while nobody has said anything of it."""
    items = [each for stage in plan.stages for each in stage.items]
    if not any(each.work.is_stated for each in items):
        return None
    sentences = [
        f"{stage.stage.capitalize()}: {' '.join(stage_sentences(stage))}" for stage in plan.stages
    ]
    held = held_sentence(plan.held)
    tables = [tabled("Work on ship and watch", _HEAD, (_row(each) for each in items))]
    if plan.held:
        tables.append(_held_table(plan.held))
    return WorkSection((*sentences, basis(plan), *([held] if held else ())), tuple(tables))


def _row(planned: PlannedItem) -> tuple[str, ...]:
    work = planned.work
    chance = "–" if planned.chance is None else percent(planned.chance)
    owner, due = work.owner or "nobody", day(work.due)
    return (work.title, work.stage, owner, hours_of(work), due, chance, state_words(work))


def _held_table(held: tuple[Finished, ...]) -> Table:
    head = ("Work", "Estimated hours", "It took", "Times the likely")
    rows = [
        (
            each.title,
            three_points(each.estimate),
            f"{each.hours:g}",
            figure(each.hours / each.estimate.likely) if each.estimate else "–",
        )
        for each in held
    ]
    return tabled("Estimates held against what it took", head, rows)


def day(due: date | None) -> str:
    """Return a day, ISO; a dash without one."""
    return "–" if due is None else due.isoformat()
