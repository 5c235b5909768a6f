"""Findings about the classes of the label: how many, how small, how they are spelt."""

from __future__ import annotations

from leadline.phases.data.data_evidence import Evidence
from leadline.phases.data.snapshot_columns import ClassCount, Kind, NumberSpread, Role
from leadline.phases.scoring import Task
from leadline.phases.verdict import Finding, barrier, fault, note, warning
from leadline.phases.wording import plural, share_words

_FEWEST_OF_A_CLASS = 10
_RARE_CLASS_SHARE = 0.05
_MOST_NAMED = 5
_MANY_THE_SAME = 0.2
_MOST_OF_THE_SPREAD = 0.5  # of a normal distribution a hundredth of the rows hold .08
_RARE_REMEDY = {
    Task.BINARY: "Accuracy hides rare classes: judge by precision and recall.",
    Task.MULTICLASS: "Accuracy hides rare classes: scoring = 'balanced_accuracy' under [problem] "
    "counts each class alike.",
}


def class_findings(evidence: Evidence) -> list[Finding]:
    """One class only, classes too small or rare, classes that differ in spelling only.

    Of numbers: many that are one and the same, and few that squared errors rest on.

    Parameters
    ----------
    evidence : Evidence
        Of the audit.
    """
    if evidence.n_rows == 0:
        return []
    if evidence.task is Task.REGRESSION:
        return [] if evidence.spread is None else _spread_findings(evidence.spread, evidence.n_rows)
    if len(evidence.classes) < 2:
        needed = "Rows of at least two classes are needed."
        return [barrier("The label has one value only.", needed)]
    return [*spelling_findings(evidence), *_count_findings(evidence)]


def _spread_findings(spread: NumberSpread, n_rows: int) -> list[Finding]:
    findings = []
    is_some = spread.mode_share * n_rows >= _FEWEST_OF_A_CLASS
    if is_some and spread.mode_share >= _MANY_THE_SAME:
        findings.append(
            note(
                f"The label is {spread.mode:.12g} in {share_words(spread.mode_share)} of the rows.",
                "Ask by itself whether it is: a class is easier to learn, and to act on, than a "
                "mean between it and all others.",
            )
        )
    if spread.far_share >= _MOST_OF_THE_SPREAD:
        findings.append(
            warning(
                f"{plural(spread.n_far, 'row')} far out, a hundredth of all, hold "
                f"{share_words(spread.far_share)} of the spread of the label: R² and squared "
                "errors rest on them.",
                "If every row matters alike, set scoring = 'mean_absolute_error' under [problem]; "
                "check that these rows are no slips.",
            )
        )
    return findings


def _count_findings(evidence: Evidence) -> list[Finding]:
    counts = _sides(evidence) if evidence.positive else evidence.classes
    small = [count for count in counts if count.n_rows < _FEWEST_OF_A_CLASS]
    if small:
        return [
            fault(
                _small_words(small, len(counts)),
                f"At least {_FEWEST_OF_A_CLASS} a class are needed: {_ways_out(evidence)}.",
            )
        ]
    rarest = min(counts, key=lambda count: count.n_rows)
    share = rarest.n_rows / evidence.n_rows
    if share < _RARE_CLASS_SHARE:
        return [
            warning(
                f"Class {rarest.value!r} is rare: {share_words(share, 1)} of the rows.",
                _RARE_REMEDY[evidence.task],
            )
        ]
    shares = ", ".join(
        f"{count.value!r} {share_words(count.n_rows / evidence.n_rows, 1)}"
        for count in evidence.classes[:5]
    )
    return [note(f"Class shares: {shares}.")]


def _ways_out(evidence: Evidence) -> str:
    if evidence.positive:
        return "label more"
    one = evidence.classes[0].value
    ways = f"label more, merge classes, or ask of one alone: positive = {one!r} under [problem]"
    label = next((column for column in evidence.columns if column.role is Role.LABEL), None)
    if label is not None and label.kind is Kind.NUMBER:
        return f"{ways}; or predict it as the number it is: task = 'regression'"
    return ways


def _small_words(small: list[ClassCount], n_classes: int) -> str:
    if len(small) == 1:
        return f"Class {small[0].value!r} has {plural(small[0].n_rows, 'row')}."
    shown = ", ".join(f"{count.value!r} {count.n_rows}" for count in small[:_MOST_NAMED])
    more = f" and {len(small) - _MOST_NAMED:,} more" if len(small) > _MOST_NAMED else ""
    return (
        f"{len(small):,} of {n_classes:,} classes have fewer than {_FEWEST_OF_A_CLASS} rows: "
        f"{shown}{more}."
    )


def spelling_findings(evidence: Evidence) -> list[Finding]:
    """Classes that differ in spelling only, as one finding.

    It is a fault where they turn the question into another one: rows that spell the hit otherwise
    count as its opposite, and a yes or no becomes many classes.
    """
    of_classes = [
        each
        for each in evidence.spellings
        if any(
            column.name == each.column and column.role is Role.LABEL for column in evidence.columns
        )
    ]
    if not of_classes:
        return []
    same = "; ".join(" = ".join(map(repr, each.values)) for each in of_classes[:_MOST_NAMED])
    more = f" and {len(of_classes) - _MOST_NAMED:,} more" if len(of_classes) > _MOST_NAMED else ""
    name = of_classes[0].column
    differ = f"Classes of {name!r} differ in spelling only: {same}{more}."
    if wrong := _wrong_question(evidence, [each.values for each in of_classes]):
        return [fault(f"{differ} {wrong}", "Write each class in one way in the files.", (name,))]
    remedy = "Write each class in one way in the files: they are learnt as different answers."
    return [warning(differ, remedy, (name,))]


def _wrong_question(evidence: Evidence, alike: list[tuple[str, ...]]) -> str:
    """What spellings make of the question, in a sentence; empty if they leave it what it is."""
    counts = {count.value: count.n_rows for count in evidence.classes}
    others = [
        value
        for values in alike
        if evidence.positive in values
        for value in values
        if value != evidence.positive and value in counts
    ]
    if others:
        n_rows = plural(sum(counts[value] for value in others), "row")
        return f"{n_rows} with {' or '.join(map(repr, others))} count as not {evidence.positive!r}."
    first = {value: values[0] for values in alike for value in values}
    n_meant = len({first.get(value, value) for value in counts})
    if not evidence.positive and n_meant == 2 < len(counts):
        return f"They are {len(counts)} classes where two are meant: the question is yes or no."
    return ""


def _sides(evidence: Evidence) -> tuple[ClassCount, ClassCount]:
    """A yes-or-no question has two sides, however many values the label has."""
    n_hits = sum(c.n_rows for c in evidence.classes if c.value == evidence.positive)
    others = [count.value for count in evidence.classes if count.value != evidence.positive]
    rest = others[0] if len(others) == 1 else f"not {evidence.positive}"
    return (
        ClassCount(value=evidence.positive, n_rows=n_hits),
        ClassCount(value=rest, n_rows=evidence.n_rows - n_hits),
    )
