"""Runtime of MLServer: a bare pipeline, its requests batched adaptively."""

from __future__ import annotations

import numpy as np
from bare_scores import Bare
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse


class BareRuntime(MLModel):
    """One input a column; one output, the score."""

    async def load(self) -> bool:
        """Open the pipeline."""
        self._bare = Bare()
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """Score the rows of one batch."""
        columns = {each.name: _values(each.data) for each in payload.inputs}
        n_rows = len(next(iter(columns.values())))
        rows = [{name: values[i] for name, values in columns.items()} for i in range(n_rows)]
        scores = np.array(self._bare.scores(rows))
        output = NumpyCodec.encode_output("score", scores)
        return InferenceResponse(model_name=self.name, outputs=[output])


def _values(data: object) -> list[object]:
    found = getattr(data, "root", data)
    return [each.decode() if isinstance(each, bytes) else each for each in found]
