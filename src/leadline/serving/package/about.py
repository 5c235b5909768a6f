"""Description of a package: which release is in it, for what, and how it is run."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from leadline.errors import ReleaseError

ABOUT, RELEASES, RUNTIME, SIGNER = "package.json", "release", "runtime", "signer.pub"


@dataclass(frozen=True, kw_only=True)
class About:
    """What a package says of itself; it is signed with all else.

    Attributes
    ----------
    project : str
        Name of the project.
    release_id : str
        First characters of the bundle's digest.
    bundle : str
        Digest of the bundle: the name of its folder in the package.
    form : {"compiled", "model"}
        What answers: the compiled form alone, or the model with the libraries that made it.
    why_model : str
        Why the compiled form alone would not do; empty if it does.
    signer : str
        Fingerprint of the key that signed release and package.
    python : str
        Version that it runs with, in two parts.
    leadline : str
        Version of the code in it.
    made_at : str
        ISO 8601, UTC.
    commits : mapping of str to str
        Of Leadline's sources and of the project's folder, where they are under git.
    use : mapping of str to str
        What the release is meant for, in facts.
    """

    project: str
    release_id: str
    bundle: str
    form: str
    signer: str
    python: str
    leadline: str
    made_at: str
    why_model: str = ""
    commits: Mapping[str, str] = field(default_factory=dict)
    use: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_compiled(self) -> bool:
        """Whether the compiled form answers alone."""
        return self.form == "compiled"

    def to_bytes(self) -> bytes:
        """JSON."""
        return (json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n").encode()

    @classmethod
    def read(cls, folder: Path) -> Self:
        """What the package in a folder says.

        Raises
        ------
        ReleaseError
            If it cannot be read.
        """
        known = {one.name for one in fields(cls)}
        try:
            said: dict[str, Any] = json.loads((folder / ABOUT).read_bytes())
            return cls(**{name: value for name, value in said.items() if name in known})
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise ReleaseError(
                f"{ABOUT} of {folder.name} cannot be read: {error}.",
                "A package is a folder that 'leadline package' has written.",
                "Check the path, or copy the package again.",
            ) from error


def folder_name(project: str, release_id: str) -> str:
    """Name of a package's folder, which every file system and shell takes.

    Examples
    --------
    >>> folder_name("late flights?", "8f3a2b1c9d0e")
    'late-flights-8f3a2b1c9d0e'
    """
    plain = re.sub(r"[^A-Za-z0-9_.]+", "-", project).strip(".-")
    return f"{plain or 'release'}-{release_id}"
