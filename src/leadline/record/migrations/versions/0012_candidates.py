"""The candidate beside the release in service, and the share of requests that it answers.

Moves from before had none.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the two columns, empty."""
    op.add_column("promotion", sa.Column("candidate", sa.Integer))
    op.add_column("promotion", sa.Column("share", sa.Double))
