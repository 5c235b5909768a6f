from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.alive import is_alive

from leadline.errors import DataError, EngineError, LimitError
from leadline.processes import limit
from leadline.processes.limit import run_with_limit

Wait = Callable[[Callable[[], bool]], None]
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def found_by_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """The child gets the import path of its parent: let it hold these tests."""
    monkeypatch.syspath_prepend(ROOT)


@pytest.fixture(autouse=True)
def started_by_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Children here are no forks."""
    monkeypatch.setattr(limit, "subprocess", subprocess)


def pids_in(path: Path) -> list[int]:
    return [int(pid) for pid in path.read_text().split()]


def test_what_the_function_returns_comes_back() -> None:
    assert run_with_limit("tests.processes.child_functions:add", 2, 3, limit_s=60) == 5
    assert run_with_limit("tests.processes.child_functions:add", "a", "b", limit_s=None) == "ab"


def test_a_refusal_keeps_its_kind_and_its_three_parts() -> None:
    with pytest.raises(DataError) as caught:
        run_with_limit("tests.processes.child_functions:refuse", limit_s=60)
    assert caught.value.found == "A row is torn."
    assert caught.value.needed == "Whole rows are needed."
    assert caught.value.next == "Mend the file."


def test_any_other_exception_says_what_and_where() -> None:
    with pytest.raises(EngineError, match="ZeroDivisionError: by nothing") as caught:
        run_with_limit("tests.processes.child_functions:stumble", limit_s=60)
    assert "raised in stumble, child_functions.py line" in caught.value.needed
    with pytest.raises(EngineError, match="child_functions"):
        run_with_limit("tests.processes.child_functions:not_there", limit_s=60)


def test_an_answer_that_cannot_travel_is_an_engine_error() -> None:
    with pytest.raises(EngineError, match=r"pickle|local object"):
        run_with_limit("tests.processes.child_functions:give_what_cannot_travel", limit_s=60)


def test_a_child_that_dies_is_reported() -> None:
    with pytest.raises(EngineError, match=r"died \(exit code -9\)"):
        run_with_limit("tests.processes.child_functions:die", limit_s=60)


def test_temporary_files_of_the_child_go_with_it() -> None:
    assert not Path(
        run_with_limit("tests.processes.child_functions:leave_a_file", limit_s=60)
    ).exists()


def test_the_limit_kills_a_deaf_child_and_what_it_started(tmp_path: Path, wait_for: Wait) -> None:
    pids = tmp_path / "pids"
    with pytest.raises(LimitError, match="time granted is over"):
        run_with_limit("tests.processes.child_functions:sleep_deaf", str(pids), limit_s=3.0)
    started = pids_in(pids)
    assert len(started) == 3
    wait_for(lambda: not any(map(is_alive, started)))


@pytest.mark.parametrize(
    "options", [{"tick_s": 0.05}, {"closing_s": 30}], ids=["at once", "nobody answers"]
)
def test_whatever_tick_raises_ends_the_child(
    tmp_path: Path, wait_for: Wait, options: dict[str, float]
) -> None:
    pids = tmp_path / "pids"

    def stop_once_it_sleeps(_: int) -> None:
        if pids.exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_with_limit(
            "tests.processes.child_functions:sleep_deaf",
            str(pids),
            limit_s=60,
            tick=stop_once_it_sleeps,
            **options,
        )
    started = pids_in(pids)
    assert len(started) == 3
    wait_for(lambda: not any(map(is_alive, started)))


def test_a_child_that_does_not_close_in_time_was_stopped_by_hand(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    stops = iter([KeyboardInterrupt])

    def stop_once(_: int) -> None:
        if pids.exists() and (stopped := next(stops, None)):
            raise stopped

    with pytest.raises(KeyboardInterrupt):
        run_with_limit(
            "tests.processes.child_functions:sleep_deaf",
            str(pids),
            limit_s=60,
            tick=stop_once,
            closing_s=0.1,
        )


def test_tick_is_called_while_the_child_runs(tmp_path: Path) -> None:
    ticks: list[int] = []
    enough = tmp_path / "enough"

    def tick(session: int) -> None:
        ticks.append(session)
        if len(ticks) == 3:
            enough.touch()

    run_with_limit(
        "tests.processes.child_functions:wait_for", str(enough), limit_s=60, tick=tick, tick_s=0.01
    )
    assert len(ticks) >= 3
    assert len(set(ticks)) == 1, "the session of the child"


def test_an_interrupt_is_handed_down_and_the_answer_still_comes(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    interrupted = False

    def interrupt_once(_: int) -> None:
        nonlocal interrupted
        if begun.exists() and not interrupted:
            interrupted = True
            raise KeyboardInterrupt

    answer = run_with_limit(
        "tests.processes.child_functions:sleep_until_interrupted",
        str(begun),
        limit_s=60,
        tick=interrupt_once,
        closing_s=30,
    )
    assert answer == "interrupted"


def test_the_child_dies_with_its_parent(tmp_path: Path, wait_for: Wait) -> None:
    pids = tmp_path / "pids"
    folder = tmp_path / "temporary"
    folder.mkdir()
    parent = subprocess.Popen(
        [sys.executable, "-m", "tests.processes.child_functions", str(pids)],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder)},
    )
    wait_for(pids.exists)
    started = pids_in(pids)
    assert len(started) == 3
    assert all(map(is_alive, started))
    assert any(folder.iterdir())
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    wait_for(lambda: not any(map(is_alive, started)))
    assert not any(folder.iterdir())


def test_a_limit_that_is_over_at_once_still_leaves_nothing(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    with pytest.raises(LimitError):
        run_with_limit("tests.processes.child_functions:sleep_deaf", str(pids), limit_s=0.0)
    assert not pids.exists()


@pytest.mark.parametrize(
    "sent", [b"", (100).to_bytes(8, "big"), (100).to_bytes(8, "big") + b"part"]
)
def test_a_child_whose_parent_left_before_asking_says_nothing(sent: bytes) -> None:
    child = subprocess.run(
        [sys.executable, "-m", "leadline.processes.limit"],
        input=sent,
        capture_output=True,
        check=False,
    )
    assert child.returncode == 1
    assert child.stdout + child.stderr == b""
