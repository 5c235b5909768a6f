"""Contract test of executors."""

from __future__ import annotations

from leadline.engines.contract import Executor
from leadline.testing.needs import breach, need


def check_executor(executor: Executor) -> None:
    """Run tasks that succeed, that fail, and none at all.

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
        callable(getattr(executor, "map", None)),
        "The executor has no method map.",
        "map(task, specs) is needed.",
    )
    specs = list(range(20))
    for attempt in ("first", "second"):
        results = list(executor.map(_square, specs))
        need(
            results == [spec * spec for spec in specs],
            f"The {attempt} map of 20 specs gave {results}.",
            "One result a spec, in the order of the specs, is needed.",
        )
    need(
        list(executor.map(_square, [])) == [],
        "A map of no specs gave results.",
        "None are needed.",
    )
    try:
        list(executor.map(_refuse_odd, specs))
    except ArithmeticError:
        return
    except Exception as error:
        raise breach(
            f"A task raised ArithmeticError, and map {type(error).__name__}.",
            "The error of the task is needed.",
        ) from error
    raise breach("A task failed, and map gave a result.", "The error of the task is needed.")


def _square(spec: int) -> int:
    return spec * spec


def _refuse_odd(spec: int) -> int:
    if spec % 2:
        raise ArithmeticError(spec)
    return spec
