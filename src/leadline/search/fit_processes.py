"""Processes that fits run in, and what they import before the first one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from leadline.engines.loading import load, load_family

if TYPE_CHECKING:
    from leadline.engines.contract import Executor
    from leadline.workspace import Workspace


def executor_of(workspace: Workspace) -> Executor:
    """The executor that a project's settings name."""
    settings = workspace.settings.find
    executor: Executor = load("executors", settings.executor)(settings.n_jobs or -1)
    return executor


def start(executor: Executor, n_processes: int, families: Sequence[str], folder: str) -> None:
    """Let processes import what fits need, and do not wait for them.

    Parameters
    ----------
    executor : Executor
        Starts them.
    n_processes : int
        How many; with one worker fits may run in this process, which imports it all anyway.
    families : sequence of str
        Names or import paths, as the settings have them.
    folder : str
        Of ``leadline.toml``.
    """
    if executor.n_workers > 1:
        for _ in range(n_processes):
            executor.submit(_import, (tuple(families), folder))


def _import(families_and_folder: tuple[tuple[str, ...], str]) -> None:
    """Import the families, and what fits them."""
    import leadline.evaluation.fit  # noqa: F401 - imported for those that come after

    families, folder = families_and_folder
    for name in families:
        with suppress(Exception):  # the search itself tells what is wrong with a family
            load_family(name, folder)
