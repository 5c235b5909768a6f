"""Machine votes: may a machine label here, and what its labels are worth beside people's.

`alternative_test` says whether a machine may label in people's place, `alternative_tests` the same
by class or slice.
"""

from __future__ import annotations

from leadline.stats.machine_votes.alternative_test import (
    EPSILONS,
    AlternativeTest,
    Comparison,
    alternative_test,
    alternative_tests,
)

__all__ = [
    "EPSILONS",
    "AlternativeTest",
    "Comparison",
    "alternative_test",
    "alternative_tests",
]
