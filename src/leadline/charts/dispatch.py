"""Chart dispatch: from the type of a verdict to its chart."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from leadline.charts.drawing.theme import Picture
from leadline.charts.importance import importance_chart
from leadline.charts.neural_network import architecture_chart, epochs_chart
from leadline.charts.verification import verification_chart
from leadline.phases.forecast import Forecast
from leadline.phases.lifecycle import ROWS
from leadline.phases.search import Search
from leadline.phases.search.trial import Trial
from leadline.phases.verdict import Verdict

_DRAW: dict[type[Verdict], Callable[[Any], Picture | None]] = {
    row.verdict: import_module(f"leadline.charts.{row.name}").chart
    for row in ROWS.values()
    if row.has_picture
}


def details_of(verdict: Verdict) -> dict[str, Picture]:
    """Further pictures of a verdict, by name.

    Of a search, what the chosen candidate leans on, and what its best neural network is; of a
    forecast, how earlier ones did.

    Parameters
    ----------
    verdict : Verdict
        Of any row of the life cycle.
    """
    drawn: dict[str, Picture | None] = {}
    if isinstance(verdict, Search):
        drawn = {"importance": importance_chart(verdict.importance)}
        if verdict.network is not None:
            drawn |= _network_pictures(verdict.network)
    elif isinstance(verdict, Forecast):
        drawn = {"verification": verification_chart(verdict)}
    return {name: picture for name, picture in drawn.items() if picture is not None}


def _network_pictures(trial: Trial) -> dict[str, Picture | None]:
    return {
        "architecture": architecture_chart(trial.architecture, f"What {trial.name} is made of"),
        "epochs": epochs_chart(trial.epochs, f"How the training of {trial.name} went"),
    }


def chart_of(verdict: Verdict) -> Picture | None:
    """The picture of a verdict.

    Parameters
    ----------
    verdict : Verdict
        Of any row of the life cycle.

    Returns
    -------
    Picture or None
        An Altair chart about 900 pixels wide, with its message as the title; None where there
        is nothing to draw: a problem, a decision, a first release, a row nothing was measured in.

    Examples
    --------
    >>> from leadline.phases.decision import Choice, Evidence, assess
    >>> said = Evidence(stage="find", choice=Choice.GO, why="it works", person="Ada")
    >>> chart_of(assess(said)) is None
    True
    """
    draw = _DRAW.get(type(verdict))
    return draw(verdict) if draw else None
