"""Findings about the split: how test rows were chosen, how many, and rows that cross it."""

from __future__ import annotations

import math

from leadline.phases.data.data_evidence import Evidence
from leadline.phases.data.set_aside import Split, SplitKind
from leadline.phases.data.snapshot_columns import Kind, Role
from leadline.phases.scoring import Task
from leadline.phases.verdict import Finding, note, warning
from leadline.phases.wording import plural, share_words

_FAR = 0.05
_PARTS = (
    ("year", "month", "day"),
    ("yr", "mo", "day"),
    ("jahr", "monat", "tag"),
    ("année", "mois", "jour"),
    ("annee", "mois", "jour"),
    ("año", "mes", "día"),
    ("ano", "mes", "dia"),
    ("anno", "mese", "giorno"),
)
_N_STANDARD_ERRORS = 3.0


def duplicate_findings(evidence: Evidence) -> list[Finding]:
    """Rows that repeat others, with another label, or on both sides of the split.

    Parameters
    ----------
    evidence : Evidence
        Of the audit.
    """
    findings = []
    if evidence.n_duplicates:
        share = evidence.n_duplicates / max(evidence.n_rows, 1)
        verb = "repeats" if evidence.n_duplicates == 1 else "repeat"
        findings.append(
            note(
                f"{plural(evidence.n_duplicates, 'row')} ({share_words(share, 1)}) {verb} an "
                "earlier row's features."
            )
        )
    if evidence.n_conflicts:
        findings.append(_conflict_finding(evidence))
    if evidence.n_crossing:
        findings.append(
            warning(
                f"{evidence.n_crossing:,} test rows repeat a train row: the test score flatters.",
                "Split by group if the repeats are one and the same thing.",
            )
        )
    return findings


def _conflict_finding(evidence: Evidence) -> Finding:
    has = "has" if evidence.n_conflicts == 1 else "have"
    if evidence.task is Task.REGRESSION:
        # a measured number is hardly ever met twice
        return note(
            f"{evidence.n_conflicts:,} of the repeats {has} another value: these features leave "
            "it open, however many rows there are."
        )
    return warning(
        f"{evidence.n_conflicts:,} of the repeats {has} another label.",
        "No model can tell them apart: a feature is missing, or labels are wrong.",
    )


def split_findings(evidence: Evidence) -> list[Finding]:
    """How the test rows were set aside, and whether they are as many as were asked for.

    Parameters
    ----------
    evidence : Evidence
        Of the audit.
    """
    newer = _newer_rows(evidence.split)
    return [*newer, *_share_findings(evidence), *_kind_findings(evidence)]


def _kind_findings(evidence: Evidence) -> list[Finding]:
    split = evidence.split
    if split.kind is SplitKind.TIME:
        return [note("Split by time: the test rows are from {} to {}.".format(*evidence.test_span))]
    if split.kind is SplitKind.GROUP:
        return [note(f"Split by group: no {split.column!r} is on both sides.")]
    findings = [note("Split at random; equal rows are always on the same side.")]
    if evidence.time_column and evidence.is_random_stated:
        findings.append(
            note(
                f"Rows are dated ({evidence.time_column!r}), and split at random as [data] split "
                "says.",
                "",
                (evidence.time_column,),
            )
        )
    elif evidence.time_column:
        findings.append(
            warning(
                f"Rows are dated ({evidence.time_column!r}) but split at random.",
                "If the model will predict the future, set [data] split = 'time'.",
                (evidence.time_column,),
            )
        )
    elif parts := _date_parts(evidence):
        findings.append(
            warning(
                f"Rows seem to be dated in parts ({', '.join(map(repr, parts))}) but split at "
                "random.",
                "If the model will predict the future, or rows come one after the other, make one "
                "column of the parts, such as 2024-05-31, and name it: [data] time.",
                parts,
            )
        )
    return findings


def _date_parts(evidence: Evidence) -> tuple[str, ...]:
    """Columns of numbers that hold the year and the month of a row, perhaps the day."""
    numbers = {
        column.name.casefold(): column.name
        for column in evidence.columns
        if column.role is Role.FEATURE and column.kind is Kind.NUMBER
    }
    for year, month, day in _PARTS:
        if year in numbers and month in numbers:
            return tuple(numbers[part] for part in (year, month, day) if part in numbers)
    return ()


def _newer_rows(split: Split) -> list[Finding]:
    """Rows that came after the test rows, and are learnt from."""
    if not split.train_to:
        return []
    return [
        warning(
            f"The newest rows, up to {split.train_to}, are learnt from. The test rows stay those "
            f"set aside at first, {split.test_from} to {split.test_to}: the test score, and how a "
            "release compares with the one before, are of that time.",
            "See by the blocks in service how it does on later ones.",
        )
    ]


def _share_findings(evidence: Evidence) -> list[Finding]:
    split = evidence.split
    n_rows = split.n_train + split.n_test
    if not n_rows:
        return []
    wished, share = split.test_share, split.n_test / n_rows
    by_chance = _N_STANDARD_ERRORS * math.sqrt(wished * (1 - wished) / n_rows)
    if abs(share - wished) <= max(_FAR, by_chance):
        return []
    if split.train_to and share < wished:
        return []
    what = {
        SplitKind.RANDOM: "few different rows, and equal ones stay together",
        SplitKind.GROUP: "few groups, or groups of very different size",
        SplitKind.TIME: "few different times, and rows of one time stay together",
    }[split.kind]
    return [
        warning(
            f"{split.n_test:,} of {n_rows:,} rows ({share_words(share)}) are test rows, where "
            f"{wished:.0%} were asked for: there are {what}.",
            "Bring columns that tell rows apart, or set another [data] split or test_share.",
        )
    ]


def split_words(evidence: Evidence) -> str:
    """Say in a few words how the test rows were chosen."""
    split = evidence.split
    if split.kind is SplitKind.TIME:
        return "from {} to {}".format(*evidence.test_span)
    if split.kind is SplitKind.GROUP:
        return f"whole groups of {split.column!r}"
    return "at random"
