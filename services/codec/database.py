"""The codec server's database: the tokens of those who may see clear text, and nothing else."""

from pathlib import Path

from sqlalchemy import Engine, MetaData, create_engine, make_url

from services.access.tokens import token_table

METADATA = MetaData()
TOKENS = token_table(METADATA)


def connect(database_url: str) -> Engine:
    """The engine. Connects to nothing yet. Raises ValueError for a URL that is neither SQLite nor PostgreSQL."""
    url = make_url(database_url)
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise ValueError(f"database_url: must be a SQLite or PostgreSQL URL (got {url.render_as_string()})")
    return create_engine(url, pool_pre_ping=True)


def prepare(engine: Engine) -> None:
    """Create what is missing. A second call changes nothing. Raises OperationalError where the database is down."""
    if engine.url.get_backend_name() == "sqlite" and engine.url.database:
        Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
    METADATA.create_all(engine)
