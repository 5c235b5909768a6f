"""define / data: is the snapshot fit to learn from, and how must it be split?

The split is drawn once and kept for the project's life: by time where rows are dated, by
group where rows belong together, else at random.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from leadline.phases.scoring import Task
from leadline.phases.verdict import Finding, Verdict, answer_of, barrier, fault, note, warning
from leadline.phases.wording import plural
from leadline.reading.schema import Epoch, ReadingSchema

_FEWEST_ROWS = 40
_FEWEST_TRAIN = 6  # two in each of three folds: below that not even a baseline can be fitted
_FEWEST_OF_A_CLASS = 10
_LEAK_SCORE = 0.98
_RARE_CLASS_SHARE = 0.05
_NO_SCHEMA = ReadingSchema()
_MIDNIGHT = "T00:00:00"
_NEW_YEAR = "-01-01T00:00:00"


class Kind(StrEnum):
    """What a column holds."""

    NUMBER = "number"
    CATEGORY = "category"
    TEXT = "text"
    DATE = "date"
    IMAGE = "image"


class Role(StrEnum):
    """What a column is for."""

    FEATURE = "feature"
    LABEL = "label"
    EXCLUDED = "excluded"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of the snapshot.

    Attributes
    ----------
    name : str
        As in the file.
    kind : Kind
        What it holds.
    role : Role
        What it is for.
    n_missing : int
        Rows without a value.
    n_unique : int
        Different values, missing left out.
    example : str
        One value, shortened; a small image as a ``data:`` URI.
    why : str
        Why it is excluded; empty where it is not.
    """

    name: str
    kind: Kind
    role: Role = Role.FEATURE
    n_missing: int = 0
    n_unique: int = 0
    example: str = ""
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class ClassCount:
    """How many rows have a label value."""

    value: str
    n_rows: int


@dataclass(frozen=True, kw_only=True)
class Leak:
    """A column that alone predicts the label.

    Attributes
    ----------
    column : str
        Its name.
    score : float in [0, 1]
        Cross-validated score of a small tree on this column alone; 1 is perfect.
    """

    column: str
    score: float


class SplitKind(StrEnum):
    """How test rows were set aside."""

    RANDOM = "random"
    GROUP = "group"
    TIME = "time"


