"""What is on record: tables, migrations, and what may be asked of them. Imports `models` and `runtime` only."""
