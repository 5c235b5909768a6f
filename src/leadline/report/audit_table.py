"""The table of what the audit found, for the report."""

from __future__ import annotations

from leadline.phases.data import Data
from leadline.phases.verdict import Verdict
from leadline.report.text_table import Table, tabled


def audit_table(verdict: Verdict) -> Table | None:
    """Finding, columns, evidence and what to do; None of other rows, and where nothing was found.

    Parameters
    ----------
    verdict : Verdict
        Of any row.
    """
    if not isinstance(verdict, Data) or not verdict.audit_lines:
        return None
    rows = [(line.finding, line.where, line.evidence, line.remedy) for line in verdict.audit_lines]
    return tabled("What the audit found", ("Finding", "Columns", "Evidence", "What to do"), rows)
