"""`python -m services.catalog` serves the catalog; `python -m services.catalog seed FILE` fills it from a file."""

import argparse
import sys
from pathlib import Path
from typing import Literal

import uvicorn
import yaml
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.exc import OperationalError

from models.base import faults
from runtime.logging import configure
from services.catalog import seed
from services.catalog.app import create_app
from services.catalog.problems import Problem
from services.catalog.store import Store

DRAIN_SECONDS = 10
"""How long a request that is being answered may take when the process is asked to stop."""


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
    chosen = parser.parse_args(arguments)
    try:
        settings = CatalogSettings()
        return _seed(settings, chosen.file) if chosen.command == "seed" else _serve(settings)
    except ValidationError as error:
        return _fail("\n".join(faults(error)))
    except (Problem, OSError, ValueError, yaml.YAMLError, OperationalError) as error:
        return _fail(str(error))


def _serve(settings: CatalogSettings) -> int:
    configure("catalog", settings.log_level)
    uvicorn.run(
        create_app(settings.database_url),
        host=settings.host,
        port=settings.port,
        log_config=None,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    return 0


def _seed(settings: CatalogSettings, file: Path) -> int:
    wanted = seed.read(file)
    store = Store(settings.database_url)
    store.create()
    with store.writing() as session:
        sown = seed.sow(session, wanted)
    store.close()
    print(f"能力 {sown.capabilities}，信息资源 {sown.resources}，既有设备与图层 {sown.items} (new or changed)")
    return 0


def _fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
