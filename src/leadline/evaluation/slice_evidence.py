"""Slices of the test rows at each operating point: what is looked at, and what was found."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline.datasets.frames import Pool
from leadline.datasets.slice_columns import names_to_look_at, slice_columns
from leadline.errors import SettingsError
from leadline.phases.data import Data, Kind, SplitKind
from leadline.phases.performance.slice_report import GroupLine, PointSlices, RateGap, SliceLine
from leadline.phases.verdict import Bounds
from leadline.stats.interval import two_sided_z
from leadline.stats.operating.grouped_shares import worth_of_mean
from leadline.stats.prediction_quality import share_of_rows
from leadline.stats.slices import (
    GroupDifferences,
    RateDifference,
    SearchedSlice,
    SliceState,
    group_differences,
    search_slices,
)

# of all that is named as worse, over all points together; of all differences of groups
_BY_CHANCE = 0.05
# the smallest p-values of a third of that must be known well enough
_N_PERMUTATIONS = 1_999
_MOST_LINES = 30
_FEWEST_FOR_A_MEAN = 5


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one operating point does to each test row.

    Attributes
    ----------
    point : str
        Its name.
    loss : ndarray of shape (n_test,)
        1 for wrong and 0 for right, or how far off a number is.
    truth, flagged : ndarray of bool of shape (n_test,) or None
        Of a yes/no question; else None.
    """

    point: str
    loss: NDArray[np.float64]
    truth: NDArray[np.bool_] | None = None
    flagged: NDArray[np.bool_] | None = None


@dataclass(frozen=True, kw_only=True)
class SliceQuestion:
    """Where to look.

    Attributes
    ----------
    columns : tuple of str
        Empty: every column that the model sees, but images.
    groups : tuple of str
        Columns of named groups; they are always looked at.
    most_pairs : int
        Pairs looked at, at most.
    seed : int
        Of the shuffles.
    """

    columns: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    most_pairs: int = 200
    seed: int = 0


def slices_of(
    pool: Pool, data: Data, outcomes: Sequence[Outcome], question: SliceQuestion
) -> tuple[PointSlices, ...]:
    """Find whom it fails on the test rows, at every operating point.

    Parameters
    ----------
    pool : Pool
        The labelled rows.
    data : Data
        Says what the columns hold.
    outcomes : sequence of Outcome
        One an operating point.
    question : SliceQuestion
        Where to look; as `require_columns` passes it.
    """
    rows = pool.frame[pool.test], pool.X[pool.test]
    columns = slice_columns(*rows, data, names_to_look_at(data, question.columns, question.groups))
    groups = slice_columns(*rows, data, question.groups)
    error, alike = _BY_CHANCE / max(len(outcomes), 1), pool.alike(pool.test)
    found = (_at_point(outcome, columns, groups, question, error, alike) for outcome in outcomes)
    # empty where the split is at random
    alike_by, is_by_time = data.split.column, data.split.kind is SplitKind.TIME
    return tuple(replace(each, alike_by=alike_by, is_by_time=is_by_time) for each in found)


def require_columns(question: SliceQuestion, data: Data, label: str) -> None:
    """Refuse columns that no slices can be made of, before anything is computed.

    Raises
    ------
    SettingsError
        If a column is named that is not there, that holds images, or that is the label.
    """
    known = {column.name: column.kind for column in data.columns}
    for section, names in (
        ("slices] columns", question.columns),
        ("ethics] groups", question.groups),
    ):
        for name in names:
            if name not in known or name == label or known[name] is Kind.IMAGE:
                why = "the label" if name == label else "an image" if name in known else "no column"
                raise SettingsError(
                    f"[{section} names {name!r}, which is {why}.",
                    "Parts of the rows are made of columns of the data.",
                    f"Change [{section} in leadline.toml.",
                )


# --------------------------------------------------------------------------- one point


