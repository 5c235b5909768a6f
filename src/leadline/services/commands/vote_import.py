"""Import of votes from a file: all of them, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from leadline.engines.annotation_format import Answer, Fault, ImportResult, Question
from leadline.errors import DataError, LeadlineError
from leadline.phases.data import Data
from leadline.phases.wording import plural
from leadline.reading.schema import ColumnReading
from leadline.record import Vote
from leadline.services.labelling.cells_of_answers import read_class, read_number
from leadline.services.labelling.known_items import KnownItems
from leadline.services.labelling.vote_conversion import vote_of
from leadline.services.parsing import parse_person
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
    n_replaced : int
        Votes kept that say otherwise than the same person did before on the item.
    n_other_guidelines : int
        Votes kept without their version of the guidelines, which is none of ours.
    faults : tuple of Fault
        What was left out.
    """

    n_kept: int
    n_same: int
    n_older: int
    n_replaced: int
    n_other_guidelines: int
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
    items = KnownItems(workspace)
    data = workspace.record.latest_of(Data)
    label = None if data is None else data.reading.get(question.label)
    answers: list[Answer] = []
    faults = list(import_result.faults)
    named = items.named(import_result.annotations)
    for imported, item in zip(import_result.annotations, named, strict=True):
        try:
            reading = None if imported.is_plain and not question.classes else label
            answer = replace(
                imported.answer, value=_label(imported.answer.value, question, reading)
            )
            answers.append(_possible(answer, item, annotator))
        except ValueError as error:
            faults.append(Fault(imported.where, str(error)))
    return answers, faults


def _possible(answer: Answer, item: str | ValueError, annotator: str) -> Answer:
    if isinstance(item, ValueError):
        raise item
    if not (answer.judge or annotator).strip():
        raise ValueError("nobody is named as 'judge'; name one for all with --by")
    try:
        who = parse_person(answer.judge or annotator, "the label")
    except LeadlineError as error:
        raise ValueError(str(error)) from error
    return replace(answer, item=item, judge=who)


def _label(value: str | None, question: Question, reading: ColumnReading | None) -> str | None:
    if value is None:
        return None
    try:
        if question.classes:
            return read_class(value, question.classes, reading)
        return read_number(value, reading)
    except ValueError as error:
        raise ValueError(f"{question.label} is {error}") from error


def _kept(workspace: Workspace, answers: list[Answer], faults: Sequence[Fault]) -> ImportSummary:
    """Put answers on the record, all or none; the only place that does."""
    versions = {
        str(each.version): each.version for each in workspace.record.labels.guidelines.all()
    }
    # the record counts the last vote of a person on an item: the latest must come last
    by_time = sorted(answers, key=lambda each: each.at or _NEVER)
    votes = [vote_of(answer, versions) for answer in by_time]
    n_same = n_older = n_replaced = n_other_guidelines = 0

    def new(there: Sequence[Vote]) -> list[Vote]:
        nonlocal n_same, n_older, n_replaced, n_other_guidelines
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
                n_replaced += before is not None and before.value != vote.value
                known[vote.item, vote.annotator] = vote
                n_other_guidelines += bool(answer.guidelines) and vote.guidelines is None
        return chosen

    n_kept = workspace.record.labels.votes.add_all(new)
    return ImportSummary(
        n_kept=n_kept,
        n_same=n_same,
        n_older=n_older,
        n_replaced=n_replaced,
        n_other_guidelines=n_other_guidelines,
        faults=tuple(faults),
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
