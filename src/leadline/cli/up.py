"""``leadline up``: pages and worker together."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from leadline.cli.terminal.options import echo_json, verb
from leadline.cli.web import (
    address_options,
    echo_who_may,
    listening,
    require_token,
    serve_pages,
)


@verb("up", may=(), example="leadline up")
@address_options
def command(host: str, port: int, token: str | None, folder: Path, as_json: bool) -> None:
    """Serve the pages and compute what people ask for on them.

    The worker is a process of its own, so that a page never waits for a fit.
    """
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        require_token(workspace, host, token)
        with listening(host, port) as (listener, url), _worker(workspace.folder):
            if as_json:
                echo_json({"url": url})
            else:
                click.echo(f"Pages on {url}, one worker (Ctrl-C stops both)")
                echo_who_may(workspace)
            serve_pages(workspace, listener, token=token)


@contextmanager
def _worker(folder: Path) -> Iterator[None]:
    """A worker that holds the other end of a pipe: however this process dies, it stops."""
    arguments = ["worker", "--folder", str(folder), "--json", "--until-eof"]
    with subprocess.Popen(
        [sys.executable, "-m", "leadline.cli", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # Ctrl-C ends the pages; the worker ends when the pipe closes
        start_new_session=True,
    ):
        yield
