"""Language models on the command line: what they spent, who let rows go, what is given back."""

from __future__ import annotations

import json
import socket
import subprocess
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.cli.conftest import Call
from tests.model_servers import chat, fake_model
from tests.services.flights import append, make_workspace
from tests.services.planned_streams import planned_tuning

from leadline.processes.process_identity import identity
from leadline.record import KeptAnswer
from leadline.record.machines import OpenRequest
from leadline.web import create_app
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
    assert "own: Nothing is asked of it, as it has no price: set input and output." in said
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
    answered = f"gpt: Rows may go to api.example.org: Ada, {today}: texts without names"
    assert answered in call("machine", "list", "-C", folder).stdout
    release = ("machine", "release-reservations", "gpt", "-C", folder)
    assert "0.0001 USD of 1 request to gpt are free again." in call(*release).stdout
    assert "nothing to give back" in call(*release).stdout
    assert "0.37 USD on language models" in call("costs", "-C", folder).stdout
    with Workspace.open(folder) as workspace:
        page = unescape(
            TestClient(create_app(workspace), base_url="http://127.0.0.1").get("/money").text
        )
    assert "What language models may still spend" in page
    assert answered in page
    lines = json.loads(call("costs", "-C", folder, "--json").stdout)["lines"]
    (models,) = [line for line in lines if line["kind"] == "models"]
    assert (models["stage"], models["n"], models["money"]) == ("train", 2, 0.37)
    path = folder / "leadline.toml"
    at_a_rate = path.read_text().replace("[problem]", "[prices]\ndollar_rate = 0.5\n[problem]")
    path.write_text(at_a_rate.replace("[problem]", '[problem]\ncurrency = "EUR"'))
    call("run", "problem", "-C", folder)
    assert "0.18 EUR on language models" in call("costs", "-C", folder).stdout


def test_a_killed_process_waits_for_nothing(call: Call, folder: Path) -> None:
    until = datetime.now(UTC) + timedelta(minutes=10)
    killed = subprocess.Popen(["sleep", "60"])
    holders = [
        f"{socket.gethostname()}:{killed.pid}/a",
        f"{identity()}/b",
        "elsewhere.example:7/c",
    ]
    with Workspace.open(folder) as workspace:
        for holder in holders:
            workspace.record.machines.reserve(
                "gpt", holder, most=100, budget=500_000, holder=holder, until=until
            )
    listed = ("machine", "list", "-C", folder, "--json")
    alive = json.loads(call(*listed).stdout)["machines"][0]
    assert (alive["requests_in_flight"], alive["requests_possibly_paid"]) == (3, 0)
    killed.kill()
    killed.wait()
    gone = json.loads(call(*listed).stdout)["machines"][0]
    assert (gone["requests_in_flight"], gone["requests_possibly_paid"]) == (2, 1)
    assert gone["left_usd"] == alive["left_usd"]
    said = call("machine", "list", "-C", folder).stdout
    assert "on elsewhere.example. Whether that process lives cannot be seen from here" in said
    assert f"{until:%Y-%m-%d %H:%M} UTC" in said
    assert "1 request got no answer and may be on the bill" in said


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


PRICED = """
[machines.own]
url = "{url}"
model = "tiny"
input = 0.4
output = 1.6
budget = {budget}
batch_share = 0.5
priced_on = 2024-01-01
max_in_flight = 2
"""


def priced(folder: Path, url: str, budget: float) -> None:
    make_workspace(folder, ("problem", "data")).close()
    path = folder / "leadline.toml"
    path.write_text(path.read_text() + PRICED.format(url=url, budget=budget))


