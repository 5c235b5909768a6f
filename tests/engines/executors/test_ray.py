"""A real Ray: one on this machine for the whole module, and those that boxes start or join."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import ray
from tests.alive import is_alive
from tests.conftest import free_port
from tests.engines.executors import ray_tasks
from tests.projects import PROBLEM, customers, project, run_to
from tests.serving.conftest import make_frame, make_release

from leadline.engines.executors import ray as engine
from leadline.engines.executors.ray import Ray
from leadline.engines.in_order import in_order
from leadline.engines.loading import load
from leadline.errors import DataError, EngineError
from leadline.phases.search import Search
from leadline.phases.search.trial import Trial, TrialState
from leadline.processes.limit import run_with_limit
from leadline.serving.releases.release_place import ReleasePlace
from leadline.testing import check_executor

Wait = Callable[[Callable[[], bool]], None]
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def local() -> Iterator[Ray]:
    """An executor whose Ray has started here; it is gone after the module, with all it set."""
    environment, on_sigterm = dict(os.environ), signal.getsignal(signal.SIGTERM)
    with (
        tempfile.TemporaryDirectory(prefix="ll-", ignore_cleanup_errors=True) as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("RAY_TMPDIR", folder)
        patch.delenv("RAY_ADDRESS", raising=False)
        # a proxy that takes longer to start, as on a busy machine, is killed; 5 s if not said
        patch.setenv("RAY_SERVE_PROXY_READY_CHECK_TIMEOUT_S", "50")
        patch.syspath_prepend(ROOT)  # workers get our import path
        executor = Ray(2)
        assert list(in_order(executor, abs, [-1])) == [1]
        yield executor
        ray.shutdown()
        # Ray reads it once a process, so a second Ray here must have the same
        environment["RAY_AUTH_TOKEN"] = os.environ["RAY_AUTH_TOKEN"]
    os.environ.clear()
    os.environ.update(environment)
    signal.signal(signal.SIGTERM, on_sigterm)


@pytest.fixture
def address(local: Ray, monkeypatch: pytest.MonkeyPatch) -> str:
    """Of the module's Ray: to a child process it is a cluster that was there before."""
    found = str(ray.get_runtime_context().gcs_address)
    monkeypatch.setenv("RAY_ADDRESS", found)
    monkeypatch.syspath_prepend(ROOT)
    return found


@pytest.mark.long
def test_it_keeps_the_contract(local: Ray) -> None:
    check_executor(local)


def test_tasks_run_in_two_processes_that_are_not_ours(local: Ray) -> None:
    results = list(in_order(local, ray_tasks.process_of, range(40)))
    assert [spec for spec, _ in results] == list(range(40))
    assert os.getpid() not in {process for _, process in results}
    assert len({process for _, process in results}) <= 2


def test_each_result_is_there_before_the_next_one_and_in_order(local: Ray, tmp_path: Path) -> None:
    paths = [str(tmp_path / name) for name in ("first", "second", "third")]
    Path(paths[1]).touch()  # the second could come at once, and must wait for the first
    results = in_order(local, ray_tasks.wait_for_file, paths)
    Path(paths[0]).touch()
    assert next(results) == paths[0]
    assert next(results) == paths[1]
    Path(paths[2]).touch()
    assert list(results) == paths[2:]


def test_an_error_of_a_task_is_raised_as_itself(local: Ray) -> None:
    with pytest.raises(DataError) as caught:
        list(in_order(local, ray_tasks.refuse, [1]))
    assert type(caught.value) is DataError
    assert caught.value.needed == "Whole rows are needed."
    assert "in refuse" in str(caught.value.__cause__), "where it was raised can be read"


def test_an_error_that_cannot_travel_is_a_refusal(local: Ray) -> None:
    with pytest.raises(EngineError, match="Ray lost a task"):
        list(in_order(local, ray_tasks.be_selfish, [1]))


def test_a_worker_that_is_killed_costs_only_its_task(
    local: Ray, tmp_path: Path, wait_for: Wait
) -> None:
    folders = [tmp_path / name for name in ("quick", "held", "next", "last")]
    for folder in folders:
        folder.mkdir()
    results = in_order(local, ray_tasks.hold_first, list(map(str, folders)))
    assert next(results) == 1
    wait_for(lambda: any(folders[1].iterdir()))
    (note,) = folders[1].iterdir()
    os.kill(int(note.name.partition("-")[0]), signal.SIGKILL)
    assert list(results) == [2, 1, 1], "the one that was killed ran twice, the others once"


def test_a_task_that_always_dies_is_a_refusal_with_a_way_out(local: Ray) -> None:
    with pytest.raises(EngineError, match=r"died 4 times.*n_jobs lower"):
        list(in_order(local, ray_tasks.die, [1]))
    assert list(in_order(local, abs, [-2])) == [2], "Ray goes on"


