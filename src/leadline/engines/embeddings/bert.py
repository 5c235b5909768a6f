"""Forward pass of a small BERT in numpy: word pieces in, one vector out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

Floats: TypeAlias = NDArray[np.float32]

_HALF, _ROOT_HALF = np.float32(0.5), np.float32(np.sqrt(0.5))


class Bert:
    """Attention layers, then the mean over pieces, of length 1.

    Parameters
    ----------
    weights : mapping of str to numpy.ndarray of float32
        By the names that BERT's have.
    n_heads : int
        Heads of attention in a layer.
    epsilon : float
        What keeps a normalisation from dividing by 0.
    """

    def __init__(self, weights: Mapping[str, Floats], n_heads: int, epsilon: float) -> None:
        self._weights = weights
        self._n_heads = n_heads
        self._epsilon = np.float32(epsilon)
        self._n_layers = sum(name.endswith("intermediate.dense.bias") for name in weights)

    @classmethod
    def read(cls, folder: Path) -> Bert:
        """That of a folder as Hugging Face lays it out.

        The weights stay in the file, and processes that use it share the memory.
        """
        said = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        weights = read_safetensors(folder / "model.safetensors")
        return cls(weights, said["num_attention_heads"], said["layer_norm_eps"])

    def vector(self, numbers: Sequence[int]) -> Floats:
        """What a text means.

        Parameters
        ----------
        numbers : sequence of int
            Of its word pieces. One text at a time: in a batch, padding and the order of a sum
            would let the texts beside it change the last digits.

        Returns
        -------
        numpy.ndarray of float32, shape (n_dimensions,)
            Of length 1.
        """
        its = self._weights
        x = (
            its["embeddings.word_embeddings.weight"][list(numbers)]
            + its["embeddings.position_embeddings.weight"][: len(numbers)]
            + its["embeddings.token_type_embeddings.weight"][0]
        )
        x = self._normal(x, "embeddings.LayerNorm")
        for index in range(self._n_layers):
            layer = f"encoder.layer.{index}"
            seen = self._dense(self._attention(x, layer), f"{layer}.attention.output.dense")
            x = self._normal(x + seen, f"{layer}.attention.output.LayerNorm")
            wide = _gelu(self._dense(x, f"{layer}.intermediate.dense"))
            x = self._normal(
                x + self._dense(wide, f"{layer}.output.dense"), f"{layer}.output.LayerNorm"
            )
        mean: Floats = x.mean(axis=0)
        return mean / max(np.linalg.norm(mean), self._epsilon)

    def _attention(self, x: Floats, layer: str) -> Floats:
        """Each piece as a mean of all, weighted by how much they have to do with each other."""
        n_pieces, n_dimensions = x.shape
        shape = (n_pieces, self._n_heads, n_dimensions // self._n_heads)
        query, key, value = (
            self._dense(x, f"{layer}.attention.self.{role}").reshape(shape).transpose(1, 0, 2)
            for role in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(np.float32(shape[2]))
        shares = np.exp(scores - scores.max(axis=2, keepdims=True))
        shares /= shares.sum(axis=2, keepdims=True)
        mixed: Floats = (shares @ value).transpose(1, 0, 2).reshape(n_pieces, n_dimensions)
        return mixed

    def _dense(self, x: Floats, name: str) -> Floats:
        product: Floats = x @ self._weights[f"{name}.weight"].T
        product += self._weights[f"{name}.bias"]
        return product

    def _normal(self, x: Floats, name: str) -> Floats:
        centred = x - x.mean(axis=1, keepdims=True)
        spread = np.sqrt((centred * centred).mean(axis=1, keepdims=True) + self._epsilon)
        normal: Floats = centred / spread
        return normal * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]


def read_safetensors(path: Path) -> dict[str, Floats]:
    """The 32-bit arrays of a file, mapped and not read.

    Parameters
    ----------
    path : Path
        Eight bytes with the length of a header, the header as JSON, the arrays [1]_.

    References
    ----------
    .. [1] https://github.com/huggingface/safetensors, "Format".
    """
    with path.open("rb") as file:
        n_header = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(n_header))
    data = np.memmap(path, dtype=np.uint8, mode="r", offset=8 + n_header)
    arrays: dict[str, Floats] = {}
    for name, said in header.items():
        if said.get("dtype") == "F32":
            start, end = said["data_offsets"]
            # a plain view: arithmetic on a memmap would make memmaps of all that follows
            arrays[name] = np.asarray(data[start:end]).view(np.float32).reshape(said["shape"])
    return arrays


def _gelu(x: Floats) -> Floats:
    smooth: Floats = erf(x * _ROOT_HALF)
    smooth += np.float32(1.0)
    smooth *= x
    smooth *= _HALF
    return smooth
