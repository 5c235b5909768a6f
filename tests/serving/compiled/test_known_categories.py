"""Categories that training never saw, counted request by request."""

from __future__ import annotations

from leadline.serving.compiled.known_categories import KnownCategories, UnseenCategories

PLANS = {"town": {"name": "town", "kind": "category", "how": "typed"}}
KNOWN = KnownCategories({"town": ["Oslo"]}, PLANS, ["age", "town"])


def test_rows_of_several_requests_count_together() -> None:
    found = UnseenCategories()
    for rows in ([(1.0, "XQ"), (2.0, "Oslo")], [(3.0, None), (4.0, "XQ"), (5.0, "")]):
        found.add(KNOWN.unseen(rows))
    assert found.rows == {"town": 2}
    assert found.words == "Never seen in training: 'town' in 2 of 5 rows ('XQ')."


def test_a_value_of_any_length_is_told_by_its_beginning() -> None:
    found = KNOWN.unseen([(1.0, "x" * 100_000)])
    assert found.to_json() == {"town": {"rows": 1, "most": {"x" * 60: 1}}}
