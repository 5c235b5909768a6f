"""A person's own model from the search to a release that is served: each way of naming one."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from tests.projects import ETHICS, PROBLEM, customers, project, review, run, run_to, verdict_of

import leadline as nb
from leadline.evaluation.fit_spec import key_of, spec_of
from leadline.phases.curve import Curve
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.release import Release
from leadline.phases.search import Search
from leadline.phases.search.trial import TrialState
from leadline.phases.verdict import Answer
from leadline.processes.release_server import served
from leadline.serving.releases.bundle import open_bundle
from leadline.serving.releases.keys import public_keys

MODULE = """
    import numpy as np
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    class Plain(LogisticRegression):
        pass

    pipeline = make_pipeline(
        make_column_transformer((OneHotEncoder(), ["plan"]), ("passthrough", ["calls"])),
        Plain(),
    )

    def fit(X, y, seed):
        calls, basic = X["calls"].to_numpy(), (X["plan"] == "basic").to_numpy()
        return {"lean": np.array([calls[y == 1].mean(), calls[y == 0].mean()]), "basic": 1.0}

    def predict(model, X):
        yes, no = model["lean"]
        calls, basic = X["calls"].to_numpy(), (X["plan"] == "basic").to_numpy()
        lean = (calls - (yes + no) / 2) * (yes - no) + basic * model["basic"]
        share = 1 / (1 + np.exp(-lean))
        return np.column_stack([1 - share, share])
"""
TREES = "sklearn.ensemble.ExtraTreesClassifier"


@pytest.fixture
def module(tmp_path: Path) -> Iterator[str]:
    """Name of a module beside the settings of this test's project, forgotten afterwards."""
    path, name = list(sys.path), f"mine_{tmp_path.name}".replace("-", "_")
    (tmp_path / f"{name}.py").write_text(dedent(MODULE), encoding="utf-8")
    yield name
    sys.path[:] = path
    sys.modules.pop(name, None)


def searched(folder: Path, *families: str, **find: Any) -> Search:
    with project(
        folder,
        customers(200),
        problem={**PROBLEM, "time_box_s": 90.0},
        find={"executor": "sequential", "families": list(families), "folds": 2, **find},
    ) as workspace:
        verdict = run_to(workspace, "problem", "data", "search")
    assert isinstance(verdict, Search)
    return verdict


@pytest.mark.parametrize("executor", ["sequential", "loky"])
def test_each_way_of_naming_a_model_is_tried(tmp_path: Path, module: str, executor: str) -> None:
    own = [TREES, f"{module}:pipeline[frame]", f"{module}:"]
    verdict = searched(tmp_path, *own, "majority", executor=executor, n_jobs=2)
    assert [trial.family for trial in verdict.trials] == ["majority", *own]
    assert [trial.name for trial in verdict.trials] == [
        "majority 0",
        "ExtraTreesClassifier 1",
        "pipeline 2",
        f"{module} 3",
    ]
    messages = [trial.message for trial in verdict.trials]
    assert all(trial.state is TrialState.COMPLETE for trial in verdict.trials), messages
    assert verdict.answer is Answer.GO
    assert verdict.chosen_trial.family in own
    assert verdict.examples


