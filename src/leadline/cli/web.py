"""``leadline web``: serve the project's pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadline.cli.terminal.options import Function, echo_json, verb
from leadline.errors import SettingsError

if TYPE_CHECKING:
    import socket

    from leadline.workspace import Workspace

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SHORTEST_TOKEN = 16


def address_options(function: Function) -> Function:
    """``--host``, ``--port`` and ``--token``."""
    function = click.option(
        "--token",
        envvar="LEADLINE_TOKEN",
        default=None,
        help="What visitors must know where nobody has an account; needed for other hosts.",
    )(function)
    function = click.option(
        "--port",
        type=click.IntRange(0, 65535),
        default=8765,
        show_default="8765",
        help="Port to listen on; 0 takes a free one.",
    )(function)
    return click.option(
        "--host", default="127.0.0.1", show_default=True, help="Address to listen on."
    )(function)


@verb("web", may=(), example="leadline web --port 8765")
@address_options
def command(host: str, port: int, token: str | None, folder: Path, as_json: bool) -> None:
    """Serve the project's pages: where it stands, decisions, judgments.

    Nothing is computed here: clicks become jobs that 'leadline worker' takes ('leadline up' runs
    both). Where people have accounts they log in; before that, another address than this machine
    needs a token.
    """
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        require_token(workspace, host, token)
        with listening(host, port) as (listener, url):
            if as_json:
                echo_json({"url": url})
            else:
                click.echo(f"Pages on {url} (Ctrl-C stops them)")
                echo_who_may(workspace)
            serve_pages(workspace, listener, token=token)


def echo_who_may(workspace: Workspace) -> None:
    """Say that whoever reaches the pages may do all, where nobody has an account."""
    from leadline.services.identity.permission import needs_login

    if not needs_login(workspace):
        click.echo(
            "Nobody has an account: whoever reaches them may do all, under any name. "
            "'leadline user add NAME --role owner' changes that."
        )


def require_token(workspace: Workspace, host: str, token: str | None) -> None:
    """Refuse to show the pages to others without a token or a login.

    Raises
    ------
    SettingsError
        If the host is not this machine alone, nobody has an account, and the token is missing or
        can be guessed.
    """
    from leadline.services.identity.permission import needs_login

    if token is None and (host in LOOPBACK or needs_login(workspace)):
        return
    if token is None or len(token) < _SHORTEST_TOKEN:
        raise SettingsError(
            f"The pages would be served on {host} "
            f"{'without a token' if token is None else 'with a token that can be guessed'}.",
            f"A token of at least {_SHORTEST_TOKEN} characters is needed.",
            "Give people accounts with 'leadline user add NAME --role owner', or set "
            "LEADLINE_TOKEN, for example to the output of 'openssl rand -hex 16'.",
        )


@contextmanager
def listening(host: str, port: int) -> Iterator[tuple[socket.socket, str]]:
    """A socket bound to an address, and the URL a browser opens.

    Raises
    ------
    SettingsError
        If the port is taken, or the address is not this machine's.
    """
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio switches Nagle's wait off only where the protocol is named: 40 ms for every page
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise SettingsError(
                f"Port {port} of {host} cannot be used: {error.strerror}.",
                "A free port of this machine is needed.",
                "Choose another: --port NUMBER.",
            ) from error
        listener.listen()  # connections wait until the pages are ready
        shown = f"[{host}]" if ":" in host else host
        yield listener, f"http://{shown}:{listener.getsockname()[1]}"


def serve_pages(workspace: Workspace, listener: socket.socket, *, token: str | None) -> None:
    """Serve the pages on a socket until stopped."""
    import uvicorn

    from leadline.web import create_app

    app = create_app(workspace, token=token)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    server.run(sockets=[listener])
