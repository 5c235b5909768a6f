"""The choice of the next item: known answers, and the shares in simulation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from leadline.stats.labels.next_item import WANTED, Pool, next_item

Pools = Mapping[Pool, Sequence[str]]

ALL: Pools = {pool: [f"{pool}-{i}" for i in range(5)] for pool in Pool}


def choose(
    pools: Pools,
    *,
    seed: int = 0,
    gold: float = 0.0,
    repeat: float = 0.0,
    n_items: int = 100,
    is_ranked: bool = False,
) -> tuple[tuple[str, Pool] | None, list[tuple[Pool, int]]]:
    """What is chosen, and what was asked for on the way."""
    asked: list[tuple[Pool, int]] = []

    def items_of(pool: Pool, place: int) -> Sequence[str]:
        asked.append((pool, place))
        return pools.get(pool, [])

    found = next_item(
        items_of,
        n_items=n_items,
        gold_share=gold,
        repeat_share=repeat,
        is_ranked=is_ranked,
        rng=np.random.default_rng(seed),
    )
    return found, asked


@pytest.mark.parametrize(
    ("there", "chosen"),
    [
        (WANTED, Pool.CONTESTED),
        ((Pool.BEGUN, Pool.FRESH), Pool.BEGUN),
        ((Pool.FRESH,), Pool.FRESH),
        ((Pool.GOLD, Pool.REPEAT, Pool.FRESH), Pool.FRESH),
    ],
)
def test_the_most_wanted_pool_comes_first_and_no_further_is_asked(
    there: tuple[Pool, ...], chosen: Pool
) -> None:
    found, asked = choose({pool: ALL[pool] for pool in there})
    assert found is not None
    assert found[1] is chosen
    assert found[0] in ALL[chosen]
    assert [pool for pool, _ in asked] == list(WANTED[: WANTED.index(chosen) + 1])


@pytest.mark.parametrize(
    ("gold", "repeat", "hidden"), [(1.0, 0.0, Pool.GOLD), (0.0, 1.0, Pool.REPEAT)]
)
def test_a_hidden_pool_is_asked_first_and_what_is_wanted_stands_in_for_it(
    gold: float, repeat: float, hidden: Pool
) -> None:
    found, asked = choose(ALL, gold=gold, repeat=repeat)
    assert found is not None
    assert found[1] is hidden
    assert [pool for pool, _ in asked] == [hidden]
    wanted = {pool: ALL[pool] for pool in WANTED}
    found, asked = choose(wanted, gold=gold, repeat=repeat)
    assert found is not None
    assert found[1] is Pool.CONTESTED
    assert [pool for pool, _ in asked] == [hidden, Pool.CONTESTED]


def test_nothing_is_chosen_where_nothing_is_left() -> None:
    found, asked = choose({Pool.GOLD: ["a"], Pool.REPEAT: ["b"]}, n_items=0)
    assert found is None
    assert asked == [(pool, 0) for pool in WANTED]


def test_the_same_chance_chooses_the_same() -> None:
    first = [choose(ALL, seed=seed, gold=0.3, repeat=0.3) for seed in range(50)]
    assert first == [choose(ALL, seed=seed, gold=0.3, repeat=0.3) for seed in range(50)]
    assert len({str(found) for found, _ in first}) > 10


def test_gold_repeats_and_wanted_items_have_the_shares_asked_for() -> None:
    n, gold, repeat = 20_000, 0.1, 0.25
    kinds: Counter[Pool] = Counter()
    for seed in range(n):
        found, _ = choose(ALL, seed=seed, gold=gold, repeat=repeat)
        assert found is not None
        kinds[found[1]] += 1
    # four standard errors of a share of 20,000
    assert kinds[Pool.GOLD] / n == pytest.approx(gold, abs=4 * (0.1 * 0.9 / n) ** 0.5)
    assert kinds[Pool.REPEAT] / n == pytest.approx(repeat, abs=4 * (0.25 * 0.75 / n) ** 0.5)
    assert kinds[Pool.CONTESTED] == n - kinds[Pool.GOLD] - kinds[Pool.REPEAT]


def test_chance_is_even_within_a_pool_and_over_the_places_of_the_list() -> None:
    n = 10_000
    chosen: Counter[str] = Counter()
    places: Counter[int] = Counter()
    for seed in range(n):
        found, asked = choose(ALL, seed=seed, n_items=10)
        assert found is not None
        chosen[found[0]] += 1
        places[asked[0][1]] += 1
    assert set(places) == set(range(10))
    for counts in (chosen, places):
        share = 1 / len(counts)
        error = 4 * (share * (1 - share) / n) ** 0.5
        assert all(count / n == pytest.approx(share, abs=error) for count in counts.values())


def test_a_ranked_list_is_read_from_its_beginning_but_for_gold() -> None:
    only_fresh = {Pool.FRESH: ["a"]}
    _, wanted = choose(only_fresh, is_ranked=True)
    assert wanted == [(pool, 0) for pool in WANTED]
    gold = [choose(ALL, seed=seed, gold=1.0, is_ranked=True)[1][0] for seed in range(20)]
    assert {pool for pool, _ in gold} == {Pool.GOLD}
    assert len({place for _, place in gold}) > 5
