"""A network on sentence embeddings, where a local model that makes them is installed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leadline.engines.contract import Choice, Range, Scalar, Space
from leadline.engines.families.network.estimator import TRUSTED, build


class TextNetwork:
    """Dense layers on what texts mean, and on the other columns beside them."""

    name = "text-network"
    complexity = 6
    trusted = TRUSTED

    def candidates(
        self,
        task: str,  # noqa: ARG002
        columns: Mapping[str, str],
        n_rows: int,  # noqa: ARG002
    ) -> Sequence[Mapping[str, Scalar]]:
        """From one layer to two; none without text, or without a model that embeds it."""
        from leadline.engines.embeddings import is_available

        if "text" not in columns.values() or not is_available():
            return ()
        default: dict[str, Scalar] = {
            "widths": "64",
            "dropout": 0.3,
            "learning_rate": 1e-3,
            "weight_decay": 1e-2,
        }
        changes: list[dict[str, Scalar]] = [
            {},
            {"widths": "", "dropout": 0.0, "weight_decay": 1e-1},
            {"widths": "256-64", "dropout": 0.5},
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
            "widths": Choice(("", "32", "64", "128", "256-64")),
            "dropout": Range(0.0, 0.6),
            "learning_rate": Range(3e-4, 1e-2, is_log=True),
            "weight_decay": Range(1e-5, 0.3, is_log=True),
        }

    def build(
        self, params: Mapping[str, Scalar], task: str, columns: Mapping[str, str], seed: int
    ) -> Any:
        """The network of a task."""
        return build({**params, "text": "embeddings"}, task, columns, seed)
