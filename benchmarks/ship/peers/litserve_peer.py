"""LitServe with a bare pipeline, its requests batched."""

from __future__ import annotations

import sys
from typing import Any

import litserve
from bare_scores import Bare


class BareAPI(litserve.LitAPI):
    """One row a request, several a batch."""

    def setup(self, device: str) -> None:  # noqa: ARG002
        """Open the pipeline."""
        self._bare = Bare()

    # LitServe reads the type of a request from here, and understands no annotation that is text
    def decode_request(self, request):  # type: ignore[no-untyped-def]
        """The row of a request."""
        return request["rows"][0]

    def batch(self, inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Rows stay a list."""
        return inputs

    def predict(self, x: list[dict[str, Any]]) -> list[float]:
        """Score a batch."""
        return self._bare.scores(x)

    def unbatch(self, output: list[float]) -> list[float]:
        """A score for each request."""
        return output

    def encode_response(self, output: float) -> dict[str, Any]:
        """As the others answer."""
        return {"predictions": [{"score": output}]}


if __name__ == "__main__":
    api = BareAPI(max_batch_size=32, batch_timeout=0.001)
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=1)
    server.run(
        host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False, log_level="error"
    )
