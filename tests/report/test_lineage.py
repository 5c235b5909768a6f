"""Lineage of a release: what it stood on, and nothing that came later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.examples import RELEASE_ID, example_release, example_verdicts
from tests.phases.again import again
from tests.report.entries import START, entries_of, example_entries

from leadline.errors import NotReadyError
from leadline.phases.decay import Decay
from leadline.phases.lifecycle import ROWS
from leadline.phases.release import Release
from leadline.record import Entry
from leadline.report.model_document.lineage import Lineage, lineage_of, release_named

OTHER_ID = "0badc0ffee12"


def put(entries: list[Entry], row: str, *, number: int = 0, **changes: Any) -> Entry:
    """Append the example verdict of a row, changed; it stands on the latest of each row."""
    latest = {entry.row: entry.number for entry in entries}
    verdict = example_verdicts()[row]
    verdict = again(verdict, **changes) if changes else verdict
    number = number or len(entries) + 1
    on = {name: latest[name] for name in ROWS[row].stands_on if name in latest}
    entry = Entry(number, row, verdict, on, "Ada Ops", START + timedelta(hours=number), 1)
    entries.append(entry)
    return entry


def numbers(lineage: Lineage) -> dict[str, int]:
    return {row: entry.number for row, entry in lineage.stood_on.items()}


def test_what_came_later_is_not_what_it_stood_on() -> None:
    entries = example_entries("release")
    before = numbers(lineage_of(entries))
    assert before == {e.row: e.number for e in entries if not e.row.startswith("decision.")}
    for row in ("problem", "data", "search", "labelling", "curve", "forecast", "tuning"):
        put(entries, row)
    assert numbers(lineage_of(entries)) == before


def test_a_look_at_an_older_release_is_told_of_that_one() -> None:
    """After a rollback the monitor has read the newest release, and looks at the one in service."""
    entries = example_entries("release")
    first = entries[-1].number
    second = put(entries, "release", release_id=OTHER_ID, replaces=RELEASE_ID)
    looked = put(entries, "monitor")
    assert looked.on["release"] == second.number
    assert looked in lineage_of(entries, first).since
    assert looked not in lineage_of(entries, second.number).since


def test_the_nearest_entry_of_a_row_counts() -> None:
    """A release reads the problem as restated, though its tuning had read the one before."""
    entries = example_entries("review")
    restated = put(entries, "problem", owner="Grace Gate")
    released = put(entries, "release")
    assert released.on["problem"] == restated.number
    found = lineage_of(entries)
    assert found.stood_on["problem"] is restated
    # its words are not read by the forecast, which so still belongs to it
    assert "forecast" in found.stood_on


def test_what_stood_on_other_data_is_left_out() -> None:
    entries = example_entries("review")
    put(entries, "data", snapshot="ffff" * 16)
    put(entries, "forecast")
    tuned = next(entry for entry in entries if entry.row == "tuning")
    released = put(entries, "release")
    entries[-1] = replace(released, on={**released.on, "data": tuned.on["data"]})
    found = lineage_of(entries).stood_on
    assert found["forecast"].number == next(e.number for e in entries if e.row == "forecast")
    assert found["data"].number == tuned.on["data"]


def test_a_curve_on_another_search_is_no_part_of_it() -> None:
    entries = example_entries("search")
    put(entries, "search", spent_s=99.0, chosen="linear-2")
    put(entries, "tuning")
    first = next(entry for entry in entries if entry.row == "search")
    put(entries, "curve")
    entries[-1] = replace(entries[-1], on={**entries[-1].on, "search": first.number})
    put(entries, "review")
    put(entries, "release")
    assert "curve" not in lineage_of(entries).stood_on


def test_since_holds_what_stands_on_this_release_only() -> None:
    entries = example_entries()
    first = next(entry for entry in entries if entry.row == "release")
    second = put(entries, "release", release_id="beef" * 3, replaces=RELEASE_ID)
    later = put(entries, "monitor", release_id="beef" * 3)
    old, new = lineage_of(entries, first.number), lineage_of(entries, second.number)
    assert {entry.row for entry in old.since} == {"capacity", "decay", "monitor"}
    assert [entry.number for entry in new.since] == [later.number]
    assert {entry.row for entry in old.decisions_since} == {"decision.ship", "decision.watch"}
    assert not new.decisions_since
    assert {e.row for e in old.decisions} == {
        *("decision.define", "decision.find", "decision.train", "decision.apply")
    }


def test_ageing_on_other_data_does_not_change_what_was_expected() -> None:
    entries = example_entries()
    first = lineage_of(entries).ageing
    assert first is not None
    put(entries, "data", snapshot="ffff" * 16)
    second = put(entries, "decay", retrain_every=9)
    lineage = lineage_of(entries)
    assert lineage.ageing is first
    assert [e for e in lineage.since if isinstance(e.verdict, Decay)][-1] is second


def test_before_a_release_it_is_a_draft_of_the_furthest_row() -> None:
    entries = example_entries("tuning")
    lineage = lineage_of(entries)
    assert lineage.release is None
    assert lineage.root is not None
    assert lineage.root.row == "tuning"
    assert "forecast" in lineage.stood_on
    assert not lineage.since
    assert lineage_of([]).root is None


def test_a_release_is_named_by_its_id_or_its_beginning() -> None:
    earlier = again(example_release(), release_id=OTHER_ID, replaces="")
    entries = entries_of([("release", earlier), *example_verdicts().items()])
    assert release_named(entries, OTHER_ID).number == 1
    assert release_named(entries, RELEASE_ID[:3]).verdict_as(Release).release_id == RELEASE_ID
    with pytest.raises(NotReadyError, match=f"One of these is needed: {OTHER_ID}, {RELEASE_ID}"):
        release_named(entries, "ffff")
    with pytest.raises(NotReadyError, match="leadline run ship"):
        release_named([], "ffff")
    with pytest.raises(ValueError, match="is no release"):
        lineage_of(entries, 2)


def test_a_beginning_of_several_names_none() -> None:
    ids = ("abc1" * 3, "abc2" * 3)
    entries = entries_of([("release", again(example_release(), release_id=each)) for each in ids])
    with pytest.raises(NotReadyError, match="several releases"):
        release_named(entries, "abc")


def test_of_two_that_stood_on_the_same_the_later_counts() -> None:
    entries = example_entries("review")
    curve = put(entries, "curve")
    put(entries, "release")
    aged = [put(entries, "decay", retrain_every=n) for n in (7, 9)]
    lineage = lineage_of(entries)
    assert lineage.stood_on["curve"] is curve
    assert lineage.ageing is aged[1]


def test_what_was_decided_after_a_release_did_not_lead_to_it() -> None:
    entries = example_entries("release")
    before = lineage_of(entries).decisions
    again_decided = put(entries, "decision.find")
    lineage = lineage_of(entries)
    assert lineage.is_on_its_side(again_decided)
    assert lineage.decisions == before


def test_an_id_names_its_release_though_another_begins_with_it() -> None:
    ids = ("abc1", "abc1" * 3)
    entries = entries_of([("release", again(example_release(), release_id=each)) for each in ids])
    assert release_named(entries, "abc1").number == 1


def test_a_decision_on_a_release_itself_is_told_of_it() -> None:
    entries = example_entries("release")
    decided = put(entries, "decision.ship")
    assert "capacity" not in decided.on
    assert lineage_of(entries).decisions_since == (decided,)
