from __future__ import annotations

import subprocess
import sys

import pytest
from tests.cli.conftest import Call

from leadline.cli.group import VERBS

HEAVY = ("alembic", "altair", "fastapi", "joblib", "numpy", "polars", "pydantic", "rich", "scipy")
MORE_HEAVY = ("sklearn", "skops", "sqlalchemy", "starlette", "uvicorn", "vl_convert")

HELP_OF_ALL = """
import sys
from click.testing import CliRunner
from leadline.cli import main
from leadline.cli.group import VERBS

for arguments in ([], *([verb] for verb in VERBS)):
    assert CliRunner().invoke(main, [*arguments, "--help"]).exit_code == 0
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.mark.parametrize("verb", VERBS)
def test_help_has_an_example_and_the_shared_options(call: Call, verb: str) -> None:
    answer = call(verb, "--help")
    assert answer.exit_code == 0
    assert f"Example: leadline {verb}" in answer.output
    assert "--json" in answer.output
    assert "--folder" in answer.output
    assert "\\b" not in answer.output  # click's mark of a list, not taken for one
    assert max(map(len, answer.output.splitlines())) <= 100


def test_help_lists_every_verb_in_the_order_of_a_life(call: Call) -> None:
    listed = [line.split()[0] for line in call("--help").output.splitlines() if line[2:3].islower()]
    assert [verb for verb in listed if verb in VERBS] == list(VERBS)


def test_help_imports_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-c", HELP_OF_ALL], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "click" in loaded
    assert not loaded & {*HEAVY, *MORE_HEAVY}


def test_an_unknown_verb_is_answered_with_the_nearest(call: Call) -> None:
    answer = call("stauts")
    assert answer.exit_code == 2
    assert "There is no verb 'stauts'. Did you mean 'status'?" in answer.stderr
    assert "Did you mean" not in call("xyzzy").stderr


def test_help_is_found_as_a_verb_too(call: Call) -> None:
    assert call("help", "plan").output == call("plan", "--help").output
    assert call("help", "machine", "list").output == call("machine", "list", "--help").output
    assert (call("help").output, call("help").exit_code) == (call("--help").output, 0)
    assert (call("help", "help").output, call("help", "help").exit_code) == (call("help").output, 0)
    assert "There is no verb 'plam'. Did you mean 'plan'?" in call("help", "plam").stderr


def test_the_version(call: Call) -> None:
    assert call("--version").output.startswith("leadline ")


@pytest.mark.parametrize(
    "typed", [("review", "--cost-miss"), ("mcp", "--money"), ("capacity", "--rate")]
)
@pytest.mark.parametrize("amount", ["nan", "inf"])
def test_an_amount_is_a_finite_number(call: Call, typed: tuple[str, str], amount: str) -> None:
    answer = call(*typed, amount)
    assert answer.exit_code == 2
    assert f"Invalid value for '{typed[1]}'" in answer.stderr
