"""Tokens on the command line, and a server that others can reach."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import Call, Start


def test_a_token_is_shown_once_listed_and_revoked(call: Call, flights: Path) -> None:
    assert "no tokens yet" in call("token", "list", "-C", flights).stdout
    made = call("token", "add", "billing", "-C", flights)
    assert made.exit_code == 0
    token = made.stdout.strip()
    assert token not in (flights / ".leadline" / "tokens").read_text()
    listed = call("token", "list", "-C", flights, "--json")
    assert [one["name"] for one in json.loads(listed.stdout)["tokens"]] == ["billing"]
    assert token not in listed.stdout
    again = call("token", "add", "billing", "-C", flights)
    assert (again.exit_code, "has a token since" in again.stderr) == (1, True)
    assert call("token", "revoke", "billing", "-C", flights).exit_code == 0
    assert call("token", "revoke", "billing", "-C", flights).exit_code == 1


def test_a_file_of_tokens_may_lie_anywhere(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "secrets" / "tokens"
    made = json.loads(call("token", "add", "a", "--tokens", file, "--json").stdout)
    assert made["name"] == "a"
    assert file.exists()
    assert call("token", "list", "--tokens", tmp_path / "none").exit_code == 1


@pytest.mark.parametrize("arguments", [("add",), ("revoke",), ("list", "x"), ("add", "a b")])
def test_what_is_missing_or_too_much_is_said(
    call: Call, flights: Path, arguments: tuple[str, ...]
) -> None:
    answer = call("token", *arguments, "-C", flights)
    assert answer.exit_code == 1
    assert answer.stderr.startswith("Error: ")


def test_a_folder_that_is_no_workspace_is_refused(call: Call, tmp_path: Path) -> None:
    assert "is no workspace" in call("token", "add", "a", "-C", tmp_path).stderr


def test_others_are_not_served_without_tokens(call: Call, released_folder: Path) -> None:
    options = ("--host", "0.0.0.0", "--port", "0", "-C", released_folder)
    assert "there are no tokens" in call("serve", *options).stderr
    both = call("serve", *options, "--tokens", "x", "--no-tokens")
    assert "contradict each other" in both.stderr
    missing = call("serve", *options, "--tokens", released_folder / "none")
    assert "cannot be read" in missing.stderr


def test_a_server_that_others_reach_asks_for_a_token(
    start: Start, call: Call, released_folder: Path, wait_for: Callable[[Callable[[], bool]], None]
) -> None:
    token = call("token", "add", "billing", "-C", released_folder).stdout.strip()
    server = start("serve", "--host", "0.0.0.0", "--port", "0", "--json", "-C", released_folder)
    assert server.stdout is not None
    port = json.loads("".join(iter(server.stdout.readline, "}\n")) + "}")["url"].rpartition(":")[2]

    def status(path: str, token: str = "") -> int:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    wait_for(lambda: status("/health/ready") == 200)
    assert [status(path) for path in ("/schema", "/metrics", "/nothing")] == [401, 401, 401]
    assert status("/schema", token) == 200
    assert status("/schema", "guessed") == 401
    call("token", "revoke", "billing", "-C", released_folder)
    wait_for(lambda: status("/schema", token) == 401)
