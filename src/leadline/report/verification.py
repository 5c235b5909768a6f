"""Table of earlier forecasts beside what was measured since."""

from __future__ import annotations

from leadline.phases.forecast import Forecast
from leadline.phases.scoring import scoring_of
from leadline.phases.verdict import Verdict
from leadline.report.text_table import Table, tabled


def verification_table(verdict: Verdict) -> Table | None:
    """What each earlier forecast promised, and what was measured since; None: nothing to judge."""
    if not isinstance(verdict, Forecast) or not verdict.checks:
        return None
    scoring = scoring_of(verdict.scoring)
    rows = []
    for check in verdict.checks:
        low, high = sorted((scoring.score(check.low), scoring.score(check.high)))
        rows.append(
            (
                f"entry {check.entry}, from {check.n_known:,} rows",
                f"{check.n_train:,}",
                f"{scoring.score(check.median):.4f}",
                f"{low:.4f} to {high:.4f}",
                f"{scoring.score(check.measured):.4f}" + ("" if check.is_same else " *"),
                "yes" if check.is_inside else "no",
            )
        )
    head = ("Forecast", "At rows", "Promised", "90% range", "Measured since", "Inside")
    other = "" if all(check.is_same for check in verdict.checks) else " (* on another model)"
    return tabled(f"Forecast against what happened{other}", head, rows)
