"""A small convolutional network for images, and for the other columns beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leadline.engines.contract import Choice, Range, Scalar, Space
from leadline.engines.families.network.estimator import TRUSTED, build


class ImageNetwork:
    """Convolutions on images; what they see stands beside numbers, categories and text."""

    name = "image-network"
    complexity = 7
    trusted = TRUSTED

    def candidates(
        self,
        task: str,  # noqa: ARG002
        columns: Mapping[str, str],
        n_rows: int,  # noqa: ARG002
    ) -> Sequence[Mapping[str, Scalar]]:
        """Two, three and wider convolutions; none where there are no images."""
        if "image" not in columns.values():
            return ()
        default: dict[str, Scalar] = {
            "filters": "16-32",
            "widths": "64",
            "dropout": 0.2,
            "learning_rate": 2e-3,
            "weight_decay": 1e-2,
        }
        changes: list[dict[str, Scalar]] = [
            {},
            {"filters": "32-64", "widths": "128", "dropout": 0.4},
            {"filters": "16-32-64"},
        ]
        return tuple({**default, **change} for change in changes)

    def space(
        self,
        task: str,  # noqa: ARG002
        columns: Mapping[str, str],  # noqa: ARG002
        n_rows: int,  # noqa: ARG002
    ) -> Space:
        """Filters, widths, and how carefully they learn."""
        return {
            "filters": Choice(("8-16", "16-32", "32-64", "16-32-64", "32-64-64")),
            "widths": Choice(("32", "64", "128")),
            "dropout": Range(0.0, 0.5),
            "learning_rate": Range(3e-4, 1e-2, is_log=True),
            "weight_decay": Range(1e-5, 0.3, is_log=True),
        }

    def build(
        self, params: Mapping[str, Scalar], task: str, columns: Mapping[str, str], seed: int
    ) -> Any:
        """The network of a task."""
        return build(params, task, columns, seed)
