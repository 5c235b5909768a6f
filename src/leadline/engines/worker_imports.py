"""Imports of workers, begun before their caller has itself imported what they run."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadline.engines.contract import Executor


def begin_imports(executor: Executor, module: str) -> None:
    """Let each process of this machine import a module; a cluster's are left alone.

    What scores takes as long to import as some hundred thousand rows to score, so a caller that has
    yet to import it gains that for each process. Here nothing is imported.

    Parameters
    ----------
    executor : Executor
        Will run what is in the module.
    module : str
        Its name.
    """
    if not getattr(executor, "is_shared", False):
        for _ in range(executor.n_workers):
            executor.submit(_import, module)


def _import(name: str) -> None:
    import_module(name)
