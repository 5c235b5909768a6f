from __future__ import annotations

import os
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import pytest

from leadline.engines.executors.loky import Loky
from leadline.engines.in_order import in_order
from leadline.engines.loading import load, names
from leadline.errors import EngineError
from leadline.testing import check_executor


# test_ray.py says so of Ray, which takes seconds to start
@pytest.mark.parametrize("name", sorted({*names("executors")} - {"ray"}))
def test_a_built_in_executor_keeps_the_contract(name: str) -> None:
    check_executor(load("executors", name)(2))


def test_loky_runs_elsewhere_and_sequential_here() -> None:
    def process_of(spec: int) -> tuple[int, int]:
        return spec, os.getpid()

    here = os.getpid()
    assert list(in_order(load("executors", "sequential")(), process_of, [1, 2])) == [
        (1, here),
        (2, here),
    ]
    assert here not in {process for _, process in in_order(Loky(2), process_of, [1, 2, 3])}


@dataclass
class Held:
    """An executor whose tasks end when the test says so."""

    n_workers: int = 2
    given: list[tuple[Future[Any], Any]] = field(default_factory=list)

    def submit(self, task: Any, spec: Any) -> Future[Any]:
        self.given.append((Future(), spec))
        return self.given[-1][0]


def test_this_process_works_beside_workers_that_are_not_ready() -> None:
    held = Held()
    done: list[int] = []

    def here(spec: int) -> str:
        done.append(spec)
        if len(done) == 4:
            # only now the others are there
            for future, theirs in held.given:
                future.set_result(f"there {theirs}")
        return f"here {spec}"

    results = list(in_order(held, abs, range(6), here=here))
    assert results == ["there 0", "there 1", "here 2", "here 3", "here 4", "here 5"]
    assert [spec for _, spec in held.given] == [0, 1], "nobody is given more than it can do"


def test_a_worker_that_is_busy_is_given_nothing() -> None:
    busy: Future[None] = Future()
    given: list[int] = []
    n_before: list[int] = []

    def there(spec: int) -> int:
        given.append(spec)
        return spec

    def here(spec: int) -> int:
        if spec == 1:
            n_before.append(len(given))
            busy.set_result(None)
        return spec

    executor = load("executors", "sequential")()
    assert list(in_order(executor, there, range(6), here=here, busy=[busy])) == list(range(6))
    assert n_before == [0]
    assert given
    never: Future[None] = Future()
    assert list(in_order(executor, abs, range(2), here=abs, busy=[never])) == [0, 1]


def test_what_goes_wrong_here_is_raised_when_it_is_due() -> None:
    held = Held(n_workers=1)

    def here(spec: int) -> int:
        if spec == 2:
            held.given[0][0].set_result(-1)
            raise ValueError("odd")
        return spec

    results = in_order(held, abs, range(9), here=here)
    assert [next(results), next(results)] == [-1, 1]
    with pytest.raises(ValueError, match="odd"):
        next(results)
    assert all(future.done() for future, _ in held.given), "what nobody waits for is cancelled"


# loky itself warns that its processes are gone
@pytest.mark.filterwarnings("ignore")
def test_a_process_that_dies_is_a_refusal_with_a_way_out() -> None:
    def die(_: int) -> None:
        os._exit(3)

    with pytest.raises(EngineError, match="n_jobs lower"):
        list(in_order(Loky(2), die, [1, 2]))


def test_no_processes_at_all_are_a_programmers_mistake() -> None:
    with pytest.raises(ValueError, match="n_jobs is 0"):
        Loky(0)
