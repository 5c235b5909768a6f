"""Golden rows of a release as a client would send them."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from leadline.serving.releases.release_opening import Answering


def example_rows(bundle: Answering, n_rows: int) -> list[dict[str, Any]]:
    """Some golden rows as they stand in a body of JSON.

    Parameters
    ----------
    bundle : Answering
        Has some.
    n_rows : int
        How many at most.
    """
    columns = bundle.manifest.columns
    rows = bundle.request_rows()[:n_rows]
    return [
        {name: _as_json(value) for name, value in zip(columns, row, strict=True)} for row in rows
    ]


def _as_json(value: Any) -> Any:
    return b64encode(value).decode() if isinstance(value, bytes) else value
