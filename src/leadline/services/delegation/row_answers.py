"""Answers of a machine to rows: asked for, kept as they come, and counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from leadline.engines.language_models import ModelAnswer, answers
from leadline.evaluation.machine_spending import MachineSpending
from leadline.services.delegation.machine_task import Cells, MachineTask

Tell: TypeAlias = Callable[[str, float], None]


@dataclass(frozen=True)
class MachineLabelling:
    """What came of asking a machine.

    Attributes
    ----------
    n_rows : int
        Rows it was to label.
    n_before : int
        Of those, rows it had answered before, told the same.
    n_labelled, n_unsure : int
        Rows that it has labelled now, and rows on which it is unsure.
    n_lost : int
        Rows that got no answer, and are asked about again next time.
    n_untaught : int, default=0
        Rows that no model learns from, whoever labels them: on the test side, or later than the
        train rows.
    """

    n_rows: int
    n_before: int
    n_labelled: int
    n_unsure: int
    n_lost: int
    n_untaught: int = 0


def ask_rows(
    task: MachineTask,
    rows: Mapping[str, Cells],
    spending: MachineSpending,
    keep: Callable[[ModelAnswer], None],
    *,
    n_before: int,
    tell: Tell | None,
) -> MachineLabelling:
    """Ask about rows; what comes back is kept at once, so that whoever stops this loses nothing.

    Parameters
    ----------
    task : MachineTask
        Whom to ask, and what it is told.
    rows : mapping of str to Cells
        Those that it has not answered yet.
    spending : MachineSpending
        Its money.
    keep : callable
        Told each answer that is not lost.
    n_before : int
        Rows that it had answered before.
    tell : callable or None
        Told how far it is: words, and a share.
    """
    n_labelled = n_unsure = n_lost = 0
    for n, answer in enumerate(answers(task.endpoint, task.prompt, rows, spending), 1):
        if answer.is_lost:
            n_lost += 1
        else:
            keep(answer)
            n_unsure += answer.label is None
            n_labelled += answer.label is not None
        if tell is not None:
            tell(f"{n:,} of {len(rows):,} rows", n / len(rows))
    return MachineLabelling(n_before + len(rows), n_before, n_labelled, n_unsure, n_lost)
