"""Errors of judges: whether ranges on the stream hold them, in words."""

from __future__ import annotations

from leadline.phases.verdict import Finding, note
from leadline.phases.wording import plural

_ASK_ANOTHER = "Have somebody else judge, too: some of the same rows are asked of both."


def judge_errors(n_judged: int, n_twice: int, *, has_thresholds: bool) -> str:
    """Say whether the ranges on the stream hold errors of judges; empty where nobody judged.

    Parameters
    ----------
    n_judged : int
        Rows with an answer.
    n_twice : int
        Of those, rows that two or more judged.
    has_thresholds : bool
        Whether the ranges are those of operating points, of which errors are estimated; of several
        classes and of numbers they are not.

    Examples
    --------
    >>> judge_errors(200, 0, has_thresholds=True)
    'Each row rests on one answer, which is taken as true: the ranges hold no errors of judges.'
    >>> judge_errors(200, 30, has_thresholds=False)
    'What most say of a row is taken as true: the ranges hold no errors of judges.'
    """
    if not n_judged:
        return ""
    if has_thresholds and n_twice:
        return (
            "The ranges hold errors of judges, as often as rows with several answers show them; "
            "for slices what most say is taken as true."
        )
    taken = "What most say of a row is" if n_twice else "Each row rests on one answer, which is"
    return f"{taken} taken as true: the ranges hold no errors of judges."


def judge_findings(
    n_judged: int, n_agreed: int, n_twice: int, *, has_thresholds: bool
) -> list[Finding]:
    """How far judges agree, and whether the ranges hold their errors; none where nobody judged.

    Parameters
    ----------
    n_judged, n_twice, has_thresholds
        As for `judge_errors`.
    n_agreed : int
        Rows on which all of two or more judges agree.
    """
    told = judge_errors(n_judged, n_twice, has_thresholds=has_thresholds)
    if not told:
        return []
    if not n_twice:
        return [note(told, _ASK_ANOTHER)]
    rows = plural(n_twice, "row")
    return [note(f"Judges agree on {n_agreed} of {rows} that two or more judged. {told}")]