@dataclass(frozen=True, kw_only=True)
class Split:
    """How the test set was set aside, for the project's life.

    Attributes
    ----------
    kind : SplitKind
        Random by the hash of a row's content, by the hash of its group, or the latest in time.
    column : str
        The group or time column; empty for random.
    test_share : float in (0, 1)
        Share wished for.
    seed : int
        Salt of the hash.
    n_train, n_test : int
        Rows on each side.
    test_from, test_to : str
        ISO time of the first and last test row; empty unless by time.
    mask : str
        Digest of the stored test mask, one byte a row.
    identity : tuple of str
        The columns whose content says which row a row is, fixed with the split: a feature
        excluded later moves no row to the other side and loses no vote.
    """

    kind: SplitKind
    column: str = ""
    test_share: float
    seed: int
    n_train: int
    n_test: int
    test_from: str = ""
    test_to: str = ""
    mask: str = ""
    identity: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReadingDoubt:
    """A column that could be read otherwise.

    Attributes
    ----------
    column : str
        Its name.
    words : str
        How an example was read, and what it could be.
    remedy : str
        What to write where the other is meant.
    """

    column: str
    words: str
    remedy: str


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
        Digest of the files and of the [data] settings they were read with.
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
    n_duplicates : int
        Rows whose features equal those of an earlier row.
    n_conflicts : int
        Duplicates whose label differs from the earlier row's.
    n_crossing : int
        Test rows whose features equal those of a train row.
    leaks : tuple of Leak
        Best single columns, the highest score first.
    positive : str
        The class that counts as a hit; empty unless the task is binary.
    time_column, group_column : str
        Named by the user or recognised; empty where there is none.
    is_ordered : bool
        True if the rows lie in time order in the file.
    split : Split
        How the test set was set aside.
    """

    snapshot: str
    unlabelled: str = ""
    source_digest: str
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
    n_duplicates: int = 0
    n_conflicts: int = 0
    n_crossing: int = 0
    leaks: tuple[Leak, ...] = ()
    positive: str = ""
    time_column: str = ""
    group_column: str = ""
    is_ordered: bool = False
    split: Split

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


@dataclass(frozen=True, kw_only=True)
class Data(Verdict, Evidence):
    """The snapshot, its split, and what is wrong with it."""


def assess(evidence: Evidence) -> Data:
    """Say whether the snapshot is fit to learn from.

    Examples
    --------
    >>> split = Split(kind=SplitKind.RANDOM, test_share=0.2, seed=0, n_train=8, n_test=2)
    >>> verdict = assess(
    ...     Evidence(
    ...         snapshot="",
    ...         source_digest="",
    ...         files=("a.csv",),
    ...         task=Task.BINARY,
    ...         n_rows=10,
    ...         columns=(),
    ...         split=split,
    ...     )
    ... )
    >>> verdict.answer.value, verdict.findings[0].what
    ('no', 'Only 10 labelled rows.')
    """
    findings = (
        *(note(sentence) for sentence in evidence.notes),
        *(warning(doubt.words, doubt.remedy, (doubt.column,)) for doubt in evidence.doubts),
        *_size_findings(evidence),
        *_class_findings(evidence),
        *_column_findings(evidence),
        *_duplicate_findings(evidence),
        *_split_findings(evidence),
    )
    return Data(
        answer=answer_of(findings),
        summary=_summary(evidence, findings),
        findings=findings,
        **vars(evidence),
    )


def _summary(evidence: Evidence, findings: tuple[Finding, ...]) -> str:
    rows = plural(evidence.n_rows, "labelled row")
    counted = f"{rows} with {plural(len(evidence.features), 'feature')}"
    why_not = next((finding.what for finding in findings if finding.is_barrier), "")
    if why_not:
        return f"{why_not.rstrip('.')}: nothing can be learnt from {counted}."
    return (
        f"{counted}; {evidence.split.n_test:,} of them set aside as the test set "
        f"({_split_words(evidence)})."
    )


def _size_findings(evidence: Evidence) -> list[Finding]:
    findings = []
    if evidence.n_rows < _FEWEST_ROWS:
        few = barrier if evidence.split.n_train < _FEWEST_TRAIN else fault
        findings.append(
            few(
                f"Only {evidence.n_rows} labelled rows.",
                f"At least {_FEWEST_ROWS} are needed to learn anything: label more rows.",
            )
        )
    if not evidence.features and evidence.n_rows >= _FEWEST_ROWS:
        findings.append(barrier("No column is left to learn from.", "Exclude fewer columns."))
    if evidence.n_unlabelled:
        findings.append(
            note(
                f"{evidence.n_unlabelled:,} rows have no label and were left out.",
                "Label them with 'leadline label', or leave them as they are.",
            )
        )
    return findings


def _class_findings(evidence: Evidence) -> list[Finding]:
    if evidence.task is Task.REGRESSION or evidence.n_rows == 0:
        return []
    if len(evidence.classes) < 2:
        needed = "Rows of at least two classes are needed."
        return [barrier("The label has one value only.", needed)]
    counts = _sides(evidence) if evidence.positive else evidence.classes
    rarest = min(counts, key=lambda count: count.n_rows)
    share = rarest.n_rows / evidence.n_rows
    if rarest.n_rows < _FEWEST_OF_A_CLASS:
        return [
            fault(
                f"Class {rarest.value!r} has {rarest.n_rows} rows.",
                f"At least {_FEWEST_OF_A_CLASS} a class are needed: label more, or merge classes.",
            )
        ]
    if share < _RARE_CLASS_SHARE:
        return [
            warning(
                f"Class {rarest.value!r} is rare: {share:.1%} of the rows.",
                "Accuracy hides rare classes: judge by precision and recall.",
            )
        ]
    shares = ", ".join(
        f"{count.value!r} {count.n_rows / evidence.n_rows:.1%}" for count in evidence.classes[:5]
    )
    return [note(f"Class shares: {shares}.")]


def _sides(evidence: Evidence) -> tuple[ClassCount, ClassCount]:
    """A yes-or-no question has two sides, however many values the label has."""
    n_hits = sum(c.n_rows for c in evidence.classes if c.value == evidence.positive)
    others = [count.value for count in evidence.classes if count.value != evidence.positive]
    rest = others[0] if len(others) == 1 else f"not {evidence.positive}"
    return (
        ClassCount(value=evidence.positive, n_rows=n_hits),
        ClassCount(value=rest, n_rows=evidence.n_rows - n_hits),
    )


def _column_findings(evidence: Evidence) -> list[Finding]:
    findings = [
        warning(
            f"{leak.column!r} alone predicts the label (score {leak.score:.3f}): "
            "it may be known only after the fact.",
            f"If so, name it under [data] exclude: exclude = [{leak.column!r}].",
            (leak.column,),
        )
        for leak in evidence.leaks
        if leak.score >= _LEAK_SCORE
    ]
    for column in evidence.columns:
        if column.role is Role.EXCLUDED and column.why:
            findings.append(note(f"{column.name!r} is left out: {column.why}.", "", (column.name,)))
        elif column.role is Role.FEATURE and column.n_missing > evidence.n_rows / 2:
            share = column.n_missing / max(evidence.n_rows, 1)
            findings.append(
                warning(
                    f"{column.name!r} is missing in {share:.0%} of the rows.",
                    "Check that it will be there when the model is used.",
                    (column.name,),
                )
            )
    return findings


def _duplicate_findings(evidence: Evidence) -> list[Finding]:
    findings = []
    if evidence.n_duplicates:
        share = evidence.n_duplicates / max(evidence.n_rows, 1)
        findings.append(
            note(f"{evidence.n_duplicates:,} rows ({share:.1%}) repeat an earlier row's features.")
        )
    if evidence.n_conflicts:
        findings.append(
            warning(
                f"{evidence.n_conflicts:,} of the repeats have another label.",
                "No model can tell them apart: a feature is missing, or labels are wrong.",
            )
        )
    if evidence.n_crossing:
        findings.append(
            warning(
                f"{evidence.n_crossing:,} test rows repeat a train row: the test score flatters.",
                "Split by group if the repeats are one and the same thing.",
            )
        )
    return findings


def _split_findings(evidence: Evidence) -> list[Finding]:
    split = evidence.split
    if split.kind is SplitKind.TIME:
        return [note("Split by time: the test rows are from {} to {}.".format(*evidence.test_span))]
    if split.kind is SplitKind.GROUP:
        return [note(f"Split by group: no {split.column!r} is on both sides.")]
    findings = [note("Split at random; equal rows are always on the same side.")]
    if evidence.time_column:
        findings.append(
            warning(
                f"Rows are dated ({evidence.time_column!r}) but split at random.",
                "If the model will predict the future, set [data] split = 'time'.",
                (evidence.time_column,),
            )
        )
    return findings


def _split_words(evidence: Evidence) -> str:
    split = evidence.split
    if split.kind is SplitKind.TIME:
        return "from {} to {}".format(*evidence.test_span)
    if split.kind is SplitKind.GROUP:
        return f"whole groups of {split.column!r}"
    return "at random"
