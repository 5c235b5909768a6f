"""``leadline deploy``: files by which others run the release in service."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadline.cli.terminal.options import echo_json, verb
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from leadline.deployment.service_plan import ServicePlan
    from leadline.phases.capacity import Capacity
    from leadline.phases.release import Release
    from leadline.workspace import Workspace

_TARGETS = ("compose", "kubernetes", "systemd", "ray-serve", "kserve")
_NEXT = {
    "compose": "podman compose up --build",
    "kubernetes": "kubectl apply --kustomize .",
    "systemd": "systemctl enable --now {name}.target",
    "ray-serve": "serve deploy serve.yaml",
    "kserve": "kubectl apply --filename inference-service.yaml",
}


@verb("deploy", may=(Action.SERVE,), example="leadline deploy compose deploy/")
@click.argument("target", type=click.Choice(_TARGETS), metavar="TARGET")
@click.argument("to", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--image", default="", help="Name of the container image  [default: localhost/NAME:RELEASE]"
)
@click.option(
    "--base",
    default="",
    help="Image to build on  [default: docker.io/library/python:VERSION-slim, that of the release]",
)
@click.option(
    "--port",
    type=click.IntRange(1, 60_000),
    default=8000,
    show_default="8000",
    help="Where clients ask.",
)
@click.option(
    "--memory",
    type=click.IntRange(min=64),
    default=None,
    help="Limit of a replica in MiB  [default: twice what one takes here, measured now]",
)
@click.option(
    "--at",
    "place",
    type=click.Path(path_type=Path),
    default=None,
    help="Where the package lies on a machine without containers  [default: /opt/leadline/NAME]",
)
@click.option("--force", is_flag=True, help="Replace files of these names that are there.")
def command(  # noqa: PLR0913, PLR0917 -- each is an option
    target: str,
    to: Path,
    image: str,
    base: str,
    port: int,
    memory: int | None,
    place: Path | None,
    force: bool,
    folder: Path,
    as_json: bool,
) -> None:
    """Write into DIR the files that run the release in service by its capacity plan.

    \b
    compose     containers on one machine, behind HAProxy
    kubernetes  Deployment, Service, autoscaler, disruption budget, network policy
    systemd     hardened units on one machine, behind HAProxy
    ray-serve   an application for a Ray cluster that is there already
    kserve      an InferenceService that speaks the Open Inference Protocol v2

    Replicas, limits and prices are those of 'leadline run capacity'. README.md in DIR says which
    commands follow; the files run a package, which 'leadline package' writes. No secret is written.

    \b
    More: leadline deploy kubernetes k8s/ --image registry.example/team/churn:7
          leadline deploy systemd units/ --at /srv/churn --port 9000
    """  # noqa: D301 - click looks for the character that is written as \b
    from leadline.deployment.deployment_files import deployment_files, write_files
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        plan, notes = _plan(workspace, image, base, port, memory, place)
    written = write_files(deployment_files(target, plan), to, force=force)
    if as_json:
        names = [str(path) for path in written]
        echo_json({"target": target, "release": plan.release_id, "files": names, "notes": notes})
        return
    for words in notes:
        click.echo(f"Note: {words}", err=True)
    click.echo(f"Release {plan.release_id} for {target}: {plan.price}")
    for path in written:
        click.echo(f"  {path}")
    steps = _NEXT[target].format(name=plan.name)
    click.echo(f"Read {to / 'README.md'}; it leads to '{steps}'.")


def _plan(
    workspace: Workspace, image: str, base: str, port: int, memory: int | None, place: Path | None
) -> tuple[ServicePlan, list[str]]:
    """What the files say, and what a person should know of it."""
    from leadline.deployment.service_plan import ServicePlan, price_note, slug
    from leadline.serving.releases.keys import public_keys
    from leadline.serving.releases.signed_files import signed_manifest

    release, capacity, notes = _measured(workspace)
    n_replicas, rate = _replicas(capacity)
    sealed, key = workspace.releases_folder / release.bundle, workspace.key_path
    manifest = signed_manifest(sealed, trusted=public_keys(key), digest=release.bundle)
    if memory is None:
        memory = _measured_memory(sealed, key, workspace.folder)
    python = ".".join(manifest.versions["python"].split(".")[:2])
    name = slug(manifest.project)
    plan = ServicePlan(
        project=manifest.project,
        release_id=release.release_id,
        digest=release.bundle,
        python=python,
        n_replicas=n_replicas,
        n_spare=capacity.spare,
        rate_per_s=rate,
        peak_per_s=capacity.peak_per_s,
        limit_s=capacity.promised_s or workspace.settings.serve.p99_ms / 1000,
        memory_mib=memory,
        price=price_note(
            n_replicas, capacity.instance_per_hour, capacity.currency, capacity.priced_at
        ),
        image=image or f"localhost/{name}:{release.release_id}",
        base=base or f"docker.io/library/python:{python}-slim",
        port=port,
        folder=str(place or f"/opt/leadline/{name}"),
    )
    return plan, notes


def _measured_memory(sealed: Path, key: Path, modules: Path) -> int:
    """Limit in MiB by what a replica takes here.

    Raises
    ------
    EngineError
        If none can be started here, or nobody can tell what it takes.
    """
    from leadline.deployment.service_plan import memory_limit_mib
    from leadline.errors import EngineError
    from leadline.processes.release_server import server_memory

    try:
        return memory_limit_mib(server_memory(sealed, key=key, modules=modules))
    except (EngineError, OSError) as error:
        found = error.found if isinstance(error, EngineError) else f"No server started: {error}."
        raise EngineError(
            found,
            "The memory of a replica is measured on one that runs here.",
            "See what 'leadline serve' prints, or state the memory: --memory MIB.",
        ) from error


def _measured(workspace: Workspace) -> tuple[Release, Capacity, list[str]]:
    """The release in service, its capacity plan, and whether that was made for another.

    Raises
    ------
    NotReadyError
        If nothing is released yet, or capacity was never measured.
    """
    from leadline.cli.releases import latest_release, release_entry
    from leadline.errors import NotReadyError
    from leadline.phases.capacity import Capacity
    from leadline.phases.verdict import Answer

    release, number = latest_release(workspace), release_entry(workspace).number
    entries = workspace.record.entries("capacity")
    if not entries:
        raise NotReadyError(
            "Nobody has measured how much one replica of the release answers.",
            "Replicas and limits follow from a capacity plan.",
            "Run 'leadline run capacity' first.",
        )
    own = [entry for entry in entries if entry.on.get("release") == number]
    newest = max(own or entries, key=lambda entry: entry.number)
    capacity = newest.verdict_as(Capacity)
    notes = [] if own else ["Capacity was measured with another release."]
    if capacity.answer is not Answer.GO:
        notes.append(f"The capacity plan is {capacity.answer.value}: {capacity.summary}")
    return release, capacity, [f"{each} Run 'leadline run capacity', then this." for each in notes]


def _replicas(capacity: Capacity) -> tuple[int, float]:
    """Replicas that are planned, and the requests a second that one of them holds.

    Raises
    ------
    NotReadyError
        If the plan has none.
    """
    from leadline.errors import NotReadyError

    if capacity.n_instances is None:
        raise NotReadyError(
            f"The capacity plan has no number of replicas: {capacity.summary}",
            "Replicas and limits follow from it.",
            "Change [serve] p99_ms or the model, then 'leadline run capacity'.",
        )
    # plans of before have no rate that was seen to hold
    held = capacity.held_per_s or capacity.rate_per_s or max(each.per_s for each in capacity.loads)
    return capacity.n_instances, held
