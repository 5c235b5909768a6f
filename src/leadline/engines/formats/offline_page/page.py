"""Offline labelling page: one HTML file that loads nothing."""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Any

from leadline.engines.annotation_format import LabellingBatch
from leadline.engines.formats.cells import plain


def page(batch: LabellingBatch) -> str:
    """The page, with its items, as HTML.

    It may load nothing: its policy allows the one script and the one style that are in it, and
    images that are in it too. Items stand in a block of data, and are shown as text.
    """
    style, script = _file("page.css"), _file("page.js")
    policy = (
        f"default-src 'none'; img-src data:; style-src {_digest(style)}; "
        f"script-src {_digest(script)}; base-uri 'none'; form-action 'none'"
    )
    parts = {
        "POLICY": escape(policy),
        "TITLE": escape(batch.question.text or batch.question.label),
        "STYLE": style,
        # within a block of data nothing but its end could be taken for a tag
        "DATA": json.dumps(_data(batch), ensure_ascii=True).replace("<", "\\u003c"),
        "SCRIPT": script,
    }
    pieces = _file("page.html").split("@@")
    return "".join(parts[piece] if number % 2 else piece for number, piece in enumerate(pieces))


def version_of(guidelines: str) -> str:
    """What tells one version of the guidelines from another; empty if there are none."""
    return sha256(guidelines.encode()).hexdigest()[:12] if guidelines else ""


def _data(batch: LabellingBatch) -> dict[str, Any]:
    question = batch.question
    rows = batch.items.iter_rows(named=True)
    return {
        "question": question.text,
        "unit": question.unit,
        "labels": list(question.classes),
        "columns": [[name, kind] for name, kind in question.columns.items()],
        "guidelines": question.guidelines,
        "version": version_of(question.guidelines),
        "reward": question.reward,
        "currency": question.currency,
        "items": [
            [row[batch.key], [plain(row[name]) for name in question.columns]] for row in rows
        ],
    }


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
