"""Documents made from verdicts: project report, demo report, model document.

Each is one file that needs nothing else: no script, no request, no picture beside it.
"""

from __future__ import annotations

from leadline.report.model_document import model_document, release_named
from leadline.report.project_report import Form, write_report
from leadline.report.search_report import DemoForm, demo_report

__all__ = ["DemoForm", "Form", "demo_report", "model_document", "release_named", "write_report"]
