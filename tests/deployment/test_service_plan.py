from __future__ import annotations

from dataclasses import replace

import pytest

from leadline.deployment.service_plan import (
    ServicePlan,
    memory_limit_mib,
    price_note,
    slug,
)
from leadline.errors import SettingsError


def test_a_replica_is_handed_what_it_answers_in_time(plan: ServicePlan) -> None:
    assert plan.n_at_once == 26, "850 a second in 30 ms"
    assert plan.queue_ms == 40
    assert plan.n_queued == 102, "2,550 a second in 40 ms"
    together = plan.n_at_once / plan.rate_per_s + plan.queue_ms / 1000
    assert together < plan.limit_s


def test_a_slow_replica_is_handed_two_at_least(plan: ServicePlan) -> None:
    slow = replace(plan, rate_per_s=0.5, n_replicas=1)
    assert (slow.n_at_once, slow.n_queued) == (2, 1)


def test_ports_and_spares(plan: ServicePlan) -> None:
    assert plan.ports == (8001, 8002, 8003)
    assert plan.metrics_port == 8405
    assert plan.n_most == 6
    assert plan.n_down == 1
    assert replace(plan, n_spare=0).n_down == 1, "or no machine could ever be emptied"
    assert replace(plan, n_spare=2).n_down == 2


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Customers who left", "customers-who-left"),
        ("2013 flights", "release-2013-flights"),
        ("---", "release"),
        ("", "release"),
        ("a" * 80, "a" * 50),
    ],
)
def test_a_name_that_every_system_takes(words: str, name: str) -> None:
    assert slug(words) == name


@pytest.mark.parametrize("n_mib", [1, 32, 33, 150, 1000])
def test_a_limit_leaves_as_much_again(n_mib: int) -> None:
    limit = memory_limit_mib(n_mib * 2**20)
    assert limit % 64 == 0
    assert 2 * n_mib <= limit < 2 * n_mib + 64


def test_a_price_has_its_date_or_says_that_it_has_none() -> None:
    assert price_note(1, 0.25, "USD", "") == (
        "1 replica at 0.25 USD an hour each: 182 USD a month (price without a date)"
    )


@pytest.mark.parametrize("image", ["", "a b", "x;y", "-x", "$(id)", "x\nUSER root"])
def test_an_image_is_a_name_and_nothing_else(plan: ServicePlan, image: str) -> None:
    with pytest.raises(SettingsError, match="no name of an image"):
        replace(plan, image=image)
    with pytest.raises(SettingsError, match="no name of an image"):
        replace(plan, base=image)


@pytest.mark.parametrize(
    "folder", ["opt/x", "/opt/leadline/a b", "/opt/leadline/%i", "/opt/leadline\n/y"]
)
def test_a_folder_is_one_that_units_take(plan: ServicePlan, folder: str) -> None:
    with pytest.raises(SettingsError, match="no folder that every system takes"):
        replace(plan, folder=folder)
