"""Verdicts as documents: a report for everybody, and the model document for who keeps the model.

Both are one file that needs nothing else: no script, no request, no picture beside it.
"""

from __future__ import annotations

from leadline.report.card import model_document
from leadline.report.writing import Form, write_report

__all__ = ["Form", "model_document", "write_report"]
