"""Families as a project may use them: those that ask language models are told which there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from leadline.engines.contract import Family
from leadline.engines.loading import load_family
from leadline.errors import SettingsError

if TYPE_CHECKING:
    from leadline.engines.language_models import Spending
    from leadline.engines.language_models.connection import Connection
    from leadline.phases.data import Data
    from leadline.phases.problem import Problem
    from leadline.workspace import Workspace


def connected_family(name: str, folder: str) -> Family:
    """The family of a name; one that asks language models knows those of the project.

    Parameters
    ----------
    name : str
        As under ``[find] families``.
    folder : str
        Where ``leadline.toml`` lies; empty for none.

    Raises
    ------
    EngineError
        If there is no such family.
    SettingsError
        If it asks language models, and one of them has no price.
    """
    family = load_family(name, folder)
    connect = getattr(family, "connect", None)
    if connect is not None and folder:
        connect(_connections(folder))
    return family


def _connections(folder: str) -> dict[str, Connection]:
    """The language models of a project, by name."""
    # a project without any need not wait for what asks them
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        return {name: _connection(workspace, name) for name in workspace.settings.machines}


def _connection(workspace: Workspace, name: str) -> Connection:
    from leadline.engines.language_models import Endpoint
    from leadline.engines.language_models.connection import Connection
    from leadline.evaluation.budget import dollars
    from leadline.phases.data import Data
    from leadline.phases.problem import Problem
    from leadline.phases.project_accounts.token_price import MICROS

    machine = workspace.settings.machines[name]
    prices = machine.prices(name)
    # who pays nothing need not say what a dollar costs
    dollar = 0.0 if machine.is_free else dollars(workspace, MICROS)
    problem = workspace.record.latest_of(Problem)
    question = problem.question or f"What is {problem.label} here?" if problem else ""
    told = [question, _guidelines(workspace)]
    return Connection(
        Endpoint(
            machine.url,
            machine.model,
            key=machine.key,
            timeout_s=machine.timeout_s,
            max_in_flight=machine.max_in_flight,
            client=machine.client,
        ),
        guidelines="\n\n".join(filter(None, told)),
        classes=_names(problem, workspace.record.latest_of(Data)) if problem else {},
        input=prices.input * dollar,
        cached_input=prices.cached_input * dollar,
        output=prices.output * dollar,
        purse=partial(_purse, str(workspace.folder), name, machine.url),
    )


def _names(problem: Problem, data: Data | None) -> dict[str, str]:
    """The two classes by their names: models learn 1 for the positive one and 0 for all else."""
    if not problem.positive:
        return {}
    others = [each.value for each in data.classes if each.value != problem.positive] if data else []
    rest = others[0] if len(others) == 1 else f"not {problem.positive}"
    return {"0": rest, "1": problem.positive}


def _guidelines(workspace: Workspace) -> str:
    """What annotators are told; empty if nothing is."""
    name = workspace.settings.labels.guidelines
    try:
        return workspace.path(name).read_text(encoding="utf-8-sig").strip() if name else ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"The guidelines {name!r} cannot be read: {error}.",
            "A language model is told what people are told.",
            "Correct [labels] guidelines in leadline.toml, or the file.",
        ) from None


@contextmanager
def _purse(folder: str, name: str, url: str) -> Iterator[Spending]:
    """The money of a machine, from the record of its project, if it still has that address."""
    from leadline.evaluation.machine_spending import declared_machine, machine_spending
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        declared = declared_machine(workspace, name).url
        if declared != url:
            # whether rows may leave is asked of the address that is declared
            raise SettingsError(
                f"[machines.{name}] url is {declared} now; it was {url} when this began.",
                "Rows are sent to the address that the settings name.",
                "Do the same again.",
            )
        with machine_spending(workspace, name) as spending:
            yield spending
