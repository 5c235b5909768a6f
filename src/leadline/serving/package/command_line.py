"""Command line of a package: serve, score and check, where there is no workspace."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from leadline.errors import LeadlineError, ReleaseError
from leadline.serving.package.about import SIGNER, About
from leadline.serving.package.opened_package import open_among, open_package, start_of
from leadline.serving.package.packaged_release import PackagedRelease
from leadline.serving.package.row_files import score_rows
from leadline.serving.releases.keys import fingerprint, public_keys
from leadline.serving.releases.pointer import POINTER_FILE

_EXIT_ERROR, _EXIT_STOPPED = 1, 130
_UNKNOWN_KEY = (
    "Whether that key is the sender's, this folder cannot say: compare its fingerprint with the "
    "one that they tell you, or pass their key with --trust."
)


def run(root: Path, arguments: Sequence[str] | None = None) -> None:
    """Do what the command line asks, or say why not and end with exit code 1.

    Parameters
    ----------
    root : Path
        Folder of the package.
    arguments : sequence of str, optional
        Those of the process if not given.
    """
    given = _parser().parse_args(arguments)
    try:
        given.do(root, given)
    except LeadlineError as error:
        _fail(error, given)
    except OSError as error:
        said = f"{f'{error.filename}: ' if error.filename else ''}{error.strerror or error}."
        _fail(LeadlineError(said, next="Check the path, and how much room is left."), given)
    except KeyboardInterrupt:
        sys.exit(_EXIT_STOPPED)


def _check(root: Path, given: argparse.Namespace) -> None:
    """Look whether the package is whole, and answers as it did."""
    trusted = _trusted(root, given)
    open_package(root, trusted=trusted)
    about = About.read(root)
    said = {"project": about.project, "release": about.release_id, "signer": about.signer}
    _say(
        given,
        {**said, "form": about.form, "is_good": True},
        f"Release {about.release_id} of {about.project}, signed by key {about.signer}.\n"
        "Every file is as it was signed, and the golden rows are answered as they were."
        + ("" if given.trust else f"\n{_UNKNOWN_KEY}"),
    )


def _score(root: Path, given: argparse.Namespace) -> None:
    """Score a file."""
    release = open_package(root, trusted=_trusted(root, given))
    notes: list[str] = []
    target = given.to or _default_target(given.file)
    if isinstance(release, PackagedRelease):
        n_rows = score_rows(release, given.file, target)
    else:
        from leadline.engines.loading import load

        n_rows = load("servers", "batch")(release, given.file, target, note=notes.append)
    done = {"rows": n_rows, "file": str(target), "release": release.manifest.release_id}
    words = f"{n_rows:,} rows scored by release {release.manifest.release_id}: {target}"
    _say(given, {**done, "notes": notes}, "\n".join([words, *(f"Note: {one}" for one in notes)]))


def _serve(root: Path, given: argparse.Namespace) -> None:
    """Answer over HTTP, and follow a pointer if there is one."""
    from leadline.engines.loading import load

    trusted = _trusted(root, given)
    folder, pointer = root, None
    if given.follow:
        folder, counter = start_of(root, given.follow, trusted)
        pointer = (given.follow / POINTER_FILE, counter)
    about = About.read(folder)
    url = f"http://{given.host}:{given.port}"
    _say(
        given,
        {"url": url, "release": about.release_id, "signer": about.signer},
        f"Release {about.release_id} on {url} (Ctrl-C stops it)",
    )
    load("servers", "http")(
        folder,
        trusted=trusted,
        host=given.host,
        port=given.port,
        pointer=pointer,
        open_release=partial(open_among, given.follow or root.parent),
    )


def _trusted(root: Path, given: argparse.Namespace) -> tuple[Ed25519PublicKey, ...]:
    """Whose signature counts: a key that was told, or else the one that came with the package."""
    keys = public_keys(given.trust or root / SIGNER)
    said = About.read(root).signer
    if given.trust and said not in {fingerprint(key) for key in keys}:
        raise ReleaseError(
            f"The package says that key {said} has signed it; {given.trust} holds others.",
            "Only what a trusted key has signed is run.",
            "Ask who sent it for their public key, by another way than the package came.",
        )
    return keys


def _default_target(file: Path) -> Path:
    """Beside the file; as CSV where it is of a form that is not written."""
    is_written = file.suffix.lower() in {".csv", ".tsv", ".parquet"}
    return file.with_suffix(f".scored{file.suffix if is_written else '.csv'}")


def _say(given: argparse.Namespace, said: dict[str, Any], words: str) -> None:
    sys.stdout.write((json.dumps(said, ensure_ascii=False) if given.json else words) + "\n")
    sys.stdout.flush()


def _fail(error: LeadlineError, given: argparse.Namespace) -> None:
    if given.json:
        parts = {"found": error.found, "needed": error.needed, "next": error.next}
        sys.stdout.write(json.dumps({"error": parts}) + "\n")
    else:
        sys.stderr.write(f"Error: {error}\n")
    sys.exit(_EXIT_ERROR)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="leadline_serve.py",
        description="Run the release in this package.",
        epilog="Example: python leadline_serve.py serve --port 8000",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    serve = _verb(verbs, "serve", _serve, "Answer HTTP requests.", "serve --port 8000")
    serve.add_argument("--host", default="127.0.0.1", help="Address to listen on (%(default)s).")
    serve.add_argument("--port", type=int, default=8000, help="Port to listen on (%(default)s).")
    serve.add_argument(
        "--follow",
        type=Path,
        metavar="FOLDER",
        help="Folder of several packages and the sender's signed pointer, in-service.json: the "
        "server answers with the release named there, and changes over when it moves.",
    )
    score = _verb(verbs, "score", _score, "Score a file.", "score new.csv --to scored.csv")
    score.add_argument("file", type=Path, metavar="FILE", help="Rows to score.")
    score.add_argument("--to", type=Path, help="Where to write (FILE.scored.csv).")
    _verb(verbs, "check", _check, "Check every file and the golden rows.", "check --json")
    return parser


def _verb(
    verbs: Any, name: str, do: Callable[[Path, argparse.Namespace], None], words: str, example: str
) -> argparse.ArgumentParser:
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
