"""Networks of the family `network` beside the same networks in plain PyTorch: scores, seconds.

The same layers on the same rows, digits and flights: once as the family ``network`` builds and fits
them, once in the hand-written PyTorch below, which encodes, holds a tenth out and stops early, as a
careful person would. A skorch net of these layers runs beside them, with nothing held out and as
many epochs, for the price of its loop. They take turns on one thread, and its
CPU seconds are counted: others may use the machine as well.

    python benchmarks/find/networks.py [SEEDS]
"""

from __future__ import annotations

import os

# before anything counts the cores
os.environ["OMP_NUM_THREADS"] = "1"

import copy
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import torch
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import train_test_split
from skorch import NeuralNet

from leadline.demo import flights
from leadline.engines.loading import load
from leadline.reading.conform import conform

_N_FLIGHTS = 20_000
_WIDTHS, _DROPOUT = (128, 64), 0.1
_RATE, _DECAY = 1e-3, 1e-2
_N_EPOCHS, _PATIENCE = 200, 12


@dataclass(frozen=True)
class Case:
    """A data set and its split."""

    name: str
    task: str
    kinds: dict[str, str]
    train: tuple[pl.DataFrame, np.ndarray]
    test: tuple[pl.DataFrame, np.ndarray]

    def score(self, classes: np.ndarray, shares: np.ndarray) -> float:
        """ROC AUC, or accuracy."""
        if self.task == "binary":
            return float(roc_auc_score(self.test[1] == classes[1], shares[:, 1]))
        return float(accuracy_score(self.test[1], classes[shares.argmax(axis=1)]))


@dataclass
class Lane:
    """What one way to do it reached, a value a seed."""

    scores: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    epochs: list[int] = field(default_factory=list)

    def add(self, score: float, seconds: float, n_epochs: int) -> None:
        self.scores.append(score)
        self.seconds.append(seconds)
        self.epochs.append(n_epochs)


class ByHand(torch.nn.Module):
    """Embeddings beside numbers, two dense layers."""

    def __init__(self, n_numbers: int, n_codes: list[int], n_out: int) -> None:
        super().__init__()
        widths = [min(50, round(1.6 * n**0.56)) for n in n_codes]
        self.embed = torch.nn.ModuleList(map(torch.nn.Embedding, n_codes, widths))
        for one in self.embed:
            torch.nn.init.normal_(one.weight, std=0.05)
        sizes = [n_numbers + sum(widths), *_WIDTHS]
        layers: list[Any] = []
        for n_in, width in zip(sizes, _WIDTHS, strict=False):
            layers += [torch.nn.Linear(n_in, width), torch.nn.ReLU(), torch.nn.Dropout(_DROPOUT)]
        self.dense = torch.nn.Sequential(*layers, torch.nn.Linear(sizes[-1], n_out))

    def forward(self, numbers: Any, codes: Any) -> Any:
        parts = [embed(codes[:, place]) for place, embed in enumerate(self.embed)]
        return self.dense(torch.cat([numbers, *parts], dim=1) if parts else numbers)


class Encoded:
    """Numbers scaled, categories numbered, as a person would write it for these tables."""

    def __init__(self, case: Case) -> None:
        self.kinds = case.kinds
        X = case.train[0]
        numbers = self._numeric(X)
        self.medians = np.nanmedian(numbers, axis=0)
        self.flagged = np.isnan(numbers).any(axis=0)
        filled = np.where(np.isnan(numbers), self.medians, numbers)
        self.means, self.scales = filled.mean(axis=0), filled.std(axis=0)
        self.scales[self.scales == 0] = 1
        self.names = {}
        for name in self._of("category"):
            counts = X[name].drop_nulls().value_counts(name="n")
            fewest = 5 if counts.height > 10 else 1
            self.names[name] = sorted(counts.filter(pl.col("n") >= fewest)[name])

    @property
    def n_codes(self) -> list[int]:
        return [len(names) + 2 for names in self.names.values()]

    def __call__(self, X: pl.DataFrame) -> tuple[Any, Any]:
        numbers = self._numeric(X)
        missing = np.isnan(numbers)
        scaled = (np.where(missing, self.medians, numbers) - self.means) / self.scales
        numbers = np.hstack([scaled.clip(-20, 20), missing[:, self.flagged]])
        codes = np.zeros((X.height, len(self.names)), dtype=np.int64)
        for place, (name, names) in enumerate(self.names.items()):
            known = {one: code for code, one in enumerate(names)}
            given = X[name].replace_strict(known, default=len(names), return_dtype=pl.Int64)
            codes[:, place] = given.set(X[name].is_null(), len(names) + 1).to_numpy()
        return torch.tensor(numbers, dtype=torch.float32), torch.tensor(codes)

    def _of(self, kind: str) -> list[str]:
        return [name for name, its in self.kinds.items() if its == kind]

    def _numeric(self, X: pl.DataFrame) -> np.ndarray:
        parts = [X[name].to_numpy() for name in self._of("number")]
        for name in self._of("date"):
            at = X[name].dt
            parts += [at.epoch("s") / 31556952, at.month(), at.day(), at.weekday()]
            parts += [at.hour() + at.minute() / 60]
        return np.column_stack([np.asarray(part, dtype=float) for part in parts])


