"""A client of another vendor's interface, Anthropic's messages, as a package would bring it.

https://docs.anthropic.com/en/api/messages; answers by schema are its structured outputs.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from leadline.errors import EngineError

_REASONS = {"max_tokens": "length", "refusal": "content_filter"}


class Messages:
    """Speaks messages."""

    name = "messages"
    added_tokens = 1_000

    def address(self, url: str) -> str:
        return f"{url}/v1/messages"

    def headers(self, secret: str) -> Mapping[str, str]:
        key = {"x-api-key": secret} if secret else {}
        return {"anthropic-version": "2023-06-01", **key}

    def body(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        if request.get("n", 1) != 1:
            raise EngineError("Its server gives one answer.", "One repeat.", "Leave n_repeats out.")
        system, *turns = request["messages"]
        schema = request["response_format"]["json_schema"]["schema"]
        return {
            "model": request["model"],
            "max_tokens": request["max_tokens"],
            "temperature": request["temperature"],
            "system": system["content"],
            "messages": turns,
            "output_config": {"format": {"type": "json_schema", "schema": schema}},
        }

    def response(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        parts = said.get("content")
        if not isinstance(parts, list):
            return {}
        text = "".join(part["text"] for part in parts if part["type"] == "text")
        reason = said.get("stop_reason")
        told = said.get("usage") or {}
        cached = told.get("cache_read_input_tokens") or 0
        written = told.get("cache_creation_input_tokens") or 0
        return {
            "choices": [
                {
                    "message": {"role": "assistant", "content": text},
                    "finish_reason": _REASONS.get(str(reason), "stop"),
                }
            ],
            "usage": {
                # its count of what it read leaves out what it had kept
                "prompt_tokens": told.get("input_tokens", 0) + cached + written,
                "prompt_tokens_details": {"cached_tokens": cached},
                "completion_tokens": told.get("output_tokens", 0),
            },
        }


def reply(text: str, reason: str = "end_turn", *, n_read: int = 40, n_cached: int = 60) -> Any:
    """What such a server sends."""
    return {
        "type": "message",
        "content": [{"type": "text", "text": text}] if text else [],
        "stop_reason": reason,
        "usage": {
            "input_tokens": n_read,
            "cache_read_input_tokens": n_cached,
            "cache_creation_input_tokens": 0,
            "output_tokens": 7,
        },
    }


def install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install the client as a package is, found through a real entry point."""
    info = folder / "site" / "messages-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: messages\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[leadline.clients]\nmessages = a_vendor:Messages\n")
    module = ModuleType("a_vendor")
    module.Messages = Messages  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "a_vendor", module)
    monkeypatch.syspath_prepend(folder / "site")
