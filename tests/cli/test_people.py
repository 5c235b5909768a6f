"""Verbs by which people say something: decide, label, review."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path

import click
import polars as pl
import pytest
from tests.cli.conftest import Call
from tests.services.flights import append, flights, make_workspace
from tests.services.test_commands import UNTIL_TUNING

from leadline.cli import main
from leadline.cli.terminal.options import EXIT_STOPPED
from leadline.phases.lifecycle import ROWS
from leadline.phases.tuning import Tuning
from leadline.record import Judgment, Vote
from leadline.snapshot import to_parquet
from leadline.workspace import Workspace


@pytest.fixture
def tuned(tmp_path: Path) -> Path:
    """Folder of a workspace where rows wait to be judged."""
    folder = tmp_path / "tuned"
    folder.mkdir()
    make_workspace(folder, UNTIL_TUNING).close()
    return folder


def judgments(folder: Path) -> tuple[Judgment, ...]:
    with Workspace.open(folder) as workspace:
        entry = workspace.record.latest("tuning")
        assert entry is not None
        return workspace.record.reviews.judgments(entry.number)


def votes(folder: Path) -> tuple[Vote, ...]:
    with Workspace.open(folder) as workspace:
        return workspace.record.labels.votes.plain()


# --------------------------------------------------------------------------- decide


def test_a_decision_goes_on_the_record(call: Call, tuned: Path) -> None:
    way = ("--to", "define", "--change", "buy 100 labels")
    answer = call("decide", "find", "back", "--why", "too few", *way, "-C", tuned)
    assert answer.exit_code == 0
    said = (
        "find decision back to define Ada says go back to define: too few. Change: buy 100 labels."
    )
    assert " ".join(answer.stdout.split()) == said
    where = json.loads(call("status", "-C", tuned, "--json").stdout)["whereabouts"]
    assert where.startswith("Back at define since ")
    as_json = call("decide", "find", "go", "--why", "now", "--by", "Bo", "-C", tuned, "--json")
    assert json.loads(as_json.stdout)["by"] == "Bo"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("wacth", "go", "--why", "x"), 1, "Did you mean 'watch'?"),
        (("wacth", "go"), 1, "Did you mean 'watch'?"),
        (("find", "go", "--why", " "), 1, "The decision has no reason."),
        (("find", "go", "--why", "x", "--by", " "), 1, "Nobody is named"),
        (("find", "go"), 2, "Missing option '--why'"),
        (("find", "back", "--why", "x"), 2, "Missing option '--to'"),
        (("find", "back", "--why", "x", "--to", "find"), 2, "Missing option '--change'"),
        (("find", "keep"), 1, "Nobody has decided on find yet"),
        (("find", "keep", "--to", "find"), 2, "'keep' changes nothing"),
        (("find", "perhaps", "--why", "x"), 2, "'perhaps' is not one of"),
    ],
)
def test_a_decision_that_is_refused(
    call: Call, tuned: Path, arguments: tuple[str, ...], code: int, told: str
) -> None:
    answer = call("decide", *arguments, "-C", tuned)
    assert answer.exit_code == code
    assert told in answer.stderr


# --------------------------------------------------------------------------- label


def test_labelling_in_the_terminal(call: Call, flights: Path) -> None:
    answer = call(
        "label",
        "-C",
        flights,
        typed="# blurred\n1\nyes\n?\n? too late\nperhaps\nu\ns not mine\nq\n",
    )
    assert answer.exit_code == 0, answer.output
    assert "There is no reason why you are unsure" in answer.output
    assert "One of no, yes is needed" in answer.output
    assert "2 labelled by Ada" in answer.output
    assert sorted(vote.value or "?" for vote in votes(flights)) == ["no", "yes"]
    assert [vote.comment for vote in votes(flights)] == ["blurred", ""]
    progress = json.loads(call("label", "-C", flights, "--json").stdout)
    assert progress["labelled"] == 2


def test_deciding_in_the_terminal(call: Call, flights: Path) -> None:
    call("label", "-C", flights, typed="? too dark\n? torn\nq\n")
    asked = call("label", "--adjudicate", "--by", "Dan", "-C", flights, "--json")
    assert json.loads(asked.stdout) == {"by": "Dan", "decided": 0, "open": 2}
    answer = call(
        "label",
        "--adjudicate",
        "--by",
        "Dan",
        "-C",
        flights,
        typed="s\nmaybe\n# by the clock\n2\nu\n?\nq\n",
    )
    assert answer.exit_code == 0, answer.output
    assert "not sure: too dark" in answer.output
    assert "One of no, yes is needed" in answer.output
    assert "1 decided, 1 open" in answer.output
    with Workspace.open(flights) as workspace:
        (made,) = workspace.record.labels.adjudications.newest()
        assert (made.adjudicator, made.value) == ("Dan", None)
        first = workspace.record.labels.adjudications.history(made.item)[0]
        assert (first.value, first.reason, first.undone_at is None) == (
            "yes",
            "by the clock",
            False,
        )
    written = flights / "labels.csv"
    call("export", "labels", written, "-C", flights)
    kinds = [line.split(",")[0] for line in written.read_text().splitlines()]
    assert kinds == ["kind", "vote", "vote", "decision"]


def test_a_link_is_made_listed_and_revoked(call: Call, flights: Path) -> None:
    made = call("invite", "Ben", "--days", "3", "-C", flights)
    assert made.exit_code == 0, made.output
    assert made.stdout.startswith("http://127.0.0.1:8765/join/")
    assert "Ben labels by this link until" in made.stderr
    again = json.loads(call("invite", "BEN", "-C", flights, "--json").stdout)
    assert again["person"] == "Ben"
    listed = json.loads(call("invite", "--list", "-C", flights, "--json").stdout)
    assert [one["revoked_at"] is None for one in listed] == [False, True]
    taken = call("label", "--by", "ben", "-C", flights, typed="q\n")
    assert taken.exit_code == 1
    assert "cannot be taken by typing it" in taken.stderr
    assert "1 of Ben's links" in call("invite", "--revoke", "ben", "-C", flights).stdout
    assert (
        "no invitation that is still good"
        in call("invite", "--revoke", "Ben", "-C", flights).stderr
    )
    assert call("invite", "Ben", "--list", "-C", flights).exit_code == 2
    assert "revoked" in call("invite", "--list", "-C", flights).stdout


def test_the_end_of_the_input_is_no_crash(call: Call, flights: Path) -> None:
    answer = call("label", "-C", flights, typed="1\n")
    assert answer.exit_code == EXIT_STOPPED
    assert "Stopped. What was finished is on the record." in answer.stderr
    assert len(votes(flights)) == 1


def test_what_would_steer_the_terminal_is_not_printed(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "steered"
    folder.mkdir()
    workspace = make_workspace(folder, UNTIL_TUNING)
    workspace.close()
    settings = folder / "leadline.toml"
    settings.write_text(settings.read_text().replace("Which flights", "\\u001b[2JWhich flights"))
    assert "\x1b" not in call("status", "-C", folder).output


# --------------------------------------------------------------------------- review


def test_judging_in_the_terminal(call: Call, tuned: Path) -> None:
    answer = call("review", "-C", tuned, typed="y\nn\n?\nhm\nu\nq\n")
    assert answer.exit_code == 0, answer.output
    assert "'hm' is none of y, n, ?, u and q." in answer.output
    assert "shown once you have judged all rows" in answer.output
    assert "flagged" not in answer.output, "the consequences are made of others' answers too"
    assert sorted(str(each.is_positive) for each in judgments(tuned)) == ["False", "True"]


def filled_in(call: Call, folder: Path) -> Path:
    file = folder / "rows.csv"
    assert call("export", "rows", file, "-C", folder).exit_code == 0
    rows = pl.read_csv(file)
    assert "score" not in rows.columns
    said = ["yes" if row % 3 == 0 else "no" for row in range(rows.height - 1)]
    rows.with_columns(is_positive=pl.Series([*said, None])).write_csv(file)
    return file


def test_judging_elsewhere(call: Call, tuned: Path) -> None:
    file = filled_in(call, tuned)
    answer = call("review", "--judgments", file, "-C", tuned, "--json")
    assert answer.exit_code == 0, answer.output
    page = json.loads(answer.stdout)
    assert (page["n_judged"], page["n_unsure"]) == (59, 1)
    assert len(page["judges"]) == 1
    again = call("export", "rows", file, "-C", tuned)
    assert "Every row drawn has an answer: all of them are written" in again.stderr
    assert again.stdout.startswith("60 written")
    chosen = call("review", "--choose", "balanced", "--why", "fine", "-C", tuned)
    assert chosen.exit_code == 0, chosen.output
    assert "Ada chose balanced" in chosen.stdout


def test_planned_rows_that_are_left_are_told(call: Call, tuned: Path) -> None:
    file = filled_in(call, tuned)
    pl.read_csv(file)[:25].write_csv(file)
    answer = call("review", "--judgments", file, "-C", tuned)
    assert "35 of 60 planned rows have no answer yet: leadline review" in answer.stdout
    assert "is the most probable to cost least (" in answer.stdout
    assert "the real stream" in answer.stdout, "what a model saves"


def test_rows_to_judge_may_have_our_names_themselves(call: Call, tuned: Path) -> None:
    with Workspace.open(tuned) as workspace:
        entry = workspace.record.latest("tuning")
        assert entry is not None
        assert isinstance(entry.verdict, Tuning)
        stream = flights(entry.verdict.n_stream).with_columns(
            row=pl.col("carrier"), score=pl.col("dep_delay"), is_positive=pl.col("remark")
        )
        digest = workspace.artifacts.put(to_parquet(stream), "stream")
        append(workspace, "tuning", replace(entry.verdict, stream=digest))
    file = tuned / "rows.csv"
    assert call("export", "rows", file, "-C", tuned).exit_code == 0
    rows = pl.read_csv(file)
    assert rows.columns[:2] == ["leadline_row", "leadline_is_positive"]
    assert {"row", "score", "is_positive"} < set(rows.columns)
    said = pl.Series(["yes", "no", None] * (rows.height // 3))
    rows.with_columns(leadline_is_positive=said).write_csv(file)
    answer = call("review", "--judgments", file, "-C", tuned, "--json")
    assert answer.exit_code == 0, answer.output
    page = json.loads(answer.stdout)
    assert (page["n_judged"], page["n_unsure"]) == (40, 20)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (",yes,", ",perhaps,", "is_positive is 'perhaps'"),
        ("row,is_positive", "row,verdict", "no column 'is_positive'"),
    ],
)
def test_a_file_of_judgments_is_taken_in_whole_or_not_at_all(
    call: Call, tuned: Path, old: str, new: str, told: str
) -> None:
    file = filled_in(call, tuned)
    file.write_text(file.read_text().replace(old, new, 1))
    answer = call("review", "--judgments", file, "-C", tuned)
    assert answer.exit_code == 1
    assert told in answer.stderr
    assert judgments(tuned) == ()


def test_other_columns_of_a_file_of_judgments_may_hold_anything(call: Call, tuned: Path) -> None:
    file = filled_in(call, tuned)
    rows = pl.read_csv(file)
    notes = pl.Series([*(f"{row}.5" for row in range(rows.height - 1)), "tba"])
    rows.with_columns(notes=notes).write_csv(file)
    answer = call("review", "--judgments", file, "-C", tuned)
    assert answer.exit_code == 0, answer.output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--choose", "best", "--why", "x"), "The point chosen is 'best'."),
        (("--choose", "balanced"), "The choice has no reason."),
        (("--judgments", "none.csv"), "There is no file"),
    ],
)
def test_a_choice_that_is_refused(
    call: Call, tuned: Path, arguments: tuple[str, ...], told: str
) -> None:
    answer = call("review", *arguments, "-C", tuned)
    assert answer.exit_code == 1
    assert told in answer.stderr


def test_an_error_cannot_be_free(call: Call, tuned: Path) -> None:
    answer = call("review", "--choose", "balanced", "--why", "x", "--cost-miss", "0", "-C", tuned)
    assert answer.exit_code == 2
    assert "0.0 is not in the range x>0" in answer.stderr


def test_what_comes_next_works_as_it_is_typed(call: Call, tuned: Path) -> None:
    """The command of a step asks for what it needs, and says where it cannot."""
    said = json.loads(call("status", "-C", tuned, "--json").stdout)["next"]["command"]
    assert said == "leadline review"
    decide = shlex.split(ROWS["decision.find"].command)[1:]
    answer = call(
        *decide, "-C", tuned, typed="perhaps\nback\ndefine\na lower target\ntoo few rows\n"
    )
    assert answer.exit_code == 0, answer.output
    assert "too few rows" in answer.output
    said = json.loads(call("status", "-C", tuned, "--json").stdout)["next"]["command"]
    assert said == "leadline run define"
    watch = shlex.split(ROWS["monitor"].command)[1:]
    assert "no-such-file" in call(*watch, "-C", tuned, typed="no-such-file.csv\n").output


@pytest.mark.parametrize("row", list(ROWS))
def test_a_command_to_type_has_nothing_to_fill_in(row: str) -> None:
    name, *arguments = shlex.split(ROWS[row].command)[1:]
    verb = main.get_command(click.Context(main), name)
    assert verb is not None
    verb.make_context(name, arguments)
    assert not [word for word in arguments if word.isupper()]


# --------------------------------------------------------------------------- comment


def test_comments_are_kept_and_read(call: Call, tuned: Path) -> None:
    assert "Nobody has said anything" in call("comment", "-C", tuned).stdout
    assert call("comment", "3", "Too dear?\nI think so.", "-C", tuned).exit_code == 0
    assert call("comment", "find", "Fine.", "--by", "Bo", "-C", tuned).exit_code == 0
    told = json.loads(call("comment", "-C", tuned, "--json").stdout)
    assert [(one["about"], one["by"]) for one in told] == [("entry 3", "Ada"), ("find", "Bo")]
    shown = call("comment", "entry 3", "-C", tuned).stdout
    assert shown.startswith("entry 3: Ada, ")
    assert shown.endswith("  Too dear?\n  I think so.\n")
    with (tuned / "leadline.toml").open("a", encoding="utf-8") as file:
        file.write('\n[notify]\ncommand = ["tee", "told.json"]\n')
    call("comment", "find", "@Bo: and now?", "-C", tuned)
    assert json.loads((tuned / "told.json").read_text())["facts"]["to"] == "Bo"
    wrong = call("comment", "fnid", "x", "-C", tuned)
    assert wrong.exit_code == 1
    assert "nothing called 'fnid'" in wrong.stderr
