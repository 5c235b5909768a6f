from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.phases.forecast.test_budget_outcome import OFFER

from leadline.phases.forecast.distillation import Distillation, Student, distillation
from leadline.stats.curves import fit

SIZES = np.array([100, 200, 400, 800])


def student(name: str, complexity: int, least: float) -> Student:
    curve = fit(SIZES, least + 2 * SIZES**-0.6, np.full(4, 0.002))
    return Student(name, name, complexity, curve, 1e-7)


STUDENTS = [student("rich", 5, 0.099), student("plain", 1, 0.1), student("weak", 0, 0.3)]


def plan_of(target: float = 0.125, n_test: int = 150) -> Distillation:
    found = distillation(OFFER, STUDENTS, target, n_labelled=800, n_test=n_test, label_cost=0.05)
    assert found is not None
    return found


def test_the_simplest_model_of_the_best_learns_from_as_few_rows_as_do() -> None:
    its = plan_of()
    assert its.candidate == "plain"
    assert 0 < its.n_rows <= OFFER.n_open
    assert its.label_cost == pytest.approx(its.n_rows * OFFER.label_cost)
    assert its.chance_now < its.chance.estimate
    assert its.chance.low <= its.chance.estimate <= its.chance.high


@pytest.mark.parametrize(
    ("n_test", "told"),
    [
        (240, "the 240 test rows that people labelled:"),
        (150, "the 150 test rows that people labelled and 50 more for 2.50 USD:"),
        (0, "200 rows of people, 200 more for 10.00 USD:"),
    ],
)
def test_it_is_checked_on_rows_of_people(n_test: int, told: str) -> None:
    words = plan_of(n_test=n_test).words("USD")
    assert told in words
    assert "An answer of 'small' costs 0.001 USD, one of plain 0.0000001 USD." in words


def test_labels_that_help_nobody_are_not_bought() -> None:
    enough, hopeless = plan_of(0.45), plan_of(1e-4)
    assert enough.n_rows == hopeless.n_rows == 0
    assert enough.words("USD").startswith("weak needs no labels of 'small': its chance is")
    assert hopeless.words("USD").startswith("Labels of 'small' do not bring rich to the target")


@pytest.mark.parametrize("target", [0.125, 0.45, 0.01])
def test_rows_of_machines_that_are_learnt_from_already_are_told(target: float) -> None:
    words = replace(plan_of(target), n_taught=300).words("USD")
    assert " of people and 300 rows of machines" in words
    assert "urther labels of " in words or "no further labels" in words
    assert "without the machine's labels" not in words


def test_without_rows_or_a_model_there_is_no_plan() -> None:
    for offer, students in ((replace(OFFER, n_open=0), STUDENTS), (OFFER, [])):
        found = distillation(offer, students, 0.1, n_labelled=800, n_test=100, label_cost=0.05)
        assert found is None
