"""What a candidate leans on, as a search of flights would say it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.examples import example_search

from leadline.phases.search import Search, assess
from leadline.phases.search.importance import (
    ColumnImportance,
    Importance,
    MovedColumn,
    WordImportance,
)
from leadline.phases.search.search_evidence import Evidence
from leadline.phases.verdict import Bounds

SCORE, NOTHING = 0.81, 0.5


def column(
    *names: str, rise: float, is_used: bool = True, is_useful: bool = True, **further: Any
) -> ColumnImportance:
    """One column, its interval .02 to each side."""
    return ColumnImportance(
        columns=names,
        rise=Bounds(estimate=rise, low=rise - 0.02, high=rise + 0.02),
        score_without=SCORE - rise,
        share=rise / (SCORE - NOTHING),
        p_value=0.001 if is_useful else 0.6,
        is_used=is_used,
        is_useful=is_useful,
        **further,
    )


def alone(name: str, rise: float, **further: Any) -> MovedColumn:
    """One column of several, moved alone."""
    bounds = Bounds(estimate=rise, low=rise - 0.02, high=rise + 0.02)
    return MovedColumn(columns=(name,), rise=bounds, score_without=SCORE - rise, **further)


def importance(*columns: ColumnImportance, **further: Any) -> Importance:
    """Of the boosted trees."""
    return Importance(
        scoring="roc_auc",
        candidate="boosting-3",
        score=SCORE,
        score_of_nothing=NOTHING,
        n_train=3_840,
        n_rows=960,
        n_repeats=10,
        columns=columns,
        **further,
    )


def word(name: str, effect: float, toward: str = "") -> WordImportance:
    """A word of the column 'note'."""
    return WordImportance(
        word=name,
        column="note",
        effect=Bounds(estimate=effect, low=effect - 0.05, high=effect + 0.05),
        n_texts=15,
        toward=toward,
    )


FLIGHTS = importance(
    column("hour", rise=0.15, direction="rises"),
    column(
        "distance",
        "air_time",
        rise=0.06,
        members=(alone("distance", 0.02, direction="falls"), alone("air_time", 0.01)),
    ),
    column("carrier", rise=0.03, level="<EV>"),
    column("humid", rise=0.02, is_useful=False),
    column("gate", rise=0.001, is_used=False, is_useful=False),
    words=(word("late", 0.31), word("early", -0.2)),
)
LEAK = importance(column("arrived_at", rise=0.3), column("hour", rise=0.01))


def search_with(found: Importance | None) -> Search:
    """The example search, with what its candidate leans on."""
    known = {name: getattr(example_search(), name) for name in Evidence.__dataclass_fields__}
    return assess(replace(Evidence(**known), importance=found))
