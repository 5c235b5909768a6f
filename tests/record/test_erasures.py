"""That rows were deleted is kept, and not which."""

from __future__ import annotations

from leadline.record import BlockLabel, Erasure, Record


def test_erasures_are_kept_in_order_and_by_project(database_url: str) -> None:
    one = Erasure("Ada", "asked for", n_keys=1, n_rows=3, n_blocks=2, n_lines=4, n_labels=1)
    two = Erasure("Bo", "again", n_keys=2, n_rows=0, n_blocks=0, n_lines=1, n_labels=0)
    with Record.open(database_url, "flights") as record:
        assert record.erasures.all() == ()
        for each in (one, two):
            record.erasures.add(each)
        found = record.erasures.all()
        assert [(each.person, each.n_rows, each.n_lines) for each in found] == [
            ("Ada", 3, 4),
            ("Bo", 0, 1),
        ]
        assert all(each.at is not None and each.at.tzinfo is not None for each in found)
    with Record.open(database_url, "trains") as other:
        assert other.erasures.all() == ()


def test_labels_of_a_row_are_deleted_with_their_withdrawals(database_url: str) -> None:
    with Record.open(database_url, "flights") as record:
        for key, value in (("k1", "1"), ("k2", "0"), ("k1", "0")):
            record.block_labels.add(BlockLabel("r", "may", key, value, "Ada", 1.0))
        assert record.block_labels.undo("r", "Ada") is not None
        assert record.block_labels.n_of({"k1", "k9"}) == 3
        assert record.block_labels.forget({"k1", "k9"}) == 3
        assert [label.key for label in record.block_labels.of("r")] == ["k2"]
        assert record.block_labels.n_of({"k1"}) == 0
