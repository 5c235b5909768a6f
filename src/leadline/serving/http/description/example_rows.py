"""Golden rows of a release as a client would send them."""

from __future__ import annotations

import math
from base64 import b64encode
from datetime import date, datetime
from typing import Any

from leadline.serving.releases.bundle import ReleaseBundle


def request_rows(bundle: ReleaseBundle) -> list[tuple[Any, ...]]:
    """The golden rows as values of requests, in the order of the columns.

    Parameters
    ----------
    bundle : ReleaseBundle
        Has some.

    Returns
    -------
    list of tuple
        Numbers, texts and bytes; None where a value is not known.
    """
    frame = bundle.golden_rows().select(list(bundle.manifest.columns))
    return [tuple(_plain(value) for value in row) for row in frame.rows()]


def example_rows(bundle: ReleaseBundle, n_rows: int) -> list[dict[str, Any]]:
    """Some golden rows as they stand in a body of JSON.

    Parameters
    ----------
    bundle : ReleaseBundle
        Has some.
    n_rows : int
        How many at most.
    """
    columns = bundle.manifest.columns
    rows = request_rows(bundle)[:n_rows]
    return [
        {name: _as_json(value) for name, value in zip(columns, row, strict=True)} for row in rows
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _as_json(value: Any) -> Any:
    return b64encode(value).decode() if isinstance(value, bytes) else value