def test_rows_are_measured_for_nothing_then_tried_for_money(call: Call, tmp_path: Path) -> None:
    asked = ("machine", "estimate", "own", "--rows", 1000, "-C", tmp_path)
    usage = {"prompt_tokens": 500, "completion_tokens": 10}
    with fake_model(lambda _, __: chat('{"label": "yes"}', usage=usage)) as model:
        priced(tmp_path, model.url, budget=0.11)
        measured = json.loads(call(*asked, "--json").stdout)
        assert measured["usd"]["low"] < measured["usd"]["estimate"] < measured["usd"]["high"]
        assert (measured["is_tried"], measured["seconds"], model.bodies) == (False, None, [])
        assert "how many tokens they have shows when some are tried" in call(*asked).stdout
        tried = json.loads(call(*asked, "--try", 5, "--json").stdout)
        # 500 tokens at 0.4 and 10 at 1.6 micro-dollars
        assert tried["usd"] == pytest.approx({"estimate": 0.216, "low": 0.216, "high": 0.216})
        assert measured["usd"]["low"] < 0.216 < measured["usd"]["high"]
        assert (tried["spent_on_trial_usd"], len(model.bodies)) == (0.00108, 5)
        assert tried["rows_affordable"]["estimate"] == (110_000 - 1_080) // 216
        assert "days old" in tried["price_warning"]
        # those tried are kept: they cost nothing again, and say nothing of the time
        again = json.loads(call(*asked, "--try", 5, "--json").stdout)
        assert (again["spent_on_trial_usd"], again["seconds"], len(model.bodies)) == (0, None, 5)
        told = call(*asked, "--try", 6).stdout  # one of them is new
        assert "1,000 rows will cost some 0.22 USD, 0.22 USD to 0.22 USD." in told
        assert "enough for some 503 rows" in told
        assert "It takes about" in told
        assert "by the time of one answer" in told
        more = call(*asked, "--try", 9).stdout
        assert "by the time of 3 answers" in more
        assert "enough for some" in more
        # half the price in a batch file: 200 for the tokens sent and 16 for those answered
        batch = json.loads(call(*asked, "--try", 9, "--batch", "--json").stdout)
        assert (batch["is_batch"], batch["seconds"]) == (True, None)
        assert batch["usd"]["estimate"] == pytest.approx(0.108)
        by_length = call(*asked, "--batch").stdout
        assert "USD in a batch file, " in by_length
        assert "answered within a day" in by_length


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("own",), 2, "Say how many rows: --rows 5000."),
        (("gtp", "--rows", "5"), 1, "no machine 'gtp'"),
        (("own", "--rows", "0"), 2, "not in the range"),
        (("own", "--rows", "5", "--try", "21"), 2, "not in the range"),
        (("own", "--rows", "5", "--try", "2"), 1, "of the 0.000001 USD of 'own' are spent"),
    ],
)
def test_what_cannot_be_estimated_is_refused(
    call: Call, tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    priced(tmp_path, "http://127.0.0.1:1/v1", budget=0.000001)
    answer = call("machine", "estimate", *arguments, "-C", tmp_path)
    assert (answer.exit_code, said in answer.stderr) == (code, True), answer.stderr


def test_without_prices_nothing_is_estimated(call: Call, tmp_path: Path) -> None:
    priced(tmp_path, "http://127.0.0.1:1/v1", budget=1.0)
    path = tmp_path / "leadline.toml"
    path.write_text(path.read_text().replace("output = 1.6\n", ""))
    answer = call("machine", "estimate", "own", "--rows", "5", "-C", tmp_path)
    assert "[machines.own] states no price (output)." in answer.stderr


def test_a_machine_reads_the_stream_beside_people(call: Call, tmp_path: Path) -> None:
    usage = {"prompt_tokens": 500, "completion_tokens": 10}
    asked = ("machine", "label", "own", "--stream", "-C", tmp_path)
    with fake_model(lambda _, __: chat('{"label": "yes"}', usage=usage)) as model:
        priced(tmp_path, model.url, budget=0.01)
        refused = call(*asked)
        assert (refused.exit_code, model.bodies) == (1, [])
        assert "No row of the stream has been drawn for judging." in refused.stderr
        with Workspace.open(tmp_path) as workspace:
            append(workspace, "tuning", planned_tuning(workspace.artifacts, 10))
        both = call(*asked, "--blind-rows")
        assert (both.exit_code, "one at a time" in both.stderr) == (2, True)
        # 216 micro-dollars a row: the budget ends before the rows do, and what was read is kept
        spent = call(*asked, "--rows", 40)
        assert (spent.exit_code, "Raise budget under [machines.own]" in spent.stderr) == (1, True)
        path = tmp_path / "leadline.toml"
        path.write_text(path.read_text().replace("budget = 0.01", "budget = 1.0"))
        found = json.loads(call(*asked, "--rows", 40, "--json").stdout)
        assert (found["n_rows"], found["n_lost"], found["is_headline"]) == (50, 0, True)
        assert 0 < found["n_before"] < 50
        assert found["n_labelled"] == 50 - found["n_before"]
        told = call(*asked, "--rows", 40).stdout
        assert "50 of 50 it had answered before" in told
        assert "its reading is in the figures of the review" in told
