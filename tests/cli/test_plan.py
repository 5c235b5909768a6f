"""What budgets would buy, in a terminal."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from tests.examples import example_forecast
from tests.phases.again import again
from tests.services.flights import append, make_workspace

Call = Callable[..., Result]
ROWS = ("problem", "data", "feasibility", "search", "labelling", "curve", "forecast")


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plan")
    make_workspace(folder, ROWS).close()
    return folder


def test_budgets_are_compared_and_drawn(call: Call, planned: Path, tmp_path: Path) -> None:
    picture = tmp_path / "plan.svg"
    answer = call("plan", 300, 100, "--picture", picture, "-C", planned)
    assert answer.exit_code == 0, answer.output
    first, _, rest = answer.stdout.partition("\n")
    assert "the chance that the target is met at the end" in first
    assert "9 of 10 lie in" in rest or "buy nothing" in rest
    assert "<svg" in picture.read_text()
    document = json.loads(call("plan", 300, 100, "-C", planned, "--json").stdout)
    assert document["answer"] == first
    budgets = [offer["budget"] for offer in document["offers"]]
    assert budgets == [100, 300]
    for offer in document["offers"]:
        assert 0 <= offer["p_met"] <= 1
        assert offer["money"]["q95"] <= offer["budget"]


def test_what_its_forecast_warns_of_stands_with_the_plan(call: Call, tmp_path: Path) -> None:
    with make_workspace(tmp_path, ROWS) as workspace:
        falling = example_forecast()
        append(workspace, "forecast", again(falling, errors=falling.errors[::-1]))
    answer = call("plan", 300, "-C", tmp_path)
    assert answer.exit_code == 0, answer.output
    words = " ".join(answer.stdout.split())
    assert "• The error rises at the largest sizes measured: look for a fault" in words
    document = json.loads(call("plan", 300, "-C", tmp_path, "--json").stdout)
    assert any("error rises" in each["what"] for each in document["warnings"])
    assert all(each["severity"] == "warning" for each in document["warnings"])


def test_budgets_that_differ_by_cents_stand_apart(
    call: Call, planned: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "plan.svg"
    answer = call("plan", 0.3, 0.4, "--picture", picture, "-C", planned)
    for cents in ("0.3", "0.4"):
        assert f"\n   {cents} " in answer.stdout
        assert f">{cents}</text>" in picture.read_text()


def test_larger_budgets_that_differ_by_cents_stand_apart(call: Call, planned: Path) -> None:
    said = call("plan", 100.1, 100.2, "-C", planned).stdout
    assert "100.10 " in said
    assert "100.20 " in said


def test_machines_are_compared_by_simulation(call: Call, planned: Path) -> None:
    example = call("plan", "--example-machines").stdout
    machines = tomllib.loads(example)["machines"]
    settings = planned / "leadline.toml"
    text = settings.read_text()
    settings.write_text(f"{text}\n[prices]\n{example}")
    answer = call("plan", 300, "-C", planned)
    assert answer.exit_code == 0, answer.output
    for machine in machines:
        assert machine["name"] in answer.stdout
    # of some thousand draws
    table = answer.stdout.partition("spot is cheaper")[2]
    assert "over 99%" in table
    assert not re.search(r"\b(0|100)%", table)
    settings.write_text(text)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--", "-5"), "at least 0"),
        (("300", "--picture", "plan.pdf"), ".html, .svg or .png"),
        ((), "No budget is granted"),
    ],
)
def test_what_cannot_be_planned_is_said(
    call: Call,
    planned: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: tuple[str, ...],
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = call("plan", "-C", planned, *arguments)
    assert answer.exit_code == 1
    assert told in answer.stderr


def test_a_negative_budget_is_no_option(call: Call, tmp_path: Path) -> None:
    assert "-50 is below 0" in call("plan", "-50", "--json", "-C", tmp_path).stderr
    assert "No such option" in call("plan", "5", "--5", "-C", tmp_path).stderr


def test_without_a_forecast_it_says_what_to_do(call: Call, tmp_path: Path) -> None:
    make_workspace(tmp_path / "few", ("problem",)).close()
    answer = call("plan", 100, "-C", tmp_path / "few")
    assert answer.exit_code == 1
    assert "Label some hundred rows" in answer.stderr
    make_workspace(tmp_path / "many", ("problem", "data")).close()
    answer = call("plan", 100, "-C", tmp_path / "many")
    assert answer.exit_code == 1
    assert "labelled rows to measure one on: run 'leadline run'." in answer.stderr
    assert "Label some" not in answer.stderr
