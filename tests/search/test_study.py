from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.search.simulated import MemoryRecord, Model

from leadline.phases.search.trial import TrialState
from leadline.search.candidates import CandidateSource
from leadline.search.study import Study

SOURCE = CandidateSource("linear", Model("linear", 2, lambda *_: 0.1))


def test_a_new_trial_is_numbered_and_a_known_one_found_by_its_parameters() -> None:
    record: Any = MemoryRecord()
    study = Study(record, "one")
    first = study.trial_of(SOURCE, {"x": 1.0}, is_tuned=False)
    assert (first.name, first.complexity, first.state) == ("linear 0", 2, TrialState.NOT_STARTED)
    study.write(first)
    assert study.trial_of(SOURCE, {"x": 2.0}, is_tuned=True).name == "linear 1"
    assert study.trial_of(SOURCE, {"x": 1.0}, is_tuned=True) is first
    other = CandidateSource("forest", Model("forest", 3, lambda *_: 0.1))
    assert study.trial_of(other, {"x": 1.0}, is_tuned=False).name == "forest 2"


def test_a_study_goes_on_from_the_record_with_what_was_written_last() -> None:
    record: Any = MemoryRecord()
    study = Study(record, "one")
    trial = study.trial_of(SOURCE, {"x": 1.0}, is_tuned=False)
    study.write(trial)
    study.write(replace(trial, state=TrialState.PRUNED))
    again = Study(record, "one")
    assert [each.state for each in again] == [TrialState.PRUNED]
    assert again.trial_of(SOURCE, {"x": 2.0}, is_tuned=False).name == "linear 1"
    assert list(Study(record, "another")) == []
