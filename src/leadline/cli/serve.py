"""``leadline serve``: answer HTTP requests with the release in service."""

from __future__ import annotations

from pathlib import Path

import click

from leadline.cli.terminal.options import echo_json, verb
from leadline.cli.web import listening


@verb("serve", example="leadline serve --port 8000")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default="8000",
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--log/--no-log",
    default=None,
    help="Keep rows and answers, so that outcomes can come in.  [default: [serve] log]",
)
def command(host: str, port: int, log: bool | None, folder: Path, as_json: bool) -> None:
    """Answer HTTP requests with the release in service, and follow it when it changes.

    When a release is approved, or 'leadline rollback' goes back to an earlier one, the server
    changes over within a second or two; no request is lost. What is damaged is refused, and the
    release before keeps answering: /health/ready says so. What 'leadline candidate' names is tried
    beside it.

    POST /predict with {"rows": [{...}]}; GET /schema tells the columns, /health/ready whether the
    golden rows have been replayed. Keep it behind a proxy of yours if others must reach it: it
    knows no users.

    With --log each row and its answer are kept in .leadline/served for [serve] keep_days, and POST
    /outcomes takes what turned out of them; 'leadline watch --served' looks at both. Rows may be
    personal: it is off unless [serve] log or this switch says otherwise.
    """
    from leadline.cli.releases import latest_release
    from leadline.engines.loading import load
    from leadline.monitoring.served_rows import log_place
    from leadline.serving.releases.keys import public_keys
    from leadline.serving.releases.pointer import POINTER_FILE
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        release = latest_release(workspace)
        bundle = workspace.releases_folder / release.bundle
        pointer = workspace.releases_folder / POINTER_FILE
        newest = workspace.record.promotions.newest()
        trusted, modules = public_keys(workspace.key_path), workspace.folder
        place = log_place(workspace)
        is_logged = workspace.settings.serve.log if log is None else log
    place.delete_old()
    if is_logged:
        # rows that cannot be kept would be lost one by one
        place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    serve = load("servers", "http")
    # the engine listens by itself: what stands in its way is found out, and said, before
    with listening(host, port) as (listener, url):
        port = listener.getsockname()[1]
    if as_json:
        where = {"log": str(place.folder)} if is_logged else {}
        echo_json({"url": url, "release": release.release_id, **where})
    else:
        click.echo(f"Release {release.release_id} on {url} (Ctrl-C stops it)")
        if is_logged:
            click.echo(f"Rows and answers are kept in {place.folder}{kept_for(place.keep_days)}")
    serve(
        bundle,
        host=host,
        port=port,
        trusted=trusted,
        modules=modules,
        log=place if is_logged else None,
        pointer=(pointer, newest.counter if newest else 0),
    )


def kept_for(days: int) -> str:
    """How long rows are kept, as a person is told."""
    return f" for {days:,} day{'' if days == 1 else 's'}" if days else " for ever"
