"""Imports of workers, begun before this process has itself imported what scores."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadline.engines.contract import Executor

_SCORING = "leadline.serving.batch.piece_scoring"


def begin_imports(executor: Executor) -> None:
    """Let each process of this machine import what scores; a cluster's are left alone.

    It takes as long as scoring some hundred thousand rows, so a caller that has yet to import it
    gains that for each process. This module imports nothing itself.

    Parameters
    ----------
    executor : Executor
        Will score.
    """
    if not getattr(executor, "is_shared", False):
        for _ in range(executor.n_workers):
            executor.submit(_import, _SCORING)


def _import(name: str) -> None:
    import_module(name)
