"""Channels: a message by webhook, by mail, or on the standard input of a command.

Each returns if the message has arrived, and raises if it has not, or if nobody can know.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import smtplib
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from http.client import HTTPException
from pathlib import Path
from typing import Any

from leadline.errors import LeadlineError, first_line
from leadline.settings import NotifySettings

_ANSWER_S = 10.0
_COMMAND_S = 60.0
_MAIL = SMTP.clone(cte_type="7bit")


class NotSentError(LeadlineError):
    """The message has not arrived; it may be tried again."""


class UnsureError(LeadlineError):
    """The message was handed over, and nobody said whether it arrived."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would send the message on as a GET without its body."""

    def redirect_request(self, *_: Any) -> None:
        return None


def send_webhook(settings: NotifySettings, body: str, folder: Path) -> None:
    """Post a message, signed.

    ``Leadline-Signature`` is ``sha256=`` and the HMAC of timestamp, full stop and body;
    ``Leadline-Timestamp`` is in seconds since 1970; ``Idempotency-Key`` is the message's id.

    Raises
    ------
    NotSentError
        If the key is not set, or the server does not answer with a code from 200 to 299.
    """
    del folder
    key = _secret(settings.webhook_key, "The key that signs the webhook")
    data, at = body.encode(), str(int(time.time()))
    request = urllib.request.Request(  # noqa: S310 - the scheme was checked with the settings
        settings.webhook,
        data=data,
        method="POST",
        headers={
            "Content-Type": "application/json",
            "User-Agent": "leadline",
            "Idempotency-Key": json.loads(body)["id"],
            "Leadline-Timestamp": at,
            "Leadline-Signature": f"sha256={signature(key, at, data)}",
        },
    )
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=_ANSWER_S):
            return
    except urllib.error.HTTPError as error:
        error.close()
        raise NotSentError(f"The webhook answered {error.code} {error.reason}.") from error
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise NotSentError(f"The webhook does not answer: {reason}.") from error


def signature(key: str, at: str, body: bytes) -> str:
    """HMAC-SHA256 of a timestamp and a body, hexadecimal: what a receiver computes too.

    Examples
    --------
    >>> signature("secret", "1700000000", b"{}")[:16]
    'b8569b78799ff9e3'
    """
    return hmac.new(key.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()


def send_email(settings: NotifySettings, body: str, folder: Path) -> None:
    """Send a message as a mail of plain text.

    Raises
    ------
    NotSentError
        If the server cannot be reached or says no.
    UnsureError
        If it falls silent after it was given the message.
    """
    del folder
    mail = _mail(settings, json.loads(body))
    try:
        server = _connected(settings)
    except (OSError, smtplib.SMTPException) as error:
        raise NotSentError(f"The mail server says no: {_said(error)}.") from error
    try:
        _hand_over(server, settings, mail)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
        server.close()


def _connected(settings: NotifySettings) -> smtplib.SMTP:
    """A connection that is encrypted and logged in as the settings say."""
    context = ssl.create_default_context()
    where = (settings.smtp_host, settings.smtp_port)
    server: smtplib.SMTP
    if settings.smtp_security == "tls":
        server = smtplib.SMTP_SSL(*where, timeout=_ANSWER_S, context=context)
    else:
        server = smtplib.SMTP(*where, timeout=_ANSWER_S)
    try:
        if settings.smtp_security == "starttls":
            server.starttls(context=context)
        if settings.smtp_user:
            password = _secret(settings.smtp_password, "The password of the mail server")
            server.login(settings.smtp_user, password)
    except BaseException:
        server.close()
        raise
    return server


def _hand_over(server: smtplib.SMTP, settings: NotifySettings, mail: bytes) -> None:
    try:
        server.ehlo_or_helo_if_needed()
        _require(*server.mail(settings.sender))
        for address in settings.to:
            _require(*server.rcpt(address))
    except (OSError, smtplib.SMTPException) as error:
        raise NotSentError(f"The mail server says no: {_said(error)}.") from error
    try:
        code, words = server.data(mail)
    except smtplib.SMTPDataError as error:
        raise NotSentError(f"The mail server says no: {_said(error)}.") from error
    except (OSError, smtplib.SMTPException) as error:
        raise UnsureError(f"The mail server fell silent: {_said(error)}.") from error
    _require(code, words)


def _mail(settings: NotifySettings, said: dict[str, Any]) -> bytes:
    mail = EmailMessage(policy=_MAIL)
    mail["From"], mail["To"] = settings.sender, ", ".join(settings.to)
    mail["Subject"] = f"[{said['project']}] {said['title']}"
    mail["Date"] = formatdate()
    mail["Message-ID"] = f"<{said['id']}@leadline>"
    facts = "\n".join(f"{name}: {value}" for name, value in said["facts"].items())
    mail.set_content(f"{said['text']}\n\n{facts}\n".strip() + "\n")
    return mail.as_bytes()


def _require(code: int, words: bytes) -> None:
    if not 200 <= code < 300:
        said = words.decode(errors="replace").strip().rstrip(".")
        raise NotSentError(f"The mail server says no: {code} {said}.")


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        text = words.decode(errors="replace") if isinstance(words, bytes) else words
        return f"{error.smtp_code} {text.strip().rstrip('.')}"
    return first_line(error)


def send_command(settings: NotifySettings, body: str, folder: Path) -> None:
    """Run a command in the workspace's folder with the message on its standard input.

    Raises
    ------
    NotSentError
        If it cannot be started, or ends with another code than 0.
    UnsureError
        If it has to be killed after a minute.
    """
    try:
        ran = subprocess.run(
            settings.command,
            input=body.encode(),
            capture_output=True,
            cwd=folder,
            timeout=_COMMAND_S,
            check=False,
        )
    except OSError as error:
        said = error.strerror or error
        raise NotSentError(f"{settings.command[0]} cannot be started: {said}.") from error
    except subprocess.TimeoutExpired as error:
        raise UnsureError(f"{settings.command[0]} was killed after {_COMMAND_S:.0f} s.") from error
    if ran.returncode:
        lines = ran.stderr.decode(errors="replace").strip().splitlines()
        why = f": {lines[-1].rstrip('.')}" if lines else ""
        raise NotSentError(f"{settings.command[0]} ended with {ran.returncode}{why}.")


def _secret(variable: str, what: str) -> str:
    value = os.environ.get(variable, "")
    if not value:
        raise NotSentError(f"{what} is not set: the variable {variable} is empty.")
    return value


CHANNELS: dict[str, Callable[[NotifySettings, str, Path], None]] = {
    "webhook": send_webhook,
    "email": send_email,
    "command": send_command,
}
REPEATABLE = frozenset({"webhook"})
"""Channels whose receivers know a double by its key, and drop it."""
