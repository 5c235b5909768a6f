"""Golden rows of a package as JSON lines: rows as a request has them, with the answers to them.

A release keeps the same rows as Parquet. Here they can be read without any library, sent to a
server as they are, and compared with what it answers.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leadline.errors import ReleaseError

GOLDEN_LINES = "golden.jsonl"


def golden_lines(rows: Sequence[Mapping[str, Any]], answers: Sequence[Mapping[str, Any]]) -> str:
    r"""Rows and answers, one line each.

    Parameters
    ----------
    rows : sequence of mapping
        Column to value, as a request has it; images as bytes.
    answers : sequence of mapping
        ``score`` and what stands beside it, for each row.

    Examples
    --------
    >>> golden_lines([{"at": "2024-05-31T00:00:00", "n": 1.5}], [{"score": 0.25}])
    '{"row": {"at": "2024-05-31T00:00:00", "n": 1.5}, "answer": {"score": 0.25}}\n'
    """
    lines = [
        json.dumps({"row": {k: _plain(v) for k, v in row.items()}, "answer": dict(answer)})
        for row, answer in zip(rows, answers, strict=True)
    ]
    return "\n".join(lines) + "\n"


def read_golden_lines(data: bytes) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows and answers that `golden_lines` wrote."""
    read = [json.loads(line) for line in data.splitlines()]
    return [one["row"] for one in read], [one["answer"] for one in read]


def refuse_other_answers(
    release_id: str, expected: Sequence[Mapping[str, Any]], given: Sequence[Mapping[str, Any]]
) -> None:
    """Refuse a release that answers its golden rows differently than where it was packaged.

    Parameters
    ----------
    release_id : str
        Whose they are.
    expected, given : sequence of mapping
        Answers, one a row. Scores may differ by what another processor rounds differently.

    Raises
    ------
    ReleaseError
        If one differs by more.
    """
    for index, why in _differences(expected, given):
        raise ReleaseError(
            f"Release {release_id} answers golden row {index + 1} differently here: {why}.",
            "The answers that it gave where it was packaged are needed.",
            "Install exactly what requirements.lock names.",
        )


def _differences(
    expected: Sequence[Mapping[str, Any]], given: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[int, str]]:
    for index, (wanted, got) in enumerate(zip(expected, given, strict=True)):
        for name, value in wanted.items():
            other = got.get(name)
            if isinstance(other, float) and math.isclose(value, other, rel_tol=1e-6, abs_tol=1e-9):
                continue
            if other != value:
                yield index, f"{name} is {other}, not {value}"


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
