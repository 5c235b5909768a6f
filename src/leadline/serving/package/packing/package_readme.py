"""README of a package: how another team checks, installs and runs it, in commands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leadline.serving.package.about import About
from leadline.serving.releases.manifest import Manifest

_TEXT = Path(__file__).with_suffix(".md")
_FORMS = {
    "compiled": "the compiled form of the model; the libraries that made it are not needed",
    "model": "the model itself, with the libraries that made it",
}
_SCORE = {
    "compiled": "`score` takes CSV and TSV in UTF-8 whose numbers are written plainly.",
    "model": "`score` takes whatever the project could be made of.",
}


def package_readme(
    about: About,
    manifest: Manifest,
    folder: str,
    row: Mapping[str, Any],
    answer: Mapping[str, Any],
) -> str:
    """The README of a package.

    Parameters
    ----------
    about : About
        What it says of itself.
    manifest : Manifest
        Of its release.
    folder : str
        Name of its folder.
    row : mapping
        A golden row, as a request has it.
    answer : mapping
        The answer to it.

    Returns
    -------
    str
        Markdown.
    """
    columns = {name: row[name] for name in manifest.columns}
    example = json.dumps({"rows": [columns]}, ensure_ascii=False).replace("'", "'\\''")
    commits = [f"{what}: commit `{commit}`." for what, commit in about.commits.items()]
    return _TEXT.read_text(encoding="utf-8").format(
        project=about.project,
        release_id=about.release_id,
        use="\n".join(f"* {what}: {value}" for what, value in about.use.items()),
        leadline=about.leadline,
        day=about.made_at[:10],
        form=_FORMS[about.form],
        commits=f"{' '.join(commits)}\n" if commits else "",
        signer=about.signer,
        python=about.python,
        name=folder,
        example=example,
        answer=json.dumps(dict(answer)),
        score=_SCORE[about.form],
    )
