"""Two entries side by side: what differs, in words, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.examples import example_forecast, example_problem, example_verdicts
from tests.services.flights import append
from tests.services.test_commands import DEFINE, UNTIL_TUNING

from leadline.errors import RecordError
from leadline.phases.verdict import Bounds, note, warning
from leadline.services.deciding.entry_comparison import (
    EntryComparison,
    FieldChange,
    compare_entries,
    field_changes,
)
from leadline.services.deciding.field_words import label_of
from leadline.workspace import Workspace

Make = Callable[..., Workspace]
EXAMPLES: dict[str, Any] = example_verdicts()


def told(comparison: EntryComparison) -> dict[str, tuple[str, str, str]]:
    return {each.label: (each.before, each.after, each.change) for each in comparison.changes}


def test_only_what_differs_is_told_with_its_change(make: Make) -> None:
    workspace = make(DEFINE)
    changed = replace(
        example_problem(), target_score=0.7, budget=700.0, time_box_s=120.0, owner="Bo"
    )
    number = append(workspace, "problem", changed)
    assert told(compare_entries(workspace, 1, number)) == {
        "Target": ("0.825", "0.700", "-0.125"),
        "Budget": ("500 USD", "700 USD", "+200 USD"),
        "Time box": ("60 seconds", "2 minutes", "+60 seconds"),
        "Owner": ("Ada Ops", "Bo", ""),
    }
    back = told(compare_entries(workspace, number, 1))
    assert back["Budget"] == ("700 USD", "500 USD", "-200 USD")


def test_money_of_two_currencies_keeps_each_its_own_and_has_no_difference(make: Make) -> None:
    workspace = make(DEFINE)
    number = append(workspace, "problem", replace(example_problem(), currency="EUR", budget=700.0))
    there = told(compare_entries(workspace, 1, number))
    assert there["Budget"] == ("500 USD", "700 EUR", "")
    assert told(compare_entries(workspace, number, 1))["Budget"] == ("700 EUR", "500 USD", "")


@pytest.mark.parametrize("row", sorted(EXAMPLES))
def test_the_same_verdict_differs_in_nothing(make: Make, row: str) -> None:
    workspace = make(())
    one, other = (append(workspace, row, EXAMPLES[row]) for _ in range(2))
    comparison = compare_entries(workspace, one, other)
    assert comparison.is_same
    assert comparison.n_same >= 3


def test_parts_are_told_apart_by_their_names_whatever_their_order(make: Make) -> None:
    workspace = make(UNTIL_TUNING)
    tuning = EXAMPLES["tuning"]
    first, *others = tuning.points
    looser = replace(first, alert_share=first.alert_share + 0.05)
    number = append(workspace, "tuning", replace(tuning, points=(*others, looser)))
    comparison = told(compare_entries(workspace, 8, number))
    label = f"Points: {label_of(first.name)}: Alert share"
    assert comparison[label][2] == "+5 points"
    assert [name for name in comparison if name.startswith("Points")] == [label]


def test_an_interval_is_one_value_and_findings_are_told_beside(make: Make) -> None:
    workspace = make(())
    tuning = EXAMPLES["tuning"]
    first, *others = tuning.points
    sharper = replace(first, precision=Bounds(estimate=0.5, low=0.4, high=0.6))
    changed = replace(tuning, points=(sharper, *others), findings=(note("new"), warning("both")))
    one = append(workspace, "tuning", replace(tuning, findings=(warning("both"), note("old"))))
    comparison = compare_entries(workspace, one, append(workspace, "tuning", changed))
    (change,) = comparison.changes
    assert change.after == "50% (40% to 60%)"
    assert change.change.endswith("points")
    assert (comparison.new_findings, comparison.gone_findings) == (("new",), ("old",))


def test_a_field_with_many_changes_is_one_line() -> None:
    before = {"errors": [{"name": str(n), "error": n / 100} for n in range(40)]}
    after = {"errors": [{"name": str(n), "error": n / 50} for n in range(40)]}
    changes, n_same = field_changes(before, after)
    assert changes == (FieldChange("Errors", "40 parts", "40 parts", "39 of 80 values differ"),)
    assert n_same == 41


def test_a_list_says_what_came_and_what_went() -> None:
    changes, _ = field_changes(
        {"files": ["a", "b"], "x": [1.0, 2]}, {"files": ["b", "c"], "x": [1, 5]}
    )
    assert [each.change for each in changes] == ["new: c; gone: a", "1 of 2 differ, by +3 at most"]


def test_no_digest_and_no_field_name_is_shown(make: Make) -> None:
    workspace = make(())
    release = EXAMPLES["release"]
    other = replace(release, bundle="ab" * 32, release_id="ab" * 6, size_bytes=1, fit_s=9.5)
    one = append(workspace, "release", release)
    comparison = compare_entries(workspace, one, append(workspace, "release", other))
    shown = " ".join(" ".join(vars(each).values()) for each in comparison.changes)
    assert len(comparison.changes) == 4
    assert "has changed" in shown
    assert not re.search(r"[0-9a-f]{12}|[a-z]_[a-z]", shown)


def test_what_cannot_be_compared_is_refused(make: Make) -> None:
    workspace = make(DEFINE)
    for one, other, words in (
        (1, 2, "'problem', entry 2 of 'data'"),
        (1, 1, "with itself"),
        (1, 9, "no entry 9"),
    ):
        with pytest.raises(RecordError, match=words):
            compare_entries(workspace, one, other)


def test_forecasts_are_compared_by_their_chances(make: Make) -> None:
    workspace = make(UNTIL_TUNING)
    forecast = example_forecast()
    number = append(workspace, "forecast", replace(forecast, p_affordable=0.5))
    ((label, (_, after, _)),) = told(compare_entries(workspace, 7, number)).items()
    assert (label, after) == ("Chance with the rows the budget can buy", "50%")
