"""Packing of a release: one folder with all that another team needs, whole or not at all.

::

    <package>/README.md               what to do with it
              package.json            what is in it, and for what use
              SHA256SUMS, .sig        every file, and a signature on the list
              signer.pub              the key that signed
              leadline_serve.py       serve, score, check
              runtime/                the code that they run
              requirements.lock       what to install, by hash
              sbom.cdx.json           bill of materials, CycloneDX 1.6
              licences/               licence texts of all of it
              release/<digest>/       the signed bundle
              schema.json             columns, and how their cells are read
              golden.jsonl            rows, and the answers to them
              model.html, model.md    the model document
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import distribution, version
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from leadline.errors import ReleaseError
from leadline.serving.package.about import ABOUT, RELEASES, SIGNER, About
from leadline.serving.package.golden_rows import GOLDEN_LINES, golden_lines, read_golden_lines
from leadline.serving.package.packaged_release import PackagedRelease
from leadline.serving.package.packing.bill_of_materials import bill_of_materials
from leadline.serving.package.packing.emulated_install import run_with_only
from leadline.serving.package.packing.hashed_lock import hashed_lock, refuse_other_than_locked
from leadline.serving.package.packing.licence_texts import licence_of, licence_texts
from leadline.serving.package.packing.needed_distributions import Needed, needed_distributions
from leadline.serving.package.packing.package_readme import package_readme
from leadline.serving.package.packing.runtime_code import ENTRY, RuntimeCode
from leadline.serving.package.signed_sums import write_sums
from leadline.serving.releases.bundle import ReleaseBundle, open_bundle
from leadline.serving.releases.keys import fingerprint
from leadline.serving.releases.manifest import Manifest

_LICENCES = "licences"


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What is put into a package beside the release.

    Attributes
    ----------
    documents : mapping of str to str
        Texts by the name of their file.
    use : mapping of str to str
        What the release is meant for, in facts.
    commits : mapping of str to str
        Of the sources, where they are known.
    """

    documents: Mapping[str, str]
    use: Mapping[str, str]
    commits: Mapping[str, str]


def pack(
    bundle: Path,
    target: Path,
    *,
    key: Ed25519PrivateKey,
    contents: Contents,
    is_full: bool = False,
) -> About:
    """Write the package of a release, and try it with nothing but what its lock names.

    Parameters
    ----------
    bundle : Path
        The release: ``.../<digest>``.
    target : Path
        The folder to be; it must not be there yet.
    key : Ed25519PrivateKey
        Has signed the release, and signs the package.
    contents : Contents
        What else goes in.
    is_full : bool, default=False
        Whether the model and its libraries go in although the compiled form would do.

    Returns
    -------
    About
        What the package says of itself.

    Raises
    ------
    ReleaseError
        If there is something at the target, the release is damaged, its model cannot be packaged,
        or the package does not answer as the release does.
    """
    if target.exists() or target.is_symlink():
        raise ReleaseError(
            f"{target} is there already.",
            "A package is written once, whole, and never changed.",
            "Name another place with --to, or remove it.",
        )
    release = open_bundle(bundle, trusted=[key.public_key()], digest=bundle.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}.packing-", dir=target.parent))
    try:
        about = _write(aside / target.name, bundle, release, key, contents, is_full=is_full)
        (aside / target.name).rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return about


