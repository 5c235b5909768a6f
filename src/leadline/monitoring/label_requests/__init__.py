"""Requests for labels: the rows of each block whose label tells most, and files of them."""

from __future__ import annotations

from leadline.monitoring.label_requests.requested_rows import (
    BlockRequests,
    LabelRequests,
    counted_rows,
)
from leadline.monitoring.label_requests.requests_file import (
    Asked,
    closed_through,
    write_requests,
)

__all__ = [
    "Asked",
    "BlockRequests",
    "LabelRequests",
    "closed_through",
    "counted_rows",
    "write_requests",
]
