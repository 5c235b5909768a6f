"""Item states: known cases, and the order in which items are handed out."""

from __future__ import annotations

import pytest
from tests.record.labels.test_assignments import hand, items, say, work

from leadline.record import Record
from leadline.record.labels.item_state import state_of
from leadline.record.tables import ItemState


@pytest.mark.parametrize(
    ("answers", "n_out", "terms", "state"),
    [
        ([], 0, (2, 3), ItemState.FRESH),
        ([], 1, (2, 3), ItemState.BEGUN),
        (["y"], 0, (2, 3), ItemState.BEGUN),
        (["y"], 1, (2, 3), ItemState.FULL),
        (["y", "n"], 0, (2, 3), ItemState.CONTESTED),
        (["y", "n"], 1, (2, 3), ItemState.FULL),
        (["y", "n"], 0, (2, 0), ItemState.UNRESOLVED),
        (["y", "y"], 0, (2, 3), ItemState.FULL),
        ([None], 0, (1, 2), ItemState.CONTESTED),
        ([None], 0, (1, 0), ItemState.UNRESOLVED),
        (["y", "n", "y"], 0, (2, 3), ItemState.FULL),
        (["y", "n", None], 0, (2, 3), ItemState.UNRESOLVED),
    ],
)
def test_known_states(
    answers: list[str | None], n_out: int, terms: tuple[int, int], state: ItemState
) -> None:
    assert state_of(answers, n_out, terms) is state


def test_what_is_contested_comes_before_what_is_begun_and_fresh(database_url: str) -> None:
    with Record.open(database_url, "flights") as record:
        record.labels.items.replace(work(votes=2, most_votes=3), items(30))
        # Ada has answered two items and has a third at hand: all three are begun
        begun = {say(record, "Ada", "yes") for _ in range(2)} | {hand(record, "Ada").item.key}
        first = hand(record, "Bo").item.key
        assert first in begun, "what is begun comes before what is fresh"
        while hand(record, "Bo").item.key not in begun - {hand(record, "Ada").item.key}:
            say(record, "Bo", "yes")
        contested = say(record, "Bo", "no")
        assert hand(record, "Cleo").item.key == contested
