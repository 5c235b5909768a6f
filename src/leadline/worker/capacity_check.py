"""Capacity held against the truth: a deployed address, driven at the planned rate."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from leadline.errors import EngineError, NotReadyError, ReleaseError, SettingsError
from leadline.phases.capacity import Capacity, Step, Verification, verified
from leadline.phases.release import Release
from leadline.processes.http_connection import Target
from leadline.processes.load_generator import bodies_of, load_generator, step_of
from leadline.record import Entry
from leadline.serving.releases.bundle import open_bundle
from leadline.serving.releases.keys import public_keys
from leadline.workspace import Workspace

MOST_REQUESTS = 200_000
_PATIENCE_S = 2.0
_ANSWER_S = 10.0
_LATE = 0.25


@dataclass(frozen=True)
class Drive:
    """What will be sent, and what the plan has for it.

    Attributes
    ----------
    target : Target
        Where to.
    rate_per_s, seconds : float
        Requests a second, and for how long.
    n_instances : int
        Instances behind the address.
    planned_p99_s : float or None
        The p99 of the plan at the rate of one instance; None where it has none.
    """

    target: Target
    rate_per_s: float
    seconds: float
    n_instances: int
    planned_p99_s: float | None

    @property
    def n_requests(self) -> int:
        """How many requests that makes."""
        return max(round(self.rate_per_s * self.seconds), 1)

    @property
    def address(self) -> str:
        """Where to, as the record keeps it."""
        return f"{self.target.host}:{self.target.port}{self.target.path}"


def plan_entry(workspace: Workspace) -> Entry:
    """The newest plan.

    Raises
    ------
    NotReadyError
        If there is none, or it is of before plans were measured.
    """
    entry = workspace.record.latest("capacity")
    if entry is None or entry.verdict_as(Capacity).promised_s is None:
        raise NotReadyError(
            "The record has no plan of capacity that was measured.",
            "There must be a plan before it can be held against the truth.",
            "Run 'leadline run capacity' first.",
        )
    return entry


def planned_drive(
    capacity: Capacity,
    target: Target,
    *,
    rate_per_s: float | None,
    n_instances: int | None,
    seconds: float,
) -> Drive:
    """The drive that holds a plan against an address.

    Parameters
    ----------
    capacity : Capacity
        The plan.
    target : Target
        The address.
    rate_per_s : float or None
        Requests a second; None: the peak with its growth.
    n_instances : int or None
        Instances behind the address; None: those of the plan.
    seconds : float > 0
        How long.

    Raises
    ------
    NotReadyError
        If the plan has no instances and none are named.
    SettingsError
        If that makes too many requests.
    """
    n = n_instances or capacity.n_instances
    if n is None:
        raise NotReadyError(
            "The plan has no number of instances: no rate held its promise.",
            "Those behind the address must be known.",
            "Say --instances N.",
        )
    rate = rate_per_s or capacity.peak_per_s * capacity.growth
    drive = Drive(target, rate, seconds, n, capacity.p99_at(rate / n))
    if drive.n_requests > MOST_REQUESTS:
        raise SettingsError(
            f"{rate:,.0f} requests a second for {seconds:g} s are {drive.n_requests:,}.",
            f"At most {MOST_REQUESTS:,} are sent.",
            "Give fewer --seconds, or a lower --rate.",
        )
    return drive


def verify_plan(workspace: Workspace, entry: Entry, drive: Drive, *, by: str) -> Entry:
    """Drive an address, and put what came out on the record beside the plan.

    Parameters
    ----------
    workspace : Workspace
        The project.
    entry : Entry
        The plan, as `plan_entry` gave it.
    drive : Drive
        What to send.
    by : str
        Who asked for it.

    Returns
    -------
    Entry
        The plan with what became of it.

    Raises
    ------
    EngineError
        If the address does not answer as a server of a release does, or this machine was too busy
        to send the requests in time; nothing is put on the record then.
    ReleaseError
        If it answers with another release than the plan is of.
    OutdatedAnswerError
        If the plan was made anew meanwhile.
    """
    release = workspace.record.entry(entry.on["release"]).verdict_as(Release)
    rows = _rows(workspace, release)
    _require_release(drive.target, release.release_id)
    _require_answer(drive, rows)
    step = _driven(drive, rows)
    plan = entry.verdict_as(Capacity)
    assert plan.promised_s is not None
    found = Verification(
        url=drive.address,
        at=datetime.now(UTC).strftime("%Y-%m-%d %H:%M"),
        by=by,
        n_instances=drive.n_instances,
        step=step,
        planned_p99_s=drive.planned_p99_s,
        promised_s=plan.promised_s,
    )
    return workspace.record.append(
        "capacity", verified(plan, found), by=by, on=entry.on, replacing=entry.number
    )


def _rows(workspace: Workspace, release: Release) -> list[dict[str, Any]]:
    """Rows of the release's own to ask about."""
    folder = workspace.releases_folder / release.bundle
    trusted = public_keys(workspace.key_path)
    return open_bundle(folder, trusted=trusted, modules=workspace.folder).golden_rows().to_dicts()


