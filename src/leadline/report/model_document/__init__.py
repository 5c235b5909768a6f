"""The model document (model card): all that is needed to keep the model in service."""

from __future__ import annotations

from leadline.report.model_document.document import model_document
from leadline.report.model_document.intended_use import intended_use
from leadline.report.model_document.lineage import release_named

__all__ = ["intended_use", "model_document", "release_named"]
