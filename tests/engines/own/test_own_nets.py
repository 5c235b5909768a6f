"""A skorch net of a person's own: trained, stored as arrays, built again where it is named."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import r2_score, roc_auc_score
from tests.serving.conftest import COLUMNS, make_frame

from leadline.engines.loading import load_family
from leadline.errors import EngineError
from leadline.serving.releases.models import dump_model, load_model, trusted_types

NETS = """
import torch
from skorch import NeuralNetBinaryClassifier, NeuralNetClassifier, NeuralNetRegressor


class Wide(torch.nn.Module):
    def __init__(self, n_out=2, is_flat=False):
        super().__init__()
        self.is_flat = is_flat
        self.layers = torch.nn.Sequential(
            torch.nn.LazyLinear(32), torch.nn.ReLU(), torch.nn.Dropout(0.1),
            torch.nn.Linear(32, n_out),
        )

    def forward(self, X):
        said = self.layers(X)
        return said[:, 0] if self.is_flat else said


common = dict(optimizer=torch.optim.Adam, lr=0.01, max_epochs=20, batch_size=16, train_split=None)
classes = NeuralNetClassifier(Wide, criterion=torch.nn.CrossEntropyLoss, **common)
three = NeuralNetClassifier(Wide, criterion=torch.nn.CrossEntropyLoss, module__n_out=3, **common)
yes_no = NeuralNetBinaryClassifier(Wide, module__n_out=1, module__is_flat=True, **common)
number = NeuralNetRegressor(Wide, module__n_out=1, **common)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    path = list(sys.path)
    (tmp_path / "my_nets.py").write_text(NETS, encoding="utf-8")
    yield tmp_path
    sys.path[:] = path
    del sys.modules["my_nets"]


def fitted(name: str, task: str, folder: Path, seed: int = 0) -> Any:
    X, size = make_frame(), make_frame()["size"].to_numpy()
    y = {
        "binary": np.where(size > 0, "yes", "no"),
        "multiclass": make_frame()["town"].to_numpy(),
        "regression": 1_000 + 50 * size,
    }[task]
    family = load_family(f"my_nets:{name}", folder)
    assert len(family.candidates(task, COLUMNS, 80)) == 1
    return family.build({}, task, COLUMNS, seed).fit(X, y)


@pytest.mark.parametrize("name", ["classes", "yes_no"])
def test_a_net_learns_classes_by_their_names_and_is_stored(name: str, folder: Path) -> None:
    model, X = fitted(name, "binary", folder), make_frame()
    shares = model.predict_proba(X)
    assert list(model.classes_) == ["no", "yes"]
    assert roc_auc_score(X["size"].to_numpy() > 0, shares[:, 1]) > 0.95
    trusted = trusted_types(f"my_nets:{name}", folder)
    for restored in (
        pickle.loads(pickle.dumps(model)),
        load_model(dump_model(model), trusted=trusted),
    ):
        assert np.array_equal(restored.predict_proba(X), shares)
    assert b"torch" not in pickle.dumps(model)
    assert np.allclose(model.predict_proba(X[3:4]), shares[3:4], atol=1e-8)


def test_several_classes_and_numbers(folder: Path) -> None:
    X = make_frame()
    model = fitted("three", "multiclass", folder)
    assert (model.predict(X) == X["town"].to_numpy()).mean() > 0.9
    predicted = fitted("number", "regression", folder).predict(X)
    assert r2_score(1_000 + 50 * X["size"].to_numpy(), predicted) > 0.8


def test_the_seed_decides(folder: Path) -> None:
    one, again, other = (
        fitted("classes", "binary", folder, seed).predict_proba(make_frame()) for seed in (1, 1, 2)
    )
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_a_net_is_for_its_task_and_takes_numbers(folder: Path) -> None:
    family = load_family("my_nets:number", folder)
    assert family.candidates("binary", COLUMNS, 80) == ()
    with pytest.raises(EngineError, match="cannot be given the frame"):
        load_family("my_nets:number[frame]", folder)
