from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tests.datasets.audit.tables import CLEAN, CleanTable

from leadline.datasets.audit.near_repeats import near_repeats

KINDS = {"rate": "number", "price": "number", "shop": "category", "area": "number"}


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_rows_that_were_copied_with_a_little_noise(share: float) -> None:
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({name: rng.normal(size=800) for name in "abcd"})
    copied = frame[: int(160 * share)].with_columns(pl.all() + 1e-3)
    is_test = np.arange(800 + copied.height) >= 640 + copied.height
    rows = pl.concat([frame[160:], copied, frame[:160]])
    assert near_repeats(rows, dict.fromkeys("abcd", "number"), is_test) == pytest.approx(
        share, abs=0.02
    )


def test_copies_with_noise_are_found_beside_columns_that_are_mostly_one_value() -> None:
    """The quartiles of these are of the noise, and not of what the column measures."""
    rng = np.random.default_rng(0)
    rain = np.where(rng.random(800) < 0.05, rng.gamma(2, 3, 800), 0.0)
    frame = pl.DataFrame({**{name: rng.normal(size=800) for name in "abcd"}, "rain": rain})
    noisy = frame.with_columns(pl.all() + pl.Series(rng.normal(size=800)) * 1e-3)
    is_test = np.arange(1_600) >= 800
    found = near_repeats(pl.concat([frame, noisy]), dict.fromkeys(frame.columns, "number"), is_test)
    assert found > 0.9


def test_texts_that_differ_in_a_word_or_two() -> None:
    rng = np.random.default_rng(0)
    said = [" ".join(f"word{each}" for each in rng.integers(0, 5_000, 20)) for _ in range(200)]
    again = [f"{text} again" for text in said[:20]]
    is_test = np.arange(220) >= 200
    assert near_repeats(pl.DataFrame({"t": said + again}), {"t": "text"}, is_test) == 1.0
    other = [" ".join(f"term{each}" for each in rng.integers(0, 5_000, 20)) for _ in range(20)]
    assert near_repeats(pl.DataFrame({"t": said + other}), {"t": "text"}, is_test) == 0.0


def test_texts_that_share_half_of_their_words_are_none() -> None:
    rng = np.random.default_rng(0)
    words = rng.integers(0, 5_000, (200, 20))
    half = np.column_stack([words[:20, :10], rng.integers(5_000, 9_000, (20, 10))])
    said = [" ".join(f"word{each}" for each in row) for row in [*words, *half]]
    is_test = np.arange(220) >= 200
    assert near_repeats(pl.DataFrame({"t": said}), {"t": "text"}, is_test) == 0.0


def test_short_texts_of_one_opening_beside_long_ones_are_no_repeats() -> None:
    """However many letters there are, all of a short text are looked at; a long one holds parts."""
    rng = np.random.default_rng(0)
    letters = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz", dtype=np.uint8)
    said = [rng.choice(letters, 10).tobytes().decode() for _ in range(400)]
    short = [f"Thank you for your message of today. {each}" for each in said]
    long = [rng.choice(letters, 1_000_000).tobytes().decode() for _ in range(4)]
    long.append("Thank you for your message of today. " + " ".join(said) + " and all the rest")
    is_test = np.arange(405) < 100
    assert near_repeats(pl.DataFrame({"t": short + long}), {"t": "text"}, is_test) < 0.02
    again = [f"{text} again" for text in short[:100]]
    copied = pl.DataFrame({"t": short[:100] + again + long})
    assert near_repeats(copied, {"t": "text"}, np.arange(205) < 100) > 0.98


def test_texts_that_hardly_say_anything_are_no_repeats() -> None:
    """An optional comment is empty, or "none", in most rows of most surveys."""
    said = [None, "none", "", "No comment.", "The gate was closed when we came."] * 60
    is_test = np.arange(300) >= 240
    share = near_repeats(pl.DataFrame({"t": said}), {"t": "text"}, is_test)
    assert share == pytest.approx(0.2), "only the sentence comes back"


def invoices(n_rows: int, n_subjects: int) -> pl.DataFrame:
    """Of few subject lines, with amounts and customers of their own."""
    rng = np.random.default_rng(0)
    subject = [f"Your invoice for services of kind {each}" for each in range(n_subjects)]
    words = rng.integers(0, 5_000, (n_rows, 15))
    return pl.DataFrame(
        {
            "subject": rng.choice(subject, n_rows),
            "amount": rng.lognormal(4, 1, n_rows),
            "country": rng.choice(["at", "de", "ch"], n_rows),
            "body": [" ".join(f"word{each}" for each in row) for row in words],
        }
    )


