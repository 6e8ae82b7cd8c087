"""Alembic's migrations of the records. `records.database.upgrade` runs them."""
