from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from tests.cli.conftest import Call

from leadline.cli import init
from leadline.cli.terminal import options
from leadline.settings import load_settings

GOOD = "age,town,bought\n" + "".join(
    f"{20 + row % 50},{'Bonn' if row % 3 else 'Ulm'},{'yes' if row * 7 % 11 < 4 else 'no'}\n"
    for row in range(200)
)
MANY = "x,y\n" + "".join(f"{row},c{row % 300}\n" for row in range(900))


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.csv"
    path.write_text(GOOD)
    return path


def test_semicolons_and_a_byte_order_mark(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "umsatz.csv"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace(",", ";").encode())
    answer = call("init", file, "--label", "bought", "-C", tmp_path)
    assert answer.exit_code == 0, answer.output
    assert "200 labelled rows" in answer.output
    assert "leadline run feasibility" in answer.output
    settings = load_settings(tmp_path / "leadline.toml")
    assert settings.data.files == ("umsatz.csv",)
    assert "target_score" in settings.problem.assumed


def test_dates_in_parquet_and_a_column_of_text(call: Call, tmp_path: Path) -> None:
    begin = datetime(2024, 1, 1)  # noqa: DTZ001 - files hold naive times
    frame = pl.DataFrame(
        {
            "at": [begin + timedelta(hours=row) for row in range(300)],
            "said": [
                f"{'win a prize' if row % 3 else 'see you'} number {row}" for row in range(300)
            ],
            "spam": [row % 3 != 0 for row in range(300)],
        }
    )
    frame.write_parquet(tmp_path / "said.parquet")
    arguments = ("--label", "spam", "--time", "at", "--json", "-C", tmp_path / "new")
    answer = call("init", tmp_path / "said.parquet", *arguments)
    assert answer.exit_code == 0, answer.output
    assert "60 of them set aside" in json.loads(answer.stdout)["summaries"]["data"]


@pytest.mark.parametrize(
    ("content", "label", "told"),
    [
        (
            GOOD,
            "buys",
            "There is no column 'buys'. The column to predict is needed, one of: 'age',",
        ),
        (GOOD, "agee", "Did you mean 'age'?"),
        (GOOD, "", "No label is named."),
        ("1,2\n3,4\n5,6\n", "b", "data.csv has no header, its first line is data"),
        ("a,b\n1,\n2,\n", "b", "The label column 'b' is empty."),
        ("a,a\n1,2\n", "a", "columns 1 and 2 are both called 'a'"),
        ("a,b\n1,2\n3,4,5\n", "a", "line 3: 3 values"),
        ("a,b\n", "a", "has one line only"),
        ("", "a", "is empty"),
        (MANY, "y", "300 different words"),
    ],
)
def test_what_cannot_be_read_leaves_nothing_behind(
    call: Call, tmp_path: Path, content: str, label: str, told: str
) -> None:
    (tmp_path / "data.csv").write_text(content)
    answer = call("init", tmp_path / "data.csv", "--label", label, "-C", tmp_path / "new")
    assert answer.exit_code == 1
    assert answer.stderr.startswith("Error: ")
    assert told in answer.stderr
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["none.csv", "sheet.xlsx", "."])
def test_what_is_no_table(call: Call, tmp_path: Path, name: str) -> None:
    (tmp_path / "sheet.xlsx").write_bytes(b"PK\x03\x04 not really")
    answer = call("init", tmp_path / name, "--label", "a", "-C", tmp_path / "new")
    assert answer.exit_code == 1
    assert answer.stderr.startswith("Error: ")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--target", "90"), "Write a percentage as a fraction."),
        (("--positive", "maybe"), "One of its values is needed: 'no', 'yes'"),
        (("--time", "when"), "There is no column 'when'"),
    ],
)
def test_what_cannot_be_leaves_a_used_folder_as_it_was(
    call: Call, good: Path, more: tuple[str, str], told: str
) -> None:
    answer = call("init", good, "--label", "bought", "-C", good.parent, *more)
    assert answer.exit_code == 1
    assert told in answer.stderr
    assert list(good.parent.iterdir()) == [good]


