from __future__ import annotations

from dataclasses import replace

import pytest
from tests.examples import example_problem, example_verdicts
from tests.report.entries import entries_of, example_entries

from leadline.phases.problem import Ethics
from leadline.record import Entry
from leadline.report import intended_use


def use_of(entries: list[Entry]) -> dict[str, str]:
    (number,) = [entry.number for entry in entries if entry.row == "release"]
    return dict(intended_use(entries, number))


def test_it_says_for_whom_and_who_can_be_harmed() -> None:
    problem, said = example_problem(), use_of(example_entries())
    assert problem.label in said["What it decides"]
    assert said["Owner"] == problem.owner
    assert said["Who can be harmed"] == problem.ethics.harmed
    assert problem.miss in said["Its two errors"]


def test_what_nobody_has_said_is_said_to_be_so() -> None:
    silent = replace(example_problem(), question="", owner="", ethics=Ethics())
    said = use_of(entries_of(list({**example_verdicts(), "problem": silent}.items())))
    assert said["The question"] == said["Owner"] == said["Who can be harmed"] == "Not stated."


def test_an_entry_that_is_no_release_is_refused() -> None:
    with pytest.raises(ValueError, match="release"):
        intended_use(example_entries(), 1)
