"""Units by systemd's own checker, and how much each may do by its own count."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from leadline.deployment.deployment_files import deployment_files, write_files
from leadline.deployment.service_plan import ServicePlan

HAPROXY = Path("/usr/sbin/haproxy")


def written(plan: ServicePlan, folder: Path) -> list[Path]:
    """Units in a folder whose programs are there."""
    environment = folder / "venv" / "bin"
    environment.mkdir(parents=True)
    (environment / "python").symlink_to(sys.executable)
    files = write_files(deployment_files("systemd", replace(plan, folder=str(folder))), folder)
    units = [path for path in files if path.suffix in {".service", ".target"}]
    if not HAPROXY.exists():
        for unit in units:  # a command that is not there is a fault to the checker
            unit.write_text(unit.read_text().replace(str(HAPROXY), sys.executable))
    return units


def verified(systemd_analyze: str, units: list[Path]) -> str:
    done = subprocess.run(
        [systemd_analyze, "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def test_the_checker_has_nothing_to_say(
    plan: ServicePlan, tmp_path: Path, systemd_analyze: str
) -> None:
    units = written(plan, tmp_path)
    assert [path.suffix for path in units] == [".service", ".service", ".target"]
    assert verified(systemd_analyze, units) == ""


def test_units_of_an_odd_name(odd_plan: ServicePlan, tmp_path: Path, systemd_analyze: str) -> None:
    assert verified(systemd_analyze, written(odd_plan, tmp_path)) == ""


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("MemoryMax=384M", "MemoryMax=lots", "Invalid memory limit 'lots'"),
        ("Restart=always", "Restart=often", "restart specifier, ignoring: often"),
        ("NoNewPrivileges=yes", "NoNewPrivilege=yes", "Unknown key 'NoNewPrivilege'"),
    ],
)
def test_the_checker_finds_what_is_wrong(
    plan: ServicePlan, tmp_path: Path, systemd_analyze: str, right: str, wrong: str, said: str
) -> None:
    replica, *_ = written(plan, tmp_path)
    text = replica.read_text()
    assert right in text
    replica.write_text(text.replace(right, wrong))
    assert said in verified(systemd_analyze, [replica])


def test_a_unit_may_do_little(plan: ServicePlan, tmp_path: Path, systemd_analyze: str) -> None:
    replica, balancer, _ = written(plan, tmp_path)
    for unit, most in ((replica, 1.5), (balancer, 2.0)):
        done = subprocess.run(
            [systemd_analyze, "security", "--offline=true", "--no-pager", unit],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        exposure = re.search(r"Overall exposure level for .*: ([0-9.]+)", done.stdout)
        assert exposure is not None, done.stderr
        assert float(exposure[1]) <= most, done.stdout


_REFUSED = "did not deny memory that is both written and run"
_WITHOUT_NEW_CODE = f"""
import ctypes, mmap
PR_SET_MDWE, REFUSE_EXEC_GAIN = 65, 1
assert ctypes.CDLL(None).prctl(PR_SET_MDWE, REFUSE_EXEC_GAIN, 0, 0, 0) == 0, "needs Linux 6.3"
try:
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    raise SystemExit("{_REFUSED}")
except PermissionError:
    pass
import polars, scipy.special, sklearn.ensemble, uvloop
loop = uvloop.new_event_loop()
loop.run_until_complete(loop.shutdown_asyncgens())
print(polars.DataFrame({{"a": [1.5, 2.5]}}).select(polars.col("a").sum()).item())
"""


def test_what_serves_makes_no_code_while_it_runs(plan: ServicePlan, tmp_path: Path) -> None:
    """The unit denies it; this is what systemd asks of the kernel."""
    text = written(plan, tmp_path)[0].read_text()
    assert "\nMemoryDenyWriteExecute=yes\n" in text
    given = dict(
        re.findall(r"(?<=[= ])([A-Z_]+)=(\S+)", "\n".join(re.findall(r"\nEnvironment=.*", text)))
    )
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_NEW_CODE],
        capture_output=True, text=True, check=False, env={**os.environ, **given},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "4.0\n"), done.stderr


def test_the_target_wants_a_replica_for_each_port_that_the_balancer_knows(
    plan: ServicePlan, tmp_path: Path
) -> None:
    *_, target = written(plan, tmp_path)
    wanted = re.findall(r"\nWants=customers-who-left@(\d+)\.service", target.read_text())
    balancer = (tmp_path / "haproxy.cfg").read_text()
    known = re.findall(r"\n +server replica-\d 127\.0\.0\.1:(\d+)", balancer)
    assert wanted == known == ["8001", "8002", "8003"]
