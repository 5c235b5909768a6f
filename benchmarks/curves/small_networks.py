"""Small networks of torch, trained until they no longer get better, on one core."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from network_tasks import LETTER, N_BYTES, Task
from torch import nn

_N_PIXELS = 64
_RATE = 3e-3
_BATCH = 32
_STEPS_BETWEEN = 50
_PATIENCE = 4
_MOST_TO_VALIDATE = 1500
_MOST_STEPS = 4000
_VALIDATION = 0.1


class Window(nn.Module):
    """The next byte from the few before it."""

    def __init__(self, context: int, width: int) -> None:
        super().__init__()
        self.context = context
        self.embed = nn.Embedding(N_BYTES, 16)
        self.layers = nn.Sequential(
            nn.Linear(16 * context, width), nn.ReLU(), nn.Linear(width, N_BYTES)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        padded = nn.functional.pad(x, (self.context - 1, 0))
        windows = self.embed(padded.unfold(1, self.context, 1)).flatten(2)
        return self.layers(windows)


class Recurrent(nn.Module):
    """The next byte from a state that is carried along."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(N_BYTES, 32)
        self.gru = nn.GRU(32, width, batch_first=True)
        self.out = nn.Linear(width, N_BYTES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(self.gru(self.embed(x))[0])


class Trigrams(nn.Module):
    """A line's class from a mean over its triples of bytes."""

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(4096, 16)
        self.out = nn.Linear(16, n_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        triples = x.unfold(1, 3, 1)
        buckets = (triples[..., 0] * 961 + triples[..., 1] * 31 + triples[..., 2]) % 4096
        return self.out(self.embed(buckets).mean(1))


class Convolved(nn.Module):
    """A line's class from the strongest answers of filters over five bytes."""

    def __init__(self, n_classes: int, width: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(N_BYTES, 16)
        self.filters = nn.Conv1d(16, width, 5)
        self.out = nn.Linear(width, n_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        answers = torch.relu(self.filters(self.embed(x).transpose(1, 2)))
        return self.out(answers.amax(2))


class Pictures(nn.Module):
    """A picture's class from two layers of filters."""

    def __init__(self, shape: tuple[int, int, int], n_classes: int, width: int) -> None:
        super().__init__()
        n_colours, side, _ = shape
        self.layers = nn.Sequential(
            nn.Unflatten(1, shape),
            nn.Conv2d(n_colours, width, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(width, 2 * width, 3, padding=1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(2 * width * (side // 2) ** 2, n_classes),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers(x)


def _layers(n_pixels: int, n_classes: int, width: int) -> nn.Module:
    return nn.Sequential(nn.Linear(n_pixels, width), nn.ReLU(), nn.Linear(width, n_classes))


OF_SPANS: dict[str, Callable[[int], nn.Module]] = {
    "window of 2, 16 wide": lambda _: Window(2, 16),
    "window of 8, 64 wide": lambda _: Window(8, 64),
    "window of 4, 256 wide": lambda _: Window(4, 256),
    "recurrent, 24 wide": lambda _: Recurrent(24),
}
OF_LINES: dict[str, Callable[[int], nn.Module]] = {
    "trigrams": Trigrams,
    "convolved, 8 wide": lambda k: Convolved(k, 8),
    "convolved, 64 wide": lambda k: Convolved(k, 64),
}
OF_DIGITS: dict[str, Callable[[int], nn.Module]] = {
    "layers, 8 wide": lambda k: _layers(_N_PIXELS, k, 8),
    "layers, 64 wide": lambda k: _layers(_N_PIXELS, k, 64),
    "filters, 8 wide": lambda k: Pictures((1, 8, 8), k, 8),
}
OF_LETTERS: dict[str, Callable[[int], nn.Module]] = {
    "layers, 32 wide": lambda k: _layers(LETTER**2, k, 32),
    "layers, 256 wide": lambda k: _layers(LETTER**2, k, 256),
    "filters, 4 wide": lambda k: Pictures((1, LETTER, LETTER), k, 4),
    "filters, 16 wide": lambda k: Pictures((1, LETTER, LETTER), k, 16),
}


def networks_for(task: Task) -> dict[str, Callable[[int], nn.Module]]:
    """The networks that can learn a task."""
    if task.unit > 1:
        return OF_SPANS
    if task.x.dtype == np.int64:
        return OF_LINES
    return OF_DIGITS if task.x.shape[1] == _N_PIXELS else OF_LETTERS


def measure(
    make: Callable[[int], nn.Module], task: Task, n_rows: int, seed: int
) -> tuple[float, float]:
    """Error rate and log-loss on the rows to score, trained on so many rows.

    The first rows of spans, so that sizes are nested; else rows drawn by the seed, nested too. A
    tenth is kept back to tell when to slow down and when to stop.
    """
    torch.manual_seed(seed)
    n_held = max(int(_VALIDATION * n_rows), 4)
    order = np.arange(len(task.x))
    if task.unit == 1:
        order = np.random.default_rng(seed).permutation(order)
    chosen = np.random.default_rng(seed).permutation(order[:n_rows])
    x, y = torch.from_numpy(task.x[chosen]), torch.from_numpy(task.y[chosen])
    held = slice(0, min(n_held, _MOST_TO_VALIDATE))
    model = make(task.n_classes)
    _train(model, x[n_held:], y[n_held:], (x[held], y[held]))
    return _scores(model, torch.from_numpy(task.scored_x), torch.from_numpy(task.scored_y))


def _train(
    model: nn.Module, x: torch.Tensor, y: torch.Tensor, held: tuple[torch.Tensor, torch.Tensor]
) -> None:
    """Adam, a quarter of its rate once nothing is gained, and the best state in the end."""
    best, state, since, is_slow = np.inf, model.state_dict(), 0, False
    optimizer = torch.optim.Adam(model.parameters(), lr=_RATE)
    for step in range(_MOST_STEPS):
        rows = torch.randint(len(x), (min(_BATCH, len(x)),))
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x[rows]).flatten(0, -2), y[rows].flatten()).backward()
        optimizer.step()
        if step % _STEPS_BETWEEN != _STEPS_BETWEEN - 1:
            continue
        loss = _scores(model, *held)[1]
        since = 0 if loss < best else since + 1
        if loss < best:
            best = loss
            state = {name: value.clone() for name, value in model.state_dict().items()}
        if since == _PATIENCE:
            if is_slow:
                break
            since, is_slow = 0, True
            model.load_state_dict(state)
            optimizer = torch.optim.Adam(model.parameters(), lr=_RATE / 4)
    model.load_state_dict(state)


@torch.no_grad()
def _scores(model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> tuple[float, float]:
    wrong = loss = 0.0
    for start in range(0, len(x), 500):
        logits = model(x[start : start + 500]).flatten(0, -2)
        truth = y[start : start + 500].flatten()
        wrong += float((logits.argmax(1) != truth).sum())
        loss += float(nn.functional.cross_entropy(logits, truth, reduction="sum"))
    return wrong / y.numel(), loss / y.numel()
