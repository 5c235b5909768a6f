"""Data job: reading and audit of the files, and the test split."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.datasets.audit.find_suspicions import Suspicions, find_suspicions
from leadline.datasets.audit.growing_columns import rising_columns
from leadline.datasets.audit.label_spread import label_spread
from leadline.datasets.frames import Target
from leadline.datasets.source_files import read_pool, source_digests
from leadline.errors import DataError
from leadline.labelling.machine_teaching import row_keys, taught_rows, teaching_of
from leadline.labelling.vote_table import with_votes
from leadline.phases import data as phase
from leadline.phases.data import (
    ClassCount,
    Column,
    Data,
    Group,
    Growth,
    Kind,
    Role,
    Split,
    SplitKind,
)
from leadline.phases.problem import Problem
from leadline.phases.scoring import Task
from leadline.reading.recognised import Doubt
from leadline.reading.schema import ReadingSchema
from leadline.snapshot import (
    ahead_words,
    choose_draw,
    class_texts,
    columns_of,
    content_hashes,
    infer_kinds,
    rows_between,
    span_of,
    split_rows,
    to_parquet,
)

if TYPE_CHECKING:
    from leadline.jobs import Report
    from leadline.record import Reading
    from leadline.workspace import Workspace

Bools = NDArray[np.bool_]

_ALWAYS = 1 - 1e-9


def run(workspace: Workspace, reading: Reading, report: Report) -> Data:
    """Audit the files named in the settings."""
    problem = reading.of(Problem)
    report("reading the files", 0.0)
    notes: list[str] = []
    before = _split_before(workspace)
    table = read_pool(
        workspace,
        schema=_reading_before(workspace),
        note=notes.append,
        tell=lambda words, share: report(words, 0.3 * (share or 0.0)),
    )
    settings = workspace.settings.data
    is_empty = pl.all_horizontal(pl.all().is_null())
    frame = table.frame.filter(~is_empty)
    of_label = frame.filter(pl.col(problem.label).is_not_null())
    columns = columns_of(
        of_label,
        kinds=infer_kinds(of_label, label=problem.label) | _corrected_kinds(workspace),
        label=problem.label,
        exclude=settings.exclude,
        time=settings.time,
        group=settings.group,
    )
    features = [column.name for column in columns if column.role is Role.FEATURE]
    identity = _identity(before, features, frame, notes)
    voted = with_votes(
        frame,
        workspace.record.labels.votes.plain(),
        label=problem.label,
        identity=identity,
        rule=workspace.settings.labels.rule,
        adjudicated=workspace.record.labels.adjudications.labels(),
    )
    labelled = voted.filter(pl.col(problem.label).is_not_null())
    unlabelled = voted.filter(pl.col(problem.label).is_null())
    _require_positive(labelled, problem)
    time_column = settings.time or _date_column(columns)
    is_ordered = bool(time_column) and labelled[time_column].is_sorted()
    now = datetime.now(UTC).replace(tzinfo=None)
    if time_column and (ahead := ahead_words(labelled[time_column], now)):
        notes.append(ahead)
    classes = _classes(labelled, problem)
    report("setting the test rows aside", 0.3)
    split, is_test = _split(workspace, labelled, identity, (time_column, is_ordered), notes)
    n_duplicates, n_conflicts, n_crossing = _duplicates(
        content_hashes(labelled, features), Target.of(problem).values(labelled), is_test
    )
    kinds = {column.name: column.kind.value for column in columns if column.role is Role.FEATURE}
    teaching = teaching_of(workspace, problem, [each.value for each in classes], kinds)
    last_audit = workspace.record.latest_of(Data)
    is_by_time = split.kind is SplitKind.TIME
    taught = taught_rows(
        workspace,
        teaching,
        unlabelled,
        split,
        label=problem.label,
        known=_judged(workspace, labelled, split),
        last=labelled[split.column].filter(~is_test).max() if is_by_time else None,
    )
    found = find_suspicions(
        labelled,
        columns,
        problem,
        is_test,
        report=lambda words, share: report(words, 0.4 + 0.6 * share),
    )
    notes += _answers_by_group(found.groups, settings.group, labelled)
    files_digest, whole_digest = source_digests(workspace)
    return phase.assess(
        phase.Evidence(
            snapshot=workspace.artifacts.put(to_parquet(labelled), "snapshot"),
            unlabelled=(
                workspace.artifacts.put(to_parquet(unlabelled), "unlabelled")
                if unlabelled.height
                else ""
            ),
            source_digest=whole_digest,
            files_digest=files_digest,
            files=tuple(settings.files),
            notes=tuple(notes),
            reading=table.schema,
            doubts=tuple(map(_doubt, table.doubts)),
            task=problem.task,
            n_rows=labelled.height,
            n_voted=frame[problem.label].null_count() - unlabelled.height,
            n_unlabelled=unlabelled.height,
            columns=columns,
            classes=classes,
            spread=label_spread(labelled, problem),
            positive=problem.positive,
            n_duplicates=n_duplicates,
            n_conflicts=n_conflicts,
            n_crossing=n_crossing,
            n_empty_rows=table.frame.height - frame.height,
            leaks=found.leaks,
            groups=() if _is_group_answered(workspace, before) else found.groups,
            sentinels=found.sentinels,
            spellings=found.spellings,
            spread_leak=found.spread_leak,
            text_leaks=found.text_leaks,
            filled_leaks=found.filled_leaks,
            telling_gaps=found.telling_gaps,
            growths=_growths(found, split, rising_columns(labelled, kinds)),
            near_repeats=found.near_repeats,
            time_column=time_column,
            group_column=settings.group,
            is_ordered=is_ordered,
            split=split,
            is_random_stated=settings.split == "random",
            machine_rows=(
                workspace.artifacts.put(to_parquet(taught.frame), "machine rows")
                if taught.shares
                else ""
            ),
            machine_labels=teaching.digest,
            machine_shares=taught.shares,
            machine_notes=tuple(teaching.lapsed(last_audit.machine_shares if last_audit else ())),
        )
    )


def _growths(found: Suspicions, split: Split, rising: tuple[Growth, ...]) -> tuple[Growth, ...]:
    """What lies beyond what is learnt from; at random, what may be a time that nobody named."""
    at_random = () if split.kind is SplitKind.GROUP else rising
    return found.growths if split.kind is SplitKind.TIME else at_random


def _answers_by_group(groups: tuple[Group, ...], name: str, labelled: pl.DataFrame) -> list[str]:
    """What is told where the label is of the group and not of the row: a log of events."""
    if not any(each.column == name and each.agreement > _ALWAYS for each in groups):
        return []
    words = (
        f"All rows of one {name!r} have one label: {labelled.height:,} rows hold "
        f"{labelled[name].n_unique():,} answers. Scores, curves and forecasts count rows; in a "
        f"file with one row for each {name!r} they would count answers."
    )
    return [words]


def _judged(workspace: Workspace, labelled: pl.DataFrame, split: Split) -> frozenset[str]:
    """Keys of rows with a label of people's, or on which somebody voted or decided."""
    labels = workspace.record.labels
    voted = (vote.item for vote in labels.votes.plain())
    return frozenset([*row_keys(labelled, split.identity), *voted, *labels.adjudications.labels()])


