"""Words for categories that moved: new spellings, categories never seen, shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

import polars as pl

from leadline.monitoring.shifts.looks import MISSING, UNSEEN, VALUES
from leadline.monitoring.shifts.number_words import missing_words
from leadline.monitoring.shifts.respelt import respelt
from leadline.phases.wording import share_words

_MOST_NAMED = 3
_MOST_LETTERS = 40
_STAND_INS = frozenset(
    {
        "unknown",
        "other",
        "others",
        "none",
        "n/a",
        "na",
        "null",
        "missing",
        "undefined",
        "tbd",
        "?",
        "-",
    }
    | {"not known", "not available", "-1", "-999", "999", "nan", "unspecified", "default", "test"}
)


def category_words(
    name: str, looks: Collection[str], new: pl.Series, old: pl.Series, known: Counter[str]
) -> list[str]:
    """Say how categories moved, what a person can act on first.

    Parameters
    ----------
    name : str
        Of the column.
    looks : collection of str
        Those that found something.
    new, old : Series of str
        Cells of the block and of the rows compared with.
    known : Counter of str
        Rows of the whole reference with each category, to know what was never seen.
    """
    said = []
    here = Counter(new.drop_nulls().to_list())
    unseen = Counter({value: n for value, n in here.items() if value not in known})
    if unseen and {UNSEEN, VALUES} & set(looks):
        said += _unseen_words(name, unseen, known, new.len())
    if MISSING in looks:
        said.append(missing_words(name, new.null_count(), new.len(), old.null_count(), old.len()))
    if VALUES in looks and not said:
        said.append(_most_moved(name, here, Counter(old.drop_nulls().to_list())))
    return said


def _unseen_words(name: str, unseen: Counter[str], known: Counter[str], n_rows: int) -> list[str]:
    said = []
    changed = respelt((value for value, _ in unseen.most_common()), known)
    by_how: dict[str, list[str]] = {}
    rows: Counter[str] = Counter()
    for each in changed:
        by_how.setdefault(each.how, []).append(
            f"{_shown(each.now)} where it was {_shown(each.was)}"
        )
        rows[each.how] += unseen.pop(each.now)
    for how, n in rows.most_common():
        said.append(
            f"{name!r} is written {how} in {_share(n, n_rows)} of the rows: {_listed(by_how[how])}"
        )
    if unseen:
        most = unseen.most_common(_MOST_NAMED)
        shown = ", ".join(f"{_shown(value)} in {_share(n, n_rows)}" for value, n in most)
        left, rest = len(unseen) - len(most), unseen.total() - sum(n for _, n in most)
        more = f" and {left:,} more in {_share(rest, n_rows)}" if left else ""
        said.append(f"{name!r}: {shown}{more} of the rows, never seen before{_stand_in(most)}")
    return said


def _stand_in(values: list[tuple[str, int]]) -> str:
    named = [value for value, _ in values if value.strip().casefold() in _STAND_INS]
    if not named:
        return ""
    it = "it" if len(values) == 1 else _shown(named[0])
    return f"; {it} seems to stand for values that are not known"


def _listed(items: list[str]) -> str:
    left = len(items) - _MOST_NAMED
    return ", ".join(items[:_MOST_NAMED]) + (f" and {left:,} more" if left > 0 else "")


def _most_moved(name: str, here: Counter[str], before: Counter[str]) -> str:
    """The category whose share moved most."""
    n, n_before = max(here.total(), 1), max(before.total(), 1)
    value = max({*here, *before}, key=lambda each: abs(here[each] / n - before[each] / n_before))
    now, then = here[value] / n, before[value] / n_before
    told = f"{share_words(now, 1)} of the rows, {share_words(then, 1)} before"
    return f"{name!r}: {_shown(value)} in {told}"


def _shown(value: str) -> str:
    return repr(value if len(value) <= _MOST_LETTERS else f"{value[:_MOST_LETTERS]}...")


def _share(n: int, n_rows: int) -> str:
    share = n / max(n_rows, 1)
    return f"{share_words(share)}" if n == n_rows else f"{share_words(share, 1)}"
