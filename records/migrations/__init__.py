"""Alembic's migrations of the records. `records.migration.upgrade` runs them."""
