"""Import of votes from a file: all of them, or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from leadline.engines.annotation_format import (
    Answer,
    Fault,
    ImportedAnnotation,
    ImportResult,
    Question,
    time_of,
)
from leadline.errors import DataError, LeadlineError
from leadline.phases.data import Data
from leadline.phases.wording import plural
from leadline.record import Vote
from leadline.services.labelling.vote_conversion import vote_of
from leadline.services.parsing import canonical_number, parse_person
from leadline.services.queries.labelling_batch import identity_of, keyed_items
from leadline.snapshot import content_hashes
from leadline.workspace import Workspace

_MOST_NAMED = 5
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class ImportSummary:
    """What became of a file of votes.

    Attributes
    ----------
    n_kept : int
        New votes.
    n_same : int
        Votes that were on the record already.
    n_older : int
        Votes older than another of the same person on the same item.
    n_words : int
        Votes kept without their version of the guidelines, which is none of ours.
    faults : tuple of Fault
        What was left out.
    """

    n_kept: int
    n_same: int
    n_older: int
    n_words: int
    faults: tuple[Fault, ...] = ()


def import_votes(
    workspace: Workspace,
    import_result: ImportResult,
    question: Question,
    *,
    name: str,
    annotator: str = "",
    keep_good: bool = False,
) -> ImportSummary:
    """Keep votes that came in a file.

    Parameters
    ----------
    workspace : Workspace
        The project.
    import_result : ImportResult
        What a format read.
    question : Question
        What was asked.
    name : str
        Of the file, for messages.
    annotator : str, default=""
        Annotator of the votes that name none.
    keep_good : bool, default=False
        Whether votes without fault are kept where others have one.

    Raises
    ------
    DataError
        If the file has a fault, or no vote at all; nothing of it is kept then.
    """
    answers, faults = _checked(workspace, import_result, question, annotator)
    if faults and not keep_good:
        raise DataError(*_refusal(name, faults))
    if not answers:
        raise DataError(
            f"{name} holds no vote that can be kept.",
            "At least one is needed.",
            "Look whether anybody has answered.",
        )
    return _kept(workspace, answers, faults)


def _checked(
    workspace: Workspace, import_result: ImportResult, question: Question, annotator: str
) -> tuple[list[Answer], list[Fault]]:
    """Answers about known items, by somebody, that can be said; and faults, in the file's order."""
    items = _Items(workspace)
    answers: list[Answer] = []
    faults = list(import_result.faults)
    named = items.named(import_result.annotations)
    for imported, item in zip(import_result.annotations, named, strict=True):
        try:
            answers.append(_possible(imported.answer, item, question, annotator))
        except ValueError as error:
            faults.append(Fault(imported.where, str(error)))
    return answers, faults


def _possible(answer: Answer, item: str | ValueError, question: Question, annotator: str) -> Answer:
    if isinstance(item, ValueError):
        raise item
    value = None if answer.value is None else _label(answer.value, question)
    if not (answer.judge or annotator).strip():
        raise ValueError("nobody is named as 'judge'; name one for all with --by")
    try:
        who = parse_person(answer.judge or annotator, "the label")
    except LeadlineError as error:
        raise ValueError(str(error)) from error
    return replace(answer, item=item, judge=who, value=value)


def _label(value: str, question: Question) -> str:
    if question.classes:
        if value not in question.classes:
            known = ", ".join(question.classes)
            raise ValueError(f"{question.label} is {value[:40]!r}; one of {known} is needed")
        return value
    try:
        return canonical_number(value)
    except ValueError:
        raise ValueError(f"{question.label} is {value[:40]!r}; a number is needed") from None


def _kept(workspace: Workspace, answers: list[Answer], faults: Sequence[Fault]) -> ImportSummary:
    """Put answers on the record, all or none; the only place that does."""
    versions = {
        str(each.version): each.version for each in workspace.record.labels.guidelines.all()
    }
    # the record counts the last vote of a person on an item: the latest must come last
    by_time = sorted(answers, key=lambda each: each.at or _NEVER)
    votes = [vote_of(answer, versions) for answer in by_time]
    n_same = n_older = n_words = 0

    def new(there: Sequence[Vote]) -> list[Vote]:
        nonlocal n_same, n_older, n_words
        known = {(vote.item, vote.annotator): vote for vote in there}
        chosen = []
        for answer, vote in zip(by_time, votes, strict=True):
            before = known.get((vote.item, vote.annotator))
            if before is not None and _is_same(before, vote):
                n_same += 1
            elif before is not None and before.at and vote.at and vote.at < before.at:
                n_older += 1
            else:
                chosen.append(vote)
                known[vote.item, vote.annotator] = vote
                n_words += bool(answer.guidelines) and vote.guidelines is None
        return chosen

    n_kept = workspace.record.labels.votes.add_all(new)
    return ImportSummary(
        n_kept=n_kept, n_same=n_same, n_older=n_older, n_words=n_words, faults=tuple(faults)
    )


