"""Chat completions of OpenAI [1]_, which llama.cpp, vLLM and most vendors speak too.

References
----------
.. [1] https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit


class ChatCompletions:
    """Speaks chat completions: requests and answers are left as they are."""

    name = "openai"
    # what a server's own chat template may add
    added_tokens = 256

    def address(self, url: str) -> str:
        """The address of chat completions; ``/v1`` is added where `url` has no path.

        Examples
        --------
        >>> ChatCompletions().address("http://127.0.0.1:8080")
        'http://127.0.0.1:8080/v1/chat/completions'
        """
        return f"{url}{'' if urlsplit(url).path.rstrip('/') else '/v1'}/chat/completions"

    def headers(self, secret: str) -> Mapping[str, str]:
        """The key as a bearer token."""
        return {"Authorization": f"Bearer {secret}"} if secret else {}

    def body(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """The request itself."""
        return request

    def response(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        """The response itself."""
        return said
