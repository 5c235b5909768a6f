"""Certainty of what a stage concluded: how sure, in one sentence on each stage."""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch

from leadline.phases.decay import Decay
from leadline.phases.feasibility import Feasibility
from leadline.phases.lifecycle import Stage
from leadline.phases.monitor import Monitor
from leadline.phases.number_format import figure, percent, percent_range
from leadline.phases.release import Release
from leadline.phases.review import Review
from leadline.phases.search import Search
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Verdict
from leadline.phases.wording import plural

NOT_KNOWN = "Not known yet: nothing of this stage says how sure it is."


def how_sure(stage: Stage, verdicts: Mapping[str, Verdict], measured: str = "") -> str:
    """How sure the verdicts of a stage are.

    Parameters
    ----------
    stage : Stage
        Which.
    verdicts : mapping of str to Verdict
        Row to its newest verdict.
    measured : str, default=""
        What is known of the target, in a sentence: its chance, or the score that was measured.

    Returns
    -------
    str
        A sentence or two; where nothing is measured yet, that.
    """
    words = (measured, *map(_sure, _of(stage, verdicts)))
    return " ".join(filter(None, words)) or NOT_KNOWN


def _of(stage: Stage, verdicts: Mapping[str, Verdict]) -> list[Verdict]:
    rows = {
        Stage.DEFINE: ("feasibility",),
        Stage.FIND: ("search",),
        Stage.TRAIN: (),
        Stage.APPLY: ("review",) if "review" in verdicts else ("tuning",),
        Stage.SHIP: ("release",),
        Stage.WATCH: ("decay", "monitor"),
    }[stage]
    return [verdicts[row] for row in rows if row in verdicts]


@singledispatch
def _sure(it: Verdict) -> str:
    """How sure one verdict is; empty where it says nothing of that."""
    del it
    return ""


@_sure.register
def _(it: Feasibility) -> str:
    return (
        f"A score as good as this comes by luck {percent(it.p_value)} of the time, as "
        f"{plural(it.n_permutations, 'shuffle')} of the labels show."
    )


@_sure.register
def _(it: Search) -> str:
    chosen = next((trial for trial in it.trials if trial.name == it.chosen), None)
    if chosen is None:
        return ""
    told = []
    if chosen.chance_best is not None:
        family = sum(each.chance_best or 0.0 for each in it.trials if each.family == chosen.family)
        is_more = family > chosen.chance_best
        of_family = f", that one of its family is {percent(family)}" if is_more else ""
        told.append(
            f"The chance that {chosen.name} is the best of those tried is "
            f"{percent(chosen.chance_best)}{of_family}."
        )
    if it.loss > 0:
        told.append(
            f"With a chance of {percent(it.loss_probability)} it loses no more against the best "
            f"than the {it.accepted_loss:.4f} that are accepted."
        )
    return " ".join(told)


@_sure.register
def _(it: Tuning) -> str:
    return f"Measured on {plural(it.n_test, 'test row')}; nobody has judged the real stream yet."


@_sure.register
def _(it: Review) -> str:
    judged = f"Judged of the real stream: {plural(it.n_judged, 'row')}"
    if not it.points:
        return f"{judged}."
    point = it.chosen_point
    return (
        f"{judged}. With 90% confidence {percent_range(point.precision)} of what is flagged is "
        f"real, and {percent_range(point.recall)} of what is real is flagged."
    )


@_sure.register
def _(it: Release) -> str:
    if not it.replaces:
        return "It is the first release: there is none to compare it with."
    if it.difference is None:
        return "By how much its score differs from the one in service is not known."
    low, high = figure(it.difference.low), figure(it.difference.high)
    return f"Its score differs from the one in service by {low} to {high}, with 90% confidence."


@_sure.register
def _(it: Decay) -> str:
    return f"That it ages at all has a chance of {percent(it.p_ages)}." if it.staleness else ""


@_sure.register
def _(it: Monitor) -> str:
    labelled = sum(block.n_labelled for block in it.blocks)
    blocks = plural(len(it.blocks), "block")
    return f"It rests on {plural(labelled, 'labelled row')} in {blocks}."
