"""What Alembic runs: every migration on the connection it is handed, in that transaction."""

from __future__ import annotations

from alembic import context

from leadline.record.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
