"""When a job was begun, who asked for its end, and the page that it was asked for on.

Jobs from before have none of the three: what their machine time was is not known.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add three columns to the jobs."""
    op.add_column("job", sa.Column("begun_at", sa.DateTime(timezone=True)))
    for name in ("cancelled_by", "page"):
        op.add_column("job", sa.Column(name, sa.Text, nullable=False, server_default=""))