def _is_same(before: Vote, vote: Vote) -> bool:
    """Whether the record holds this vote; times are compared only if the file has them."""
    if vote.at is None:
        before = replace(before, at=None)
    return all(
        getattr(before, name) == each for name, each in vars(vote).items() if each not in (None, "")
    ) and (before.value == vote.value)


def _refusal(name: str, faults: Sequence[Fault]) -> tuple[str, str, str]:
    told = [f"{name} {fault.where}: {fault.found}".replace(" :", ":") for fault in faults]
    more = len(told) - _MOST_NAMED
    rest = f" {plural(more, 'more fault')}." if more > 0 else ""
    return (
        f"{'. '.join(told[:_MOST_NAMED])}.{rest}",
        "Nothing was kept.",
        "Correct the file, or keep what is without fault with --keep-good.",
    )


class _Items:
    """Index of all items of the data, by key and by content."""

    def __init__(self, workspace: Workspace) -> None:
        data = workspace.record.latest_of(Data)
        assert data is not None
        digests = [digest for digest in (data.unlabelled, data.snapshot) if digest]
        tables = [keyed_items(workspace, digest, data) for digest in digests]
        self._identity = identity_of(data)
        self._schema = {name: tables[0].schema[name] for name in self._identity}
        self._keys = {key for table in tables for key in table[table.columns[0]].to_list()}

    def named(self, annotations: Sequence[ImportedAnnotation]) -> list[str | ValueError]:
        """The key of each item, or why there is none."""
        return [self._key(imported) for imported in annotations]

    def _key(self, imported: ImportedAnnotation) -> str | ValueError:
        key = imported.answer.item or str(imported.content.get("leadline_item", "") or "")
        if key:
            is_known = key in self._keys
            return key if is_known else ValueError(f"the item {key[:40]!r} is not among the data")
        return self._by_content(imported.content)

    def _by_content(self, content: Mapping[str, Any]) -> str | ValueError:
        missing = [name for name in self._identity if name not in content]
        if missing:
            return ValueError(
                f"nothing says which item it is: there is no 'item', and no {_named(missing)}"
            )
        try:
            columns = {
                name: pl.Series([_typed(content[name], dtype, name)], dtype=dtype)
                for name, dtype in self._schema.items()
            }
        except ValueError as error:
            return error
        except (TypeError, OverflowError, pl.exceptions.PolarsError):
            return ValueError("its content does not fit the columns of the data")
        key = f"{int(content_hashes(pl.DataFrame(columns), self._identity)[0]):016x}"
        return key if key in self._keys else ValueError("no row of the data has this content")


def _named(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in list(names)[:_MOST_NAMED])


def _typed(value: Any, dtype: pl.DataType, name: str) -> Any:
    """A value as the snapshot holds it."""
    if value in (None, ""):
        return None
    if dtype == pl.String:
        return str(value)
    if dtype == pl.Binary:
        return _image(value, name)
    try:
        if dtype.is_temporal():
            text = value.isoformat() if isinstance(value, date) else str(value)
            return time_of(text).astimezone(UTC).replace(tzinfo=None)
        return _whole(value) if dtype.is_integer() else float(value)
    except (TypeError, ValueError, OverflowError) as error:
        kind = "time" if dtype.is_temporal() else "number"
        raise ValueError(f"{name} is {str(value)[:40]!r}; a {kind} is needed") from error


def _whole(value: Any) -> int:
    number = float(value)
    if not number.is_integer():
        raise ValueError(f"{value!r} is not whole")
    return int(number)


def _image(value: Any, name: str) -> bytes:
    from base64 import b64decode

    if isinstance(value, bytes):
        return value
    head, _, encoded = str(value).partition(",")
    if not head.startswith("data:image/png;base64"):
        raise ValueError(f"{name} is no image in the file itself; name the item by its key")
    return b64decode(encoded)
