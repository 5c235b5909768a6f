"""Families of networks: for tables, for images, and for texts by their embeddings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from leadline.engines.contract import Choice, Range, Scalar, Space
from leadline.engines.families.network.architecture import ACTIVATIONS
from leadline.engines.families.network.estimator import TRUSTED, build


class _NetworkFamily:
    """A family of networks, which differs from others in its data only.

    Attributes
    ----------
    kind : str
        The kind of column without which it has no candidates; empty for none.
    default : mapping of str to scalar
        Parameters of the default candidate.
    changes : sequence of mapping of str to scalar
        What each candidate has instead.
    searched : mapping of str to Range or Choice
        What a searcher may draw.
    text : {"directions", "embeddings"}
        How texts are encoded. Without a local model that embeds them there are no candidates.
    """

    name: ClassVar[str]
    complexity: ClassVar[int]
    trusted: ClassVar[tuple[str, ...]] = TRUSTED
    kind: ClassVar[str] = ""
    default: ClassVar[Mapping[str, Scalar]]
    changes: ClassVar[Sequence[Mapping[str, Scalar]]]
    searched: ClassVar[Space]
    text: ClassVar[str] = "directions"

    def candidates(
        self,
        task: str,  # noqa: ARG002
        columns: Mapping[str, str],
        n_rows: int,  # noqa: ARG002
    ) -> Sequence[Mapping[str, Scalar]]:
        """The default and its changes; none without a column of the kind it is for."""
        if (self.kind and self.kind not in columns.values()) or not self._is_available():
            return ()
        return tuple({**self.default, **change} for change in self.changes)

    def space(
        self,
        task: str,  # noqa: ARG002
        columns: Mapping[str, str],  # noqa: ARG002
        n_rows: int,  # noqa: ARG002
    ) -> Space:
        """Layers and their widths, dropout, and the parameters of AdamW."""
        return self.searched

    def build(
        self, params: Mapping[str, Scalar], task: str, columns: Mapping[str, str], seed: int
    ) -> Any:
        """The network of a task."""
        return build({"text": self.text, **params}, task, columns, seed)

    def _is_available(self) -> bool:
        if self.text != "embeddings":
            return True
        from leadline.engines.embeddings import is_available

        return is_available()


class TableNetwork(_NetworkFamily):
    """Dense layers on columns of all kinds; images by their leading directions.

    From the default to a larger, a smaller and a smoother network.
    """

    name = "network"
    complexity = 6
    default: ClassVar[Mapping[str, Scalar]] = {
        "widths": "128-64",
        "activation": "relu",
        "dropout": 0.1,
        "learning_rate": 1e-3,
        "weight_decay": 1e-2,
    }
    changes: ClassVar[Sequence[Mapping[str, Scalar]]] = (
        {},
        {"widths": "256-128", "dropout": 0.3},
        {"widths": "32", "learning_rate": 3e-3},
        {"activation": "silu", "learning_rate": 3e-3, "weight_decay": 1e-1},
    )
    searched: ClassVar[Space] = {
        "widths": Choice(("32", "64", "128", "64-32", "128-64", "256-128", "128-128-64")),
        "activation": Choice(ACTIVATIONS),
        "dropout": Range(0.0, 0.5),
        "learning_rate": Range(3e-4, 1e-2, is_log=True),
        "weight_decay": Range(1e-5, 0.3, is_log=True),
    }


class ImageNetwork(_NetworkFamily):
    """A small convolutional network for images, and for the other columns beside them.

    Two convolutions, two wider ones, and three.
    """

    name = "image-network"
    complexity = 7
    kind = "image"
    default: ClassVar[Mapping[str, Scalar]] = {
        "filters": "16-32",
        "widths": "64",
        "dropout": 0.2,
        "learning_rate": 2e-3,
        "weight_decay": 1e-2,
    }
    changes: ClassVar[Sequence[Mapping[str, Scalar]]] = (
        {},
        {"filters": "32-64", "widths": "128", "dropout": 0.4},
        {"filters": "16-32-64"},
    )
    searched: ClassVar[Space] = {
        "filters": Choice(("8-16", "16-32", "32-64", "16-32-64", "32-64-64")),
        "widths": Choice(("32", "64", "128")),
        "dropout": Range(0.0, 0.5),
        "learning_rate": Range(3e-4, 1e-2, is_log=True),
        "weight_decay": Range(1e-5, 0.3, is_log=True),
    }


class TextNetwork(_NetworkFamily):
    """Dense layers on sentence embeddings, and on the other columns beside them.

    One layer, none, and two.
    """

    name = "text-network"
    complexity = 6
    kind = "text"
    text = "embeddings"
    default: ClassVar[Mapping[str, Scalar]] = {
        "widths": "64",
        "dropout": 0.3,
        "learning_rate": 1e-3,
        "weight_decay": 1e-2,
    }
    changes: ClassVar[Sequence[Mapping[str, Scalar]]] = (
        {},
        {"widths": "", "dropout": 0.0, "weight_decay": 1e-1},
        {"widths": "256-64", "dropout": 0.5},
    )
    searched: ClassVar[Space] = {
        "widths": Choice(("", "32", "64", "128", "256-64")),
        "dropout": Range(0.0, 0.6),
        "learning_rate": Range(3e-4, 1e-2, is_log=True),
        "weight_decay": Range(1e-5, 0.3, is_log=True),
    }
