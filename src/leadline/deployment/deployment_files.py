"""Deployment files of each target: rendered from templates, and written whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from leadline.deployment.service_plan import ServicePlan
from leadline.errors import LeadlineError

if TYPE_CHECKING:
    from jinja2 import Environment

_CONTAINER = {"Containerfile": "parts/Containerfile", ".dockerignore": "parts/dockerignore"}
_FILES: dict[str, tuple[str, ...]] = {
    "compose": ("compose.yaml", "haproxy.cfg"),
    "kubernetes": (
        "deployment.yaml",
        "service.yaml",
        "autoscaler.yaml",
        "disruption-budget.yaml",
        "network-policy.yaml",
        "kustomization.yaml",
    ),
    "systemd": ("NAME@.service", "NAME-balancer.service", "NAME.target", "haproxy.cfg"),
    "ray-serve": ("application.py", "serve.yaml"),
    "kserve": ("inference-service.yaml",),
}
_IN_CONTAINERS = frozenset({"compose", "kubernetes", "kserve"})

TARGETS = tuple(_FILES)
"""What deployment files can be written for."""


class DeploymentError(LeadlineError):
    """Deployment files cannot be written there."""


def deployment_files(target: str, plan: ServicePlan) -> dict[str, str]:
    """The text of every file, by its name.

    Parameters
    ----------
    target : {"compose", "kubernetes", "systemd", "ray-serve", "kserve"}
        What runs the release.
    plan : ServicePlan
        What the files say.

    Returns
    -------
    dict of str to str
        A README first. None of them holds a secret.

    Raises
    ------
    DeploymentError
        If there is no such target.
    """
    if target not in _FILES:
        raise DeploymentError(
            f"There is no target {target!r}.", f"One of {', '.join(TARGETS)} is needed."
        )
    templates = {"README.md": f"{target}/README.md"}
    if target in _IN_CONTAINERS:
        templates |= _CONTAINER
    templates |= {name.replace("NAME", plan.name): f"{target}/{name}" for name in _FILES[target]}
    return {
        name: _environment().get_template(f"{template}.j2").render(plan=plan, target=target)
        for name, template in templates.items()
    }


def write_files(contents: Mapping[str, str], folder: Path, *, force: bool = False) -> list[Path]:
    """Write files into a folder, which is made if it is not there.

    Parameters
    ----------
    contents : mapping of str to str
        Text by name.
    folder : Path
        Where.
    force : bool, default=False
        Whether files of these names are replaced; nothing else in the folder is touched.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    DeploymentError
        If the folder is a file, or holds files of these names and `force` is False; then nothing
        is written.
    OSError
        If the folder cannot be written to.
    """
    if folder.exists() and not folder.is_dir():
        raise DeploymentError(f"{folder} is a file.", "A folder is needed.", "Name another.")
    there = [name for name in contents if (folder / name).exists()]
    if there and not force:
        raise DeploymentError(
            f"{folder} holds {', '.join(there)} already; nothing was written.",
            "Files that somebody may have changed are not replaced unasked.",
            "Name another folder, or say --force to replace them.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    parts = {folder / name: folder / f".{name}.part" for name in contents}
    try:
        for (path, part), text in zip(parts.items(), contents.values(), strict=True):
            part.write_text(text, encoding="utf-8")
            part.chmod(0o644)
            del path
        for path, part in parts.items():
            part.rename(path)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
    return list(parts)


@cache
def _environment() -> Environment:
    """Templates of the package; a name that a template does not know is an error."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = files("leadline.deployment") / "templates"
    made = Environment(  # noqa: S701 - not HTML: each value is quoted for its own syntax
        loader=FunctionLoader(lambda name: (folder / name).read_text(encoding="utf-8")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["line"] = lambda words: " ".join(str(words).split())
    return made
