"""``leadline mcp``: let a coding agent work on the project, and answer what it proposes."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadline.cli.terminal.options import (
    FiniteRange,
    by_option,
    echo_json,
    require_one_of,
    verb,
)
from leadline.errors import EngineError, SettingsError
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from leadline.services.agents.agent_allowance import Allowance
    from leadline.services.agents.agent_proposing import ProposalView
    from leadline.workspace import Workspace

TOKENS_FILE = "agent-tokens"
_ACTS = ("serve", "grant", "list", "revoke", "accept", "decline", "renew")


@verb(
    "mcp",
    may=(),  # a client starts the server for an agent, which is nobody's account
    example="leadline mcp grant coder --runs 20 --hours 2 --days 7",
)
@click.argument("act", type=click.Choice(_ACTS), default="serve")
@click.argument("name", required=False)
@click.option(
    "--runs",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="With 'grant': runs it may start.",
)
@click.option(
    "--hours",
    type=FiniteRange(min=0),
    default=2.0,
    show_default=True,
    help="With 'grant': hours of machine.",
)
@click.option(
    "--money",
    type=FiniteRange(min=0),
    default=10.0,
    show_default=True,
    help="With 'grant': money of machines and labels.",
)
@click.option(
    "--days",
    type=FiniteRange(min=0),
    default=7.0,
    show_default=True,
    help="With 'grant': days until it ends.",
)
@click.option("--agent", default="", help="With 'serve': whose the calls are.")
@click.option("--http", "address", metavar="HOST:PORT", help="Serve HTTP instead of stdio.")
@click.option(
    "--known-as",
    multiple=True,
    metavar="HOST",
    help="With --http: another name of that host; may be repeated.",
)
@click.option(
    "--why",
    default="",
    help="With 'accept' and 'decline': told to the agent. With 'renew': the reason.",
)
@click.option(
    "--seen",
    default="",
    metavar="MARK",
    help="With 'accept': the mark of the diff that was looked at.",
)
@by_option
def command(  # noqa: PLR0913, PLR0917 - one parameter an option
    act: str,
    name: str | None,
    runs: int,
    hours: float,
    money: float,
    days: float,
    agent: str,
    address: str | None,
    known_as: tuple[str, ...],
    why: str,
    seen: str,
    by: str,
    folder: Path,
    as_json: bool,
) -> None:
    """Let coding agents work on the project by the Model Context Protocol.

    'grant NAME' lets an agent start rows within an allowance, and prints its token once. Without
    an act the tools are served over standard input and output, as a client starts them; with
    --http HOST:PORT over HTTP to whoever has a token. 'list' shows agents, open proposals and what
    they learnt of the held-out rows; 'accept N' and 'decline N' answer a proposal; 'revoke NAME'
    ends an allowance. 'renew' says that the test rows are fresh.

    'accept N' shows what would be written, and asks. In a script say which diff was looked at:
    --seen with the mark that 'list' shows. What has changed since is not written.

    An agent reads and proposes. It decides nothing, and no held-out row reaches it.
    """
    from leadline.workspace import Workspace

    if act == "serve":
        _serve(folder, agent or name or "", address, known_as)
        return
    require_one_of((Action.AGENTS,), folder, by)
    with Workspace.open(folder) as workspace:
        if act == "list":
            _list(workspace, as_json=as_json)
        elif act == "renew":
            from leadline.services.agents.holdout_answers import renew_holdout

            renew_holdout(workspace, why, by)
            _say({"renewed": True}, "The looks begin anew.", as_json=as_json)
        elif not name:
            raise SettingsError(f"'{act}' needs a name or a number.", next="'leadline mcp list'.")
        elif act == "grant":
            from leadline.services.agents.agent_allowance import grant_agent

            made = grant_agent(
                workspace, name, runs=runs, hours=hours, most_money=money, days=days, by=by
            )
            _granted(made, folder, as_json=as_json)
        elif act == "revoke":
            _revoke(workspace, name, by)
            _say({"revoked": name}, f"{name} may do nothing any more.", as_json=as_json)
        else:
            _answer(workspace, act, name, why, by, seen=seen, as_json=as_json)


def _serve(folder: Path, agent: str, address: str | None, known_as: tuple[str, ...]) -> None:
    from leadline.workspace import Workspace

    try:
        import mcp  # noqa: F401
    except ImportError as error:
        raise EngineError(
            "The package 'mcp' is not installed.",
            "It speaks the protocol.",
            "pip install 'leadline[mcp]'",
        ) from error
    with Workspace.open(folder) as workspace:
        name = agent or ("" if address else _only_agent(workspace))
    if address:
        _serve_http(folder, address, known_as)
        return
    from leadline.agents.agent_server import agent_server

    agent_server(folder, name).run("stdio")


def _only_agent(workspace: Workspace) -> str:
    """The one agent that has an allowance."""
    known = [one.agent for one in workspace.record.agents.grants.newest() if not one.is_revoked]
    if len(known) == 1:
        return known[0]
    raise SettingsError(
        f"{'Several agents have' if known else 'No agent has'} an allowance"
        f"{': ' + ', '.join(known) if known else ''}.",
        "The record keeps whose each call is.",
        "Say --agent NAME." if known else "leadline mcp grant NAME --runs 20 --hours 2",
    )


def _serve_http(folder: Path, address: str, known_as: tuple[str, ...]) -> None:
    import uvicorn

    from leadline.agents.agent_server import PATH, agent_app
    from leadline.cli.web import listening

    host, _, port = address.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if not port.isdigit():
        raise SettingsError(
            f"{address!r} is no address.", "HOST:PORT is needed.", "For example: 127.0.0.1:8770"
        )
    with listening(host, int(port)) as (listener, url):
        bound = listener.getsockname()[1]
        app = agent_app(folder, _tokens(folder), hosts=(host, *known_as), port=bound)
        click.echo(f"Tools on {url}{PATH} (Ctrl-C stops them)")
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])


def _granted(made: Allowance, folder: Path, *, as_json: bool) -> None:
    """Say what was granted; with a token, where the agent has none yet."""
    from leadline.serving.access.bearer_tokens import add_token, read_tokens

    file = _tokens(folder)
    has_one = file.exists() and made.agent in read_tokens(file)
    token = "" if has_one else add_token(file, made.agent)
    if as_json:
        echo_json(asdict(made) | {"token": token or None})
        return
    click.echo(f"{made.agent}: {made.words}")
    if token:
        click.echo(token)
        click.echo(f"The token of {made.agent} for HTTP: it is shown this once.", err=True)


def _revoke(workspace: Workspace, name: str, by: str) -> None:
    from leadline.services.agents.agent_allowance import revoke_agent
    from leadline.serving.access.bearer_tokens import read_tokens, revoke_token

    revoke_agent(workspace, name, by)
    file = _tokens(workspace.folder)
    if file.exists() and name in read_tokens(file):
        revoke_token(file, name)


def _answer(
    workspace: Workspace, act: str, name: str, why: str, by: str, *, seen: str, as_json: bool
) -> None:
    from leadline.services.agents.agent_proposing import answer_proposal

    if not name.isdigit():
        raise SettingsError(f"{name!r} is no number of a proposal.", next="'leadline mcp list'.")
    is_accepted = act == "accept"
    if is_accepted and not seen:
        seen = _looked_at(workspace, int(name))
    said = answer_proposal(workspace, int(name), is_accepted=is_accepted, why=why, by=by, seen=seen)
    words = f"Proposal {said.number} is {said.state}."
    if act == "accept" and said.kind != "prompt":
        words += " It counts from the next run on."
    _say(asdict(said), words, as_json=as_json)


def _looked_at(workspace: Workspace, number: int) -> str:
    """Show what a proposal would write, and ask; the digest of what was shown.

    Empty where it is not open: the answer will be refused.
    """
    from leadline.services.agents.agent_proposing import proposals

    shown = next((one for one in proposals(workspace) if one.number == number), None)
    if shown is None or shown.state != "open":
        return ""
    if not _is_at_terminal():
        raise SettingsError(
            f"Nobody has said that they looked at what proposal {number} writes.",
            "What is accepted is run with the rights of the project.",
            "Read it in 'leadline mcp list', then say --seen with the mark that stands there.",
        )
    click.echo(f"{shown.agent}: {shown.why}\n{shown.diff}", err=True)
    click.confirm("Write this?", err=True, abort=True)
    return shown.digest


def _list(workspace: Workspace, *, as_json: bool) -> None:
    from leadline.services.agents.agents_page import agents_page

    page = agents_page(workspace)
    if as_json:
        echo_json(
            {
                "agents": [asdict(one) for one in page.allowances],
                "proposals": [
                    asdict(one) | {"mark": one.mark if one.diff else None} for one in page.proposals
                ],
                "holdout": asdict(page.holdout),
            }
        )
        return
    if not page.allowances:
        click.echo("No agent has an allowance. 'leadline mcp grant NAME' gives one.")
    for one in page.allowances:
        click.echo(f"{one.agent}, granted by {one.granted_by}: {one.words}")
    for proposal in page.proposals:
        _show(proposal)
    click.echo(f"\n{page.holdout.words}")


def _show(proposal: ProposalView) -> None:
    answered = f" by {proposal.answered_by}" if proposal.answered_by else ""
    click.echo(
        f"\nProposal {proposal.number} of {proposal.agent} ({proposal.kind}), "
        f"{proposal.state}{answered}: {proposal.why}"
    )
    if proposal.diff:
        click.echo(proposal.diff)
        click.echo(
            f"leadline mcp accept {proposal.number} --seen {proposal.mark}"
            f"   (or: leadline mcp decline {proposal.number})"
        )


def _is_at_terminal() -> bool:
    return sys.stdin.isatty()


def _tokens(folder: Path) -> Path:
    return folder / ".leadline" / TOKENS_FILE


def _say(value: dict[str, object], words: str, *, as_json: bool) -> None:
    if as_json:
        echo_json(value)
    else:
        click.echo(words)