def test_a_workspace_is_never_overwritten_and_nothing_is_asked_in_vain(
    call: Call, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (good.parent / "leadline.toml").write_text("# mine")
    monkeypatch.setattr(init, "_ask", lambda *_: pytest.fail("asked"))
    answer = call("init", good, "--label", "bought", "-C", good.parent)
    assert answer.exit_code == 1
    assert "exists already" in answer.stderr
    assert (good.parent / "leadline.toml").read_text() == "# mine"


def test_data_that_are_unfit_are_a_no(call: Call, tmp_path: Path) -> None:
    (tmp_path / "few.csv").write_text("a,b\n1,yes\n2,no\n3,yes\n")
    answer = call("init", tmp_path / "few.csv", "--label", "b", "-C", tmp_path)
    assert answer.exit_code == options.EXIT_NO
    assert "Only 3 labelled rows" in answer.output
    assert (tmp_path / "leadline.toml").exists()


def asked(call: Call, good: Path, monkeypatch: pytest.MonkeyPatch, typed: str) -> tuple[int, str]:
    monkeypatch.setattr(init, "_is_person", lambda: True)
    answer = call("init", good, "--label", "bought", "-C", good.parent, typed=typed)
    return answer.exit_code, answer.output


def test_questions_are_asked_again_until_the_answer_can_be(
    call: Call, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = "Who buys?\n\nmaybe\nyes\n90\n0.7\n-1\n5\n\n1e3\nGrace\nn\n"
    code, output = asked(call, good, monkeypatch, typed)
    assert code == 0, output
    assert "one of no, yes is needed" in output
    assert "0.9, not 90" in output
    problem = load_settings(good.parent / "leadline.toml").problem
    assert (problem.question, problem.positive, problem.target_score) == ("Who buys?", "yes", 0.7)
    assert (problem.cost_miss, problem.budget, problem.owner) == (5.0, 1000.0, "Grace")
    assert {"unit", "cost_false_alarm"} <= set(problem.assumed)


def test_a_named_person_answers_the_ethics_checklist(
    call: Call, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ethics = "y\nbuyers\na false alarm annoys\nour own sales\n\n"
    code, output = asked(call, good, monkeypatch, "Who buys?" + "\n" * 8 + ethics)
    assert code == 0, output
    stated = load_settings(good.parent / "leadline.toml").ethics
    assert (stated.answered_by, stated.harmed) == ("Ada", "buyers")
    assert not stated.is_complete  # what was left open stays open


def test_leaving_in_the_middle_of_the_questions_keeps_nothing(
    call: Call, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, output = asked(call, good, monkeypatch, "Who buys?\n")
    assert code == options.EXIT_STOPPED
    assert "Stopped. Nothing was kept." in output
    assert list(good.parent.iterdir()) == [good]


GROUPED = "patient,bp,y\n" + "".join(
    f"P{row // 8:03d},{100 + row * 37 % 41},{'sick' if row // 8 * 7 % 5 > 2 else 'well'}\n"
    for row in range(400)
)


@pytest.mark.parametrize(("answer", "group"), [("y", "patient"), ("n", ""), ("", "")])
def test_a_column_by_which_rows_belong_together_is_asked_about(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, group: str
) -> None:
    (tmp_path / "visits.csv").write_text(GROUPED)
    monkeypatch.setattr(init, "_is_person", lambda: True)
    typed = answer + "\n" * 9 + "n\n"
    told = call("init", tmp_path / "visits.csv", "--label", "y", "-C", tmp_path, typed=typed)
    assert told.exit_code == 0, told.output
    assert "'patient': 50 values come back, 8 rows each" in told.output
    assert load_settings(tmp_path / "leadline.toml").data.group == group


def test_nobody_is_asked_about_a_group_that_is_named(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "visits.csv").write_text(GROUPED)
    monkeypatch.setattr(init, "_is_person", lambda: True)
    arguments = ("--label", "y", "--group", "patient", "-C", tmp_path)
    told = call("init", tmp_path / "visits.csv", *arguments, typed="\n" * 9 + "n\n")
    assert told.exit_code == 0, told.output
    assert "values come back" not in told.output
    assert "whole groups of 'patient'" in told.output
