"""`leadline votes`: out to a file and in again, whole or not at all."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import polars as pl
import pytest
from tests.cli.conftest import Call
from tests.projects import customers, project, run_to

from leadline.record import Vote
from leadline.workspace import Workspace


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a project with rows to label, and the votes of two people."""
    folder = tmp_path_factory.mktemp("made")
    with project(folder, customers(120)) as workspace:
        run_to(workspace, "problem", "data")
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of it, for one test."""
    return Path(shutil.copytree(made, tmp_path / "project"))


def votes(folder: Path) -> list[Vote]:
    with Workspace.open(folder) as workspace:
        return list(workspace.record.labels.votes.plain())


def keys(call: Call, folder: Path) -> list[str]:
    """Items of the project, as they go out."""
    path = folder / "out.csv"
    assert call("votes", "export", path, "-C", folder).exit_code == 0
    found: list[str] = pl.read_csv(folder / "out-items.csv")["item"].to_list()
    return found


def brought(call: Call, folder: Path, text: str, *options: str) -> tuple[int, str]:
    """What is answered to a file of votes."""
    path = folder / "in.csv"
    path.write_text(text)
    result = call("votes", "import", path, "-C", folder, *options)
    return result.exit_code, result.stdout + result.stderr


def test_votes_come_in_once(call: Call, folder: Path) -> None:
    a, b, *_ = keys(call, folder)
    text = (
        "item,judge,value,seconds,at\n"
        f"{a},Ada,yes,2.5,2026-03-01T08:30:00Z\n"
        f"{b},Ada,,4,2026-03-01T08:31:00Z\n"
    )
    code, said = brought(call, folder, text)
    assert code == 0
    assert said.startswith("2 votes kept, 0 were there already.")
    assert [(v.item, v.annotator, v.value, v.seconds) for v in votes(folder)] == [
        (a, "Ada", "yes", 2.5),
        (b, "Ada", None, 4.0),
    ]
    assert brought(call, folder, text)[1].startswith("0 votes kept, 2 were there already.")
    assert len(votes(folder)) == 2


@pytest.mark.parametrize("name", ["v.csv", "v.jsonl", "v.parquet", "v.json", "set"])
def test_what_goes_out_comes_in_elsewhere(call: Call, folder: Path, name: str) -> None:
    fresh = Path(shutil.copytree(folder, folder.with_name("fresh")))
    a, b, c, *_ = keys(call, folder)
    text = "item,judge,value,seconds,at\n" + "".join(
        f"{item},{judge},{value},{seconds},2026-03-01T08:{seconds}:00.000123+01:00\n"
        for item, judge, value, seconds in [
            (a, "Ada", "yes", 10),
            (a, "Łukasz", "no", 11),
            (b, "Ada", "", 12),
            (c, "Ada", "no", 13),
        ]
    )
    assert brought(call, folder, text)[0] == 0
    out = folder / name
    assert call("votes", "export", out, "-C", folder).exit_code == 0
    result = call("votes", "import", out, "-C", fresh, "--json")
    assert json.loads(result.stdout)["n_kept"] == 4
    assert sorted(votes(fresh), key=str) == sorted(votes(folder), key=str)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("{a},Ada,maybe,1", "in.csv line 3: left is 'maybe'; one of yes, no is needed"),
        ("ffff,Ada,yes,1", "in.csv line 3: the item 'ffff' is not among the data"),
        ("{a},,yes,1", "in.csv line 3: nobody is named as 'judge'"),
        ("{a},Ada", "in.csv line 3: it has 2 fields; 4 are needed"),
        ("{a},Ada,yes,-1", "in.csv line 3: seconds is '-1'"),
        (",Ada,yes,1", "in.csv line 3: nothing says which item it is"),
        ("{a},<script>" + "x" * 90 + ",yes,1", "in.csv line 3: The name for the label"),
    ],
)
def test_of_a_file_with_a_fault_nothing_is_kept_unless_asked(
    call: Call, folder: Path, row: str, told: str
) -> None:
    a = keys(call, folder)[0]
    text = f"item,judge,value,seconds\n{a},Bo,yes,1\n{row.format(a=a)}\n"
    code, said = brought(call, folder, text)
    assert code == 1
    assert told in said
    assert "Nothing was kept." in said
    assert votes(folder) == []
    code, said = brought(call, folder, text, "--keep-good")
    assert code == 0
    assert f"left out: {told}" in said
    assert [vote.annotator for vote in votes(folder)] == ["Bo"]


def test_items_are_found_by_their_content(call: Call, folder: Path) -> None:
    assert keys(call, folder)
    items = pl.read_csv(folder / "out-items.csv", infer_schema=False)
    filled = items.head(3).drop("item").with_columns(value=pl.lit("yes"))
    code, said = brought(call, folder, filled.write_csv(), "--by", "Agency 7")
    assert (code, said.split(",")[0]) == (0, "3 votes kept")
    assert [vote.item for vote in votes(folder)] == items["item"].to_list()[:3]
    wrong = filled.with_columns(calls=pl.lit("1234.5"))
    assert (
        "no row of the data has this content"
        in brought(call, folder, wrong.write_csv(), "--by", "Agency 7")[1]
    )


@pytest.mark.parametrize("said", ["1.7", "inf", "1e30", "a few"])
def test_content_that_no_row_can_have_is_a_fault(call: Call, folder: Path, said: str) -> None:
    assert keys(call, folder)
    items = pl.read_csv(folder / "out-items.csv", infer_schema=False)
    filled = items.head(2).drop("item").with_columns(value=pl.lit("yes"))
    odd = filled.with_columns(calls=pl.Series([filled["calls"][0], said]))
    code, told = brought(call, folder, odd.write_csv(), "--by", "Agency 7", "--keep-good")
    assert code == 0
    assert told.startswith("1 vote kept")
    assert "line 3" in told


def test_versions_of_others_are_not_taken_for_ours(call: Call, folder: Path) -> None:
    a = keys(call, folder)[0]
    text = f"item,judge,value,guidelines\n{a},Ada,yes,{'9' * 5000}\n"
    code, said, *_ = brought(call, folder, text)
    assert code == 0
    assert "Kept without guidelines, as theirs are not here: 1." in said
    assert "Other answers" not in said
    (vote,) = votes(folder)
    assert vote.guidelines is None


def test_an_older_vote_does_not_take_a_newer_ones_place(call: Call, folder: Path) -> None:
    a = keys(call, folder)[0]
    head = "item,judge,value,at\n"
    assert brought(call, folder, f"{head}{a},Ada,yes,2026-03-02\n")[0] == 0
    assert "1 left out" in brought(call, folder, f"{head}{a},Ada,no,2026-03-01\n")[1]
    both = f"{head}{a},Bo,yes,2026-03-02\n{a},Bo,no,2026-03-01\n"
    assert brought(call, folder, both)[0] == 0
    assert {vote.annotator: vote.value for vote in votes(folder)} == {"Ada": "yes", "Bo": "yes"}


def test_of_two_votes_at_the_same_time_the_one_that_comes_in_later_counts(
    call: Call, folder: Path
) -> None:
    a = keys(call, folder)[0]
    head = "item,judge,value,at\n"
    assert brought(call, folder, f"{head}{a},Ada,yes,2026-03-02\n")[0] == 0
    said = brought(call, folder, f"{head}{a},Ada,no,2026-03-02\n")[1]
    assert said.startswith("1 vote kept, 0 were there already.")
    assert "Other answers of the same person that no longer count: 1." in said
    assert [vote.value for vote in votes(folder)] == ["no"]


def test_a_vote_without_a_time_is_the_newest_of_its_file(call: Call, folder: Path) -> None:
    a = keys(call, folder)[0]
    text = f"item,judge,value,at\n{a},Bo,yes,\n{a},Bo,no,2026-03-01\n"
    assert brought(call, folder, text)[0] == 0
    assert [vote.value for vote in votes(folder)] == ["yes"]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("export", "x.doc"), 2, "The ending of x.doc is no known one"),
        (("export", "x.csv", "--as", "excel"), 2, "There is no format 'excel'"),
        (("import", "gone.csv"), 1, "gone.csv: No such file or directory."),
    ],
)
def test_what_cannot_be_is_refused(
    call: Call, folder: Path, arguments: tuple[str, ...], code: int, told: str
) -> None:
    result = call("votes", *arguments, "-C", folder)
    assert result.exit_code == code
    assert told in result.stderr


def test_a_folder_that_holds_something_is_left_alone(call: Call, folder: Path) -> None:
    result = call("votes", "export", folder, "--as", "csv", "-C", folder)
    assert result.exit_code == 1
    assert "is a folder with files in it" in result.stderr
    assert (folder / "pool.csv").exists()


def test_a_bundle_goes_to_an_agency_and_its_answers_come_in(call: Call, folder: Path) -> None:
    (folder / "how.md").write_text("# How\n\nAsk whoever called.")
    options = ("--guidelines", folder / "how.md", "--reward", 7, "--items", 5)
    result = call("votes", "export", folder / "b.zip", *options, "-C", folder, "--json")
    assert json.loads(result.stdout)["items"] == 5
    with zipfile.ZipFile(folder / "b.zip") as bundle:
        task = json.loads(bundle.read("task.json"))
        items = [json.loads(line)["item"] for line in bundle.read("items.jsonl").splitlines()]
    assert (task["reward"], task["labels"]) == (7, ["yes", "no"])
    with zipfile.ZipFile(folder / "back.zip", "w") as back:
        line = {"item": items[0], "judge": "Ada", "value": "no", "seconds": 2.5}
        back.writestr("answers-Ada.jsonl", json.dumps(line))
    assert call("votes", "import", folder / "back.zip", "-C", folder).exit_code == 0
    assert [(vote.item, vote.value) for vote in votes(folder)] == [(items[0], "no")]
