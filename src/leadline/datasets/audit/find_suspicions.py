"""Suspicions of a whole data set, gathered: leaks, groups, sentinels, spellings, near repeats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.datasets.audit.gaps import telling_gaps
from leadline.datasets.audit.groups import groups
from leadline.datasets.audit.growing_columns import growing_columns
from leadline.datasets.audit.leaks import filled_leaks, single_column_scores
from leadline.datasets.audit.near_repeats import near_repeats
from leadline.datasets.audit.sentinels import sentinels
from leadline.datasets.audit.spellings import spellings
from leadline.datasets.audit.spread_leaks import spread_leak
from leadline.datasets.audit.text_leaks import text_leaks
from leadline.datasets.frames import Target
from leadline.phases.data import (
    LEAK_SCORE,
    Column,
    FilledLeak,
    Group,
    Growth,
    Kind,
    Leak,
    Role,
    Sentinel,
    Spellings,
    SpreadLeak,
    TellingGap,
    TextLeak,
)
from leadline.phases.problem import Problem
from leadline.phases.scoring import Task
from leadline.snapshot import class_texts

_MOST_VALUES = 2_000
_MOST_SENTINELS = 50
_MOST_SPELLINGS = 50

Report = Callable[[str, float], object]


@dataclass(frozen=True, kw_only=True)
class Suspicions:
    """What the audit found; the fields of `leadline.phases.data.Evidence`.

    Attributes
    ----------
    groups : tuple of Group
        Columns by which rows seem to belong together.
    sentinels : tuple of Sentinel
        Values that may stand for "not known".
    spellings : tuple of Spellings
        Values that differ in spelling only.
    leaks : tuple of Leak
        Best single columns.
    spread_leak : SpreadLeak or None
        Columns that only together give the label away.
    text_leaks : tuple of TextLeak
        Texts that give the label away.
    filled_leaks : tuple of FilledLeak
        Columns that are filled, or empty, in rows of one class nearly only.
    telling_gaps : tuple of TellingGap
        Other columns whose missing values go with the label.
    growths : tuple of Growth
        Features whose test values lie beyond all that are learnt from.
    near_repeats : float in [0, 1]
        Share of the test rows that nearly repeat a train row.
    """

    groups: tuple[Group, ...]
    sentinels: tuple[Sentinel, ...]
    spellings: tuple[Spellings, ...]
    leaks: tuple[Leak, ...]
    spread_leak: SpreadLeak | None
    text_leaks: tuple[TextLeak, ...]
    filled_leaks: tuple[FilledLeak, ...]
    telling_gaps: tuple[TellingGap, ...]
    growths: tuple[Growth, ...]
    near_repeats: float


def find_suspicions(
    frame: pl.DataFrame,
    columns: tuple[Column, ...],
    problem: Problem,
    is_test: NDArray[np.bool_],
    *,
    report: Report,
) -> Suspicions:
    """Look for all that makes a score flatter or a column mean something else than it says.

    Everything is looked for on a bounded sample, so a file of any length takes seconds.

    Parameters
    ----------
    frame : polars.DataFrame of shape (n_samples, n_columns)
        Labelled rows.
    columns : tuple of Column
        What they are for.
    problem : Problem
        What is predicted.
    is_test : ndarray of bool, shape (n_samples,)
        Which rows are test rows.
    report : callable
        Told what is looked for, and how far it is, in [0, 1].
    """
    if frame.height == 0:
        return Suspicions(
            groups=(),
            sentinels=(),
            spellings=(),
            leaks=(),
            spread_leak=None,
            text_leaks=(),
            filled_leaks=(),
            telling_gaps=(),
            growths=(),
            near_repeats=0.0,
        )
    features = {c.name: c.kind.value for c in columns if c.role is Role.FEATURE}
    report("looking for columns that tell the label", 0.0)
    leaks = single_column_scores(frame, columns, problem)
    telling = {leak.column for leak in leaks if leak.score >= LEAK_SCORE}
    report("looking for columns that tell the label together", 0.4)
    left = {name: kind for name, kind in features.items() if name not in telling}
    is_class = problem.task is not Task.REGRESSION
    together = spread_leak(
        frame.select(list(left)), left, Target.of(problem).values(frame), is_class=is_class
    )
    report("looking for words that tell the label", 0.6)
    label = _as_told(frame, problem)
    told = text_leaks(frame, left, label, is_class=is_class)
    filled = filled_leaks(frame.select(list(left)), label) if is_class else ()
    untold = frame.select(name for name in left if name not in {leak.column for leak in filled})
    gaps = telling_gaps(untold, label, is_class=is_class)
    report("looking for rows that belong together", 0.8)
    # of a yes-or-no question the answer, not which of many values the label has
    answers = pl.Series(problem.label, Target.of(problem).values(frame))
    found = groups(frame.drop(problem.label), answers, is_class=is_class)
    near = near_repeats(frame, features, is_test)
    report("looking at values and their spelling", 0.9)
    looked_at = [c.name for c in columns if c.role is not Role.EXCLUDED]
    return Suspicions(
        groups=found,
        sentinels=sentinels(frame.select(looked_at))[:_MOST_SENTINELS],
        spellings=_spellings(frame, columns),
        leaks=leaks,
        spread_leak=together,
        text_leaks=told,
        filled_leaks=filled,
        telling_gaps=gaps,
        growths=growing_columns(frame, features, is_test),
        near_repeats=near,
    )


def _as_told(frame: pl.DataFrame, problem: Problem) -> NDArray[np.generic]:
    """The label: numbers, or classes under their names, of a yes-or-no question two."""
    if problem.task is Task.REGRESSION:
        return Target.of(problem).values(frame)
    label = class_texts(frame[problem.label])
    if problem.task is Task.BINARY and label.n_unique() > 2:
        is_hit = label == problem.positive
        label = label.set(~is_hit, f"not {problem.positive}")
    return np.asarray(label.to_list(), dtype=str)


def _spellings(frame: pl.DataFrame, columns: tuple[Column, ...]) -> tuple[Spellings, ...]:
    """Of words in the label, then in categories."""
    looked_at = [
        column.name
        for column in sorted(columns, key=lambda column: column.role is not Role.LABEL)
        if frame[column.name].dtype == pl.String
        and column.n_unique <= _MOST_VALUES
        and (column.role is Role.LABEL or _is_category(column))
    ]
    found = [
        Spellings(column=name, values=values)
        for name in looked_at
        for values in spellings(_by_frequency(frame[name]))
    ]
    return tuple(found[:_MOST_SPELLINGS])


def _is_category(column: Column) -> bool:
    return column.role is Role.FEATURE and column.kind is Kind.CATEGORY


def _by_frequency(column: pl.Series) -> list[str]:
    counts = (
        column.drop_nulls().value_counts().sort(["count", column.name], descending=[True, False])
    )
    return [str(value) for value in counts.to_series(0)]
