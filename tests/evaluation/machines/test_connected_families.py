"""Prompted candidates of a project: its machines, its guidelines, its money."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.model_servers import Body, Reply, chat, fake_model
from tests.projects import PROBLEM, project, run

from leadline.engines.loading import load_family
from leadline.errors import SettingsError
from leadline.evaluation.examples import held_out_examples
from leadline.evaluation.fit import FailedFit, FitResult, attempt
from leadline.evaluation.fit_spec import FitSpec, spec_of
from leadline.evaluation.held_out import HeldOut
from leadline.evaluation.importance import importance_of
from leadline.evaluation.machines.connected_families import connected_family
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.search.trial import Trial
from leadline.search.child_process import n_quickly_fitted
from leadline.workspace import Workspace

# by its path, so that the test needs no new install
FAMILY = "leadline.engines.families.prompted.Prompted"
PRICES = {"model": "a model", "input": 1.0, "output": 10.0, "priced_on": "2026-11-30"}


def mails(n: int) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    is_spam = rng.random(n) < 0.5
    said = [f"{'win money' if spam else 'lunch at noon'} {i}" for i, spam in enumerate(is_spam)]
    return pl.DataFrame({"said": said, "left": np.where(is_spam, "yes", "no")})


def reader(body: Body, n_before: int) -> Reply:
    is_spam = "win" in body["messages"][-1]["content"]
    return chat(f'{{"label": "{"yes" if is_spam else "no"}"}}')


def opened(
    folder: Path, url: str, *, budget: float, currency: str = "USD", **changes: object
) -> Workspace:
    folder.mkdir(exist_ok=True)
    (folder / "guide.md").write_text("Who wins money is a yes.")
    machine = {"url": url, "budget": budget, **PRICES, **changes}
    return project(
        folder,
        mails(120),
        problem={**PROBLEM, "currency": currency},
        data={"columns": {"said": {"kind": "text"}}},
        labels={"guidelines": "guide.md"},
        machines={"here": {name: value for name, value in machine.items() if value is not None}},
    )


def first_fit(workspace: Workspace) -> FitSpec:
    run(workspace, "problem")
    data = run(workspace, "data").verdict
    problem = workspace.record.latest_of(Problem)
    assert isinstance(data, Data)
    assert problem is not None
    family = connected_family(FAMILY, str(workspace.folder))
    params = family.candidates("binary", data.features, data.split.n_train)[0]
    return replace(
        spec_of(workspace, problem, data), family=FAMILY, params=params, is_timed=True, n_valid=20
    )


def test_a_fit_asks_the_projects_machine_and_pays_from_its_record(tmp_path: Path) -> None:
    with fake_model(reader) as model, opened(tmp_path, model.url, budget=1.0) as workspace:
        spec = first_fit(workspace)
        result = attempt(spec)
        assert isinstance(result, FitResult), result
        assert result.score == 1.0
        # the server counts 100 tokens read and 8 written
        assert result.answer_cost == pytest.approx((100 * 1 + 8 * 10) / 1e6)
        assert len(result.answer_s) == 2
        told = model.bodies[0]["messages"][0]["content"]
        assert "What is left here?\n\nWho wins money is a yes." in told
        assert 'One of "no", "yes" is the answer.' in told
        account = workspace.record.machines.account("here")
        assert account.n_answers == len(model.bodies) == 40 + 20
        assert account.spent == 180 * account.n_answers
        # what was paid is not asked again, and then nothing tells how long an answer takes
        again = attempt(spec)
        assert isinstance(again, FitResult)
        assert (again.score, again.answer_s, again.answer_cost) == (1.0, (), 0.0)
        assert len(model.bodies) == 60


def test_what_it_does_with_held_out_rows_is_told_by_answers_that_are_kept(tmp_path: Path) -> None:
    with fake_model(reader) as model, opened(tmp_path, model.url, budget=1.0) as workspace:
        spec = first_fit(workspace)
        attempt(spec)
        held_out = HeldOut.of(spec)
        assert [each.guess for each in held_out_examples(held_out)].count("yes") > 0
        assert importance_of(held_out, "prompted 1", left_s=lambda: 60.0) is None
        assert len(model.bodies) == 60


@pytest.mark.parametrize(("family", "n_train"), [("linear", 200), ("prompted", 4_000)])
def test_a_prompted_model_is_shown_with_the_examples_it_was_measured_with(
    family: str, n_train: int
) -> None:
    trial = Trial(name="one", family=family, params={}, complexity=1, n_train=4_000, fit_s=60.0)
    assert n_quickly_fitted(trial) == n_train


def test_who_began_with_another_address_is_given_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, "https://models.example/v1", budget=1.0) as workspace:
        connection = vars(connected_family(FAMILY, str(workspace.folder)))["machines"]["here"]
        settings = tmp_path / "leadline.toml"
        # of this computer nobody asks whether rows may go there
        settings.write_text(settings.read_text().replace("https://models.example", "http://[::1]"))
        with pytest.raises(SettingsError, match="when this began"), connection.spending():
            pass


def test_a_budget_that_is_spent_ends_the_fit_and_says_so(tmp_path: Path) -> None:
    with fake_model(reader) as model, opened(tmp_path, model.url, budget=0.003) as workspace:
        failed = attempt(first_fit(workspace))
        assert isinstance(failed, FailedFit)
        assert "Raise budget under [machines.here]" in failed.message
        account = workspace.record.machines.account("here")
        assert 0 < account.counted <= 3_000
        assert account.n_in_flight == account.n_possibly_paid == 0


def test_a_machine_needs_a_price_a_free_one_no_rate_and_others_nothing(tmp_path: Path) -> None:
    here = "http://127.0.0.1:9"
    with opened(
        tmp_path / "a", here, budget=1.0, currency="EUR", input=0.0, output=0.0
    ) as workspace:
        family = connected_family(FAMILY, str(workspace.folder))
        assert family.candidates("binary", {"said": "text"}, 100)
    with opened(tmp_path / "b", here, budget=1.0, input=None) as workspace:
        folder = str(workspace.folder)
        with pytest.raises(SettingsError, match="states no price"):
            connected_family(FAMILY, folder)
        assert connected_family("linear", folder).candidates("binary", {"said": "text"}, 100)
    assert not load_family(FAMILY).candidates("binary", {"said": "text"}, 100)
