"""Networks: what they are made of, how they are trained, and that a killed fit goes on."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import train_test_split

from leadline.engines.embeddings import Identity
from leadline.engines.families.network import answering, training
from leadline.engines.families.network.architecture import dense_layers, widths_of
from leadline.engines.families.network.checkpoint import Checkpoint, key_of
from leadline.engines.families.network.estimator import (
    NetworkClassifier,
    NetworkRegressor,
    held_out,
)
from leadline.engines.families.network.input_arrays import Inputs
from leadline.engines.families.network.module import Network
from leadline.engines.loading import load
from leadline.errors import EngineError
from leadline.reading.images.image_files import png_of_numbers
from leadline.serving.releases.models import dump_model, load_model, trusted_types
from leadline.testing.sample import COLUMNS, frame_of, labels_of

REPOSITORY = Path(__file__).parents[3]
NUMBERS = {"a": "number", "b": "number"}


def rings(n_rows: int = 400, seed: int = 0) -> tuple[pl.DataFrame, np.ndarray[Any, Any]]:
    """Two classes that no straight line parts."""
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(n_rows, 2))
    y = np.where((points**2).sum(axis=1) > 1.4, "out", "in")
    return pl.DataFrame({"a": points[:, 0], "b": points[:, 1]}), y


def fitted(**params: Any) -> NetworkClassifier:
    model = NetworkClassifier(NUMBERS, **{"widths": "32", "learning_rate": 5e-3, **params})
    return model.fit(*rings())


# --------------------------------------------------------------------------- what is learnt


def test_what_no_line_parts_is_learnt() -> None:
    X, y = rings(1_000, seed=1)
    assert accuracy_score(y, fitted().predict(X)) > 0.93


@pytest.mark.parametrize("name", ["network", "image-network"])
def test_digits_are_read(name: str) -> None:
    X, y = load_digits(return_X_y=True)
    train, test = train_test_split(np.arange(len(y)), test_size=0.4, random_state=0)
    images = [png_of_numbers(row.reshape(8, 8)) for row in np.round(X * 255 / 16)]
    frame = pl.DataFrame({"digit": images}, schema={"digit": pl.Binary})
    family, kinds = load("families", name)(), {"digit": "image"}
    params = family.candidates("multiclass", kinds, train.size)[0]
    model = family.build(params, "multiclass", kinds, 0).fit(frame[train], y[train].astype(str))
    assert accuracy_score(y[test].astype(str), model.predict(frame[test])) > 0.95


def test_numbers_are_predicted_in_their_own_unit() -> None:
    X, _ = rings(600)
    y = 5_000 + 100 * (X["a"] ** 2).to_numpy()
    model = NetworkRegressor(NUMBERS, learning_rate=5e-3).fit(X[:400], y[:400])
    assert r2_score(y[400:], model.predict(X[400:])) > 0.9


def test_texts_are_learnt_from_by_what_they_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    meaning = {"gut": [1.0, 0.0], "fine": [0.9, 0.1], "schlecht": [0.0, 1.0], "awful": [0.1, 0.9]}
    monkeypatch.setattr(
        "leadline.engines.embeddings.embed", lambda texts: np.array([meaning[t] for t in texts])
    )
    monkeypatch.setattr("leadline.engines.embeddings.identity", lambda: Identity("words", "1"))
    monkeypatch.setattr("leadline.engines.embeddings.refuse_another_model", lambda _: None)
    X = pl.DataFrame({"said": ["gut", "schlecht"] * 60})
    y = np.array(["good", "bad"] * 60)
    family = load("families", "text-network")()
    model = family.build({"widths": "16"}, "binary", {"said": "text"}, 0).fit(X, y)
    assert model.predict(pl.DataFrame({"said": ["fine", "awful"]})).tolist() == ["good", "bad"]
    assert model.inputs_.language_model_ == ["words", "1"]


def test_families_say_what_they_are_for(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = {
        name: [
            len(load("families", name)().candidates("binary", {"x": kind}, 1_000))
            for kind in ("number", "text", "image")
        ]
        for name in ("network", "image-network", "text-network")
    }
    assert counts == {"network": [4, 4, 4], "image-network": [0, 0, 3], "text-network": [0, 3, 0]}
    monkeypatch.setattr("leadline.engines.embeddings.is_available", lambda: False)
    assert load("families", "text-network")().candidates("binary", {"x": "text"}, 1_000) == ()


# --------------------------------------------------------------------------- plain data


def test_the_architecture_is_data() -> None:
    X = frame_of(120)
    model = NetworkClassifier(COLUMNS, widths="16-8", filters="4-8").fit(X, labels_of(X, "binary"))
    assert [layer["layer"] for layer in model.architecture_] == [
        *("pixels", "convolution", "pooling", "convolution", "flatten"),
        *("numbers", "embedding", "dense", "dense", "output"),
    ]
    for layer in model.architecture_:
        assert all(isinstance(value, str | int | float) for value in layer.values())
        assert isinstance(layer["n_out"], int)
        assert layer["n_out"] > 0


def test_a_fitted_network_holds_nothing_of_torch() -> None:
    model = fitted()
    X, _ = rings()
    expected = model.predict_proba(X)
    assert b"torch" not in pickle.dumps(model)
    trusted = [one for one in trusted_types() if "network" in one]
    assert not any("torch" in one for one in trusted)
    restored = load_model(dump_model(model))
    assert np.array_equal(restored.predict_proba(X), expected)


def test_no_torch_until_the_first_fit() -> None:
    code = (
        "import sys\n"
        "from leadline.engines.loading import load\n"
        "columns = {'n': 'number', 'said': 'text', 'photo': 'image'}\n"
        "for name in ('network', 'image-network', 'text-network'):\n"
        "    family = load('families', name)()\n"
        "    family.build(family.candidates('binary', columns, 99)[0], 'binary', columns, 0)\n"
        "    family.space('binary', columns, 99)\n"
        "print([name for name in ('torch', 'skorch') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_who_stores_models_does_not_import_torch() -> None:
    code = "import sys, leadline.serving.releases.models; print('torch' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_without_torch_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadline.engines.families.network.estimator.find_spec", lambda _: None)
    with pytest.raises(EngineError, match=r"pip install 'leadline\[torch\]'"):
        fitted()


def test_what_others_had_set_is_theirs_again() -> None:
    n_threads = torch.get_num_threads()
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    fitted(n_epochs=2).predict(rings()[0])
    assert torch.equal(torch.rand(1), expected)
    assert torch.get_num_threads() == n_threads


def test_a_module_built_again_says_what_the_trained_one_said() -> None:
    layers = dense_layers([4], "tanh", 0.5, 1)
    layers = [{"layer": "numbers", "n_out": 2}, *layers]
    inputs = {"numbers": np.random.default_rng(0).normal(size=(9, 2)).astype(np.float32)}
    torch.manual_seed(1)
    network = Network(layers)
    weights = {name: weight.numpy() for name, weight in network.state_dict().items()}
    said = answering.answers(answering.rebuilt(layers, weights), inputs)
    with torch.inference_mode():
        expected = network.eval()({"numbers": torch.tensor(inputs["numbers"])})
    assert np.allclose(said, expected.numpy(), atol=1e-6)


# --------------------------------------------------------------------------- when it stops


def test_it_stops_when_it_no_longer_improves_and_keeps_the_best() -> None:
    model = fitted(patience=6)
    losses = [epoch["valid_loss"] for epoch in model.epochs_]
    kept = [place for place, epoch in enumerate(model.epochs_) if epoch["kept"]]
    assert kept == [int(np.argmin(losses))]
    assert len(losses) == kept[0] + 1 + 6 < model.n_epochs
    seconds = [epoch["seconds"] for epoch in model.epochs_]
    assert seconds == sorted(seconds)


def test_it_stops_when_it_is_good_enough() -> None:
    whole = [epoch["valid_loss"] for epoch in fitted().epochs_]
    aim = whole[0] * 0.8
    stopped = [epoch["valid_loss"] for epoch in fitted(good_enough=aim).epochs_]
    assert stopped == whole[: len(stopped)]
    assert stopped[-1] <= aim < min(stopped[:-1])
    assert len(stopped) < len(whole)


def test_few_rows_are_all_learnt_from() -> None:
    X, y = rings(30)
    model = NetworkClassifier(NUMBERS).fit(X, y)
    assert {epoch["valid_loss"] for epoch in model.epochs_} == {None}
    assert len(model.epochs_) <= 50


def test_a_loss_that_explodes_ends_the_fit_and_is_not_kept() -> None:
    X, _ = rings()
    model = NetworkRegressor(NUMBERS, learning_rate=1e30, activation="silu")
    model.fit(X, X["a"].to_numpy())
    assert np.isfinite(model.predict(X)).all()
    assert all(value is None or np.isfinite(value) for e in model.epochs_ for value in e.values())


def test_rows_held_out_come_from_all_classes() -> None:
    target = np.repeat([0, 1, 2], [900, 80, 20])
    out = held_out(target, 3)
    assert np.bincount(target[out]).tolist() == [90, 8, 2]
    assert not np.array_equal(out, held_out(target, 4))
    assert not held_out(np.arange(40), 3).any()


# --------------------------------------------------------------------------- going on


SLOW_FIT = """
import sys, time
from tests.engines.families.test_network import fitted
from leadline.engines.families.network import training
from leadline.engines.families.network.checkpoint import Checkpoint

