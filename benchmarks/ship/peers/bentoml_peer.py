"""BentoML with a bare pipeline, its requests batched adaptively."""

from __future__ import annotations

from typing import Any

import bentoml
from bare_scores import Bare


@bentoml.service(workers=1, logging={"access": {"enabled": False}})
class BareService:
    """Rows in, scores out."""

    def __init__(self) -> None:
        self._bare = Bare()

    @bentoml.api(batchable=True, max_batch_size=32, max_latency_ms=1000)
    def predict(self, rows: list[dict[str, Any]]) -> list[float]:
        """Score a batch."""
        return self._bare.scores(rows)
