"""Predictions of a trained network, from its layers and weights as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from leadline.engines.families.network.architecture import Layer
from leadline.engines.families.network.module import Network, seeded

Arrays = Mapping[str, NDArray[Any]]

_AT_ONCE = 4096


def rebuilt(layers: Sequence[Layer], weights: Arrays) -> Network:
    """A module that answers, in 64 bits: a row's answer then does not depend on those beside it."""
    with seeded(0):  # its first weights are thrown away
        network = Network(layers)
    network.load_state_dict({name: torch.tensor(weight) for name, weight in weights.items()})
    network.double().eval()
    return network


def answers(network: Network, inputs: Arrays) -> NDArray[np.float64]:
    """What a rebuilt module says, of shape (n_samples, n_out)."""
    tensors = {name: torch.tensor(array) for name, array in inputs.items()}
    n_rows = len(next(iter(tensors.values())))
    said = []
    with torch.inference_mode():
        for start in range(0, n_rows, _AT_ONCE):
            part = {name: rows[start : start + _AT_ONCE] for name, rows in tensors.items()}
            wide = {name: r if name == "codes" else r.double() for name, r in part.items()}
            said.append(network(wide).numpy())
    return np.concatenate(said) if said else np.zeros((0, network.thinking[-1].out_features))
