"""Rows that a prompted candidate is asked about: as many as its part of the time box allows.

A language model may answer a hundred rows a second, or one in ten. Nobody knows before it is asked,
so a few rows are tried first. What they took says how many validation rows each fold may have, and
whether it is begun at all: a candidate that the box or the purse would cut off tells nothing, and
costs all the same.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from leadline.datasets.frames import load_pool
from leadline.errors import EngineError
from leadline.evaluation.budget import dollars
from leadline.evaluation.fit import build, fit_model, fold_rows
from leadline.phases.number_format import duration, money
from leadline.phases.project_accounts.token_price import to_micros

if TYPE_CHECKING:
    from leadline.datasets.frames import Pool, Rows
    from leadline.evaluation.fit_spec import FitSpec
    from leadline.phases.search.trial import Trial
    from leadline.workspace import Workspace

_N_TRIED = 4
# rows among which such are looked for that were not asked about in an earlier run
_MOST_LOOKED = 100
# of what is left of the box, where all goes as it went with the rows tried
_SHARE = 0.25
# the box must be enough for the fewest rows where answers take half as long again
_SPARE = 1.5
_FEWEST = 20
# powers of two apart, so that a second search of the same box asks about the same rows
_STEPS = tuple(_FEWEST * 2**n for n in range(10))


def rows_to_ask(
    workspace: Workspace, spec: FitSpec, *, n_fits: int, n_train: int, left_s: float
) -> int:
    """Validation rows of a fold that a prompted candidate is asked about.

    Parameters
    ----------
    workspace : Workspace
        The project.
    spec : FitSpec
        What the candidate's fits have in common.
    n_fits : int
        Fits that measure it once.
    n_train : int
        Rows that each learns from.
    left_s : float
        Seconds of the time box that are left.

    Returns
    -------
    int
        At most as many as other candidates have; some four rows were asked about to know.

    Raises
    ------
    EngineError
        If the fewest do not fit into the box or the purse, or the machine does not answer.
    """
    model = build(spec)
    n_checked: int = model.n_asked_a_fit  # what each fit asks beside these
    pool = load_pool(workspace.artifacts, spec.data, spec.target)
    train, _ = fold_rows(pool, replace(spec, n_train=n_train))
    row_s = _seconds_of(model, pool, train)
    row_price = model.cost_per_row_ or 0.0
    fewest = n_fits * (_FEWEST + n_checked)
    if fewest * row_s * _SPARE > left_s:
        raise _too_slow(fewest, row_s, left_s)
    left = _money_left(workspace, str(spec.params.get("machine")))
    if fewest * row_price > left:
        raise _too_dear(fewest, row_price, left, workspace.settings.problem.currency)
    by_time = _SHARE * left_s / row_s if row_s else float("inf")
    by_money = left / row_price if row_price else float("inf")
    n_rows = min(by_time, by_money) / n_fits - n_checked
    return max((step for step in _STEPS if step <= n_rows), default=_FEWEST)


def rows_of_points(trial: Trial) -> int:
    """Validation rows of a fold that a candidate was measured on; 0 if it was not."""
    return max((n for point in trial.points for n in point.n_valid), default=0)


def _seconds_of(model: Any, pool: Pool, train: Rows) -> float:
    """Seconds of an answer, as many at once as were tried; 0 where all are kept.

    An answer that is kept from an earlier run tells nothing of how fast others come.
    """
    fit_model(model.set_params(n_checked=_N_TRIED), pool, train)
    n_asked = at_once = model.n_asked_
    for first in range(0, min(train.size, _MOST_LOOKED), _N_TRIED):
        if n_asked >= _N_TRIED:
            break
        model.predict(pool.X[train[first : first + _N_TRIED]])
        n_asked += model.n_asked_
        at_once = model.n_asked_ or at_once
    at_once = min(model.connection.endpoint.max_in_flight, at_once)
    return float(model.seconds_per_row_) / at_once if at_once else 0.0


def _money_left(workspace: Workspace, machine: str) -> float:
    """What a machine may still spend, in the currency of the problem."""
    declared = workspace.settings.machines[machine]
    if declared.is_free:
        return float("inf")
    counted = workspace.record.machines.account(machine).counted
    return dollars(workspace, to_micros(declared.budget) - counted)


def _too_slow(fewest: int, row_s: float, left_s: float) -> EngineError:
    return EngineError(
        f"{fewest:,} answers, the fewest that say something, take {duration(fewest * row_s)} to "
        f"{duration(_SPARE * fewest * row_s)}; {duration(max(left_s, 0.0))} of the time box are "
        "left.",
        "What cannot be finished is not begun.",
        "Lengthen [problem] time_box_s, or take a faster model.",
    )


def _too_dear(fewest: int, row_price: float, left: float, currency: str) -> EngineError:
    return EngineError(
        f"{fewest:,} answers, the fewest that say something, cost about "
        f"{money(fewest * row_price, currency)}; this machine may still spend "
        f"{money(max(left, 0.0), currency)}.",
        "What cannot be paid to its end is not begun.",
        "Raise budget in its section of leadline.toml.",
    )
