"""``leadline doctor``: check that everything Leadline needs is there."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from leadline.cli.terminal.options import EXIT_ERROR, echo_json, verb
from leadline.errors import LeadlineError

Check = Callable[[], str]

_LEAST_FREE_GB = 1.0


@verb("doctor", may=(), example="leadline doctor")
def command(folder: Path, as_json: bool) -> None:
    """Check Python, packages, engines, disk and the workspace of this folder.

    Ends with exit code 1 if something is wrong, and says what to do about it.
    """
    results = [_try(name, check) for name, check in _checks(folder).items()]
    if as_json:
        echo_json([{"check": n, "ok": ok, "message": message} for n, ok, message in results])
    else:
        for name, is_good, message in results:
            click.echo(f"{'ok  ' if is_good else 'BAD '} {name}: {message}")
    if not all(is_good for _, is_good, _ in results):
        sys.exit(EXIT_ERROR)


def _try(name: str, check: Check) -> tuple[str, bool, str]:
    try:
        return name, True, check()
    except LeadlineError as error:
        return name, False, str(error)
    except Exception as error:  # any failure is a result of the check
        return name, False, f"{type(error).__name__}: {error}"


def _python() -> str:
    return f"{sys.version.split()[0]} at {sys.executable}"


def _packages() -> str:
    from importlib.metadata import version

    names = ("numpy", "scipy", "scikit-learn", "polars", "sqlalchemy", "skops", "fastapi")
    return ", ".join(f"{name} {version(name)}" for name in names)


def _engines() -> str:
    from leadline.engines.loading import KINDS, load, names

    found = []
    for kind in KINDS:
        for name in names(kind):
            load(kind, name)
        found.append(f"{kind}: {', '.join(names(kind))}")
    return "; ".join(found)


def _pictures() -> str:
    from importlib.metadata import version

    from leadline.charts import chart_of, svg
    from leadline.phases.capacity import Evidence, Load, Step, assess

    load = Load(n_clients=1, per_s=100.0, p50_s=0.01, p99_s=0.02)
    step = Step(
        rate_per_s=50.0,
        seconds=20.0,
        n_requests=1000,
        n_failed=0,
        p50_s=0.01,
        p99_s=0.02,
        p99_high_s=0.03,
        lag_s=0.0,
    )
    plan = assess(
        Evidence(
            loads=(load,),
            promised_s=0.1,
            steps=(step,),
            planned=step,
            service_s=0.01,
            batch_per_s=1000.0,
            peak_per_s=10.0,
            growth=1.0,
            spare=0,
            instance_per_hour=0.1,
            priced_at="",
            currency="USD",
        )
    )
    picture = chart_of(plan)
    assert picture is not None
    svg(picture)
    return f"drawn with altair {version('altair')}"


def _machine(folder: Path) -> str:
    free = shutil.disk_usage(folder).free / 1e9
    if free < _LEAST_FREE_GB:
        raise LeadlineError(
            f"{free:.1f} GB are free.",
            f"At least {_LEAST_FREE_GB:.0f} GB are needed.",
            "Make room.",
        )
    return f"{os.cpu_count()} cores, {free:.0f} GB free"


def _workspace(folder: Path) -> str:
    from leadline.workspace import SETTINGS_FILE, Workspace

    if not (folder / SETTINGS_FILE).is_file():
        return (
            f"none here ({SETTINGS_FILE} is missing); 'leadline init FILE --label COLUMN' makes one"
        )
    with Workspace.open(folder) as workspace:
        n_entries = len(workspace.record.marks())
        named = "[store] url" if workspace.settings.store.url else "SQLite"
        store = "LEADLINE_STORE" if os.environ.get("LEADLINE_STORE") else named
        return f"{workspace.settings.name}: {n_entries} entries in {store}"


def _families(folder: Path) -> str:
    from leadline.engines.loading import load_family
    from leadline.settings import load_settings
    from leadline.workspace import SETTINGS_FILE

    path = folder / SETTINGS_FILE
    if not path.is_file():
        return "none are named here"
    families = load_settings(path).find.families
    for name in families:
        load_family(name, folder)
    return ", ".join(families)


def _demo() -> str:
    from leadline.demo import missing_packages

    missing = missing_packages()
    if missing:
        return f"{', '.join(missing)} not installed: pip install 'leadline[demo]' for the demo"
    return "its data are installed"


def _checks(folder: Path) -> dict[str, Check]:
    return {
        "python": _python,
        "packages": _packages,
        "engines": _engines,
        "pictures": _pictures,
        "machine": partial(_machine, folder),
        "workspace": partial(_workspace, folder),
        "families": partial(_families, folder),
        "demo": _demo,
    }
