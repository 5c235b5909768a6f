"""The recommendation of a verdict in a word or two, as its badge shows it.

Entries from before have none: their badge is their answer.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the column, empty."""
    op.add_column("entry", sa.Column("badge", sa.Text))
