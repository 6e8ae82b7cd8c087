"""`python -m services.catalog` serves the catalog; `… seed FILE` fills it from a file, `… token …` manages who may call."""

import argparse
import sys
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.exc import OperationalError

from models.base import faults
from services.access import commands as token_commands
from services.access.tokens import Tokens
from services.catalog.scopes import CLIENTS, ROUTES, CatalogScope
from services.catalog.store import Store
from services.catalog.tables import TOKENS


class CatalogSettings(BaseSettings):
    """Where the catalog lies and where it answers, from the environment (`TONGCHOU_CATALOG_…`)."""

    model_config = SettingsConfigDict(env_prefix="TONGCHOU_CATALOG_", frozen=True)

    database_url: str = "sqlite:///var/catalog.db"
    host: str = "127.0.0.1"
    port: int = Field(default=8701, ge=1, le=65535)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM or SIGINT, or fill the catalog; return the exit code. Faults are told on stderr, code 2."""
    parser = argparse.ArgumentParser(prog="python -m services.catalog", description="目录服务 catalog service")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("seed", help="导入初始数据 fill the catalog").add_argument("file", type=Path)
    token_commands.add_parser(commands, CatalogScope)
    chosen = parser.parse_args(arguments)
    try:
        return _run(CatalogSettings(), chosen)
    except ValidationError as error:
        return _fail("\n".join(faults(error)))
    except (OSError, ValueError, yaml.YAMLError, OperationalError) as error:
        return _fail(str(error))


def _run(settings: CatalogSettings, chosen: argparse.Namespace) -> int:
    match chosen.command:
        case "seed":
            return _seed(settings, chosen.file)
        case "token":
            return _tokens(settings, chosen)
        case _:
            return _serve(settings)


# What serves and what sows is imported where it is used: a command about tokens starts in a moment without it.


def _serve(settings: CatalogSettings) -> int:
    from runtime.logging import configure
    from services.access.guard import check_routes
    from services.catalog.app import create_app
    from services.serving import serve

    configure("catalog", settings.log_level)
    app = create_app(settings.database_url)
    check_routes(app, ROUTES)
    serve(app, settings.host, settings.port)
    return 0


def _tokens(settings: CatalogSettings, chosen: argparse.Namespace) -> int:
    store = Store(settings.database_url)
    store.create()
    try:
        return token_commands.run(chosen, Tokens(store.engine, TOKENS), "catalog", CLIENTS)
    finally:
        store.close()


def _seed(settings: CatalogSettings, file: Path) -> int:
    from services.catalog import seed
    from services.catalog.problems import Problem

    wanted = seed.read(file)
    store = Store(settings.database_url)
    store.create()
    try:
        with store.writing() as session:
            sown = seed.sow(session, wanted)
    except Problem as problem:
        return _fail(str(problem))
    finally:
        store.close()
    print(f"能力 {sown.capabilities}，信息资源 {sown.resources}，既有设备与图层 {sown.items} (new or changed)")
    return 0


def _fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
