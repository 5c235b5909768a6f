"""Comparison of two entries of a row, field by field: only what differs, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from leadline.errors import RecordError
from leadline.phases.permissions import Action
from leadline.phases.wording import plural
from leadline.record import Entry
from leadline.record.codec import encode
from leadline.services.deciding.field_words import (
    change_words,
    is_interval,
    is_money,
    label_of,
    value_words,
)
from leadline.services.identity.permission import require
from leadline.workspace import Workspace

_FOLLOW = frozenset({"summary", "findings"})  # told apart: the one stands above, the other below
_KEYS = ("name", "column", "row", "person", "label", "q", "probability", "n_rows", "block")
_MOST_OF_A_FIELD = 12

Path = tuple[str, ...]


@dataclass(frozen=True)
class FieldChange:
    """One field that differs.

    Attributes
    ----------
    label : str
        What it is, in words.
    before, after : str
        Its two values, in words.
    change : str
        From the one to the other, where that is a number; else empty.
    """

    label: str
    before: str
    after: str
    change: str


@dataclass(frozen=True)
class EntryComparison:
    """Two entries side by side.

    Attributes
    ----------
    one, other : Entry
        The two.
    changes : tuple of FieldChange
        What differs, in the order of the verdict's fields.
    n_same : int
        Fields that are equal.
    new_findings, gone_findings : tuple of str
        What only the second says, and what only the first said.
    """

    one: Entry
    other: Entry
    changes: tuple[FieldChange, ...]
    n_same: int
    new_findings: tuple[str, ...]
    gone_findings: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return not (self.changes or self.new_findings or self.gone_findings)


def compare_entries(workspace: Workspace, one: int, other: int) -> EntryComparison:
    """Put two entries of a row side by side.

    Raises
    ------
    RecordError
        If one is not there, both are the same one, or they answer different questions.
    """
    require(workspace, Action.VIEW)
    first, second = workspace.record.entry(one), workspace.record.entry(other)
    if one == other:
        raise RecordError(
            f"Entry {one} is compared with itself.", "Two entries are needed.", "Name another one."
        )
    if first.row != second.row:
        raise RecordError(
            f"Entry {one} is of {first.row!r}, entry {other} of {second.row!r}.",
            "Only answers to one question can be compared field by field.",
            f"Name another entry of one of them: see their pages, /rows/{first.row} and "
            f"/rows/{second.row}.",
        )
    before, after = encode(first.verdict), encode(second.verdict)
    changes, n_same = field_changes(before, after)
    old, new = _findings(first), _findings(second)
    return EntryComparison(
        one=first,
        other=second,
        changes=changes,
        n_same=n_same,
        new_findings=tuple(words for words in new if words not in old),
        gone_findings=tuple(words for words in old if words not in new),
    )


def field_changes(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[tuple[FieldChange, ...], int]:
    """What differs between two verdicts as JSON has them, and how many fields do not.

    Parts of a list are told apart by their names where they have some, else by their place. A
    field in which more than a dozen values differ is told in one line. Each amount of money is in
    the currency of its own verdict; between two currencies there is no difference to tell.
    """
    one, two = dict(_leaves(before)), dict(_leaves(after))
    paths = list(dict.fromkeys((*one, *two)))
    differing = [path for path in paths if one.get(path) != two.get(path)]
    money_of = [str(verdict.get("currency") or "") for verdict in (before, after)]
    currencies = (money_of[0] or money_of[1], money_of[1] or money_of[0])
    changes: list[FieldChange] = []
    for field, group in groupby(differing, key=lambda path: path[0]):
        its = list(group)
        if len(its) > _MOST_OF_A_FIELD:
            n_all = sum(path[0] == field for path in paths)
            words = f"{len(its)} of {plural(n_all, 'value')} differ"
            changes.append(
                FieldChange(label_of(field), _size(before, field), _size(after, field), words)
            )
        else:
            changes += [_change(path, one.get(path), two.get(path), currencies) for path in its]
    return tuple(changes), len(paths) - len(differing)


def _change(path: Path, before: object, after: object, currencies: tuple[str, str]) -> FieldChange:
    field = next((part for part in reversed(path) if not part.isdecimal()), path[-1])
    of_two = is_money(field) and currencies[0] != currencies[1]
    return FieldChange(
        ": ".join(map(label_of, path)),
        value_words(field, before, currencies[0]),
        value_words(field, after, currencies[1]),
        "" if of_two else change_words(field, before, after, currencies[1]),
    )


def _size(payload: Mapping[str, Any], field: str) -> str:
    value = payload.get(field)
    return plural(len(value), "part") if isinstance(value, list | dict) else "–"


def _leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value that is not made of others, by the names that lead to it."""
    if isinstance(value, Mapping) and not is_interval(value):
        for name, part in value.items():
            if path or name not in _FOLLOW:
                yield from _leaves(part, (*path, str(name)))
    elif isinstance(value, list) and value and all(isinstance(part, Mapping) for part in value):
        for name, part in zip(_names(value), value, strict=True):
            yield from _leaves(part, (*path, name))
    else:
        yield path, value


def _names(parts: Sequence[Mapping[str, Any]]) -> list[str]:
    """What tells the parts of a list apart: a field whose values differ, else their places."""
    for key in _KEYS:
        names = [part.get(key) for part in parts]
        if None not in names and len(set(map(str, names))) == len(parts):
            return [f"{name:g}" if isinstance(name, float) else str(name) for name in names]
    return [str(place) for place in range(1, len(parts) + 1)]


def _findings(entry: Entry) -> list[str]:
    return [f"{finding.what} {finding.next}".strip() for finding in entry.verdict.findings]
