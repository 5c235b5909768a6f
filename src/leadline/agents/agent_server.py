"""Server of the tools, by the Model Context Protocol: over standard input and output, or HTTP."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mcp.server import MCPServer
from mcp.server.context import HandlerResult, ServerRequestContext
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from leadline.agents.agent_tools import AgentTools
from leadline.serving.access.bearer_tokens import TokenCheck

PATH = "/mcp"
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_SCOPE_KEY = "leadline.agent"
_INSTRUCTIONS = """\
You work on a data-science project that people run with Leadline. Begin with 'standing' and
'allowance'. You may read verdicts and evidence, propose features, candidates, prompts and settings,
and start rows. People decide, sign, label and judge; what they answered is in 'history' and
'my_proposals'. Held-out rows are out of reach: 'look' says whether they confirm a score; it counts.
"""


def agent_server(folder: Path, agent: str = "") -> MCPServer[Any]:
    """The server of a workspace's tools.

    Parameters
    ----------
    folder : Path
        Of the workspace.
    agent : str, default=""
        Who calls; empty: whoever the token of a request is of.
    """
    caller: ContextVar[str] = ContextVar("caller", default=agent)

    async def name_caller(
        ctx: ServerRequestContext[Any, Any],
        call_next: Callable[[ServerRequestContext[Any, Any]], Awaitable[HandlerResult]],
    ) -> HandlerResult:
        if not agent and isinstance(ctx.request, Request):
            caller.set(ctx.request.scope[_SCOPE_KEY])
        return await call_next(ctx)

    tools = AgentTools(folder, caller.get)
    server: MCPServer[Any] = MCPServer(
        "leadline",
        instructions=_INSTRUCTIONS,
        version=version("leadline"),
        log_level="WARNING",
        middleware=[name_caller],
    )
    for tool in tools.reading:
        server.add_tool(tool, annotations=ToolAnnotations(read_only_hint=True))
    for tool in tools.acting:
        server.add_tool(
            tool, annotations=ToolAnnotations(read_only_hint=False, destructive_hint=False)
        )
    return server


def agent_app(folder: Path, tokens: Path, *, hosts: Sequence[str], port: int) -> ASGIApp:
    """The server over HTTP: who has no token is refused, and so is another Host.

    Parameters
    ----------
    folder : Path
        Of the workspace.
    tokens : Path
        File of the agents' tokens.
    hosts : sequence of str
        Names by which it is asked.
    port : int
        Where it listens.

    Raises
    ------
    DataError
        If the file of tokens cannot be read.
    """
    known = sorted({each for host in hosts for each in _spellings(host)})
    security = TransportSecuritySettings(
        allowed_hosts=[*known, *(f"{each}:{port}" for each in known)],
        # browsers have no business here
        allowed_origins=[],
    )
    app = agent_server(folder).streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,
        transport_security=security,
    )
    return BearerGate(app, TokenCheck(tokens))


class BearerGate:
    """Let in whoever has a token, under its name."""

    def __init__(self, app: ASGIApp, tokens: TokenCheck) -> None:
        self._app, self._tokens = app, tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with the agent's name; refuse one without a token."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        kind, _, token = Request(scope).headers.get("authorization", "").partition(" ")
        name = self._tokens.name_of(token.strip()) if kind.lower() == "bearer" else None
        if name is None:
            refusal = JSONResponse(
                {"error": "A token is needed: 'leadline mcp grant NAME' prints one."},
                401,
                {"WWW-Authenticate": "Bearer"},
            )
            await refusal(scope, receive, send)
            return
        scope[_SCOPE_KEY] = name
        await self._app(scope, receive, send)


def _spellings(host: str) -> tuple[str, ...]:
    """How the Host header may name a host: this machine by any of its names."""
    if host == "localhost":
        return _LOOPBACK
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return (host,)
    if address.is_loopback or address.is_unspecified:
        return _LOOPBACK
    return (f"[{host}]" if address.version == 6 else host,)
