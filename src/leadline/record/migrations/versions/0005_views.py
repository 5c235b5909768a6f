"""What later rows read of a verdict, as digests; entries from before are compared by number."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column, empty."""
    op.add_column("entry", sa.Column("views", sa.Text))
