"""Contract test of executors."""

from __future__ import annotations

from leadline.engines.contract import Executor
from leadline.engines.in_order import in_order
from leadline.testing.needs import breach, need


def check_executor(executor: Executor) -> None:
    """Run tasks that succeed, and some that fail.

    Parameters
    ----------
    executor : Executor
        An instance.

    Raises
    ------
    EngineError
        At the first breach of `leadline.engines.contract.Executor`.

    Examples
    --------
    >>> from leadline.engines.loading import load
    >>> check_executor(load("executors", "sequential")())
    """
    need(
        callable(getattr(executor, "submit", None)),
        "The executor has no method submit.",
        "submit(task, spec) is needed.",
    )
    n_workers = getattr(executor, "n_workers", None)
    need(
        isinstance(n_workers, int) and n_workers >= 1,
        f"The executor's n_workers is {n_workers!r}.",
        "The number of tasks that may run at once is needed, at least 1.",
    )
    specs = list(range(20))
    for attempt in ("first", "second"):
        results = list(in_order(executor, _square, specs))
        need(
            results == [spec * spec for spec in specs],
            f"20 specs gave {results} the {attempt} time.",
            "The result of each task is needed.",
        )
    try:
        list(in_order(executor, _refuse_odd, specs))
    except ArithmeticError:
        return
    except Exception as error:
        raise breach(
            f"A task raised ArithmeticError, and its future {type(error).__name__}.",
            "The error of the task is needed.",
        ) from error
    raise breach("A task failed, and its future has a result.", "The error of the task is needed.")


def _square(spec: int) -> int:
    return spec * spec


def _refuse_odd(spec: int) -> int:
    if spec % 2:
        raise ArithmeticError(spec)
    return spec