def batches(rows: tuple[Any, ...], size: int) -> Iterator[tuple[Any, ...]]:
    order = torch.randperm(len(rows[0]))
    n_batches = -(-len(order) // size)
    yield from zip(*(part[order].tensor_split(n_batches) for part in rows), strict=True)


def by_hand(case: Case, seed: int) -> tuple[float, float, int]:
    """Plain PyTorch: score, seconds of the fit, epochs."""
    started = time.process_time()
    encode = Encoded(case)
    classes, y = np.unique(case.train[1], return_inverse=True)
    numbers, codes = encode(case.train[0])
    target = torch.tensor(y)
    order = np.lexsort((np.random.default_rng(seed).random(len(y)), y))
    out = torch.zeros(len(y), dtype=torch.bool)
    out[order[::10]] = True
    size = int(np.clip(2 ** round(np.log2(len(y) / 30)), 32, 256))
    learnt = tuple(part[~out] for part in (numbers, codes, target))
    held = tuple(part[out] for part in (numbers, codes, target))
    torch.manual_seed(seed)
    model = ByHand(numbers.shape[1], encode.n_codes, len(classes))
    optimizer = torch.optim.AdamW(model.parameters(), lr=_RATE, weight_decay=_DECAY, fused=True)
    loss_of = torch.nn.CrossEntropyLoss()
    best, best_loss, stale, n_epochs = copy.deepcopy(model.state_dict()), float("inf"), 0, 0
    while n_epochs < _N_EPOCHS and stale < _PATIENCE:
        n_epochs += 1
        model.train()
        for some, others, truth in batches(learnt, size):
            optimizer.zero_grad()
            loss = loss_of(model(some, others), truth)
            loss.backward()
            optimizer.step()
        model.eval()
        with torch.inference_mode():
            valid = loss_of(model(held[0], held[1]), held[2]).item()
        if valid < best_loss:
            best, best_loss, stale = copy.deepcopy(model.state_dict()), valid, 0
            continue
        stale += 1
        if stale == _PATIENCE // 2:
            optimizer.param_groups[0]["lr"] *= 0.3
    model.load_state_dict(best)
    seconds = time.process_time() - started
    model.eval()
    with torch.inference_mode():
        shares = model(*encode(case.test[0])).softmax(dim=1).numpy()
    return case.score(classes, shares), seconds, n_epochs


def ours(case: Case, seed: int) -> tuple[float, float, int]:
    """The family's first candidate."""
    family = load("families", "network")()
    params = family.candidates(case.task, case.kinds, len(case.train[1]))[0]
    model = family.build(params, case.task, case.kinds, seed)
    started = time.process_time()
    model.fit(*case.train)
    seconds = time.process_time() - started
    shares = model.predict_proba(case.test[0])
    return case.score(model.classes_, shares), seconds, len(model.epochs_)


class Slices:
    """Batches without torch's DataLoader, which copies row by row."""

    def __init__(self, dataset: Any, batch_size: int = 1, **_: Any) -> None:
        self.X, self.y, self.size = dataset.X, dataset.y, batch_size

    def __iter__(self) -> Iterator[Any]:
        for numbers, codes, target in batches(
            (self.X["numbers"], self.X["codes"], self.y), self.size
        ):
            yield {"numbers": numbers, "codes": codes}, target


def loops(case: Case, n_epochs: int) -> tuple[float, float]:
    """Seconds of bare epochs: by hand, and by skorch without callbacks."""
    encode = Encoded(case)
    classes, y = np.unique(case.train[1], return_inverse=True)
    numbers, codes = encode(case.train[0])
    target = torch.tensor(y)
    size = int(np.clip(2 ** round(np.log2(len(y) / 30)), 32, 256))
    sizes = {"n_numbers": numbers.shape[1], "n_codes": encode.n_codes, "n_out": len(classes)}
    torch.manual_seed(0)
    model = ByHand(**sizes)
    optimizer = torch.optim.AdamW(model.parameters(), lr=_RATE, fused=True)
    loss_of, total = torch.nn.CrossEntropyLoss(), 0.0
    model.train()
    started = time.process_time()
    for _ in range(n_epochs):
        for some, others, truth in batches((numbers, codes, target), size):
            optimizer.zero_grad()
            loss = loss_of(model(some, others), truth)
            loss.backward()
            optimizer.step()
            total += loss.item()
    plain = time.process_time() - started
    net = NeuralNet(
        ByHand,
        torch.nn.CrossEntropyLoss,
        optimizer=torch.optim.AdamW,
        optimizer__fused=True,
        lr=_RATE,
        batch_size=size,
        max_epochs=n_epochs,
        train_split=None,
        callbacks="disable",
        iterator_train=Slices,
        verbose=0,
        **{f"module__{name}": value for name, value in sizes.items()},
    ).initialize()
    started = time.process_time()
    net.partial_fit({"numbers": numbers, "codes": codes}, target)
    return plain, time.process_time() - started


def digits(seed: int) -> Case:
    X, y = load_digits(return_X_y=True)
    frame = pl.DataFrame({f"pixel {place}": column for place, column in enumerate(X.T)})
    train, test = train_test_split(np.arange(len(y)), test_size=0.3, random_state=seed)
    kinds = dict.fromkeys(frame.columns, "number")
    labels = y.astype(str)
    return Case("digits", "multiclass", kinds, *((frame[r], labels[r]) for r in (train, test)))


def late_flights(seed: int) -> Case:
    with tempfile.TemporaryDirectory() as folder:
        story = flights.write_files(Path(folder))
        pool = pl.read_parquet(Path(folder) / story.files[0])
    frame = pool.sample(2 * _N_FLIGHTS, seed=seed)
    y, frame = frame["late"].to_numpy().astype(str), frame.drop("late")
    kind = {pl.String: "category", pl.Datetime: "date"}
    kinds = {name: kind.get(type(dtype), "number") for name, dtype in frame.schema.items()}
    X = conform(frame, kinds)
    parts = (slice(0, _N_FLIGHTS), slice(_N_FLIGHTS, None))
    return Case("flights", "binary", kinds, *((X[part], y[part]) for part in parts))


def compare(make: Callable[[int], Case], n_seeds: int) -> str:
    """A line a data set."""
    lanes = {by_hand: Lane(), ours: Lane()}
    prices = []
    for seed in range(n_seeds):
        case = make(seed)
        for way in list(lanes)[:: 1 if seed % 2 else -1]:
            lanes[way].add(*way(case, seed))
        plain, skorch = loops(case, 10)
        prices.append(skorch / plain - 1)
    hand, house = lanes[by_hand], lanes[ours]
    differences = np.subtract(house.scores, hand.scores)
    stderr = differences.std(ddof=1) / np.sqrt(n_seeds)
    paces = [np.divide(lane.seconds, lane.epochs) for lane in (hand, house)]
    overhead = statistics.median(paces[1] / paces[0] - 1)
    spread = np.hypot(*(np.std(lane.scores, ddof=1) for lane in (hand, house))) / np.sqrt(n_seeds)
    is_met = abs(differences.mean()) <= spread
    return (
        f"{case.name:8} | {np.mean(hand.scores):.4f} | {np.mean(house.scores):.4f} | "
        f"{differences.mean():+.4f} ± {stderr:.4f} {'ok' if is_met else 'NO'} | "
        f"{np.mean(hand.epochs):4.1f} {np.mean(house.epochs):4.1f} | "
        f"{1e3 * np.median(paces[0]):6.1f} | {1e3 * np.median(paces[1]):6.1f} | {overhead:+8.1%} | "
        f"{statistics.median(prices):+8.1%}"
    )


def main(n_seeds: int) -> None:
    """Print the table."""
    torch.set_num_threads(1)
    loops(digits(0), 1)  # what is done once in a process is nobody's
    print(f"{n_seeds} seeds; difference ± standard error of its mean; CPU ms of a fit an epoch")
    print(
        "data     | by hand | ours   | difference          | epochs    | by hand | ours   | "
        "overhead | skorch's loop"
    )
    for make in (digits, late_flights):
        print(compare(make, n_seeds), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
