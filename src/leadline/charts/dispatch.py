"""Chart dispatch: from the type of a verdict to its chart."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from leadline.charts.drawing.sheet import WIDE, Sheet
from leadline.charts.drawing.theme import Picture
from leadline.charts.importance import importance_chart
from leadline.charts.neural_network import architecture_chart, epochs_chart
from leadline.charts.verification import verification_chart
from leadline.phases.forecast import Forecast
from leadline.phases.lifecycle import ROWS
from leadline.phases.search import Search
from leadline.phases.search.trial import Trial
from leadline.phases.verdict import Verdict

_DRAW: dict[type[Verdict], Callable[[Any, Sheet], Picture | None]] = {
    row.verdict: import_module(f"leadline.charts.{row.name}").chart
    for row in ROWS.values()
    if row.has_picture
}


def pictures_of(verdict: Verdict, sheet: Sheet = WIDE) -> dict[str, Picture]:
    """Every picture of a verdict: its own under ``""``, further ones by name.

    Parameters
    ----------
    verdict : Verdict
        Of any row of the life cycle.
    sheet : Sheet, default=WIDE
        What they are drawn on.
    """
    own = chart_of(verdict, sheet)
    return ({} if own is None else {"": own}) | details_of(verdict, sheet)


def details_of(verdict: Verdict, sheet: Sheet = WIDE) -> dict[str, Picture]:
    """Further pictures of a verdict, by name.

    Of a search, what the chosen candidate leans on, and what its best neural network is; of a
    forecast, how earlier ones did.

    Parameters
    ----------
    verdict : Verdict
        Of any row of the life cycle.
    sheet : Sheet, default=WIDE
        What they are drawn on.
    """
    drawn: dict[str, Picture | None] = {}
    if isinstance(verdict, Search):
        drawn = {"importance": importance_chart(verdict.importance, sheet)}
        if verdict.network is not None:
            drawn |= _network_pictures(verdict.network, sheet)
    elif isinstance(verdict, Forecast):
        drawn = {"verification": verification_chart(verdict, sheet)}
    return {name: picture for name, picture in drawn.items() if picture is not None}


def _network_pictures(trial: Trial, sheet: Sheet) -> dict[str, Picture | None]:
    made, went = f"What {trial.name} is made of", f"How the training of {trial.name} went"
    return {
        "architecture": architecture_chart(trial.architecture, made, sheet),
        "epochs": epochs_chart(trial.epochs, went, sheet),
    }


def chart_of(verdict: Verdict, sheet: Sheet = WIDE) -> Picture | None:
    """The picture of a verdict.

    Parameters
    ----------
    verdict : Verdict
        Of any row of the life cycle.
    sheet : Sheet, default=WIDE
        What it is drawn on.

    Returns
    -------
    Picture or None
        An Altair chart, on a wide sheet about 900 pixels wide, with its message as the title;
        None where there is nothing to draw: a problem, a decision, a first release, a row nothing
        was measured in.

    Examples
    --------
    >>> from leadline.phases.decision import Choice, Evidence, assess
    >>> said = Evidence(stage="find", choice=Choice.GO, why="it works", person="Ada")
    >>> chart_of(assess(said)) is None
    True
    """
    draw = _DRAW.get(type(verdict))
    return draw(verdict, sheet) if draw else None
