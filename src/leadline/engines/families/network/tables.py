"""A network for tables: numbers scaled, categories embedded, text by its leading directions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leadline.engines.contract import Choice, Range, Scalar, Space
from leadline.engines.families.network.architecture import ACTIVATIONS
from leadline.engines.families.network.estimator import TRUSTED, build


class TableNetwork:
    """Dense layers on columns of all kinds; images by their leading directions."""

    name = "network"
    complexity = 6
    trusted = TRUSTED

    def candidates(
        self,
        task: str,  # noqa: ARG002
        columns: Mapping[str, str],  # noqa: ARG002
        n_rows: int,  # noqa: ARG002
    ) -> Sequence[Mapping[str, Scalar]]:
        """From the default to a smaller, a larger and a smoother network."""
        default: dict[str, Scalar] = {
            "widths": "128-64",
            "activation": "relu",
            "dropout": 0.1,
            "learning_rate": 1e-3,
            "weight_decay": 1e-2,
        }
        changes: list[dict[str, Scalar]] = [
            {},
            {"widths": "256-128", "dropout": 0.3},
            {"widths": "32", "learning_rate": 3e-3},
            {"activation": "silu", "learning_rate": 3e-3, "weight_decay": 1e-1},
        ]
        return tuple({**default, **change} for change in changes)

    def space(
        self,
        task: str,  # noqa: ARG002
        columns: Mapping[str, str],  # noqa: ARG002
        n_rows: int,  # noqa: ARG002
    ) -> Space:
        """Widths, and how carefully they learn."""
        return {
            "widths": Choice(("32", "64", "128", "64-32", "128-64", "256-128", "128-128-64")),
            "activation": Choice(ACTIVATIONS),
            "dropout": Range(0.0, 0.5),
            "learning_rate": Range(3e-4, 1e-2, is_log=True),
            "weight_decay": Range(1e-5, 0.3, is_log=True),
        }

    def build(
        self, params: Mapping[str, Scalar], task: str, columns: Mapping[str, str], seed: int
    ) -> Any:
        """The network of a task."""
        return build(params, task, columns, seed)
