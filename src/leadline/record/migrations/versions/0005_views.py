"""What later rows read of a verdict, as digests, and why it cannot be overruled.

Entries from before have neither: they are compared by number, and a person may overrule them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the columns, empty."""
    op.add_column("entry", sa.Column("views", sa.Text))
    op.add_column("entry", sa.Column("barrier", sa.Text))
