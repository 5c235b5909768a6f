"""JSON lines of a server's log: one line an event, whatever it holds."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

_LOG = logging.getLogger("leadline.serve")


class JsonLines(logging.Formatter):
    """One JSON object a line; what was passed as ``extra={"fields": {...}}`` stands in it."""

    def format(self, record: logging.LogRecord) -> str:
        """A line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {
            "at": at,
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def log_as_json() -> None:
    """Write what this process logs to the standard error, as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    # what numpy says of an extreme row is a line like every other
    logging.captureWarnings(True)
    _LOG.setLevel(logging.INFO)


def log_request(message: str, fields: dict[str, Any], *, is_ours: bool = False) -> None:
    """Write the line of a request.

    Parameters
    ----------
    message : str
        What became of it, in a word or two.
    fields : dict
        Plain values; nothing of the rows, as they may be personal.
    is_ours : bool, default=False
        Whether the server is at fault; its traceback is written along.
    """
    level = logging.ERROR if is_ours else logging.INFO
    _LOG.log(level, message, exc_info=is_ours, extra={"fields": fields})
