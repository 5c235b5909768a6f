"""Each event is told once by each way, tried again with patience, and never sent twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.notifications.conftest import Open, Received, by_mail, by_webhook

from leadline.notifications import Event, sending, tell
from leadline.notifications.channels import signature
from leadline.notifications.sending import deliver
from leadline.record import MessageState
from leadline.workspace import Workspace

EVENT = Event(
    "alarm", "entry 7", "The monitor raises an alarm", "Zürich: 12% wrong.", {"entry": "7"}
)


class Clock:
    """A time that passes only where somebody waits."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC) + timedelta(minutes=1)  # later than whatever is put in
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds))
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Time for whatever is delivered."""
    clock = Clock()
    real = deliver
    monkeypatch.setattr(
        sending, "deliver", lambda workspace: real(workspace, clock=clock, sleep=clock.sleep)
    )
    return clock


def states(workspace: Workspace, event: Event = EVENT) -> dict[str, str]:
    return {one.channel: one.state.value for one in workspace.record.outbox.of(event.name)}


def test_a_webhook_is_signed_and_told_once(
    open_workspace: Open, webhook: Received, clock: Clock
) -> None:
    workspace = open_workspace(**by_webhook(webhook))
    for _ in range(3):
        (message,) = tell(workspace, EVENT)
        assert message.state is MessageState.SENT
    (body,), (headers,) = webhook.bodies, webhook.headers
    said = json.loads(body)
    assert said["title"] == "The monitor raises an alarm"
    assert said["text"] == "Zürich: 12% wrong."
    assert (said["kind"], said["project"], said["facts"]) == ("alarm", "customers", {"entry": "7"})
    assert headers["Idempotency-Key"] == said["id"]
    expected = signature("a secret", headers["Leadline-Timestamp"], body)
    assert headers["Leadline-Signature"] == f"sha256={expected}"
    assert abs(int(headers["Leadline-Timestamp"]) - datetime.now(UTC).timestamp()) < 60


def test_a_server_that_fails_twice_is_asked_three_times(
    open_workspace: Open, webhook: Received, clock: Clock
) -> None:
    webhook.says = [500, 302]
    workspace = open_workspace(**by_webhook(webhook))
    (message,) = tell(workspace, EVENT)
    assert (message.state, message.n_tries, message.message) == (MessageState.SENT, 3, "")
    assert clock.slept == [1, 4]
    assert len(webhook.bodies) == 3
    assert len({each["Idempotency-Key"] for each in webhook.headers}) == 1
    assert len(set(webhook.bodies)) == 1, "the same bytes, however often"


def test_what_fails_for_long_waits_for_its_time_and_is_given_up_in_the_end(
    open_workspace: Open, webhook: Received, clock: Clock
) -> None:
    webhook.then = 503
    workspace = open_workspace(**by_webhook(webhook))
    (message,) = tell(workspace, EVENT)
    assert (message.state, message.n_tries) == (MessageState.WAITING, 3)
    assert message.message == "The webhook answered 503 Service Unavailable."
    tell(workspace, EVENT)
    assert len(webhook.bodies) == 3, "its time has not come"
    begun = clock.now
    while message.state is MessageState.WAITING:
        clock.now = max(message.next_at, clock.now + timedelta(seconds=1))
        (message,) = deliver(workspace, clock=clock, sleep=clock.sleep)
    assert message.state is MessageState.GIVEN_UP
    assert message.n_tries == len(webhook.bodies) == 24
    assert timedelta(days=2) < clock.now - begun < timedelta(days=3)
    clock.now += timedelta(days=30)
    assert deliver(workspace, clock=clock) == ()


def test_mail_goes_to_everybody_once(
    open_workspace: Open, mail_server: Received, clock: Clock
) -> None:
    mail_server.says = [451, 451]
    workspace = open_workspace(**by_mail(mail_server))
    (message,) = tell(workspace, EVENT)
    assert (message.state, message.n_tries) == (MessageState.SENT, 3)
    tell(workspace, EVENT)
    assert len(mail_server.bodies) == 3
    text = mail_server.bodies[-1].decode("ascii")
    assert "Subject: [customers] The monitor raises an alarm" in text
    assert "To: ada@example.org, bo@example.org" in text
    asked = [value for each in mail_server.headers[-3:] for value in each.values()]
    assert [line.partition(":")[2].split(">")[0] for line in asked] == [
        "<leadline@example.org",
        "<ada@example.org",
        "<bo@example.org",
    ]


def test_a_mail_server_that_falls_silent_is_not_sent_it_again(
    open_workspace: Open, mail_server: Received, clock: Clock
) -> None:
    mail_server.says = [0]
    workspace = open_workspace(**by_mail(mail_server))
    (message,) = tell(workspace, EVENT)
    assert message.state is MessageState.UNSURE
    assert "fell silent" in message.message
    clock.now += timedelta(days=1)
    deliver(workspace, clock=clock)
    assert len(mail_server.bodies) == 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"smtp_security": "starttls"}, "STARTTLS"),
        ({"smtp_security": "tls"}, "says no"),
        ({"smtp_user": "ada"}, "LEADLINE_SMTP_PASSWORD is empty"),
    ],
)
def test_mail_is_not_sent_where_it_cannot_be_as_was_said(
    open_workspace: Open, mail_server: Received, clock: Clock, more: dict[str, Any], said: str
) -> None:
    (message,) = tell(open_workspace(**by_mail(mail_server, **more)), EVENT)
    assert message.state is MessageState.WAITING
    assert said in message.message
    assert mail_server.bodies == []


def test_mail_goes_over_an_encrypted_connection_to_a_server_that_is_known(
    open_workspace: Open,
    mail_server_with_tls: Received,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tls = by_mail(mail_server_with_tls, smtp_security="tls")
    workspace = open_workspace(**tls)
    (message,) = tell(workspace, EVENT)
    assert message.state is MessageState.WAITING
    assert "certificate verify failed" in message.message
    assert mail_server_with_tls.bodies == []
    monkeypatch.setenv("SSL_CERT_FILE", mail_server_with_tls.certificate)
    clock.now += timedelta(hours=1)
    (message,) = deliver(workspace, clock=clock, sleep=clock.sleep)
    assert (message.state, message.message) == (MessageState.SENT, "")
    assert len(mail_server_with_tls.bodies) == 1


def test_a_command_gets_the_message_and_is_tried_again(
    open_workspace: Open, tmp_path: Path, clock: Clock
) -> None:
    script = 'n=$(cat n 2>/dev/null || echo 0); echo $((n+1)) > n; cat > got; [ "$n" -ge 2 ]'
    workspace = open_workspace(command=["sh", "-c", script])
    (message,) = tell(workspace, EVENT)
    assert (message.state, message.n_tries) == (MessageState.SENT, 3)
    assert json.loads((tmp_path / "got").read_text())["facts"] == {"entry": "7"}


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["no-such-program"], "cannot be started"),
        (["sh", "-c", "echo the pager is out. >&2; exit 7"], "ended with 7: the pager is out."),
    ],
)
def test_a_command_that_does_not_work_is_told(
    open_workspace: Open, clock: Clock, command: list[str], said: str
) -> None:
    (message,) = tell(open_workspace(command=command), EVENT)
    assert said in message.message


def test_each_way_is_told_for_itself(
    open_workspace: Open, webhook: Received, mail_server: Received, clock: Clock
) -> None:
    webhook.then = 500
    workspace = open_workspace(**by_webhook(webhook), **by_mail(mail_server), command=["true"])
    tell(workspace, EVENT)
    assert states(workspace) == {"webhook": "waiting", "email": "sent", "command": "sent"}


def test_nothing_is_sent_unsigned(
    open_workspace: Open, webhook: Received, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LEADLINE_WEBHOOK_KEY")
    workspace = open_workspace(**by_webhook(webhook))
    monkeypatch.delenv("LEADLINE_WEBHOOK_KEY", raising=False)
    (message,) = tell(workspace, EVENT)
    assert "LEADLINE_WEBHOOK_KEY is empty" in message.message
    assert webhook.bodies == []


def test_who_does_not_want_to_know_is_not_told(
    open_workspace: Open, webhook: Received, clock: Clock
) -> None:
    workspace = open_workspace(events=["check"], **by_webhook(webhook))
    assert tell(workspace, EVENT) == ()
    assert len(tell(workspace, Event("check", "1", "t", "t"))) == 1
    assert tell(open_workspace(), EVENT) == ()
    assert len(webhook.bodies) == 1


def test_a_way_that_fails_is_not_tried_for_every_message(
    open_workspace: Open, webhook: Received, clock: Clock
) -> None:
    webhook.then = 500
    workspace = open_workspace(**by_webhook(webhook), command=["true"])
    for number in range(4):
        for channel in ("webhook", "command"):
            workspace.record.outbox.put(f"alarm/{number}", channel, json.dumps({"id": "i"}))
    tried = deliver(workspace, clock=clock, sleep=clock.sleep)
    assert [one.channel for one in tried].count("webhook") == 1
    assert len(webhook.bodies) == 3
    assert [one.state for one in tried].count(MessageState.SENT) == 4


def test_many_that_deliver_at_once_send_once(open_workspace: Open, webhook: Received) -> None:
    workspace = open_workspace(**by_webhook(webhook))
    for number in range(10):
        workspace.record.outbox.put(f"alarm/{number}", "webhook", json.dumps({"id": str(number)}))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(deliver, [workspace] * 4))
    assert sorted(each["Idempotency-Key"] for each in webhook.headers) == list("0123456789")


# --------------------------------------------------------------------------- killed while sending

TELL = """
import sys
from leadline.notifications import Event, tell
from leadline.workspace import Workspace
with Workspace.open(sys.argv[1]) as workspace:
    tell(workspace, Event("alarm", "entry 7", "The monitor raises an alarm", "Look."))