def test_one_bad_name_costs_no_other(tmp_path: Path, module: str) -> None:
    (tmp_path / "raises.py").write_text("raise RuntimeError('out of paper')\n")
    (tmp_path / "ends.py").write_text("import sys\nsys.exit('enough')\n")
    (tmp_path / "locked.py").write_text(
        "import threading\n"
        "def fit(X, y, seed): return threading.Lock()\n"
        "def predict(model, X): return [0] * X.height\n"
    )
    bad = {
        "swamp": "No engine of kind 'families' is called 'swamp'",
        "raises:": "RuntimeError: out of paper (raises.py line 1)",
        "ends:": "SystemExit: enough",
        "locked:": "no release can hold it",
        f"{module}:pipelin": "Did you mean 'pipeline'?",
        "math.sqrt": "is not an estimator",
        "sklearn.linear_model.Ridge": "is a regressor, and the label is a class",
        f"{module}:pipeline": "TypeError|ValueError",
    }
    verdict = searched(tmp_path, *bad, "majority", f"{module}:")
    by_family = {trial.family: trial for trial in verdict.trials}
    for name, said in bad.items():
        assert by_family[name].state is TrialState.FAILED, name
        assert any(part in by_family[name].message for part in said.split("|")), by_family[name]
    assert by_family["majority"].state is TrialState.COMPLETE
    assert verdict.chosen_trial.family == f"{module}:"
    assert verdict.answer is Answer.GO


def test_from_a_name_to_a_release_that_answers(tmp_path: Path, module: str) -> None:
    stream = customers(120, 1, skipped=400)
    stream.drop("left").write_csv(tmp_path / "stream.csv")
    with project(
        tmp_path,
        customers(400),
        data={"stream": ["stream.csv"], "test_share": 0.3},
        ethics=ETHICS,
        find={
            "executor": "sequential",
            "families": ["majority", f"{module}:pipeline[frame]"],
            "folds": 2,
        },
    ) as workspace:
        run_to(workspace, "problem", "data", "search")
        run_to(workspace, "tuning")
        review(workspace, stream["left"])
        release = run_to(workspace, "release")
        assert isinstance(release, Release)
        folder = workspace.releases_folder / release.bundle
        keys = public_keys(workspace.key_path)
        bundle = open_bundle(folder, trusted=keys, modules=tmp_path)
        assert bundle.manifest.family == f"{module}:pipeline[frame]"
        expected = bundle.score(stream)
        # a process that has never heard of the project
        with served(folder, key=workspace.key_path, modules=tmp_path) as port:
            body = b'{"rows": [%s]}' % stream.drop("left").write_ndjson().splitlines()[0].encode()
            url, headers = f"http://127.0.0.1:{port}/predict", {"Content-Type": "application/json"}
            asked = urllib.request.Request(url, body, headers)
            with urllib.request.urlopen(asked) as answer:
                assert f"{expected[0]:.6f}"[:6] in answer.read().decode()
        run(workspace, "release")  # the champion is read again
        (tmp_path / f"{module}.py").unlink()
    opened = subprocess.run(
        [sys.executable, "-m", "leadline.cli", "score", "stream.csv", "-C", str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert opened.returncode == 1
    assert f"there is no module '{module}'" in opened.stderr
    assert "lie beside leadline.toml" in opened.stderr


def test_a_notebook_and_the_curve_take_an_import_path(tmp_path: Path, module: str) -> None:
    project(
        tmp_path,
        customers(300),
        problem={**PROBLEM, "time_box_s": 60.0},
        find={"executor": "sequential", "families": ["majority", f"{module}:"], "folds": 2},
    ).close()
    with nb.open(tmp_path) as mine:
        for row in ("problem", "data", "search", "curve"):
            result = mine.run(row)
    assert isinstance(result.verdict, Curve)
    assert result.verdict.curves[0].candidate == f"{module} 1"
    assert module not in sys.modules, "a person's code runs in the child only"


def test_changed_code_is_measured_again(tmp_path: Path, module: str) -> None:
    with project(tmp_path, customers(100)) as workspace:
        run_to(workspace, "problem", "data")
        problem = verdict_of(workspace, "problem", Problem)
        data = verdict_of(workspace, "data", Data)
        spec = replace(spec_of(workspace, problem, data), family=f"{module}:")
        before = key_of(spec)
        with (tmp_path / f"{module}.py").open("a") as file:
            file.write("\n# another thought\n")
        assert key_of(spec) != before
        installed = replace(spec, family="linear")
        assert key_of(installed) == key_of(replace(installed, folder=""))
