"""Results of many tasks in the order of their specs, by any executor."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from leadline.engines.contract import Executor, Result, Spec


def in_order(
    executor: Executor,
    task: Callable[[Spec], Result],
    specs: Sequence[Spec],
    *,
    here: Callable[[Spec], Result] | None = None,
    busy: Iterable[Future[Any]] = (),
) -> Iterator[Result]:
    """Run a task once for each spec.

    Parameters
    ----------
    executor : Executor
        Runs them, as many at once as it has workers.
    task, specs
        As in `leadline.engines.contract.Executor.submit`.
    here : callable, optional
        The same task for this process, which then is one worker more. It is at work while the
        others still start.
    busy : iterable of Future
        Other tasks that were submitted before; each keeps a worker until it has ended.

    Returns
    -------
    iterator
        One result a spec, in the order of the specs, each as soon as it is there. What a task
        raises is raised when its result is due; the tasks after it are cancelled.

    Examples
    --------
    >>> from leadline.engines.executors.sequential import Sequential
    >>> list(in_order(Sequential(), abs, [-1, 2, -3]))
    [1, 2, 3]
    """
    left, due = deque(specs), deque[Future[Result]]()
    running: set[Future[Any]] = set(busy)
    own: Future[Result] | None = None
    thread = ThreadPoolExecutor(1)
    try:
        while True:
            n_free = min(executor.n_workers - len(running), len(left))
            fresh = [executor.submit(task, left.popleft()) for _ in range(n_free)]
            running |= set(fresh)
            if here is not None and (own is None or own.done()):
                own = thread.submit(here, left.popleft()) if left else None
                fresh += [own] if own else []
            due.extend(fresh)
            if not due and not left:
                return
            wait(running | ({own} if own else set()), return_when=FIRST_COMPLETED)
            running = {future for future in running if not future.done()}
            while due and due[0].done():
                yield due.popleft().result()
    finally:
        for future in due:
            future.cancel()
        thread.shutdown()
