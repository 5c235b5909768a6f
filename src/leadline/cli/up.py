"""``leadline up``: pages and worker together."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

from leadline.cli.options import verb
from leadline.cli.web import address_options, require_token, serve_pages


@verb("up", example="leadline up")
@address_options
def command(host: str, port: int, token: str | None, folder: Path, as_json: bool) -> None:
    """Serve the pages and compute what people ask for on them.

    The worker is a process of its own, so that a page never waits for a fit.
    """
    from leadline.workspace import Workspace

    require_token(host, token)
    with Workspace.open(folder) as workspace:
        arguments = ["worker", "--folder", str(workspace.folder), "--json"]
        worker = subprocess.Popen(
            [sys.executable, "-m", "leadline.cli", *arguments], stdout=subprocess.DEVNULL
        )
        try:
            if not as_json:
                click.echo(f"Pages on http://{host}:{port}, one worker (Ctrl-C stops both)")
            serve_pages(workspace, host=host, port=port, token=token)
        finally:
            worker.terminate()
            worker.wait()
