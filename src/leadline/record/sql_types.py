"""SQL column types: times in UTC, members of enumerations, and columns that most tables have."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Column, DateTime, Dialect, ForeignKey, Integer, Text, TypeDecorator
from sqlalchemy.types import TypeEngine


def utc(at: datetime | None = None) -> datetime:
    """A time in UTC; now if none is given.

    Raises
    ------
    ValueError
        If the time does not say which zone it is in.
    """
    if at is None:
        return datetime.now(UTC)
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone; times on the record are in UTC")
    return at.astimezone(UTC)


class Moment(TypeDecorator[datetime]):
    """A time that is in UTC on both sides; SQLite itself keeps no time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Write UTC."""
        return None if value is None else utc(value)

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Read UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class _Member(TypeDecorator[Any]):
    """A member of an enumeration, kept as its value; what is no member is refused."""

    impl: type[TypeEngine[Any]] = Text
    cache_ok = True

    def __init__(self, enum: type[Enum]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: Any, _: Dialect) -> Any:
        """Write the value of a member."""
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: Any, _: Dialect) -> Any:
        """Read the member."""
        return None if value is None else self.enum(value)


class EnumText(_Member):
    """A member of an enumeration of words."""

    cache_ok = True


class EnumInteger(_Member):
    """A member of an enumeration of numbers."""

    impl = Integer
    cache_ok = True


def project_column(*, is_key: bool = False) -> Column[int]:
    """The project that a row belongs to."""
    return Column(
        "project_id", Integer, ForeignKey("project.id"), nullable=False, primary_key=is_key
    )


def text_column(name: str) -> Column[str]:
    """A text that is always there; it may be empty."""
    return Column(name, Text, nullable=False)


def moment_column(name: str) -> Column[datetime]:
    """A time that is always there."""
    return Column(name, Moment, nullable=False)


def user_column() -> Column[int]:
    """The account of whoever wrote a row; None where nobody had logged in."""
    return Column("user_id", Integer)
