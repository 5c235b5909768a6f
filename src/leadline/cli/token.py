"""``leadline token``: who may ask a server that others can reach."""

from __future__ import annotations

from pathlib import Path

import click

from leadline.cli.terminal.options import echo_json, verb
from leadline.errors import SettingsError
from leadline.phases.permissions import Action

TOKENS_FILE = "tokens"


@verb(
    "token",
    may=(Action.SERVE,),
    example="leadline token add billing",
    stopped="Nothing was changed.",
)
@click.argument("act", type=click.Choice(["add", "list", "revoke"]))
@click.argument("name", required=False)
@click.option(
    "--tokens",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="The file of tokens  [default: .leadline/tokens of the workspace]",
)
def command(act: str, name: str | None, path: Path | None, folder: Path, as_json: bool) -> None:
    """Make, list and revoke the tokens by which clients may ask 'leadline serve'.

    'add NAME' prints a new token, once: only its hash is kept. A client sends it as the header
    'Authorization: Bearer TOKEN', and the log of the server calls the client NAME. 'revoke NAME'
    ends it: running servers read the file again within two seconds.

    A server that others than this machine can reach needs the file; 'leadline serve' finds it.
    """
    from leadline.serving.access.bearer_tokens import add_token, read_tokens, revoke_token

    file = path or tokens_file(folder)
    if act == "list":
        if name:
            raise SettingsError(f"'list' takes no name; got {name!r}.", next="Leave it out.")
        known = read_tokens(file).values() if file.exists() or path else ()
        if as_json:
            echo_json({"tokens": [{"name": one.name, "made_at": one.made_at} for one in known]})
        for one in () if as_json else known:
            click.echo(f"{one.name}  since {one.made_at[:16].replace('T', ' ')}")
        if not known and not as_json:
            click.echo("There are no tokens yet. 'leadline token add NAME' makes one.")
        return
    if not name:
        raise SettingsError(
            f"'{act}' needs the name of whoever has the token.",
            next=f"For example: leadline token {act} billing",
        )
    if act == "revoke":
        revoke_token(file, name)
        if as_json:
            echo_json({"revoked": name})
        else:
            click.echo(f"The token of {name} no longer counts.")
        return
    text = add_token(file, name)
    if as_json:
        echo_json({"name": name, "token": text, "tokens": str(file)})
    else:
        click.echo(text)
        click.echo(f"The token of {name}: it is shown this once. Hash in {file}.", err=True)


def tokens_file(folder: Path) -> Path:
    """Where the tokens of a workspace lie.

    Raises
    ------
    SettingsError
        If the folder is no workspace.
    """
    if not (folder / "leadline.toml").exists():
        raise SettingsError(
            f"{folder.resolve()} is no workspace.",
            "Its .leadline/tokens is where tokens are kept.",
            "Name a workspace with -C, or another file with --tokens FILE.",
        )
    return folder / ".leadline" / TOKENS_FILE