def _reading_before(workspace: Workspace) -> ReadingSchema | None:
    """How the files were read when the split was made: fixed with it."""
    data = workspace.record.latest_of(Data)
    return None if data is None else data.reading


def _corrected_kinds(workspace: Workspace) -> dict[str, Kind]:
    columns = workspace.settings.data.columns
    return {name: Kind(column.kind) for name, column in columns.items() if column.kind}


def _doubt(doubt: Doubt) -> phase.ReadingDoubt:
    name = doubt.taken.name
    said = ", ".join(f'{key} = "{value}"' for key, value in doubt.correction.items())
    remedy = f"If the other is meant, write in leadline.toml: [data.columns.{name}] {said}."
    return phase.ReadingDoubt(column=name, words=doubt.words, remedy=remedy)


def _is_group_answered(workspace: Workspace, before: Split | None) -> bool:
    """Whether a person said how rows are kept together, or the split is by group already."""
    settings = workspace.settings.data
    is_by_group = before is not None and before.kind is SplitKind.GROUP
    return bool(settings.group) or settings.split in {"random", "group"} or is_by_group


def _require_positive(frame: pl.DataFrame, problem: Problem) -> None:
    if problem.task is not Task.BINARY or frame.height == 0:
        return
    values = class_texts(frame[problem.label]).unique().to_list()
    if problem.positive not in values:
        raise DataError(
            f"{problem.label!r} never is {problem.positive!r}; it is one of "
            f"{', '.join(sorted(map(repr, values))[:10])}.",
            "The class that counts as a hit is needed.",
            "Set [problem] positive in leadline.toml, then run 'leadline run problem'.",
        )


def _date_column(columns: tuple[Column, ...]) -> str:
    dates = [column.name for column in columns if column.kind is Kind.DATE]
    return dates[0] if len(dates) == 1 else ""


