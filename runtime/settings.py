"""Settings of every process, from the environment (`TONGCHOU_…`). The Temporal connection is not here: see connect.py."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where the data lies and where the services answer. Paths are relative to the working directory."""

    model_config = SettingsConfigDict(env_prefix="TONGCHOU_", frozen=True)

    data_dir: Path = Path("var")
    database_url: str = "sqlite:///var/tongchou.db"
    catalog_url: str = "http://127.0.0.1:8701"
    notification_url: str = "http://127.0.0.1:8702"
    log_level: str = "INFO"
    language: str = Field(default="zh", pattern="^(zh|en)$")
    simulation: bool = False
    """Accept a shifted legal clock. Only `tongchou simulate` sets it."""

    @property
    def materials_dir(self) -> Path:
        return self.data_dir / "materials"

    @property
    def histories_dir(self) -> Path:
        return self.data_dir / "histories"
