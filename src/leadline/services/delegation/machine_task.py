"""Task of a machine that labels: what it is told, and the rows as it sees them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from leadline.engines.language_models import Endpoint, Prompt
from leadline.errors import SettingsError
from leadline.evaluation.machine_spending import declared_machine
from leadline.labelling.blind_rows import RowFacts, blind_votes
from leadline.labelling.item_pool import line_of
from leadline.labelling.machine_prompt import (
    MachineSetup,
    guidelines_of,
    prompt_of,
    why_changed,
)
from leadline.labelling.machine_teaching import may_be_learnt
from leadline.phases.data import Data, Kind, SplitKind
from leadline.phases.delegation import Delegation
from leadline.phases.problem import Problem
from leadline.services.labelling.keyed_items import keyed_items
from leadline.services.labelling.worklist import data_and_problem
from leadline.snapshot import from_parquet
from leadline.workspace import Workspace

if TYPE_CHECKING:
    from leadline.settings.machine_sections import Machine

_SEED = 0

Cells = dict[str, str | int | float | bool | date | None]


@dataclass(frozen=True)
class MachineTask:
    """A machine, and what it is told as things are now.

    Attributes
    ----------
    name : str
        The name under which the settings declare it.
    settings : Machine
        Where it is and what it costs.
    prompt : Prompt
        What it is told: the question and the guidelines that people read, and the classes. It is
        shown no row with its label: a row that people judged would judge itself.
    guidelines : int or None
        Version of the guidelines; None: none.
    data, problem : Data, Problem
        What is labelled.
    """

    name: str
    settings: Machine
    prompt: Prompt
    guidelines: int | None
    data: Data
    problem: Problem

    @property
    def endpoint(self) -> Endpoint:
        """Whom to ask."""
        its = self.settings
        return Endpoint(
            its.url,
            its.model,
            key=its.key,
            timeout_s=its.timeout_s,
            max_in_flight=its.max_in_flight,
            client=its.client,
        )

    @property
    def classes(self) -> tuple[str, ...]:
        """What can be said; empty for numbers."""
        return self.prompt.classes

    @property
    def columns(self) -> tuple[str, ...]:
        """What it is told of a row."""
        return self.setup.columns

    @property
    def setup(self) -> MachineSetup:
        """All that its answers depend on."""
        its = self.settings
        return MachineSetup(
            its.model,
            self.endpoint.address,
            its.client,
            self.prompt,
            self.guidelines,
            self.data.features,
        )

    @property
    def told(self) -> str:
        """Digest under which its votes are kept."""
        return self.setup.digest


def machine_task(workspace: Workspace, name: str) -> MachineTask:
    """What a machine is told, as settings, data and guidelines are now.

    Raises
    ------
    SettingsError
        If no machine of that name is declared, or the rows have images.
    NotReadyError
        If there is no data verdict.
    """
    machine = declared_machine(workspace, name)
    data, problem = data_and_problem(workspace)
    pictures = [c.name for c in data.columns if c.name in data.features and c.kind is Kind.IMAGE]
    if pictures:
        raise SettingsError(
            f"The rows have images: {', '.join(map(repr, pictures))}.",
            "A machine reads texts, numbers and dates.",
            "Leave the label of such rows to people.",
        )
    version = guidelines_of(workspace)
    return MachineTask(
        name=name,
        settings=machine,
        prompt=prompt_of(problem, (count.value for count in data.classes), version),
        guidelines=version.version if version else None,
        data=data,
        problem=problem,
    )


def why_outdated(task: MachineTask, verdict: Delegation) -> str:
    """What has changed since a verdict, so that it no longer holds; empty if nothing has."""
    return why_changed(verdict, task.setup)


def judged_blind(workspace: Workspace) -> dict[str, dict[str, str]]:
    """Item to annotator to label, of the rows that at least two people judged blind.

    A verdict closes the rows that two people had judged by then. It shows those that the machine
    gets wrong, so a later vote may have seen what the machine says. Were later votes left out on
    these rows only, whoever comes later would be compared with the machine only where it is right.
    A vote that was given before counts as it was, though its person has said otherwise since.
    """
    votes = workspace.record.labels.votes.plain_history()
    closed: dict[str, datetime] = {}
    for entry in workspace.record.delegation.verdicts.all():
        before = [v for v in votes if v.item not in closed and not _is_later(v.at, entry.at)]
        closed |= dict.fromkeys(blind_votes(before), entry.at)
    return blind_votes([v for v in votes if not _is_later(v.at, closed.get(v.item))])


def _is_later(at: datetime | None, closed_at: datetime | None) -> bool:
    return at is not None and closed_at is not None and at > closed_at


def cells_of_rows(workspace: Workspace, data: Data, keys: Collection[str]) -> dict[str, Cells]:
    """Key to the features of a row, as people see them, in the order of the data."""
    found: dict[str, Cells] = {}
    for frame in _frames(workspace, data, keys):
        for key, *cells in frame.select(frame.columns[0], *data.features).iter_rows():
            found.setdefault(key, dict(zip(data.features, map(as_cell, cells), strict=True)))
    return found


def open_keys(workspace: Workspace, data: Data, *, is_learnt: bool = False) -> list[str]:
    """Keys of rows without a label, in an order drawn by chance that is the same each time.

    Those that may be learnt from come first: rows on the test side never are, nor, where the split
    is by time, rows later than the last train row.

    Parameters
    ----------
    workspace : Workspace
        The project.
    data : Data
        The audit that found the rows.
    is_learnt : bool, default=False
        Whether to leave out the others.
    """
    if not data.unlabelled:
        return []
    frame = keyed_items(workspace, data.unlabelled, data)
    is_free = may_be_learnt(frame, data.split, _last_train(workspace, data))
    drawn = frame.select(pl.first(), is_other=pl.Series(~is_free)).sample(
        fraction=1, shuffle=True, seed=_SEED
    )
    wanted = drawn.filter(~pl.col("is_other")) if is_learnt else drawn
    keys: list[str] = wanted.sort("is_other", maintain_order=True).to_series(0).to_list()
    return keys


def _last_train(workspace: Workspace, data: Data) -> object:
    """Time of the last train row; None where the split is not by time."""
    if data.split.kind is not SplitKind.TIME:
        return None
    is_test = np.frombuffer(workspace.artifacts.get(data.split.mask), dtype=np.bool_)
    times = from_parquet(workspace.artifacts.get(data.snapshot))[data.split.column]
    return times.filter(pl.Series(~is_test)).max()


def facts_of_rows(workspace: Workspace, data: Data, keys: Collection[str]) -> RowFacts:
    """The rows in a line of words each, and what columns of few values say of them."""
    columns = [c.name for c in data.columns if c.kind is Kind.CATEGORY]
    wanted = workspace.settings.slices.columns or tuple(data.features)
    lines: dict[str, str] = {}
    slices: dict[str, dict[str, str]] = {name: {} for name in columns if name in wanted}
    for frame in _frames(workspace, data, keys):
        for row, key in enumerate(frame[frame.columns[0]]):
            lines.setdefault(key, line_of(frame, list(data.features), row))
            for name, of_item in slices.items():
                value = frame[name][row]
                of_item.setdefault(key, "" if value is None else str(value))
    return RowFacts(lines, slices)


def _frames(workspace: Workspace, data: Data, keys: Collection[str]) -> list[pl.DataFrame]:
    """The wanted rows, with their keys as the first column."""
    digests = filter(None, (data.unlabelled, data.snapshot))
    frames = [keyed_items(workspace, digest, data) for digest in digests]
    return [frame.filter(frame[frame.columns[0]].is_in(list(keys))) for frame in frames]


def as_cell(value: object) -> str | int | float | bool | date | None:
    """A value of a row as a machine is told it."""
    return value if value is None or isinstance(value, str | int | float | date) else str(value)