Checkpoint.is_due = lambda self: True
step_through = training._Run._step_through


def slowly(run, rows):
    time.sleep(0.05)
    return step_through(run, rows)


training._Run._step_through = slowly
fitted(checkpoint=sys.argv[1], dropout=0.2)
"""


def test_a_killed_fit_goes_on_and_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    path = tmp_path / "fit"
    process = subprocess.Popen([sys.executable, "-c", SLOW_FIT, str(path)], cwd=REPOSITORY)
    deadline = time.monotonic() + 120
    n_done = 0
    while n_done < 5 and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.02)
        n_done = len(told_in(path)["epochs"]) if path.exists() else 0
    process.kill()
    process.wait()
    assert n_done >= 5, "it was killed in the middle"
    whole = fitted(dropout=0.2)
    rest = fitted(dropout=0.2, checkpoint=str(path))
    assert len(whole.epochs_) > n_done
    assert [e["valid_loss"] for e in rest.epochs_] == [e["valid_loss"] for e in whole.epochs_]
    for name, weight in whole.weights_.items():
        assert np.array_equal(weight, rest.weights_[name]), name
    assert list(tmp_path.glob("fit")) == [], "a fit that is complete leaves nothing to go on from"


def told_in(path: Path) -> dict[str, Any]:
    """What stands in a checkpoint beside its arrays."""
    with np.load(path, allow_pickle=False) as stored:
        told: dict[str, Any] = json.loads(stored["told"].tobytes())
    return told


def test_a_checkpoint_of_other_rows_is_not_gone_on_from(tmp_path: Path) -> None:
    path = tmp_path / "fit"
    run = training._Run.begun(
        [{"layer": "numbers", "n_out": 2}, *dense_layers([4], "relu", 0.0, 2)],
        training.Settings(1e-3, 0.0, 32, 5, 3, None, is_regression=False, seed=0),
    )
    run.save(Checkpoint(str(path), key_of("other", [])))
    assert Checkpoint(str(path), key_of("other", [])).read() is not None
    for strange in (path.read_bytes(), b"", b"PK\x03\x04 cut off"):
        path.write_bytes(strange)
        again = fitted(checkpoint=str(path))
        assert np.array_equal(again.predict_proba(rings()[0]), fitted().predict_proba(rings()[0]))


# --------------------------------------------------------------------------- mistakes


@pytest.mark.parametrize(
    ("params", "message"),
    [({"widths": "12-x"}, "'12-x' are no widths"), ({"activation": "step"}, "relu, silu")],
)
def test_a_programmers_mistake_is_a_value_error(params: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fitted(**params)


def test_no_widths_are_a_linear_model() -> None:
    assert widths_of("") == ()
    model = fitted(widths="")
    assert [layer["layer"] for layer in model.architecture_] == ["numbers", "output"]


def test_one_class_and_other_frames_are_refused() -> None:
    X, _ = rings()
    with pytest.raises(ValueError, match="two are needed"):
        NetworkClassifier(NUMBERS).fit(X, np.full(X.height, "in"))
    with pytest.raises(TypeError, match="polars frame"):
        Inputs(NUMBERS).fit(np.zeros((3, 2)))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at least one feature"):
        Inputs({}).fit(X)


def test_unseen_and_missing_categories_have_codes_of_their_own() -> None:
    X = pl.DataFrame({"town": ["Ulm", "Bern", None] * 5})
    inputs = Inputs({"town": "category"}).fit(X)
    strange = inputs.transform(pl.DataFrame({"town": ["Bern", "Ulm", "Oslo", None]}))
    assert strange["codes"].ravel().tolist() == [0, 1, 2, 3]
