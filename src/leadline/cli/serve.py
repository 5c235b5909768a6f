"""``leadline serve``: answer HTTP requests with the release in service."""

from __future__ import annotations

from pathlib import Path

import click

from leadline.cli.options import verb


@verb("serve", example="leadline serve --port 8000")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
def command(host: str, port: int, folder: Path, as_json: bool) -> None:
    """Answer HTTP requests with the release in service.

    POST /predict with {"rows": [{...}]}; GET /schema tells the columns, /health/ready whether the
    golden rows have been replayed. Keep it behind a proxy of yours if others must reach it: it
    knows no users.
    """
    from leadline.cli.releases import latest_release
    from leadline.engines.keys import public_keys
    from leadline.engines.loading import load
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        release = latest_release(workspace)
        bundle = workspace.releases_folder / release.bundle
        trusted = public_keys(workspace.key_path)
    if not as_json:
        click.echo(f"Release {release.release_id} on http://{host}:{port} (Ctrl-C stops it)")
    load("servers", "http")(bundle, host=host, port=port, trusted=trusted)