def _at_point(
    outcome: Outcome,
    columns: Mapping[str, NDArray[Any]],
    groups: Mapping[str, NDArray[Any]],
    question: SliceQuestion,
    error: float,
    alike: NDArray[Any] | None,
) -> PointSlices:
    found = search_slices(
        outcome.loss,
        columns,
        rng=np.random.default_rng(question.seed),
        most_pairs=question.most_pairs,
        confidence_level=1 - error,
        n_permutations=_N_PERMUTATIONS,
    )
    is_share = bool(np.isin(outcome.loss, (0.0, 1.0)).all())
    lines = [_line(each, outcome, set(groups), alike, is_share=is_share) for each in found.slices]
    return PointSlices(
        point=outcome.point,
        mean_loss=found.mean_loss,
        is_share=is_share,
        n_tested=found.n_tested,
        n_pairs=found.n_pairs,
        n_unknown=sum(each.state is SliceState.UNKNOWN for each in found.slices),
        lines=_kept(lines),
        groups=_group_lines(outcome, groups, error),
    )


def _kept(lines: list[SliceLine]) -> tuple[SliceLine, ...]:
    """All that are worse, all of named groups, and the first of the others that were tested."""
    told = [line for line in lines if line.at_least is not None]
    told += [line for line in lines if line.is_group and line.at_least is None]
    others = [line for line in lines if line not in told and line.detectable is not None]
    return (*told, *others[: max(_MOST_LINES - len(told), 0)])


def _line(
    found: SearchedSlice,
    outcome: Outcome,
    groups: Collection[str],
    alike: NDArray[Any] | None,
    *,
    is_share: bool,
) -> SliceLine:
    columns = tuple(rule.column for rule in found.rules)
    its = None if alike is None else alike[found.rows]
    precision, recall = _precision_recall(found, outcome, its)
    return SliceLine(
        name=found.words,
        columns=columns,
        n_rows=found.n_rows,
        loss=_mean(outcome.loss[found.rows], its, is_share=is_share),
        rest=found.rest_loss,
        at_least=found.at_least if found.state is SliceState.WORSE else None,
        p_value=found.p_value,
        detectable=found.detectable if _is_finite(found.detectable) else None,
        explained=found.explained,
        state=found.state.value,
        precision=precision,
        recall=recall,
        is_group=len(columns) == 1 and columns[0] in groups,
    )


def _is_finite(value: float | None) -> bool:
    return value is not None and bool(np.isfinite(value))


def _mean(
    loss: NDArray[np.float64], alike: NDArray[Any] | None, *, is_share: bool
) -> Bounds | None:
    if is_share:
        return _share(loss == 1, np.ones(loss.size, dtype=bool), alike)
    if loss.size < _FEWEST_FOR_A_MEAN:
        return None
    n_rows = loss.size if alike is None else max(worth_of_mean(loss, alike), 1.0)
    mean, half = loss.mean(), two_sided_z(0.9) * loss.std(ddof=1) / np.sqrt(n_rows)
    return Bounds(estimate=float(mean), low=float(max(mean - half, 0.0)), high=float(mean + half))


def _share(
    is_hit: NDArray[np.bool_], is_trial: NDArray[np.bool_], alike: NDArray[Any] | None
) -> Bounds | None:
    """Share of some rows; None where there is none."""
    if not is_trial.any():
        return None
    its = None if alike is None else alike[is_trial]
    found = share_of_rows(is_hit[is_trial], its)
    return Bounds.of(found)


def _precision_recall(
    found: SearchedSlice, outcome: Outcome, alike: NDArray[Any] | None
) -> tuple[Bounds | None, Bounds | None]:
    if outcome.truth is None or outcome.flagged is None:
        return None, None
    truth, flagged = outcome.truth[found.rows], outcome.flagged[found.rows]
    return _share(truth, flagged, alike), _share(flagged, truth, alike)


def _group_lines(
    outcome: Outcome, groups: Mapping[str, NDArray[Any]], error: float
) -> tuple[GroupLine, ...]:
    if outcome.truth is None or outcome.flagged is None or not groups:
        return ()
    level = 1 - error / len(groups)
    return tuple(
        _group_line(each)
        for name, values in groups.items()
        for each in group_differences(
            name, values, outcome.truth, outcome.flagged, confidence_level=level
        )
    )


def _group_line(found: GroupDifferences) -> GroupLine:
    return GroupLine(
        name=found.rule.words,
        n_rows=found.n_rows,
        selection=_gap(found.selection),
        miss=_gap(found.miss),
        false_alarm=_gap(found.false_alarm),
    )


def _gap(found: RateDifference) -> RateGap:
    return RateGap(rate=found.rate, rest=found.rest_rate, gap=Bounds.of(found.difference))