def test_what_nobody_waits_for_is_killed(local: Ray, tmp_path: Path, wait_for: Wait) -> None:
    held = tmp_path / "held"
    held.mkdir()
    results = in_order(local, ray_tasks.hold_first, [str(tmp_path), str(held)])
    next(results)
    wait_for(lambda: any(held.iterdir()))
    results.close()  # type: ignore[attr-defined]
    (note,) = held.iterdir()
    wait_for(lambda: not is_alive(int(note.name.partition("-")[0])))


@pytest.mark.parametrize("where", ["here", "cluster"])
def test_a_box_that_is_closed_leaves_no_process(
    where: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(ROOT)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    if where == "cluster":
        request.getfixturevalue("address")
    pids, wait_for = tmp_path / "pids", request.getfixturevalue("wait_for")

    def stop_once_it_hangs(_: int) -> None:
        if pids.exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_with_limit(
            "tests.engines.executors.ray_tasks:hang_in_ray",
            str(pids),
            limit_s=120,
            tick=stop_once_it_hangs,
        )
    started = [int(pid) for pid in pids.read_text(encoding="ascii").split()]
    if where == "here":
        assert len(started) > 4, "child, servers of Ray and a worker"
        assert not any(map(is_alive, started))
    else:
        wait_for(lambda: not is_alive(started[0]))
        assert list(in_order(Ray(2), abs, [-3])) == [3], "the cluster is not the child's to end"


def search_with(folder: Path, executor: str) -> list[Trial]:
    """Trials of a search on two hundred rows."""
    with project(
        folder / executor,
        customers(200),
        problem={**PROBLEM, "time_box_s": 120.0},
        find={
            "families": ["majority", "linear", "boosting"],
            "folds": 2,
            "executor": executor,
            "n_jobs": 2,
        },
    ) as workspace:
        verdict = run_to(workspace, "problem", "data", "search")
    assert isinstance(verdict, Search)
    return list(verdict.trials)


@pytest.mark.long
def test_a_search_on_a_cluster_finds_what_loky_finds(address: str, tmp_path: Path) -> None:
    by_loky, by_ray = (search_with(tmp_path, executor) for executor in ("loky", "ray"))
    complete = [trial for trial in by_ray if trial.state is TrialState.COMPLETE]
    assert {"majority", "linear", "boosting"} == {trial.family for trial in complete}
    known = {(trial.family, str(trial.params)): trial.scores for trial in by_loky}
    both = [
        (trial.scores, known[trial.family, str(trial.params)])
        for trial in complete
        if known.get((trial.family, str(trial.params)))
    ]
    assert len(both) >= 3, "what is tried later depends on the time"
    for ray_scores, loky_scores in both:
        n_shared = min(len(ray_scores), len(loky_scores))
        assert ray_scores[:n_shared] == loky_scores[:n_shared], "the same to the last digit"


def test_files_are_scored_in_ray_as_in_this_process(local: Ray, tmp_path: Path) -> None:
    release = make_release(tmp_path / "releases")
    make_frame(3_000).write_csv(tmp_path / "rows.csv")
    place = ReleasePlace.of(release.path, [release.key.public_key()])
    bundle, score = release.open(), load("servers", "batch")
    score(bundle, tmp_path / "rows.csv", tmp_path / "here.csv", chunk_rows=500)
    told = score(
        place, tmp_path / "rows.csv", tmp_path / "there.csv", chunk_rows=500, executor=local
    )
    assert told.n_parts > 4
    assert (tmp_path / "there.csv").read_bytes() == (tmp_path / "here.csv").read_bytes()
    (tmp_path / "rows.csv").write_text("size,town,said,at\ntall,Ulm,x,\n")
    with pytest.raises(DataError, match=r"rows\.csv line 2: 'size' is \"tall\""):
        score(place, tmp_path / "rows.csv", tmp_path / "out.csv", executor=local)
    assert not list(tmp_path.glob(".*.parts"))


def test_an_address_where_nobody_is_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT)
    monkeypatch.setenv("RAY_ADDRESS", f"127.0.0.1:{free_port()}")
    with pytest.raises(EngineError, match=r"cannot be reached at 127\.0\.0\.1.*refused"):
        run_with_limit("tests.engines.executors.ray_tasks:square", 3, limit_s=60)


def test_a_ray_that_is_slow_to_start_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    starts: list[int | None] = []

    def start(n_cores: int | None) -> None:
        starts.append(n_cores)
        if len(starts) < 3:
            raise Exception("The current node timed out during startup.")

    monkeypatch.setattr(engine, "_start", start)
    engine._start_with_retries(2)
    assert starts == [2, 2, 2]


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "find_spec", lambda _: None)
    with pytest.raises(EngineError, match=r"pip install 'leadline\[ray\]'"):
        Ray()


def test_no_tasks_at_once_are_a_programmers_mistake() -> None:
    with pytest.raises(ValueError, match="n_jobs is 0"):
        Ray(0)
