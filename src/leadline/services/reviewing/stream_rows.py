"""Rows of the stream: those drawn for judging, and their features as a person sees them."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from leadline.labelling.item_pool import Values, values_of
from leadline.phases.data import Data
from leadline.phases.tuning import Tuning
from leadline.record import Artifacts, Record
from leadline.snapshot import from_parquet


def rows_to_judge(artifacts: Artifacts, tuning: Tuning) -> tuple[int, ...]:
    """Return the rows of the stream drawn for judging, in the order to judge them."""
    if not tuning.sample:
        return ()
    return tuple(np.frombuffer(artifacts.get(tuning.sample), dtype="<i8").tolist())


def judging_columns(columns: Collection[str], answer: str = "is_positive") -> tuple[str, str]:
    """Names of the row and of the answer in a file of rows to judge.

    Parameters
    ----------
    columns : collection of str
        Of the stream; a name that it has itself is not taken.
    answer : str
        Where the question is not one of yes or no, "value".

    Examples
    --------
    >>> judging_columns(["age"]), judging_columns(["row", "age"])
    (('row', 'is_positive'), ('leadline_row', 'is_positive'))
    """
    row, said = (f"leadline_{name}" if name in columns else name for name in ("row", answer))
    return row, said


def stream_values(artifacts: Artifacts, tuning: Tuning, data: Data, row: int) -> Values:
    """Return the features of one row of the stream that was drawn for judging."""
    if tuning.sample_rows:
        frame = from_parquet(artifacts.get(tuning.sample_rows))
        place = rows_to_judge(artifacts, tuning).index(row)
        return values_of(frame, list(data.features), place)
    frame = from_parquet(artifacts.get(tuning.stream))
    return values_of(frame, list(data.features), row)


def data_behind(record: Record, number: int) -> Data | None:
    """What is said of the data that a tuning stands on; None where it stands on none.

    Parameters
    ----------
    record : Record
        Of the project.
    number : int
        The tuning's entry.
    """
    data = record.entry(number).on.get("data")
    return None if data is None else record.entry(data).verdict_as(Data)


def changed_values(
    artifacts: Artifacts, tuning: Tuning, data: Data
) -> dict[str, tuple[Values, ...]]:
    """Return a few rows that a point flags and the point before does not, by name of the point."""
    if not tuning.changes:
        return {}
    frame = from_parquet(artifacts.get(tuning.changes))
    found: dict[str, tuple[Values, ...]] = {}
    for place, name in enumerate(tuning.change_points):
        found[name] = (*found.get(name, ()), values_of(frame, list(data.features), place))
    return found
