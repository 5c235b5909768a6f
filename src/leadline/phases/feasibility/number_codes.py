"""Number codes: what may hide a signal where "no answer" is written as a number."""

from __future__ import annotations

from leadline.phases.verdict import Finding, warning
from leadline.phases.wording import plural


def code_findings(codes: tuple[str, ...], n_columns: int) -> list[Finding]:
    """Say that codes far from all answers drown what a column tells, where no signal was found.

    Parameters
    ----------
    codes : tuple of str
        Numbers that may mean "no answer", of which nobody has said whether they do.
    n_columns : int
        Columns that have any.

    Examples
    --------
    >>> code_findings(("99",), 2)[0].what
    '99 may mean "no answer" in 2 columns: as a number it drowns what they tell.'
    >>> code_findings((), 0)
    []
    """
    if not codes:
        return []
    drowns = "as a number it drowns" if len(codes) == 1 else "as numbers they drown"
    tell = "it tells" if n_columns == 1 else "they tell"
    return [
        warning(
            f'{" and ".join(codes)} may mean "no answer" in {plural(n_columns, "column")}: '
            f"{drowns} what {tell}.",
            f"Say so before this is believed: missing = {list(codes)} under [data], and run again.",
        )
    ]
