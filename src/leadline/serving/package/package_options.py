"""Options of a package's command line, each with its help and an example."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

Verb: TypeAlias = Callable[[Path, argparse.Namespace], None]


def parser_of(do: Mapping[str, Verb]) -> argparse.ArgumentParser:
    """The parser of a command line.

    Parameters
    ----------
    do : mapping of str to callable
        For each verb, what is called with the folder of the package and what was given.
    """
    parser = argparse.ArgumentParser(
        prog="leadline_serve.py",
        description="Run the release in this package.",
        epilog="Example: python leadline_serve.py serve --port 8000",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    serve = _verb(verbs, "serve", do["serve"], "Answer HTTP requests.", "serve --port 8000")
    _add_server_options(serve)
    score = _verb(verbs, "score", do["score"], "Score a file.", "score new.csv --to scored.csv")
    score.add_argument("file", type=Path, metavar="FILE", help="Rows to score.")
    score.add_argument("--to", type=Path, help="Where to write (FILE.scored.csv).")
    token = _verb(verbs, "token", do["token"], "Who may ask.", "token add billing --tokens tokens")
    token.add_argument("act", choices=("add", "list", "revoke"), help="What to do.")
    token.add_argument("name", nargs="?", default="", metavar="NAME", help="Whose token.")
    token.add_argument("--tokens", type=Path, required=True, metavar="FILE", help="The file.")
    _verb(verbs, "check", do["check"], "Check every file and the golden rows.", "check --json")
    return parser


def _add_server_options(serve: argparse.ArgumentParser) -> None:
    serve.add_argument("--host", default="127.0.0.1", help="Address to listen on (%(default)s).")
    serve.add_argument(
        "--port",
        type=int,
        default=8000,
        help="Port (%(default)s); 0 takes a free one.",
    )
    serve.add_argument(
        "--follow",
        type=Path,
        metavar="FOLDER",
        help="Folder of several packages and the sender's signed pointer, in-service.json: the "
        "server answers with the release named there, and changes over when it moves.",
    )
    serve.add_argument(
        "--tokens", type=Path, metavar="FILE", help="File of tokens; one is then needed to ask."
    )
    serve.add_argument(
        "--no-tokens", action="store_true", help="Let all ask who reach the address."
    )
    serve.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="Name by which the server may be asked; repeat it for more.",
    )
    serve.add_argument(
        "--allow-origin",
        action="append",
        default=[],
        metavar="URL",
        help="Origin whose pages may read answers in a browser; repeat it for more.",
    )
    serve.add_argument(
        "--grace",
        type=float,
        default=2.0,
        metavar="SECONDS",
        help="From the signal to end until no more requests are taken (%(default)s).",
    )
    serve.add_argument(
        "--log-requests", action="store_true", help="A line of the log for answered requests too."
    )
    serve.add_argument(
        "--log",
        type=Path,
        metavar="FOLDER",
        help="Keep rows and answers there, outside the package, and take in what turned out.",
    )


def _verb(verbs: Any, name: str, do: Verb, words: str, example: str) -> argparse.ArgumentParser:
    """A verb with the options that all have."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        name,
        help=words,
        description=words,
        epilog=f"Example: python leadline_serve.py {example}",
    )
    parser.set_defaults(do=do)
    parser.add_argument(
        "--trust",
        type=Path,
        metavar="KEY",
        help="The sender's public key, which came by another way (signer.pub of the package).",
    )
    parser.add_argument("--json", action="store_true", help="Print JSON for machines.")
    return parser