def _driven(drive: Drive, rows: Sequence[dict[str, Any]]) -> Step:
    with load_generator(drive.target) as generator:
        answers = generator.open_loop(
            bodies_of(rows),
            rate_per_s=drive.rate_per_s,
            seconds=drive.seconds,
            rng=np.random.default_rng(),
            patience_s=_PATIENCE_S,
        )
    step = step_of(drive.rate_per_s, [answers])
    if step.p99_s is not None and step.lag_s > _LATE * step.p99_s:
        raise EngineError(
            f"This machine sent requests up to {step.lag_s * 1e3:,.0f} ms late.",
            "It must be in time, or it measures itself.",
            "Stop what else runs here, or drive from another machine.",
        )
    return step


def _require_release(target: Target, planned: str) -> None:
    """Refuse an address that says it has another release; one that says nothing will do."""
    path = target.path.removesuffix("/predict") + "/health/ready"
    status, body = _asked(target, path, None)
    try:
        found = json.loads(body).get("release", planned)
    except (ValueError, AttributeError):
        return
    if status == 200 and found != planned:
        raise ReleaseError(
            f"{target.host}:{target.port} answers with release {found}.",
            f"The plan is of release {planned}.",
            "Deploy that one, or run 'leadline run capacity' for the other.",
        )


def _require_answer(drive: Drive, rows: Sequence[dict[str, Any]]) -> None:
    """Refuse an address that does not answer one request well."""
    status, body = _asked(drive.target, drive.target.path, bodies_of(rows[:1])[0])
    if status != 200:
        next_ = (
            "Give a token: --token-env NAME or --token-file FILE."
            if status in {401, 403}
            else "Look at the address, and at the log of the server."
        )
        said = " ".join(body.decode(errors="replace")[:200].split())
        raise EngineError(
            f"{drive.address} answers a row of the release with {status}: {said}.",
            "200 is needed.",
            next_,
        )


def _asked(target: Target, path: str, body: bytes | None) -> tuple[int, bytes]:
    """Status and body of one request."""
    host = f"[{target.host}]" if ":" in target.host else target.host
    url = f"{'https' if target.is_tls else 'http'}://{host}:{target.port}{path}"
    headers = {**target.headers, "Content-Type": "application/json"}
    request = urllib.request.Request(url, body, headers)  # noqa: S310 - http or https, as Target has it
    try:
        with urllib.request.urlopen(request, timeout=_ANSWER_S) as answer:  # noqa: S310
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError as error:
        raise EngineError(
            f"{target.host}:{target.port} does not answer: {getattr(error, 'reason', error)}.",
            "A server that runs is needed.",
            "Look at the address, or start it.",
        ) from None
