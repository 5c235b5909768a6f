"""Machine votes: may a machine label here, and what its labels are worth beside people's.

`alternative_test` says whether a machine may label in people's place, `alternative_tests` the same
by class or slice, and `route` which rows go to it. `share_reading` and `flagged_reading` estimate
shares, precision and recall from few labels by people and a machine's scores; `stacked_scores`
joins several machines into one. `stream_reading` estimates precision and recall from the judgments
of a stream and a machine's reading of its rows. `noisy_worth` says what machine labels are worth
for training, `noisy_number_worth` the same of numbers, and `plan_budget` how much of a budget to
spend on them.
"""

from __future__ import annotations

from leadline.stats.machine_votes.alternative_test import (
    EPSILONS,
    AlternativeTest,
    Comparison,
    alternative_test,
    alternative_tests,
)
from leadline.stats.machine_votes.delegated_rows import Costs, Route, Routing, route
from leadline.stats.machine_votes.noisy_labels import NoisyWorth, judged_classes, noisy_worth
from leadline.stats.machine_votes.noisy_numbers import (
    NumberErrors,
    noisy_number_worth,
    number_errors,
)
from leadline.stats.machine_votes.one_budget import (
    BudgetPlan,
    RowPrices,
    Spending,
    plan_budget,
)
from leadline.stats.machine_votes.second_reading import (
    FlaggedReading,
    SecondReading,
    flagged_reading,
    share_reading,
)
from leadline.stats.machine_votes.stacked_score import stacked_scores
from leadline.stats.machine_votes.stream_reading import StreamReading, stream_reading

__all__ = [
    "EPSILONS",
    "AlternativeTest",
    "BudgetPlan",
    "Comparison",
    "Costs",
    "FlaggedReading",
    "NoisyWorth",
    "NumberErrors",
    "Route",
    "Routing",
    "RowPrices",
    "SecondReading",
    "Spending",
    "StreamReading",
    "alternative_test",
    "alternative_tests",
    "flagged_reading",
    "judged_classes",
    "noisy_number_worth",
    "noisy_worth",
    "number_errors",
    "plan_budget",
    "route",
    "share_reading",
    "stacked_scores",
    "stream_reading",
]
