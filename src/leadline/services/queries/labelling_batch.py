"""Labelling batches for other tools: the question, the items, the votes so far."""

from __future__ import annotations

from math import ceil

import polars as pl

from leadline.engines.annotation_format import LabellingBatch, Question
from leadline.labelling.item_pool import N_POOL
from leadline.phases.scoring import Task
from leadline.services.labelling.keyed_items import keyed_items
from leadline.services.labelling.vote_conversion import answer_of
from leadline.services.labelling.worklist import data_and_problem
from leadline.workspace import Workspace

_SEED = 0
# currencies without a smaller unit
_WHOLE = ("JPY", "KRW", "CLP", "VND")


def question_of(
    workspace: Workspace, *, guidelines: str = "", reward: int | None = None
) -> Question:
    """What is asked of each item.

    Parameters
    ----------
    workspace : Workspace
        The project.
    guidelines : str
        How to decide, as Markdown.
    reward : int or None
        What one answer is paid, in cents; None: wage times seconds, as the settings have them,
        rounded up.

    Raises
    ------
    NotReadyError
        If there is no data verdict.
    """
    data, problem = data_and_problem(workspace)
    kinds = {column.name: column.kind.value for column in data.columns}
    is_number = data.task is Task.REGRESSION
    prices, currency = workspace.settings.prices, problem.currency
    wage = prices.seconds_per_label * prices.wage_per_hour / 3600.0
    per_unit = 1 if currency in _WHOLE else 100
    return Question(
        text=problem.question or f"What is {problem.label} here?",
        label=problem.label,
        unit=problem.unit,
        classes=() if is_number else tuple(count.value for count in data.classes),
        columns={name: kinds.get(name, "category") for name in data.features},
        guidelines=guidelines,
        # what is paid is never rounded down; floats just above a whole cent are no cent more
        reward=ceil(round(wage * per_unit, 6)) if reward is None else reward,
        currency=currency,
    )


def labelling_batch(
    workspace: Workspace, question: Question, *, n_items: int = N_POOL
) -> LabellingBatch:
    """Pack items that want labels, and all votes that count.

    Parameters
    ----------
    workspace : Workspace
        The project.
    question : Question
        What is asked.
    n_items : int, default=20_000
        How many items at most, drawn at random, the same each time; 0 for all. Items that have
        votes always come along.

    Raises
    ------
    NotReadyError
        If there is no data verdict.
    """
    data, _ = data_and_problem(workspace)
    answers = tuple(answer_of(vote) for vote in workspace.record.labels.votes.plain())
    frame = keyed_items(workspace, data.unlabelled or data.snapshot, data)
    key = frame.columns[0]
    if 0 < n_items < frame.height:
        voted = frame[key].is_in([answer.item for answer in answers])
        drawn = frame.sample(n_items, shuffle=True, seed=_SEED)
        # first the drawn, then what else has votes
        frame = pl.concat([drawn, frame.filter(voted).join(drawn, on=key, how="anti")])
    return LabellingBatch(
        question=question,
        key=key,
        items=frame.select(key, *question.columns),
        answers=answers,
    )
