"""SQL tables of people: accounts, login sessions, attempts to log in, notes of changes."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from leadline.phases.permissions import UserRole
from leadline.record.sql_types import (
    EnumText,
    Moment,
    moment_column,
    project_column,
    text_column,
    user_column,
)
from leadline.record.tables import metadata

# never removed: its number and its name stay bound to one person
account = Table(
    "account",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    text_column("name"),
    # the name as it is compared
    text_column("folded"),
    Column("role", EnumText(UserRole), nullable=False),
    # hash by argon2; None where the person comes by a provider, or may not come yet
    Column("password", Text),
    # issuer and subject of an OpenID provider; None where the person has a password
    Column("subject", Text),
    moment_column("made_at"),
    Column("disabled_at", Moment),
    UniqueConstraint("project_id", "folded"),
    UniqueConstraint("project_id", "subject"),
)

login_session = Table(
    "login_session",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    # of the token that the browser has; the token itself is kept nowhere
    text_column("digest"),
    Column("account", Integer, ForeignKey("account.id"), nullable=False),
    moment_column("made_at"),
    moment_column("expires_at"),
    Column("ended_at", Moment),
    UniqueConstraint("digest"),
    Index(None, "project_id", "account"),
)

login_attempt = Table(
    "login_attempt",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    # the name as it was typed and is compared; there may be no such account
    text_column("account"),
    text_column("address"),
    Column("is_good", Boolean, nullable=False),
    moment_column("at"),
    Index(None, "project_id", "account", "at"),
    Index(None, "project_id", "address", "at"),
)


class ChangeKind(StrEnum):
    """What was changed beside the verdicts."""

    ACCOUNT = "account"
    SETTINGS = "settings"


change_note = Table(
    "change_note",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    Column("kind", EnumText(ChangeKind), nullable=False),
    # the account's name, or the file
    text_column("subject"),
    text_column("body"),
    text_column("made_by"),
    user_column(),
    moment_column("made_at"),
    Index(None, "project_id", "kind"),
)
