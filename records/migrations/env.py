"""Alembic's entry: runs the revisions on the connection that `records.migration.migrate` has opened and locked.

A new revision is written by hand, as a module of `versions/`; a test compares its outcome with `records.tables`.
"""

from alembic import context

from records.tables import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    # Services may keep tables and revisions of their own in the same database.
    version_table="records_version",
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
