"""Findings about columns: leaks, groups, values that mean "not known", and what is left out."""

from __future__ import annotations

from leadline.phases.data.data_evidence import Evidence
from leadline.phases.data.set_aside import SplitKind
from leadline.phases.data.snapshot_columns import Kind, Role
from leadline.phases.data.suspicions import FilledLeak, Group, Leak, SpreadLeak, TellingGap
from leadline.phases.data.text_findings import text_findings
from leadline.phases.verdict import Finding, note, warning
from leadline.phases.wording import plural, share_words

LEAK_SCORE = 0.98
"""From this score on, a column alone is said to tell the label."""

_MOST_NAMED = 4
_MANY_NEAR = 0.05


def suspicion_findings(evidence: Evidence) -> list[Finding]:
    """Leaks, of texts too, groups, sentinels and near repeats, with what to do about each.

    Parameters
    ----------
    evidence : Evidence
        Of the audit.
    """
    return [
        *_leak_findings(evidence),
        *text_findings(evidence.text_leaks),
        *(group_finding(group, evidence) for group in evidence.groups[:1]),
        *sentinel_findings(evidence),
        *near_findings(evidence),
        *growth_findings(evidence),
    ]


def _leak_findings(evidence: Evidence) -> list[Finding]:
    found = [leak_finding(leak) for leak in evidence.leaks if leak.score >= LEAK_SCORE]
    found += map(filled_finding, evidence.filled_leaks)
    found += [gap_finding(gap, evidence) for gap in evidence.telling_gaps]
    spread = evidence.spread_leak
    return found if spread is None else [*found, spread_finding(spread)]


def leak_finding(leak: Leak) -> Finding:
    """A column that alone tells the label."""
    return warning(
        f"{leak.column!r} alone predicts the label (score {leak.score:.3f}): "
        "it may be known only after the fact.",
        f"If it is, name it under [data] exclude: exclude = [{leak.column!r}].",
        (leak.column,),
    )


def filled_finding(leak: FilledLeak) -> Finding:
    """A column that is filled, or empty, in rows of one class only."""
    state = "filled" if leak.is_filled else "empty"
    of = "all of them" if leak.n_of_value == leak.n_rows else f"{leak.n_of_value:,} of them"
    return warning(
        f"{leak.column!r} is {state} in {leak.n_rows:,} rows, and {of} are {leak.value!r} (of all "
        f"rows {share_words(leak.share)}): it may be written only after the fact.",
        f"If it is, name it under [data] exclude: exclude = [{leak.column!r}].",
        (leak.column,),
    )


def gap_finding(gap: TellingGap, evidence: Evidence) -> Finding:
    """Columns whose missing values go with the label: a warning where they tell much of it."""
    names = ", ".join(map(repr, gap.columns[:_MOST_NAMED]))
    more = len(gap.columns) - _MOST_NAMED
    names += f" and {more:,} more" if more > 0 else ""
    are, they = ("are", "they are") if len(gap.columns) > 1 else ("is", "it is")
    excluded = ", ".join(map(repr, gap.columns))
    if gap.value:
        others = share_words(gap.others)
        told = f"{share_words(gap.missing)} of them have {gap.value!r}, of the others {others}"
    else:
        label = next(each.name for each in evidence.columns if each.role is Role.LABEL)
        by = "on average" if gap.is_mean else "in the median"
        told = f"{label!r} is {gap.missing:.4g} there {by}, and {gap.others:.4g} in the others"
    words = f"{names} {are} missing in {plural(gap.n_missing, 'row')}, which tells: {told}."
    if gap.is_leak:
        return warning(
            f"{words} It may be written only after the fact.",
            f"If it is, name it under [data] exclude: exclude = [{excluded}].",
            gap.columns,
        )
    return (warning if gap.is_strong else note)(
        words,
        f"A model learns from it: check that {they} missing for the same reason when it is used; "
        f"where that is not so, exclude = [{excluded}] under [data].",
        gap.columns,
    )


def spread_finding(spread: SpreadLeak) -> Finding:
    """Columns that only together tell the label."""
    names = ", ".join(map(repr, spread.columns))
    how = "together predict" if len(spread.columns) > 1 else "predicts"
    return warning(
        f"{names} {how} the label almost perfectly (a small {spread.model} "
        f"scores {spread.score:.3f}): too good to be true, if they are known only "
        "after the fact.",
        f"If they are, name them under [data] exclude: exclude = [{names}].",
        spread.columns,
    )


def group_finding(group: Group, evidence: Evidence) -> Finding:
    """A column by which rows belong together."""
    name = group.column
    words = (
        f"{name!r} has {group.n_groups:,} values that come back, {group.rows_each:g} rows each, "
        f"and rows of one value agree on the label (agreement {group.agreement:.2f})"
    )
    if evidence.split.kind is SplitKind.TIME:
        return note(
            f"{words}; the split by time has some of them on both sides.",
            f"If new rows will be of new ones, the test score flatters: group = {name!r} and "
            "split = 'group' under [data].",
            (name,),
        )
    return warning(
        f"{words}: a model can learn who it is instead of why, and the test score flatters.",
        f"If new rows will be of new ones, keep them together: group = {name!r} under [data] "
        f"(init: --group {_typed(name)}). If not, say so: split = 'random'.",
        (name,),
    )


