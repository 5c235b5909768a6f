"""The model document: all that somebody must know who keeps the model in service."""

from __future__ import annotations

from leadline.report.model_document.document import model_document

__all__ = ["model_document"]
