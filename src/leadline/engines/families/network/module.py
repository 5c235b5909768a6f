"""The torch module of an architecture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from leadline.engines.families.network.architecture import Layer

_ACTIVATIONS: Mapping[str, Any] = {
    "relu": nn.ReLU,
    "silu": nn.SiLU,
    "gelu": nn.GELU,
    "tanh": nn.Tanh,
}


class Network(nn.Module):
    """Layers of `leadline.engines.families.network.architecture`, in order.

    Parameters
    ----------
    layers : sequence of mapping
        The architecture.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        super().__init__()
        embeddings, seeing, thinking = [], [], []
        n_channels = width = 0
        for layer in layers:
            n_out: Any = layer["n_out"]
            match layer["layer"]:
                case "numbers":
                    width += n_out
                case "embedding":
                    embeddings.append(_embedding(layer["n_in"], n_out))
                    width += n_out
                case "pixels":
                    n_channels = n_out
                case "convolution":
                    seeing += _convolution(n_channels, n_out, layer["activation"])
                    n_channels = n_out
                case "pooling":
                    seeing.append(nn.MaxPool2d(2))
                case "flatten":
                    seeing.append(nn.Flatten())
                    width += n_out
                case "dense":
                    thinking += [nn.Linear(width, n_out), _ACTIVATIONS[str(layer["activation"])]()]
                    thinking += [nn.Dropout(layer["dropout"])] if layer["dropout"] else []
                    width = n_out
                case "output":
                    thinking.append(nn.Linear(width, n_out))
                case kind:
                    raise ValueError(f"A layer is of kind {kind!r}, which there is not.")
        self.embeddings = nn.ModuleList(embeddings)
        self.seeing = nn.Sequential(*seeing)
        self.thinking = nn.Sequential(*thinking)

    def forward(self, inputs: Mapping[str, Any]) -> Any:
        """Of shape (n_samples, n_out of the output layer)."""
        parts = [self.seeing(inputs["pixels"])] if "pixels" in inputs else []
        if "numbers" in inputs:
            parts.append(inputs["numbers"])
        if "codes" in inputs:
            columns = inputs["codes"].unbind(1)
            parts += [look(codes) for look, codes in zip(self.embeddings, columns, strict=True)]
        return self.thinking(parts[0] if len(parts) == 1 else torch.cat(parts, 1))


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Random numbers from a seed, on one thread; what was set before is set again afterwards.

    Two threads on layers this small mostly wait for each other, and round differently.
    """
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(n_threads)


def _embedding(n_in: Any, n_out: int) -> Any:
    embedding = nn.Embedding(n_in, n_out)
    # a category that no row had must say nothing: it starts near 0, not at a standard normal
    nn.init.normal_(embedding.weight, std=0.05)
    return embedding


def _convolution(n_in: int, n_out: int, activation: Any) -> list[Any]:
    filters = nn.Conv2d(n_in, n_out, 3, padding=1, bias=False)
    return [filters, nn.BatchNorm2d(n_out), _ACTIVATIONS[activation]()]