def sentinel_findings(evidence: Evidence) -> list[Finding]:
    """A finding for each value that may mean missing, with all its columns."""
    findings = []
    words = {each.name for each in evidence.columns if each.kind in {Kind.CATEGORY, Kind.TEXT}}
    for value in dict.fromkeys(each.value for each in evidence.sentinels):
        found = [each for each in evidence.sentinels if each.value == value]
        # a word is told by what it says, a number or day by where it lies
        is_word = words.issuperset(each.column for each in found)
        how = "stands in" if is_word else "is frequent and far from all else in"
        shown = ", ".join(f"{each.column!r} ({each.n_rows:,} rows)" for each in found[:_MOST_NAMED])
        more = f" and {len(found) - _MOST_NAMED:,} more" if len(found) > _MOST_NAMED else ""
        findings.append(
            warning(
                f"{value} {how} {shown}{more}: does it mean missing?",
                f"If it does, name it under [data]: missing = [{value!r}] "
                f"(init: --missing {_typed(value)}).",
                tuple(each.column for each in found),
            )
        )
    return findings


def near_findings(evidence: Evidence) -> list[Finding]:
    """Test rows that nearly repeat train rows, if they are many."""
    if evidence.near_repeats < _MANY_NEAR:
        return []
    return [
        warning(
            f"{share_words(evidence.near_repeats)} of the test rows are nearly the same as a train "
            "row: the test score flatters.",
            "If they are copies or visits of one thing, name the column that says which, [data] "
            "group; where there is none, keep one of each in the files.",
        )
    ]


def growth_findings(evidence: Evidence) -> list[Finding]:
    """Features that grow, or fall, with time: a warning, or a note of times: their parts return."""
    if evidence.split.kind is SplitKind.RANDOM:
        return [_rising_finding(each.column, evidence) for each in evidence.growths]
    findings = []
    for is_date in (False, True):
        names = tuple(each.column for each in evidence.growths if each.is_date is is_date)
        if not names:
            continue
        shown, it = ", ".join(map(repr, names)), "them" if len(names) > 1 else "it"
        share = share_words(min(each.share for each in evidence.growths if each.column in names))
        words = (
            f"{shown} only {'grow or fall' if len(names) > 1 else 'grows or falls'} with time: "
            f"{share} of the test rows that have a value, and all rows to come, lie beyond what is "
            "learnt from"
        )
        excluded = f"exclude = [{shown}] under [data]"
        if is_date:
            told = note(
                f"{words}. The month, the day, the weekday and the hour come back.",
                f"If only the rows' order is in {it}: {excluded}.",
                names,
            )
        else:
            told = warning(
                f"{words}: a model has never seen such values.",
                f"Leave {it} out: {excluded}; or bring the change since the row before instead.",
                names,
            )
        findings.append(told)
    return findings


def _rising_finding(name: str, evidence: Evidence) -> Finding:
    """A number by which the rows of the files lie in order, though they are split at random."""
    dated = evidence.time_column or evidence.is_random_stated
    return (note if dated else warning)(
        f"{name!r} rises or falls from row to row of the files, which are split at random: by it "
        "a row is known from its neighbours on the other side.",
        f"If it dates the rows, say so: time = {name!r} under [data] (init: --time "
        f"{_typed(name)}); if it counts them, exclude = [{name!r}].",
        (name,),
    )


def column_findings(evidence: Evidence) -> list[Finding]:
    """Columns that are left out or half empty, and categories spelt in several ways.

    Parameters
    ----------
    evidence : Evidence
        Of the audit.
    """
    left_out = [
        note(f"{column.name!r} is left out: {column.why}.", "", (column.name,))
        for column in evidence.columns
        if column.role is Role.EXCLUDED and column.why
    ]
    return [*left_out, *missing_findings(evidence), *category_findings(evidence)]


def missing_findings(evidence: Evidence) -> list[Finding]:
    """Features that more than half of the rows lack."""
    shares = {
        column.name: column.n_missing / max(evidence.n_rows, 1)
        for column in evidence.columns
        if column.role is Role.FEATURE
    }
    return [
        warning(
            f"{name!r} is missing in {share_words(share)} of the rows.",
            "Check that it will be there when the model is used.",
            (name,),
        )
        for name, share in shares.items()
        if share > 1 / 2
    ]


def category_findings(evidence: Evidence) -> list[Finding]:
    """Categories whose values differ in spelling only, a finding a column."""
    features = evidence.features
    findings = []
    for name in dict.fromkeys(each.column for each in evidence.spellings):
        if name not in features:
            continue
        found = [each.values for each in evidence.spellings if each.column == name]
        same = "; ".join(" = ".join(map(repr, values)) for values in found[:_MOST_NAMED])
        findings.append(
            note(
                f"Values of {name!r} differ in spelling only: {same}.",
                "Write each in one way in the files.",
                (name,),
            )
        )
    return findings


def _typed(word: str) -> str:
    """A word as it is typed in a shell."""
    is_plain = all(each.isalnum() or each in "-_.:/" for each in word)
    return word if is_plain and word else f'"{word}"'
