"""Errors of judges: whether ranges on the stream hold them, in words."""

from __future__ import annotations

from leadline.phases.verdict import Finding, note, warning
from leadline.phases.wording import plural

MOST_UNSURE = 0.1
"""Share of the rows judged without a clear answer up to which the others speak for them."""

_ASK_ANOTHER = "Have somebody else judge, too: some of the same rows are asked of both."
_ASK_A_THIRD = "Have somebody else judge them, who knows the subject: 'leadline review'."


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
            "for slices what most say is taken as true, or the likelier where they are divided."
        )
    taken = "What most say of a row is" if n_twice else "Each row rests on one answer, which is"
    return f"{taken} taken as true: the ranges hold no errors of judges."


def unsure_words(n_judged: int, n_unsure: int) -> str:
    """Say that many rows have no clear answer; empty where they are few.

    Parameters
    ----------
    n_judged, n_unsure : int
        Rows with an answer; rows that all judges left unsure, or that divide them.

    Examples
    --------
    >>> unsure_words(170, 30)[:48]
    '30 of 200 rows that were judged have no clear an'
    >>> unsure_words(4, 1)[:48]
    '1 of 5 rows that were judged has no clear answer'
    >>> unsure_words(190, 10)
    ''
    """
    n_rows = n_judged + n_unsure
    if n_unsure <= MOST_UNSURE * n_rows:
        return ""
    has = "has" if n_unsure == 1 else "have"
    return (
        f"{n_unsure:,} of {plural(n_rows, 'row')} that were judged {has} no clear answer: judges "
        "could not tell, or are divided. Such rows may be the harder ones, which no range holds."
    )


def unjudged_words(n_unsure: int) -> str:
    """Say that no row of the stream has an answer: a clause without its full stop.

    Parameters
    ----------
    n_unsure : int
        Rows that all judges left unsure, or that divide them.

    Examples
    --------
    >>> unjudged_words(0), unjudged_words(12)
    ('nobody has judged the real stream', 'none of 12 rows judged of the real stream has an answer')
    """
    if not n_unsure:
        return "nobody has judged the real stream"
    return f"none of {plural(n_unsure, 'row')} judged of the real stream has an answer"


def judge_findings(
    n_judged: int, n_agreed: int, n_twice: int, n_unsure: int = 0, *, has_thresholds: bool
) -> list[Finding]:
    """How far judges agree, and whether the ranges hold their errors; none where nobody judged.

    Parameters
    ----------
    n_judged, n_twice, has_thresholds
        As for `judge_errors`.
    n_agreed : int
        Rows on which all of two or more judges agree.
    n_unsure : int, default=0
        Rows without a clear answer.
    """
    told = judge_errors(n_judged, n_twice, has_thresholds=has_thresholds)
    unsure = unsure_words(n_judged, n_unsure)
    findings = [warning(unsure, _ASK_A_THIRD)] if unsure else []
    if not told:
        return findings
    if not n_twice:
        return [*findings, note(told, _ASK_ANOTHER)]
    rows = plural(n_twice, "row")
    return [
        *findings,
        note(f"Judges agree on {n_agreed} of {rows} that two or more judged. {told}"),
    ]
