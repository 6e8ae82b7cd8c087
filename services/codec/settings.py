"""Settings of the codec server, from the environment (`TONGCHOU_CODEC_…`)."""

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class CodecSettings(BaseSettings):
    """Where the codec server answers, for which UI, and with which keys: those of the worker (`TONGCHOU_PAYLOAD_KEYS`)."""

    model_config = SettingsConfigDict(env_prefix="TONGCHOU_CODEC_", frozen=True, populate_by_name=True)

    payload_keys: Path | None = Field(default=None, validation_alias="TONGCHOU_PAYLOAD_KEYS")
    """Needed to serve; whoever manages tokens only needs no keys."""
    database_url: str = "sqlite:///var/codec.db"
    """The database of the tokens."""
    host: str = "127.0.0.1"
    port: int = Field(default=8703, ge=1, le=65535)
    ui_origin: str = "http://127.0.0.1:8233"
    """The one origin whose pages may ask: scheme, host and port of the Temporal UI, as the browser knows it."""
    session_hours: int = Field(default=8, ge=1, le=24)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("ui_origin")
    @classmethod
    def _is_an_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or value != f"{parts.scheme}://{parts.netloc}":
            raise ValueError("must be an origin: http(s)://host[:port], without a path or a slash behind")
        return value
