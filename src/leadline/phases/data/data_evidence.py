"""Evidence of the audit: all that was found in the files and in the split."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.phases.data.machine_shares import MachineShare, n_machine_rows
from leadline.phases.data.set_aside import Split
from leadline.phases.data.snapshot_columns import ClassCount, Column, Kind, NumberSpread, Role
from leadline.phases.data.suspicions import (
    FilledLeak,
    Group,
    Growth,
    Leak,
    ReadingDoubt,
    Sentinel,
    Spellings,
    SpreadLeak,
    TellingGap,
    TextLeak,
)
from leadline.phases.scoring import Task
from leadline.reading.schema import Epoch, ReadingSchema

_NO_SCHEMA = ReadingSchema()
_MIDNIGHT = "T00:00:00"
_NEW_YEAR = "-01-01T00:00:00"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What the audit found.

    Attributes
    ----------
    snapshot : str
        Digest of the rows, as Parquet.
    unlabelled : str
        Digest of the rows without a label; empty if there are none.
    source_digest : str
        Digest of the files, of the [data] settings they were read with, and of people's votes.
    files_digest : str
        The same without the votes; empty in verdicts of before it was kept.
    files : tuple of str
        Names of the files read.
    notes : tuple of str
        What a person should know about how the files were read.
    reading : ReadingSchema
        How each column is read, here and by every later reader.
    doubts : tuple of ReadingDoubt
        Columns whose cells allow two readings.
    task : Task
        What kind of label is predicted.
    n_rows : int
        Labelled rows.
    n_voted : int
        Of the labelled rows, those whose label people voted here.
    n_unlabelled : int
        Rows without a label, left out.
    columns : tuple of Column
        Every column of the files.
    classes : tuple of ClassCount
        Most frequent first; empty for regression.
    spread : NumberSpread or None
        Of the label, where it is a number.
    n_duplicates : int
        Rows whose features equal those of an earlier row.
    n_conflicts : int
        Duplicates whose label differs from the earlier row's.
    n_crossing : int
        Test rows whose features equal those of a train row.
    leaks : tuple of Leak
        Best single columns, the highest score first.
    n_empty_rows : int
        Rows without any value, left out.
    groups : tuple of Group
        Columns by which rows seem to belong together, the strongest first; none where the
        person named one.
    sentinels : tuple of Sentinel
        Values that may stand for "not known".
    spellings : tuple of Spellings
        Values that differ in spelling only: of the label, and of categories.
    spread_leak : SpreadLeak or None
        Columns that only together predict the label almost perfectly.
    text_leaks : tuple of TextLeak
        Texts that give the label away.
    filled_leaks : tuple of FilledLeak
        Columns that are filled, or empty, in rows of one class nearly only.
    telling_gaps : tuple of TellingGap
        Other columns whose missing values go with the label, the strongest first.
    growths : tuple of Growth
        Features that only grow or fall with time, where the split is by time; where it is at
        random, numbers that rise from row to row. None by group, and in entries from before.
    near_repeats : float in [0, 1]
        Share of the test rows that are nearly the same as some train row, beyond chance.
    positive : str
        The class that counts as a hit; empty unless the task is binary.
    time_column, group_column : str
        Named by the user or recognised; empty where there is none.
    is_ordered : bool
        True if the rows lie in time order in the file.
    split : Split
        How the test set was set aside.
    is_random_stated : bool
        Whether a person said that rows are set aside at random, though they be dated.
    machine_rows : str
        Digest of the rows that only machines labelled and that are learnt from, as Parquet; they
        are none of the snapshot's. Empty if there are none.
    machine_labels : str
        Digest of all that machines which may teach said; empty if nothing.
    machine_shares : tuple of MachineShare
        How many of these rows are whose.
    machine_notes : tuple of str
        Which machines taught before and teach no more, and why.
    """

    snapshot: str
    unlabelled: str = ""
    source_digest: str
    files_digest: str = ""
    files: tuple[str, ...]
    notes: tuple[str, ...] = ()
    reading: ReadingSchema = _NO_SCHEMA
    doubts: tuple[ReadingDoubt, ...] = ()
    task: Task
    n_rows: int
    n_voted: int = 0
    n_unlabelled: int = 0
    columns: tuple[Column, ...]
    classes: tuple[ClassCount, ...] = ()
    spread: NumberSpread | None = None
    n_duplicates: int = 0
    n_conflicts: int = 0
    n_crossing: int = 0
    leaks: tuple[Leak, ...] = ()
    n_empty_rows: int = 0
    groups: tuple[Group, ...] = ()
    sentinels: tuple[Sentinel, ...] = ()
    spellings: tuple[Spellings, ...] = ()
    spread_leak: SpreadLeak | None = None
    text_leaks: tuple[TextLeak, ...] = ()
    filled_leaks: tuple[FilledLeak, ...] = ()
    telling_gaps: tuple[TellingGap, ...] = ()
    growths: tuple[Growth, ...] = ()
    near_repeats: float = 0.0
    positive: str = ""
    time_column: str = ""
    group_column: str = ""
    is_ordered: bool = False
    split: Split
    is_random_stated: bool = False
    machine_rows: str = ""
    machine_labels: str = ""
    machine_shares: tuple[MachineShare, ...] = ()
    machine_notes: tuple[str, ...] = ()

    @property
    def n_machine_rows(self) -> int:
        """Rows that only machines labelled, to learn from."""
        return n_machine_rows(self.machine_shares)

    @property
    def features(self) -> dict[str, str]:
        """Feature name to kind, in file order: what an engine is told of the columns."""
        return {
            column.name: column.kind.value for column in self.columns if column.role is Role.FEATURE
        }

    @property
    def day_column(self) -> str:
        """The time column, if it holds dates rather than numbers that grow; else empty."""
        kinds = {column.name: column.kind for column in self.columns}
        is_number = kinds.get(self.time_column) is Kind.NUMBER
        return "" if is_number else self.time_column

    @property
    def test_span(self) -> tuple[str, str]:
        """The first and last test row, as people say it: whole years, days, else times."""
        ends = (self.split.test_from, self.split.test_to)
        column = self.reading.get(self.split.column)
        is_in_years = column is not None and column.epoch is Epoch.YEARS
        for rest, applies in ((_NEW_YEAR, is_in_years), (_MIDNIGHT, True)):
            if applies and all(end.endswith(rest) for end in ends):
                return ends[0].removesuffix(rest), ends[1].removesuffix(rest)
        return ends
