"""Language models on the command line: what they spent, who let rows go, what is given back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.cli.conftest import Call
from tests.services.flights import make_workspace

from leadline.record import KeptAnswer
from leadline.record.machines import OpenRequest
from leadline.workspace import Workspace

MACHINES = """
[ethics]
answered_by = "Ada"
data_leave_to = "api.example.org"
data_leave_why = "texts without names"

[machines.gpt]
url = "https://api.example.org/v1"
model = "small"
input = 0.4
output = 1.6
priced_on = 2024-01-01
budget = 0.5

[machines.own]
url = "http://127.0.0.1:1/v1"
model = "tiny"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_workspace(tmp_path, ()).close()
    path = tmp_path / "leadline.toml"
    path.write_text(path.read_text() + MACHINES)
    return tmp_path


def spend(folder: Path) -> None:
    """One answer of 370,000 micro-dollars, one that gave no label, one request lost."""
    said = [KeptAnswer("a", "yes", 0.9, 9, 0, 1), KeptAnswer("b", None, None, 9, 0, 1, "unsure")]
    with Workspace.open(folder) as workspace:
        machines = workspace.record.machines
        for n, answer in enumerate([*said, None]):
            opened = machines.reserve(
                "gpt",
                f"k{n}",
                most=100,
                budget=500_000,
                holder="x",
                until=datetime.now(UTC) + timedelta(seconds=60),
            )
            assert isinstance(opened, OpenRequest)
            if answer is not None:
                machines.settle(opened.number, paid=185_000, answer=answer)
        machines.lapse("gpt", ["x"])


def test_money_is_listed_and_what_was_lost_is_given_back(call: Call, folder: Path) -> None:
    spend(folder)
    said = call("machine", "list", "-C", folder).stdout
    assert "0.37 USD" in said
    assert "own: Rows stay on this computer." in said
    assert "Nobody has said that rows may go to api.example.org" in said
    assert "days old: they may have changed" in said
    assert "1 answer gave no label" in said
    assert "leadline machine release-reservations gpt" in said
    assert call("run", "problem", "-C", folder).exit_code == 0
    gpt, own = json.loads(call("machine", "list", "-C", folder, "--json").stdout)["machines"]
    assert (gpt["spent_usd"], gpt["possibly_paid_usd"], gpt["left_usd"]) == (0.37, 0.0001, 0.1299)
    assert gpt["rows_may_leave"]["by"] == "Ada"
    assert (own["answers"], own["is_outside"], own["rows_may_leave"]) == (0, False, None)
    today = datetime.now(UTC).date().isoformat()
    answered = f"gpt: Rows may go to api.example.org: Ada, {today}. texts without names"
    assert answered in call("machine", "list", "-C", folder).stdout
    release = ("machine", "release-reservations", "gpt", "-C", folder)
    assert "0.0001 USD of 1 request to gpt are free again." in call(*release).stdout
    assert "nothing to give back" in call(*release).stdout
    assert "0.37 USD on language models" in call("costs", "-C", folder).stdout
    lines = json.loads(call("costs", "-C", folder, "--json").stdout)["lines"]
    (models,) = [line for line in lines if line["kind"] == "models"]
    assert (models["stage"], models["n"], models["money"]) == ("train", 2, 0.37)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("list", "gpt"), "'list' takes no name"),
        (("release-reservations",), "needs the name of a machine"),
        (("release-reservations", "gtp"), "no machine 'gtp'; declared are: gpt, own"),
    ],
)
def test_what_is_missing_or_too_much_is_said(
    call: Call, folder: Path, arguments: tuple[str, ...], said: str
) -> None:
    answer = call("machine", *arguments, "-C", folder)
    assert (answer.exit_code, said in answer.stderr) == (1, True)


def test_a_project_without_machines_is_told_how_to_declare_one(call: Call, tmp_path: Path) -> None:
    make_workspace(tmp_path, ()).close()
    assert "Write a section [machines.NAME]" in call("machine", "list", "-C", tmp_path).stdout
