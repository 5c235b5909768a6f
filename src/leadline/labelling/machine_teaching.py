"""Machines whose labels models learn from: which, by whose leave, and of which rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.engines.language_models import Endpoint
from leadline.errors import LeadlineError
from leadline.labelling.machine_prompt import (
    MachineSetup,
    guidelines_of,
    prompt_of,
    why_changed,
)
from leadline.labelling.vote_table import typed_labels
from leadline.phases.data import MachineShare, NumberGap, weight_of
from leadline.phases.problem import Problem
from leadline.phases.project_accounts.token_price import MICROS
from leadline.phases.verdict import Answer
from leadline.record import Permission
from leadline.snapshot import content_hashes, test_side

if TYPE_CHECKING:
    from leadline.phases.data import Data, Split
    from leadline.phases.delegation import Delegation
    from leadline.record import DelegationEntry, MachineVote
    from leadline.settings.machine_sections import Machine
    from leadline.workspace import Workspace


@dataclass(frozen=True)
class Teacher:
    """A machine that a person let in on a verdict of yes that holds.

    Attributes
    ----------
    name : str
        Its name in the settings.
    entry : DelegationEntry
        The verdict on it.
    newest : int
        Number of the newest vote that counts; 0: it has labelled nothing.
    """

    name: str
    entry: DelegationEntry
    newest: int


@dataclass(frozen=True)
class Teaching:
    """What machines may teach now.

    Attributes
    ----------
    teachers : tuple of Teacher
        In the order of the settings: of a row that several labelled, the first has the word.
    silent : mapping of str to str
        Machine to why it teaches nothing, of those on which there is a verdict.
    """

    teachers: tuple[Teacher, ...]
    silent: Mapping[str, str]

    @property
    def digest(self) -> str:
        """Digest of the votes that count, and of the verdicts; empty where nothing is taught."""
        told = [f"{each.name} {each.entry.number} {each.newest}" for each in self.teachers]
        return sha256("\n".join(told).encode()).hexdigest() if told else ""

    def lapsed(self, shares: Sequence[MachineShare]) -> list[str]:
        """Sentences on machines that taught before and teach no more.

        Parameters
        ----------
        shares : sequence of MachineShare
            What they taught before.
        """
        still = {teacher.name for teacher in self.teachers}
        return [
            f"Nothing is learnt from {share.machine!r} any more: "
            f"{self.silent.get(share.machine, 'it is not declared any more')}."
            for share in shares
            if share.machine not in still
        ]


@dataclass(frozen=True)
class TaughtRows:
    """Rows that only machines labelled, to learn from.

    Attributes
    ----------
    frame : polars.DataFrame
        The rows, with the label filled in.
    shares : tuple of MachineShare
        How many are whose.
    """

    frame: pl.DataFrame
    shares: tuple[MachineShare, ...] = ()


def teaching_of(
    workspace: Workspace, problem: Problem, classes: Sequence[str], features: Mapping[str, str]
) -> Teaching:
    """The machines whose labels are learnt from, as settings, guidelines and decisions are now.

    A machine teaches if its verdict is yes, a named person let it in on this very verdict, the
    machine is what it was and is told what it was told, and ``train`` is not false in its section.

    Parameters
    ----------
    workspace : Workspace
        The project.
    problem : Problem
        The question.
    classes : sequence of str
        The labels there are; none where a number is predicted.
    features : mapping of str to str
        Column to kind, of what machines are told of a row.
    """
    teachers: list[Teacher] = []
    silent: dict[str, str] = {}
    newest = workspace.record.delegation.verdicts.newest()
    for name, machine in workspace.settings.machines.items():
        entry = newest.get(name)
        if entry is None:
            continue
        why, told = _why_silent(entry, machine), ""
        if not why:
            try:
                version = guidelines_of(workspace)
                setup = MachineSetup(
                    machine.model,
                    Endpoint(machine.url, machine.model, client=machine.client).address,
                    machine.client,
                    prompt_of(problem, classes, version),
                    version.version if version else None,
                    features,
                )
                why, told = why_changed(entry.verdict, setup), setup.digest
            except LeadlineError as error:
                why = error.found.rstrip(".")
        if why:
            silent[name] = why
            continue
        newest_vote = workspace.record.delegation.votes.newest(name, machine.model, told)
        teachers.append(Teacher(name, entry, newest_vote))
    return Teaching(tuple(teachers), silent)


def machine_labels_now(workspace: Workspace, data: Data) -> str:
    """Digest of all that machines may teach now, as `leadline.phases.data.Data` keeps it."""
    problem = workspace.record.latest_of(Problem)
    assert problem is not None, "data stand on a problem"
    return teaching_of(
        workspace, problem, [each.value for each in data.classes], data.features
    ).digest


def taught_rows(
    workspace: Workspace,
    teaching: Teaching,
    frame: pl.DataFrame,
    split: Split,
    *,
    label: str,
    known: Collection[str],
    last: object = None,
) -> TaughtRows:
    """Rows without a label that machines may teach.

    Left out are rows that people judged, or of which an equal one has a label of theirs; rows on
    the test side, where people's label would make them test rows; and, where the split is by time,
    rows that are later than all that is learnt from.

    Parameters
    ----------
    workspace : Workspace
        Whose record holds what machines say.
    teaching : Teaching
        Which of them count.
    frame : DataFrame of shape (n_samples, n_columns)
        The rows without a label.
    split : Split
        As it is now.
    label : str
        The column to fill.
    known : collection of str
        Keys of rows that people judged.
    last : date or number, optional
        Time of the last train row, where the split is by time.
    """
    said = _labels(workspace, teaching)
    if not said or not frame.height:
        return TaughtRows(frame.clear())
    keys = row_keys(frame, split.identity)
    is_free = may_be_learnt(frame, split, last)
    chosen: dict[str, int] = {}
    for row, key in enumerate(keys):
        if is_free[row] and key in said and key not in known:
            chosen.setdefault(key, row)
    # the rows of one machine lie together: a share says how many they are
    chosen = dict(sorted(chosen.items(), key=lambda pair: said[pair[0]][1]))
    gaps = [teacher.entry.verdict.gap for teacher in teaching.teachers]
    labels = [_unbiased(value, gaps[place]) for value, place in map(said.__getitem__, chosen)]
    given = pl.Series(label, labels, dtype=pl.String)
    counted = np.bincount([said[key][1] for key in chosen], minlength=len(teaching.teachers))
    return TaughtRows(
        frame[list(chosen.values())].with_columns(typed_labels(given, frame.schema[label])),
        tuple(
            _share(workspace, teacher, int(n))
            for teacher, n in zip(teaching.teachers, counted, strict=True)
            if n
        ),
    )


def may_be_learnt(frame: pl.DataFrame, split: Split, last: object) -> NDArray[np.bool_]:
    """Which rows without a label a machine may teach, as `taught_rows` has it.

    Parameters
    ----------
    frame : DataFrame of shape (n_samples, n_columns)
        The rows, with the columns of the split.
    split : Split
        As it is now.
    last : date, number or None
        Time of the last train row, where the split is by time.

    Returns
    -------
    ndarray of bool, shape (n_samples,)
    """
    is_free: NDArray[np.bool_] = ~test_side(frame, split)
    if last is not None:
        is_free &= (frame[split.column] <= last).fill_null(value=False).to_numpy()
    return is_free


def row_keys(frame: pl.DataFrame, identity: Sequence[str]) -> list[str]:
    """Key of each row: a hash of its identity columns, as votes name it."""
    return [f"{key:016x}" for key in content_hashes(frame, list(identity)).tolist()]


def _why_silent(entry: DelegationEntry, machine: Machine) -> str:
    """Why nobody lets a machine teach; empty if somebody does. Against a "no" nothing is taught."""
    if not machine.train:
        return "train is false in its section"
    if entry.verdict.answer is not Answer.GO:
        return "the verdict on it is not yes"
    if entry.decided is None:
        return "nobody has decided on the newest verdict on it"
    if entry.decided.choice is not Permission.GO:
        return f"{entry.decided.by} decided that it may not label"
    return ""


def _labels(workspace: Workspace, teaching: Teaching) -> dict[str, tuple[str, int]]:
    """Key of a row to its label and the place of its teacher."""
    votes = workspace.record.delegation.votes
    found: dict[str, tuple[str, int]] = {}
    for place, teacher in enumerate(teaching.teachers):
        verdict = teacher.entry.verdict
        for vote in votes.of(teacher.name, verdict.model, verdict.prompt):
            if vote.value is not None and _is_sure(vote, verdict):
                found.setdefault(vote.item, (vote.value, place))
    return found


def _unbiased(value: str, gap: NumberGap | None) -> str:
    """A label as models learn it: of a number, less what the machine says too much on average."""
    if gap is None or not gap.is_biased:
        return value
    return repr(float(value) - gap.bias.estimate)


def _is_sure(vote: MachineVote, verdict: Delegation) -> bool:
    """Whether it is as sure of a row as the judged rows demand."""
    given = verdict.handover
    if given is None:  # of numbers it is not asked how sure it is
        return not verdict.classes
    if given.error is None:
        return False
    cut = given.cut
    return cut is None or (vote.confidence is not None and vote.confidence >= cut)


def _share(workspace: Workspace, teacher: Teacher, n_rows: int) -> MachineShare:
    verdict, account = teacher.entry.verdict, workspace.record.machines.account(teacher.name)
    price = account.spent / MICROS / account.n_answers if account.n_answers else None
    counts = verdict.handover.counts if verdict.handover is not None else ()
    share = MachineShare(
        machine=teacher.name,
        model=verdict.model,
        n_rows=n_rows,
        cost=None if price is None else price * n_rows,
        delegation=teacher.entry.number,
        counts=counts,
        gap=verdict.gap,
    )
    return replace(share, weight=weight_of(share.judged))
