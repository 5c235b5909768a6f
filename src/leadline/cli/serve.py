"""``leadline serve``: answer HTTP requests with the release in service."""

from __future__ import annotations

from pathlib import Path

import click

from leadline.cli.terminal.options import FiniteRange, echo_json, verb
from leadline.cli.web import LOOPBACK, listening
from leadline.errors import SettingsError


@verb("serve", may=(), example="leadline serve --port 8000")
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
@click.option(
    "--tokens",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="File of tokens; one is then needed.  [default: .leadline/tokens, unless only this "
    "machine can ask]",
)
@click.option("--no-tokens", is_flag=True, help="Let all ask who reach the address.")
@click.option(
    "--allow-host",
    "hosts",
    multiple=True,
    metavar="NAME",
    help="Name by which the server may be asked; repeat it for more.  [default: any, but this "
    "machine's where only it can ask]",
)
@click.option(
    "--allow-origin",
    "origins",
    multiple=True,
    metavar="URL",
    help="Origin whose pages may read answers in a browser; repeat it for more.  [default: none]",
)
@click.option(
    "--grace",
    "grace_s",
    type=FiniteRange(min=0, max=15),
    default=2.0,
    show_default=True,
    help="Seconds from the signal to end until no more requests are taken.",
)
@click.option(
    "--log-requests", is_flag=True, help="A line of the log for answered requests as well."
)
def command(  # noqa: PLR0913, PLR0917 -- each is an option
    host: str,
    port: int,
    log: bool | None,
    tokens: Path | None,
    no_tokens: bool,
    hosts: tuple[str, ...],
    origins: tuple[str, ...],
    grace_s: float,
    log_requests: bool,
    folder: Path,
    as_json: bool,
) -> None:
    """Answer HTTP requests with the release in service, and follow it when it changes.

    When a release is approved, or 'leadline rollback' goes back to an earlier one, the server
    changes over within a second or two; no request is lost. What is damaged is refused, and the
    release before keeps answering: /health/ready says so. What 'leadline candidate' names is tried
    beside it.

    POST /predict with {"rows": [{...}]}; GET /openapi.json describes all paths, /metrics counts for
    Prometheus. /health/ready tells whether to send requests here: the golden rows have been
    replayed, and nobody has asked the server to end. After TERM it answers what it has, within 25
    seconds. The log is JSON on the standard error: a line for each request that was not answered.

    Where others than this machine can ask, a token is needed for all but /health: 'leadline token
    add NAME' makes one. It speaks no TLS: keep it behind a proxy of yours.

    With --log each row and its answer are kept in .leadline/served for [serve] keep_days, and POST
    /outcomes takes what turned out of them; 'leadline watch --served' looks at both. Rows may be
    personal: it is off unless [serve] log or this switch says otherwise.
    """
    from leadline.cli.releases import latest_release
    from leadline.engines.loading import load
    from leadline.monitoring.served_rows import log_place
    from leadline.serving.releases.keys import public_keys
    from leadline.serving.releases.pointer import POINTER_FILE
    from leadline.serving.releases.signed_files import signed_manifest
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        release = latest_release(workspace)
        bundle = workspace.releases_folder / release.bundle
        pointer = workspace.releases_folder / POINTER_FILE
        newest = workspace.record.promotions.newest()
        trusted, modules = public_keys(workspace.key_path), workspace.folder
        place = log_place(workspace)
        is_logged = workspace.settings.serve.log if log is None else log
        sealed = signed_manifest(bundle, trusted=trusted, digest=release.bundle)
    fast_path = sealed.fast_path
    tokens = _tokens(host, tokens, folder, no_tokens=no_tokens)
    place.delete_old()
    if is_logged:
        # rows that cannot be kept would be lost one by one
        place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    serve = load("servers", "http")
    with listening(host, port) as (listener, url):
        if as_json:
            where = {"log": str(place.folder)} if is_logged else {}
            told = {"url": url, "release": release.release_id, "fast_path": fast_path}
            echo_json({**told, **where})
        else:
            click.echo(f"Release {release.release_id} on {url} (Ctrl-C stops it)")
            click.echo(fast_path)
            if is_logged:
                click.echo(
                    f"Rows and answers are kept in {place.folder}{kept_for(place.keep_days)}"
                )
        serve(
            bundle,
            host=host,
            listener=listener,
            trusted=trusted,
            modules=modules,
            log=place if is_logged else None,
            pointer=(pointer, newest.counter if newest else 0),
            tokens=tokens,
            is_public=no_tokens,
            hosts=hosts,
            origins=origins,
            grace_s=grace_s,
            log_requests=log_requests,
        )


def _tokens(host: str, given: Path | None, folder: Path, *, no_tokens: bool) -> Path | None:
    """The file of tokens, if one is needed.

    Raises
    ------
    SettingsError
        If there is none and others can ask, or if it is needed and not.
    """
    from leadline.cli.token import tokens_file

    if given and no_tokens:
        raise SettingsError(
            "--tokens and --no-tokens contradict each other.", "One of them is needed.", "Choose."
        )
    if given or no_tokens or host in LOOPBACK:
        return given
    file = tokens_file(folder)
    if not file.exists():
        raise SettingsError(
            f"Everybody who reaches {host} could ask: there are no tokens.",
            "A token is needed as soon as others than this machine can ask.",
            "'leadline token add NAME' makes one; --no-tokens lets all ask.",
        )
    return file


def kept_for(days: int) -> str:
    """How long rows are kept, as a person is told."""
    return f" for {days:,} day{'' if days == 1 else 's'}" if days else " for ever"