def _split(
    workspace: Workspace,
    frame: pl.DataFrame,
    identity: tuple[str, ...],
    dated: tuple[str, bool],
    notes: list[str],
) -> tuple[Split, Bools]:
    """Set test rows aside as before; the first time, as settings and columns say.

    `dated` is the column of times, and whether the rows lie in its order.
    """
    time_column, is_ordered = dated
    settings = workspace.settings.data
    before = _split_before(workspace)
    kind = _split_kind(settings.split, bool(settings.group), time_column, settings.time, is_ordered)
    if settings.split == "auto" and before is not None:
        kind = before.kind
    by = {SplitKind.TIME: time_column, SplitKind.GROUP: settings.group, SplitKind.RANDOM: ""}[kind]
    if kind is not SplitKind.RANDOM and by not in frame.columns:
        raise DataError(
            f"The split is by {kind.value}, but there is no column {by!r}.",
            f"A {kind.value} column is needed.",
            f"Name it in leadline.toml: [data] {kind.value} = 'COLUMN'.",
        )
    is_test, draw = np.zeros(frame.height, dtype=bool), 0
    if kind is SplitKind.TIME and before is not None and (before.kind, before.column) == (kind, by):
        is_test = rows_between(frame[by], before.test_from, before.test_to)
        if not is_test.any() or is_test.all():
            notes.append(
                f"No test row, or no other, lies between {before.test_from} and {before.test_to} "
                "as before: the test rows were drawn anew."
            )
            is_test[:] = False
    if not is_test.any():
        draw = _draw(workspace, frame, identity, kind, by)
        is_test = split_rows(
            frame,
            columns=identity,
            kind=kind,
            column=by,
            test_share=settings.test_share,
            seed=settings.seed,
            draw=draw,
        )
    first, last, newest = "", "", ""
    if kind is SplitKind.TIME:
        first, last = span_of(frame[by].filter(is_test))
        newest = span_of(frame[by])[1]
    split = Split(
        kind=kind,
        column=by,
        test_share=settings.test_share,
        seed=settings.seed,
        n_train=int((~is_test).sum()),
        n_test=int(is_test.sum()),
        test_from=first,
        test_to=last,
        train_to=newest if newest != last else "",
        mask=workspace.artifacts.put(is_test.tobytes(), "split"),
        identity=identity,
        draw=draw,
    )
    return split, is_test


def _draw(
    workspace: Workspace, frame: pl.DataFrame, identity: tuple[str, ...], kind: SplitKind, by: str
) -> int:
    """As it was; chosen the first time, when so few rows differ that the share is far off."""
    settings, before = workspace.settings.data, _split_before(workspace)
    if kind is SplitKind.TIME:
        return 0
    asked = (kind, by, settings.seed, settings.test_share, identity)
    if before is not None and asked == (
        before.kind,
        before.column,
        before.seed,
        before.test_share,
        before.identity,
    ):
        return before.draw
    return choose_draw(
        frame,
        columns=identity,
        group=by,
        test_share=settings.test_share,
        seed=settings.seed,
    )


def _split_before(workspace: Workspace) -> Split | None:
    earlier = workspace.record.latest_of(Data)
    return earlier.split if earlier else None


def _identity(
    before: Split | None, features: list[str], frame: pl.DataFrame, notes: list[str]
) -> tuple[str, ...]:
    """The columns that say which row a row is: as they were, as far as they are still there."""
    if before is None or not before.identity:
        # without a feature the audit still has to say so
        return tuple(features or frame.columns)
    kept = tuple(name for name in before.identity if name in frame.columns)
    gone = sorted(set(before.identity) - set(kept))
    if gone:
        notes.append(
            f"{', '.join(map(repr, gone))} is gone from the files: the test rows are drawn anew, "
            "and labels given here may find no row."
        )
    return kept or tuple(features or frame.columns)


def _split_kind(
    wanted: str, has_group: bool, time_column: str, named_time: str, is_ordered: bool
) -> SplitKind:
    if wanted != "auto":
        return SplitKind(wanted)
    if has_group:
        return SplitKind.GROUP
    if named_time or (time_column and is_ordered):
        return SplitKind.TIME
    return SplitKind.RANDOM


def _classes(frame: pl.DataFrame, problem: Problem) -> tuple[ClassCount, ...]:
    if problem.task is Task.REGRESSION:
        return ()
    counts = Counter(class_texts(frame[problem.label]).to_list())
    return tuple(ClassCount(value=value, n_rows=n) for value, n in counts.most_common())


def _duplicates(
    hashes: NDArray[np.uint64], labels: NDArray[np.generic], is_test: Bools
) -> tuple[int, int, int]:
    """Repeats of an earlier row, repeats with another label, test rows that repeat a train row."""
    values, first, inverse = np.unique(hashes, return_index=True, return_inverse=True)
    if values.size == hashes.size:
        return 0, 0, 0
    is_repeat = np.ones(hashes.size, dtype=bool)
    is_repeat[first] = False
    codes = np.unique(labels.astype(str), return_inverse=True)[1]
    differs = is_repeat & (codes != codes[first[inverse]])
    in_train = np.zeros(values.size, dtype=bool)
    in_train[inverse[~is_test]] = True
    return int(is_repeat.sum()), int(differs.sum()), int((is_test & in_train[inverse]).sum())
