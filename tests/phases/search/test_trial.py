from __future__ import annotations

import json

import pytest
from tests.examples import example_search

from leadline.phases.search import Search
from leadline.phases.search.trial import Trial, TrialState
from leadline.record.codec import decode, encode, to_json

NAMES_OF_1 = {
    "error_at_largest": "level",
    "log_error_change": "fall",
    "log_error_std": "doubt",
}
STATES_OF_1 = {"pruned": "aside", "not started": "cut"}


def of_version_1(stored: dict[str, object]) -> dict[str, object]:
    """A trial with the names of its fields and its state as they were."""
    renamed = {NAMES_OF_1.get(name, name): value for name, value in stored.items()}
    state = str(stored["state"])
    return {**renamed, "state": STATES_OF_1.get(state, state)}


@pytest.mark.parametrize("state", TrialState)
def test_a_trial_is_read_in_its_own_spelling_and_in_that_of_version_1(state: TrialState) -> None:
    first = example_search().trials[0]
    trial = decode(Trial, {**json.loads(to_json(encode(first))), "state": state.value}, 2)
    assert trial.error_at_largest is not None
    stored = json.loads(to_json(encode(trial)))
    assert decode(Trial, of_version_1(stored), 1) == trial
    # the record keeps trials without their version
    assert decode(Trial, stored, 1) == trial


def test_a_search_of_version_1_stays_readable() -> None:
    search = example_search()
    stored = json.loads(to_json(encode(search)))
    stored["n_aim"] = 6_400
    del stored["n_affordable"]
    stored["trials"] = [of_version_1(trial) for trial in stored["trials"]]
    read = decode(Search, stored, 1)
    assert read.n_affordable == 6_400
    assert read.trials == search.trials
