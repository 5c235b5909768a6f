"""Verdicts as documents: a report for everybody, the demo, the model document for who keeps it.

Each is one file that needs nothing else: no script, no request, no picture beside it.
"""

from __future__ import annotations

from leadline.report.model_document import model_document
from leadline.report.search_report import DemoForm, demo_report
from leadline.report.project_report import Form, write_report

__all__ = ["DemoForm", "Form", "demo_report", "model_document", "write_report"]
