"""Process of a shadow: it opens a candidate, scores what comes in, and says how answers differ.

``python -m leadline.serving.http.shadow_scorer`` reads pickles from the server that started it,
each behind its length: where the candidate lies, then rows and answers; and writes one line of JSON
for each.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from threadpoolctl import threadpool_limits

from leadline.errors import LeadlineError, ReleaseError
from leadline.serving.releases.release_opening import Answering


def main(requests: BinaryIO, said: int) -> None:
    """Open a candidate, and compare until nothing more comes.

    Parameters
    ----------
    requests : binary file
        Where the place, rows and answers come from; ends with the server.
    said : int
        File descriptor that takes the lines.
    """
    # whoever stops the server with Ctrl-C stops this by the end of its input
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(19)  # the server, and whatever else runs here, go first
    try:
        place = _read(requests)
        folder, trusted, digest = Path(place["folder"]), _keys(place["trusted"]), place["digest"]
        bundle = place["opener"](folder, trusted=trusted, digest=digest)
        places = _places(bundle, place["columns"])
    except LeadlineError as error:
        _say(said, {"found": error.found, "needed": error.needed, "next": error.next})
        return
    except Exception as error:  # a person's own model may raise anything
        _say(said, {"found": f"{type(error).__name__}: {error}"})
        return
    _say(said, {"open": digest})
    with threadpool_limits(1):
        while (compared := _read(requests)) is not None:
            rows, answers = compared
            ours = [tuple(row[index] for index in places) for row in rows]
            _say(said, _compared(bundle, ours, answers))


def _read(requests: BinaryIO) -> Any:
    """What the server says next; None if it has ended."""
    head = requests.read(8)
    data = requests.read(int.from_bytes(head)) if head else b""
    return pickle.loads(data) if data else None  # noqa: S301 -- by the server that started this


def _keys(trusted: Sequence[str]) -> list[Ed25519PublicKey]:
    return [Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)) for key in trusted]


def _places(bundle: Answering, columns: Sequence[str]) -> list[int]:
    """Where the candidate's columns stand in the rows that come.

    Raises
    ------
    ReleaseError
        If one is not among them.
    """
    missing = [name for name in bundle.manifest.columns if name not in columns]
    if missing:
        raise ReleaseError(
            f"Release {bundle.manifest.release_id} needs the column {missing[0]!r}, which requests "
            "to the release in service do not have.",
            "A shadow scores the same requests.",
            "Try it as a canary, once clients send the column.",
        )
    return [columns.index(name) for name in bundle.manifest.columns]


def _compared(
    bundle: Answering, rows: list[tuple[Any, ...]], answers: Mapping[str, list[Any]]
) -> dict[str, Any]:
    """How far the candidate's answers to one request are from those that were given."""
    try:
        said = bundle.answer_rows(rows).columns
    except Exception as error:
        return {"failed": f"{type(error).__name__}: {error}"}
    pairs = zip(said["score"], answers["score"], strict=True)
    away = [abs(ours - theirs) for ours, theirs in pairs]
    labels = [name for name in ("flagged", "label") if name in said and name in answers]
    differing = sum(
        any(said[name][row] != answers[name][row] for name in labels) for row in range(len(rows))
    )
    return {"rows": len(rows), "differing": differing, "sum": sum(away), "largest": max(away)}


def _say(said: int, line: Mapping[str, Any]) -> None:
    os.write(said, json.dumps(line).encode() + b"\n")


if __name__ == "__main__":
    # what a model prints must not stand among the lines
    lines = os.dup(1)
    os.dup2(2, 1)
    main(sys.stdin.buffer, lines)
