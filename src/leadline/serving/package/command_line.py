"""Command line of a package: serve, score, check and token, where there is no workspace."""

from __future__ import annotations

import argparse
import json
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from leadline.engines.loading import load
from leadline.errors import LeadlineError, ReleaseError
from leadline.serving.access.bearer_tokens import add_token, read_tokens, revoke_token
from leadline.serving.logs.log_place import LogPlace
from leadline.serving.package.about import SIGNER, About
from leadline.serving.package.opened_package import open_among, open_package, start_of
from leadline.serving.package.package_options import parser_of
from leadline.serving.package.packaged_release import PackagedRelease
from leadline.serving.package.row_files import score_rows
from leadline.serving.releases.keys import fingerprint, public_keys
from leadline.serving.releases.pointer import POINTER_FILE
from leadline.serving.releases.release_opening import Answering

_EXIT_ERROR, _EXIT_STOPPED = 1, 130
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
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
    verbs = {"serve": _serve, "score": _score, "check": _check, "token": _token}
    given = parser_of(verbs).parse_args(arguments)
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
    # its code must be whole too
    load("servers", "http")
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
        n_rows = score_rows(release, given.file, target, notes.append)
    else:
        n_rows = load("servers", "batch")(release, given.file, target, note=notes.append).n_rows
    done = {"rows": n_rows, "file": str(target), "release": release.manifest.release_id}
    words = f"{n_rows:,} rows scored by release {release.manifest.release_id}: {target}"
    _say(given, {**done, "notes": notes}, "\n".join([words, *(f"Note: {one}" for one in notes)]))


@dataclass(frozen=True)
class _Opener:
    """Opens a release among others, and says which answers first; can be pickled."""

    among: Path
    url: str
    given: argparse.Namespace

    def __call__(
        self, folder: Path, *, trusted: Sequence[Ed25519PublicKey], digest: str = ""
    ) -> Answering:
        release = open_among(self.among, folder, trusted=trusted, digest=digest)
        if not digest:
            name = release.manifest.release_id
            words = f"Release {name} on {self.url} (Ctrl-C stops it)"
            _say(self.given, {"url": self.url, "release": name}, words)
        return release


def _serve(root: Path, given: argparse.Namespace) -> None:
    """Answer over HTTP, and follow a pointer if there is one."""
    trusted = _trusted(root, given)
    folder, pointer = root, None
    if given.follow:
        if not given.follow.is_dir():
            raise LeadlineError(
                f"There is no folder {given.follow}.",
                "Packages and the sender's pointer lie in one.",
                "Check the path.",
            )
        folder, counter = start_of(root, given.follow, trusted)
        pointer = (given.follow / POINTER_FILE, counter)
    tokens = _tokens_or_none(given)
    log = _log_place(given)
    with _listening(given.host, given.port) as listener:
        url = f"http://{given.host}:{listener.getsockname()[1]}"

        load("servers", "http")(
            folder,
            trusted=trusted,
            host=given.host,
            listener=listener,
            log=log,
            pointer=pointer,
            tokens=tokens,
            is_public=given.no_tokens,
            hosts=given.allow_host,
            origins=given.allow_origin,
            grace_s=given.grace,
            log_requests=given.log_requests,
            open_release=_Opener(given.follow or root.parent, url, given),
        )


def _token(_: Path, given: argparse.Namespace) -> None:
    """Make, list and revoke tokens."""
    if given.act == "list":
        known = read_tokens(given.tokens) if given.tokens.exists() else {}
        said = [{"name": one.name, "made_at": one.made_at} for one in known.values()]
        words = [f"{one.name}  since {one.made_at[:16]}" for one in known.values()]
        _say(given, {"tokens": said}, "\n".join(words) or "There are no tokens yet.")
    elif not given.name:
        raise LeadlineError(
            f"'{given.act}' needs the name of whoever has the token.",
            next=f"For example: {given.act} billing --tokens FILE",
        )
    elif given.act == "add":
        text = add_token(given.tokens, given.name)
        _say(given, {"name": given.name, "token": text}, text)
    else:
        revoke_token(given.tokens, given.name)
        _say(given, {"revoked": given.name}, f"The token of {given.name} no longer counts.")


def _tokens_or_none(given: argparse.Namespace) -> Path | None:
    """The file of tokens; refuses to let everybody ask unless that is said."""
    if given.tokens is None and not given.no_tokens and given.host not in _LOOPBACK:
        raise LeadlineError(
            f"Everybody who reaches {given.host} could ask without a token.",
            "A file of tokens is needed as soon as others can ask.",
            "Make one with 'token add NAME --tokens FILE' and pass it with --tokens FILE; "
            "--no-tokens says that all may ask.",
        )
    tokens: Path | None = given.tokens
    return tokens


def _log_place(given: argparse.Namespace) -> LogPlace | None:
    """Where rows and answers are kept."""
    if given.log is None:
        return None
    given.log.mkdir(mode=0o700, parents=True, exist_ok=True)
    return LogPlace(given.log)


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens, before the release is opened for nothing."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise LeadlineError(
            f"{host} port {port} cannot be listened on: {error.strerror or error}.",
            "A free port of this machine is needed.",
            "Choose another with --port; 0 takes a free one.",
        ) from error


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