"""


def killed_while_telling(folder: Path) -> None:
    """A process that tells, and is killed after it has sent and before it has noted it."""
    ran = subprocess.run([sys.executable, "-c", TELL, str(folder)], check=False)
    assert ran.returncode == -signal.SIGKILL


def test_a_process_killed_while_it_sends_leaves_a_double_that_is_known(
    open_workspace: Open, webhook: Received, tmp_path: Path, clock: Clock
) -> None:
    workspace = open_workspace(**by_webhook(webhook))

    def kill() -> None:
        children = Path(f"/proc/{os.getpid()}/task").glob("*/children")
        for pid in {int(pid) for each in children for pid in each.read_text().split()}:
            if b"leadline.notifications" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)

    webhook.before_answer = kill
    killed_while_telling(tmp_path)
    webhook.before_answer = lambda: None
    assert states(workspace) == {"webhook": "sending"}
    assert deliver(workspace) == (), "whoever sends it may be alive"
    clock.now += timedelta(minutes=6)
    (message,) = deliver(workspace, clock=clock)
    assert message.state is MessageState.SENT
    # the receiver knows the second by its key
    assert len(webhook.headers) == 2
    assert len({each["Idempotency-Key"] for each in webhook.headers}) == 1


def test_where_doubles_are_not_known_nothing_is_sent_again(
    open_workspace: Open, tmp_path: Path, clock: Clock
) -> None:
    workspace = open_workspace(command=["sh", "-c", "echo once >> got; kill -9 $PPID"])
    killed_while_telling(tmp_path)
    for _ in range(2):
        clock.now += timedelta(minutes=6)
        deliver(workspace, clock=clock)
    assert states(workspace) == {"command": "unsure"}
    (message,) = workspace.record.outbox.of(EVENT.name)
    assert "died before it was known whether it arrived" in message.message
    assert (tmp_path / "got").read_text() == "once\n"