def _write(
    folder: Path,
    bundle: Path,
    release: ReleaseBundle,
    key: Ed25519PrivateKey,
    contents: Contents,
    *,
    is_full: bool,
) -> About:
    """All files of a package, signed and tried."""
    manifest, now = release.manifest, datetime.now(UTC)
    golden = golden_lines(_golden_rows(release), _golden_answers(release))
    rows, answers = read_golden_lines(golden.encode())
    why_model = _why_model(bundle, release, key, (rows, answers), is_full=is_full)
    code = RuntimeCode.of_model(manifest.family) if why_model else RuntimeCode.of_compiled()
    needed = needed_distributions(code.closure.packages)
    refuse_other_than_locked(needed, manifest.lock)
    about = About(
        project=manifest.project,
        release_id=manifest.release_id,
        bundle=bundle.name,
        form="model" if why_model else "compiled",
        why_model=why_model,
        signer=fingerprint(key.public_key()),
        python=".".join(manifest.versions["python"].split(".")[:2]),
        leadline=version("leadline"),
        made_at=now.isoformat(timespec="seconds"),
        commits=contents.commits,
        use=contents.use,
    )
    use = next(iter(contents.use.values()), "Not stated.")
    files = {
        "README.md": package_readme(about, manifest, folder.name, rows[0], answers[0]),
        ABOUT: about.to_bytes().decode(),
        "requirements.lock": hashed_lock(needed),
        "sbom.cdx.json": bill_of_materials(manifest, needed, use=use, made_at=now),
        "schema.json": _schema(manifest),
        GOLDEN_LINES: golden,
        SIGNER: _public(key),
        **contents.documents,
    }
    folder.mkdir()
    for name, text in files.items():
        folder.joinpath(name).write_text(text, encoding="utf-8")
    shutil.copytree(bundle, folder / RELEASES / bundle.name, symlinks=True)
    code.write(folder)
    _write_licences(folder / _LICENCES, needed)
    write_sums(folder, key)
    _refuse_unless_it_runs(folder, needed)
    return about


def _golden_rows(release: ReleaseBundle) -> list[dict[str, Any]]:
    """The golden rows as a request has them."""
    names = release.manifest.columns
    return [dict(zip(names, row, strict=True)) for row in release.request_rows()]


def _golden_answers(release: ReleaseBundle) -> list[dict[str, Any]]:
    """The answers to the golden rows: their scores were replayed when the release was opened."""
    return release.predict(release.golden_rows()).to_dicts()


def _why_model(
    bundle: Path,
    release: ReleaseBundle,
    key: Ed25519PrivateKey,
    golden: tuple[list[dict[str, Any]], list[dict[str, Any]]],
    *,
    is_full: bool,
) -> str:
    """Why the compiled form alone does not do; empty if it answers the golden rows to the digit."""
    if is_full:
        return "it was asked for"
    if release.not_compiled:
        return f"the release has no compiled form: {release.not_compiled.rstrip('.')}"
    rows, answers = golden
    alone = PackagedRelease.open(
        bundle,
        trusted=[key.public_key()],
        digest=bundle.name,
        golden=rows,
        answer_names=list(answers[0]),
    )
    is_equal = alone.answer_rows(alone.request_rows()).to_dicts() == answers
    return "" if is_equal else "the compiled form answers golden rows with other digits"


def _schema(manifest: Manifest) -> str:
    said = {
        "columns": dict(manifest.columns),
        "task": manifest.task,
        "classes": list(manifest.classes),
        "positive": manifest.positive,
        "threshold": manifest.threshold,
        "confidence": manifest.confidence,
        "missing": list(manifest.missing),
        "reading": manifest.reading_schema.to_payload(),
    }
    return json.dumps(said, indent=1, ensure_ascii=False) + "\n"


def _public(key: Ed25519PrivateKey) -> str:
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def _write_licences(folder: Path, needed: tuple[Needed, ...]) -> None:
    """Licence texts of all that is in the package or named by its lock, and a list of them."""
    lines = [
        "| Distribution | Licence, as it says | Texts |",
        "| --- | --- | --- |",
    ]
    for one in (Needed("leadline", version("leadline"), ()), *needed):
        installed = distribution(one.name)
        texts = licence_texts(installed)
        place = f"{one.name}-{one.version}"
        for name, data in texts.items():
            path = folder / place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        count = f"{len(texts)}, in `{place}/`" if texts else "none comes with it"
        lines.append(f"| {one.name} {one.version} | {licence_of(installed)[0] or '-'} | {count} |")
    folder.joinpath("README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _refuse_unless_it_runs(folder: Path, needed: tuple[Needed, ...]) -> None:
    """Let the package check itself with nothing but what its lock names."""
    try:
        ran = run_with_only(needed, [str(folder / ENTRY), "check"])
        why = (ran.stderr.strip().splitlines() or [f"exit code {ran.returncode}"])[-1]
        is_good = ran.returncode == 0
    except subprocess.TimeoutExpired:
        why, is_good = "it did not end within five minutes", False
    if not is_good:
        raise ReleaseError(
            f"The package does not run with what its lock names: {why.removeprefix('Error: ')}",
            "A package is tried before it is handed over; nothing was written.",
            "If its model needs a library that Leadline does not, it cannot be packaged.",
        )
