"""What a row of the stream is, of several classes or as a number, in a judgment.

Judgments from before said yes or no, and still do.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the column, empty."""
    op.add_column("judgment", sa.Column("value", sa.Text))
