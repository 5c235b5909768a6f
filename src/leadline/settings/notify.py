"""Schema of [notify]: who is told when a person is needed, and by which way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import AfterValidator, ConfigDict, Field

EventKind = Literal[
    "alarm", "retrain", "rollback", "check", "run", "mention", "decision", "judgment"
]
KINDS: tuple[EventKind, ...] = get_args(EventKind)


def _as_address(value: str) -> str:
    """An address of the web, or none."""
    if value and not re.fullmatch(r"https?://\S+", value):
        raise ValueError('It must be an address such as "https://example.org/hook", or ""')
    return value


@dataclass(frozen=True, kw_only=True)
class NotifySettings:
    """[notify]: who is told when a person is needed, and by which way.

    Secrets stay out of the file: `webhook_key` and `smtp_password` name environment variables.

    Attributes
    ----------
    events : tuple of str, of `KINDS`
        What is told: an alarm of the monitor, a retraining that is due, a rollback, a check that
        failed, a run that failed, a comment that names somebody, a decision that waits, rows of
        the stream that wait for judgments.
    webhook : str
        URL that is sent JSON; empty: none.
    webhook_key : str
        Variable with the key that signs it (HMAC-SHA256).
    smtp_host : str
        Mail server; empty: no mail.
    smtp_port : int in [1, 65535]
        Its port.
    smtp_security : {"starttls", "tls", "none"}
        How the connection is encrypted.
    smtp_user : str
        Who logs in; empty: nobody.
    smtp_password : str
        Variable with the password.
    sender : str
        Address that mail comes from.
    to : tuple of str
        Addresses that it goes to.
    command : tuple of str
        Program and arguments that are given JSON on standard input; empty: none.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(coerce_numbers_to_str=True)

    events: tuple[EventKind, ...] = KINDS
    webhook: Annotated[str, AfterValidator(_as_address)] = ""
    webhook_key: str = "LEADLINE_WEBHOOK_KEY"
    smtp_host: str = ""
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = 587
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password: str = "LEADLINE_SMTP_PASSWORD"  # noqa: S105 - the name of a variable
    sender: str = ""
    to: tuple[str, ...] = ()
    command: tuple[str, ...] = ()

    @property
    def channels(self) -> tuple[str, ...]:
        """Ways that are set: of webhook, email, command."""
        ways = {"webhook": self.webhook, "email": self.smtp_host, "command": self.command}
        return tuple(name for name, is_set in ways.items() if is_set)
