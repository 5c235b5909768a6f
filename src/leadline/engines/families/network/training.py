"""Training of a network in mini-batches, with early stopping on rows held out.

The loop is plain PyTorch: skorch's costs a tenth more time on networks of this size
(``benchmarks/find/networks.py``), for callbacks that nothing here needs.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from leadline.engines.families.network.architecture import Layer
from leadline.engines.families.network.checkpoint import Checkpoint, key_of
from leadline.engines.families.network.module import Network, seeded

Arrays = Mapping[str, NDArray[Any]]
Rows = tuple[dict[str, Any], Any]
"""Tensors by name, and the target."""

_AT_ONCE = 4096
_SLOWER = 0.3  # of the learning rate, when half of the patience is used up


@dataclass(frozen=True)
class Settings:
    """How a network is trained.

    Attributes
    ----------
    learning_rate, weight_decay : float
        Of AdamW.
    batch_size : int
        Rows a step, at most.
    n_epochs : int
        Most of them.
    patience : int
        Epochs without improvement after which it stops.
    good_enough : float or None
        Loss on the rows held out at which it stops.
    is_regression : bool
        Squared error instead of cross-entropy.
    seed : int
        Of first weights, batches and dropout.
    """

    learning_rate: float
    weight_decay: float
    batch_size: int
    n_epochs: int
    patience: int
    good_enough: float | None
    is_regression: bool
    seed: int


def train(
    layers: Sequence[Layer],
    inputs: Arrays,
    target: NDArray[Any],
    valid: NDArray[np.bool_],
    settings: Settings,
    checkpoint: str = "",
) -> tuple[dict[str, NDArray[Any]], list[dict[str, Any]]]:
    """Fit the weights of an architecture.

    Parameters
    ----------
    layers : sequence of mapping
        The architecture.
    inputs : mapping of str to numpy.ndarray, shape (n_samples, ...)
        As `leadline.engines.families.network.input_arrays.Inputs` gives them.
    target : numpy.ndarray, shape (n_samples,)
        Places of classes, or numbers.
    valid : numpy.ndarray of bool, shape (n_samples,)
        Rows held out to see when to stop. If there are none, the loss in training decides.
    settings : Settings
    checkpoint : str, default=""
        File to go on from, if it was written for the same; written about once a second, removed
        in the end.

    Returns
    -------
    weights : dict of str to numpy.ndarray
        Of the best epoch.
    epochs : list of dict
        ``train_loss``, ``valid_loss`` (None without rows held out), ``seconds`` and ``kept``,
        which is True in the epoch that the weights are from.
    """
    key = ""
    if checkpoint:
        told = (list(map(dict, layers)), settings, torch.__version__)
        key = key_of(told, [*inputs.values(), target, valid])
    file = Checkpoint(checkpoint, key)
    with seeded(settings.seed):
        run = _Run.begun(layers, settings)
        run.go_on_from(file)
        learnt, held_out = _rows(inputs, target, ~valid), _rows(inputs, target, valid)
        while not run.is_over:
            run.epoch(learnt, held_out if valid.any() else None)
            if file.is_due() and not run.is_over:
                run.save(file)
    file.remove()
    return {name: weight.numpy() for name, weight in run.best.items()}, run.told()


@dataclass
class _Run:
    """A fit under way."""

    settings: Settings
    network: Network
    optimizer: Any
    best: dict[str, Any]
    best_loss: float = math.inf
    best_epoch: int = -1
    n_stale: int = 0
    epochs: list[dict[str, Any]] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)
    is_over: bool = False

    @classmethod
    def begun(cls, layers: Sequence[Layer], settings: Settings) -> _Run:
        network = Network(layers)
        # one call for all weights: on small networks the steps take as long as the sums
        optimizer = torch.optim.AdamW(
            network.parameters(),
            lr=settings.learning_rate,
            weight_decay=settings.weight_decay,
            fused=True,
        )
        return cls(settings, network, optimizer, _copied(network))

    def epoch(self, learnt: Rows, held_out: Rows | None) -> None:
        """All batches once; then look whether it has become better."""
        losses = {
            "train_loss": self._step_through(learnt),
            "valid_loss": None if held_out is None else self._loss(held_out),
        }
        self.epochs.append({**losses, "seconds": time.monotonic() - self.started})
        judged = losses["train_loss" if held_out is None else "valid_loss"]
        assert judged is not None
        self._judge(judged)

    def _step_through(self, rows: Rows) -> float:
        """Mean loss over the batches, each before its step."""
        self.network.train()
        total = 0.0
        for inputs, target in _batches(rows, self.settings.batch_size):
            self.optimizer.zero_grad()
            loss = self._error(self.network(inputs), target)
            loss.backward()
            self.optimizer.step()
            total += loss.item() * len(target)
        return total / len(rows[1])

    def _loss(self, rows: Rows) -> float:
        """Mean loss over rows it does not learn from."""
        self.network.eval()
        inputs, target = rows
        total = 0.0
        with torch.inference_mode():
            for start in range(0, len(target), _AT_ONCE):
                part = slice(start, start + _AT_ONCE)
                said = self.network({name: each[part] for name, each in inputs.items()})
                total += self._error(said, target[part]).item() * len(said)
        return total / len(target)

    def _error(self, said: Any, target: Any) -> Any:
        if self.settings.is_regression:
            return functional.mse_loss(said[:, 0], target)
        return functional.cross_entropy(said, target)

    def _judge(self, loss: float) -> None:
        """Keep the weights if they are the best; learn more slowly, or stop, if they are not."""
        settings = self.settings
        if loss < self.best_loss:
            self.best_loss, self.best_epoch, self.n_stale = loss, len(self.epochs) - 1, 0
            self.best = _copied(self.network)
        else:
            self.n_stale += 1
            if self.n_stale == settings.patience // 2:
                for group in self.optimizer.param_groups:
                    group["lr"] *= _SLOWER
        is_good = settings.good_enough is not None and loss <= settings.good_enough
        is_done = len(self.epochs) >= settings.n_epochs or self.n_stale >= settings.patience
        self.is_over = is_good or is_done or not math.isfinite(loss)

    def told(self) -> list[dict[str, Any]]:
        """Epochs as the record keeps them: there is no infinity on it."""
        return [
            {
                **{
                    name: value if value is not None and math.isfinite(value) else None
                    for name, value in epoch.items()
                },
                "kept": place == self.best_epoch,
            }
            for place, epoch in enumerate(self.epochs)
        ]

    def save(self, file: Checkpoint) -> None:
        """All that the next epoch depends on."""
        arrays = {f"now/{name}": weight.numpy() for name, weight in _copied(self.network).items()}
        arrays |= {f"best/{name}": weight.numpy() for name, weight in self.best.items()}
        state = self.optimizer.state_dict()
        for place, parts in state["state"].items():
            arrays |= {f"adam/{place}/{name}": part.numpy() for name, part in parts.items()}
        arrays["chance"] = torch.get_rng_state().numpy()
        told = {
            "rates": [group["lr"] for group in state["param_groups"]],
            "best_loss": self.best_loss if math.isfinite(self.best_loss) else None,
            "best_epoch": self.best_epoch,
            "n_stale": self.n_stale,
            "epochs": self.epochs,
        }
        file.write(arrays, told)

    def go_on_from(self, file: Checkpoint) -> None:
        """Where the last fit of the same rows was stopped, if it was."""
        found = file.read()
        if found is None:
            return
        arrays, told = found
        tensors = {name: torch.tensor(array) for name, array in arrays.items()}
        self.network.load_state_dict(_under("now/", tensors))
        self.best = _under("best/", tensors)
        state: dict[int, dict[str, Any]] = {}
        for path, part in _under("adam/", tensors).items():
            place, name = path.split("/")
            state.setdefault(int(place), {})[name] = part
        groups = self.optimizer.state_dict()["param_groups"]
        for group, rate in zip(groups, told["rates"], strict=True):
            group["lr"] = rate
        self.optimizer.load_state_dict({"state": state, "param_groups": groups})
        torch.set_rng_state(tensors["chance"])
        self.best_loss = math.inf if told["best_loss"] is None else told["best_loss"]
        self.best_epoch, self.n_stale = told["best_epoch"], told["n_stale"]
        self.epochs = told["epochs"]
        self.started -= self.epochs[-1]["seconds"]


def _rows(inputs: Arrays, target: NDArray[Any], chosen: NDArray[np.bool_]) -> Rows:
    tensors = {name: torch.from_numpy(array[chosen]) for name, array in inputs.items()}
    return tensors, torch.from_numpy(target[chosen])


def _batches(rows: Rows, batch_size: int) -> Iterator[Rows]:
    """Rows in a new order, in batches of the same size: the last is never a single row."""
    inputs, target = rows
    order = torch.randperm(len(target))
    n_batches = math.ceil(len(target) / batch_size)
    # all at once, then slices without copies: faster than picking each batch's rows
    parts = {name: each[order].tensor_split(n_batches) for name, each in inputs.items()}
    for place, part in enumerate(target[order].tensor_split(n_batches)):
        yield {name: each[place] for name, each in parts.items()}, part


def _copied(network: Network) -> dict[str, Any]:
    return {name: weight.detach().clone() for name, weight in network.state_dict().items()}


def _under(prefix: str, tensors: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): each for name, each in tensors.items() if name.startswith(prefix)
    }
