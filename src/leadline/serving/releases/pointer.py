"""Signed pointer: the release in service and its candidate, by digest, with a counter that grows.

One small file beside the releases. A server reads it again whenever it changes, so a release goes
into service, and back out of it, without a restart. The record keeps every move; the file is the
signed copy of the newest for whoever serves without the record.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from leadline.errors import ReleaseError

POINTER_FILE = "in-service.json"
# signed along, so that a signature on anything else is never one on a pointer
_PURPOSE = "leadline: release in service"
_MEND = "'leadline rollback RELEASE --why REASON' writes it anew."
_KINDS: dict[str, type] = {"counter": int, "share": float}


@dataclass(frozen=True)
class Candidate:
    """A release that is tried beside the one in service.

    Attributes
    ----------
    release_id, bundle : str
        As of the pointer.
    share : float in [0, 1)
        Requests that it answers; 0: none, it scores the same ones in the shadow.
    """

    release_id: str
    bundle: str
    share: float


@dataclass(frozen=True)
class Pointer:
    """Which release is in service, which is tried beside it, and who said so.

    Attributes
    ----------
    project : str
        Name of the project.
    counter : int
        Moves so far, this one included, from 1: an older pointer has a lower one.
    release_id : str
        First characters of the bundle's digest.
    bundle : str
        Digest of the bundle: the name of its folder.
    person : str
        Who moved it.
    why : str
        The reason.
    at : str
        When, ISO 8601, UTC.
    candidate : Candidate or None
        None if none is tried; pointers of before had none.
    """

    project: str
    counter: int
    release_id: str
    bundle: str
    person: str
    why: str
    at: str
    candidate: Candidate | None = None


def write_pointer(folder: Path, pointer: Pointer, key: Ed25519PrivateKey) -> Path:
    """Sign a pointer and put it in the place of the one before, whole or not at all.

    Parameters
    ----------
    folder : Path
        Where releases lie; made if needed.
    pointer : Pointer
        Where it points.
    key : Ed25519PrivateKey
        Signs.

    Returns
    -------
    Path
        The file.
    """
    said = _said(pointer)
    signed = {**said, "signature": key.sign(_signed_bytes(said)).hex()}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / POINTER_FILE
    temporary = path.with_name(f".{POINTER_FILE}.{os.getpid()}")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(json.dumps(signed, indent=1, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    return path


def read_pointer(path: Path, *, trusted: Sequence[Ed25519PublicKey]) -> Pointer | None:
    """The pointer in a file; None if there is no such file.

    Parameters
    ----------
    path : Path
        ``POINTER_FILE`` in the folder of the releases.
    trusted : sequence of Ed25519PublicKey
        Whose signature counts.

    Raises
    ------
    ReleaseError
        If it cannot be read, or no trusted key has signed what it says.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ReleaseError(
            f"{path.name} cannot be read: {error.strerror}.",
            "It says which release is in service.",
            "Let this user read it.",
        ) from error
    pointer, signature = _parsed(path, data)
    for key in trusted:
        try:
            key.verify(signature, _signed_bytes(_said(pointer)))
        except InvalidSignature:
            continue
        return pointer
    raise ReleaseError(
        f"{path.name} was changed after it was signed, or by somebody whose key is not trusted.",
        "Which release is in service is believed only where a trusted key has signed it.",
        f"Find out who wrote it; {_MEND}",
    )


def refuse_replayed(pointer: Pointer, *, project: str, counter: int) -> None:
    """Refuse a pointer of another project, or an older one that was put back.

    Parameters
    ----------
    pointer : Pointer
        As it was read, its signature checked.
    project : str
        The project it must be of.
    counter : int
        The moves that are known: it must not have fewer.

    Raises
    ------
    ReleaseError
        If it is not the project's, or its counter is lower.
    """
    if pointer.project != project:
        raise ReleaseError(
            f"{POINTER_FILE} is of the project {pointer.project!r}.",
            f"One of {project!r} is needed.",
            f"Find out who put it there; {_MEND}",
        )
    if pointer.counter < counter:
        raise ReleaseError(
            f"{POINTER_FILE} is of move {pointer.counter}, and move {counter} is known: an older "
            "file was put back.",
            "The counter of moves only grows.",
            f"Find out who put it there; {_MEND}",
        )


_T = TypeVar("_T", Pointer, Candidate)


def _parsed(path: Path, data: bytes) -> tuple[Pointer, bytes]:
    """What a file says, before anybody has vouched for it."""
    try:
        said: dict[str, Any] = json.loads(data)
        signature = bytes.fromhex(said.pop("signature"))
        candidate = said.pop("candidate", None)
        tried = None if candidate is None else _made(Candidate, candidate)
        if tried is not None and not 0 <= tried.share < 1:
            raise ValueError("its candidate's share of the requests is not in [0, 1)")
        return replace(_made(Pointer, said), candidate=tried), signature
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ReleaseError(
            f"{path.name} is damaged: {error}.",
            "It must say which release is in service, signed.",
            f"Restore it; or {_MEND}",
        ) from error


def _made(kind: type[_T], said: Mapping[str, Any]) -> _T:
    """A pointer or its candidate of what a file says, every value of its type."""
    kinds = {one.name: _KINDS.get(one.name, str) for one in fields(kind) if one.default is MISSING}
    if set(said) != set(kinds) or not all(type(said[name]) is kinds[name] for name in kinds):
        raise TypeError("its keys or their values are not those of a pointer")
    return kind(**said)


def _said(pointer: Pointer) -> dict[str, Any]:
    """What is written and signed: without a candidate the same as before there were any."""
    said = asdict(pointer)
    if pointer.candidate is None:
        del said["candidate"]
    return said


def _signed_bytes(said: Mapping[str, Any]) -> bytes:
    """The bytes that are signed: the same for the same pointer."""
    return json.dumps({**said, "purpose": _PURPOSE}, sort_keys=True).encode()
