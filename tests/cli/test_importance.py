from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from click.testing import Result
from tests.importances import FLIGHTS, search_with
from tests.services.flights import append, make_workspace

DEFINE = ("problem", "data", "feasibility")


def folder_with(folder: Path, *, is_looked_at: bool) -> Path:
    with make_workspace(folder, DEFINE) as workspace:
        append(workspace, "search", search_with(FLIGHTS if is_looked_at else None))
    return folder


def test_the_terminal_shows_columns_and_words(tmp_path: Path, call: Callable[..., Result]) -> None:
    folder = folder_with(tmp_path, is_looked_at=True)
    answer = call("importance", "-C", folder)
    assert answer.exit_code == 0
    lines = answer.stdout.splitlines()
    assert lines[0] == "boosting-3 leans most on hour, distance + air_time and carrier."
    assert any("hour" in line and "0.1300 to 0.1700" in line for line in lines)
    assert any("late" in line and "+0.31" in line for line in lines)
    whole = json.loads(call("importance", "-C", folder, "--json").stdout)
    assert whole["columns"][0]["columns"] == ["hour"]


def test_of_a_prompted_candidate_it_says_why_there_is_none(
    tmp_path: Path, call: Callable[..., Result]
) -> None:
    search = search_with(None)
    prompted = replace(search.chosen_trial, family="prompted")
    others = [each for each in search.trials if each.name != search.chosen]
    with make_workspace(tmp_path, DEFINE) as workspace:
        append(workspace, "search", replace(search, trials=(prompted, *others)))
    answer = call("importance", "-C", tmp_path)
    assert answer.exit_code == 1
    assert "asks a language model for each answer" in answer.stderr
    assert "importance_s" not in answer.stderr


def test_without_one_it_says_how_to_get_it(tmp_path: Path, call: Callable[..., Result]) -> None:
    answer = call("importance", "-C", folder_with(tmp_path, is_looked_at=False))
    assert answer.exit_code == 1
    assert "importance_s" in answer.stderr
