from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tests.datasets.audit.tables import CLEAN, CleanTable

from leadline.datasets.audit.groups import groups


def visits(n_patients: int, n_each: int, seed: int = 0) -> tuple[pl.DataFrame, pl.Series]:
    rng = np.random.default_rng(seed)
    patient = np.repeat(np.arange(n_patients), n_each)
    sick = rng.random(n_patients)[patient] < 0.4
    frame = pl.DataFrame(
        {
            "patient": [f"P{each:04d}" for each in rng.permutation(n_patients)[patient]],
            "visit": np.tile(np.arange(n_each), n_patients),
            "bp": rng.normal(size=patient.size),
        }
    )
    return frame, pl.Series(np.where(sick, "sick", "well"))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("n_patients", "n_each"), [(60, 8), (200, 3), (30, 40)])
def test_a_patient_who_comes_again_is_a_group(n_patients: int, n_each: int, seed: int) -> None:
    frame, label = visits(n_patients, n_each, seed)
    found = groups(frame, label, is_class=True)
    assert [each.column for each in found] == ["patient"]
    assert found[0].n_groups == n_patients
    assert found[0].rows_each == n_each
    assert found[0].agreement == pytest.approx(1.0)


def test_a_number_that_hardly_varies_within_a_value_makes_a_group_too() -> None:
    rng = np.random.default_rng(0)
    host = np.repeat(np.arange(50), 10)
    load = rng.normal(size=50)[host] + rng.normal(0, 0.2, 500)
    frame = pl.DataFrame({"host": [f"h{each * 37 % 50}" for each in host]})
    found = groups(frame, pl.Series(load), is_class=False)
    assert [each.column for each in found] == ["host"]
    assert 0.9 < found[0].agreement < 1
    assert groups(frame, pl.Series(rng.permutation(load)), is_class=False) == ()


def test_a_key_whose_rows_differ_in_the_label_is_none() -> None:
    frame, label = visits(60, 8)
    assert groups(frame, label.shuffle(seed=1), is_class=True) == ()


def test_a_number_in_whose_order_the_label_runs_is_a_feature() -> None:
    age = np.repeat(np.arange(20, 80), 10)
    label = pl.Series(np.where(age > 50, "old", "young"))
    assert groups(pl.DataFrame({"age": age}), label, is_class=True) == ()


def test_a_few_values_are_a_category_unless_they_are_called_a_key() -> None:
    value = np.repeat(np.arange(12), 20)
    label = pl.Series(np.where(value % 5 > 2, "sick", "well"))
    for name, is_key in {"colour": False, "customerId": True, "patients": True}.items():
        frame = pl.DataFrame({name: [f"v{each * 5 % 12}" for each in value]})
        assert [each.column for each in groups(frame, label, is_class=True)] == [name] * is_key


def test_a_key_of_which_most_rows_are_alone_is_none() -> None:
    frame, label = visits(30, 2)
    alone = pl.DataFrame({"patient": [f"A{each}" for each in range(200)]})
    frame = pl.concat([frame.select("patient"), alone])
    label = pl.concat([label, pl.Series(["sick", "well"] * 100)])
    assert groups(frame, label, is_class=True) == ()


def test_where_labels_change_now_and_then_the_name_must_say_key() -> None:
    """Who it is still tells most of the label; but many a column tells as much that is no key."""
    frame, label = visits(200, 6)
    is_other = pl.Series(np.random.default_rng(1).random(label.len()) < 0.1)
    flipped = label.replace({"sick": "well", "well": "sick"}).zip_with(is_other, label)
    assert [each.column for each in groups(frame, flipped, is_class=True)] == ["patient"]
    assert groups(frame.rename({"patient": "diet"}), flipped, is_class=True) == ()


@pytest.mark.parametrize("seed", range(20))
def test_few_pairs_of_a_key_that_agree_by_chance_are_none(seed: int) -> None:
    patient = pl.Series("patient", [f"P{row // 2}" for row in range(40)])
    label = pl.Series(np.random.default_rng(seed).permutation(["sick", "well"] * 20))
    assert groups(patient.to_frame(), label, is_class=True) == ()


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_table_has_none(name: str) -> None:
    table = CleanTable(name)
    label = pl.Series(table.y.tolist())
    assert groups(table.frame.drop(table.label), label, is_class=table.is_class) == ()