INVOICE = {"subject": "text", "amount": "number", "country": "category", "body": "text"}


@pytest.mark.parametrize("columns", [["subject", "amount"], ["subject", "country"], [*INVOICE]])
def test_rows_of_one_subject_line_are_no_repeats(columns: list[str]) -> None:
    rows = invoices(1_000, 3).select(columns)
    kinds = {name: INVOICE[name] for name in columns}
    assert near_repeats(rows, kinds, np.arange(1_000) >= 800) < 0.05


def test_copies_are_found_by_all_of_their_texts_and_columns() -> None:
    """Their first text has been written anew; an amount of its own makes a row no copy."""
    rows, is_test = invoices(800, 500), np.arange(1_000) >= 800
    copies = rows[:200].with_columns(subject=pl.lit("Reminder of an open amount"))
    found = near_repeats(pl.concat([rows, copies]), INVOICE, is_test)
    assert found == pytest.approx(1.0, abs=0.05)
    dearer = copies.with_columns(pl.col("amount") * 2 + 100)
    assert near_repeats(pl.concat([rows, dearer]), INVOICE, is_test) < 0.05


def test_copies_without_a_text_are_found_by_their_numbers() -> None:
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({name: rng.normal(size=800) for name in "abc"})
    rows = pl.concat([frame, frame[:100]]).with_columns(comment=pl.lit("none"))
    kinds = {**dict.fromkeys("abc", "number"), "comment": "text"}
    assert near_repeats(rows, kinds, np.arange(900) >= 800) == pytest.approx(1.0, abs=0.05)


def test_rows_that_are_alike_by_chance_are_none() -> None:
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({name: rng.choice(["x", "y", "z"], 600) for name in "abc"})
    is_test = rng.random(600) < 0.2
    assert near_repeats(frame, dict.fromkeys("abc", "category"), is_test) < 0.05


@pytest.mark.parametrize("n_rows", [120, 600])
def test_columns_that_follow_from_each_other_make_no_repeats(n_rows: int) -> None:
    """All rows lie along a line, or on few of them, and are dense there."""
    rng = np.random.default_rng(0)
    is_test = rng.random(n_rows) < 0.2
    rate, tail = rng.normal(size=n_rows), np.exp(3 * rng.normal(size=n_rows))
    shop = rng.integers(0, 3, n_rows)
    lines = {"rate": rate, "price": 10 * rate + 2, "shop": shop.astype(str), "area": shop * 13.7}
    assert near_repeats(pl.DataFrame(lines), KINDS, is_test) == 0.0
    skewed = {"rate": tail, "price": tail * 3, "shop": shop.astype(str), "area": shop * 13.7}
    assert near_repeats(pl.DataFrame(skewed), KINDS, is_test) == 0.0


def test_copies_are_found_where_columns_follow_from_each_other() -> None:
    rng = np.random.default_rng(0)
    rate = rng.normal(size=100).repeat(2) * 50
    rate += rng.normal(size=200) * 1e-4
    frame = pl.DataFrame({"rate": rate, "price": 10 * rate + 2})
    share = near_repeats(frame, dict.fromkeys(frame.columns, "number"), np.arange(200) % 2 == 0)
    assert 0.05 < share < 1


def test_nothing_to_compare() -> None:
    frame = pl.DataFrame({"x": [1.0, 2.0]})
    assert near_repeats(frame, {"x": "number"}, np.array([False, False])) == 0.0
    assert near_repeats(frame, {"x": "number"}, np.array([False, True])) == 0.0


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_table_has_few(name: str) -> None:
    table = CleanTable(name)
    is_test = np.random.default_rng(0).random(table.frame.height) < 0.2
    distinct = table.rows.is_unique().to_numpy()
    share = near_repeats(table.rows.filter(pl.Series(distinct)), table.features, is_test[distinct])
    assert share < 0.05


def test_a_column_that_is_mostly_one_number_tells_rows_apart() -> None:
    rng = np.random.default_rng(0)
    paid = np.where(rng.random(800) < 0.1, 10.0, 0.0)
    frame = pl.DataFrame({"a": rng.normal(size=800), "b": rng.normal(size=800), "paid": paid})
    rows = pl.concat([frame, frame[:60].with_columns(paid=10.0 - pl.col("paid"))])
    assert near_repeats(rows, dict.fromkeys(frame.columns, "number"), np.arange(860) >= 800) == 0
