from __future__ import annotations

import os

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
