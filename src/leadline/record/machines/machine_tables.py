"""SQL tables of requests to language models, and the states of a request."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, Table, Text

from leadline.record.sql_types import EnumText, Moment, moment_column, project_column, text_column
from leadline.record.tables import metadata

# what a machine has spent and may yet have to pay, in micro-dollars: the sum over its requests
machine_account = Table(
    "machine_account",
    metadata,
    project_column(is_key=True),
    Column("machine", Text, primary_key=True),
    Column("counted", BigInteger, nullable=False),
)


class RequestState(StrEnum):
    """What became of a request."""

    RESERVED = "reserved"  # it may have been sent, and no answer is on the record
    ANSWERED = "answered"
    RELEASED = "released"  # it costs nothing: never sent, or a person looked at the bill


# one row each time that something is asked; money in micro-dollars
machine_request = Table(
    "machine_request",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    text_column("machine"),
    # digest of all that the answer depends on
    text_column("key"),
    Column("state", EnumText(RequestState), nullable=False),
    # whether it was written to a batch file, which is sent by hand
    Column("is_batch", Boolean, nullable=False),
    # what it costs at most, set aside before it is sent; then what it did cost
    Column("most", BigInteger, nullable=False),
    Column("paid", BigInteger),
    # the process that sent it, and until when its answer is waited for
    text_column("holder"),
    moment_column("held_until"),
    moment_column("at"),
    Column("ended_at", Moment),
    # the answer; all None until there is one
    Column("row", Text),
    Column("label", Text),
    Column("confidence", Double),
    Column("problem", Text),
    Column("input_tokens", BigInteger),
    Column("cached_tokens", BigInteger),
    Column("output_tokens", BigInteger),
    # the person who said that it was not paid; None where the machine's answer did
    Column("released_by", Text),
    Index(None, "project_id", "machine", "key"),
    Index(None, "project_id", "machine", "state"),
)
