"""Documents made from verdicts: project report, demo report, model document.

Each is one file that needs nothing else: no script, no request, no picture beside it.
"""

from __future__ import annotations

from leadline.report.beside_verdicts.work_section import WorkSection
from leadline.report.costing.account_section import Accounts, AccountSection
from leadline.report.model_document import intended_use, model_document, release_named
from leadline.report.project_report import Form, write_report
from leadline.report.search_report import DemoForm, demo_report

__all__ = [
    "AccountSection",
    "Accounts",
    "DemoForm",
    "Form",
    "WorkSection",
    "demo_report",
    "intended_use",
    "model_document",
    "release_named",
    "write_report",
]
