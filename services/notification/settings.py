"""Settings of the notification service, from the environment (`TONGCHOU_NOTIFICATION_…`)."""

from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

Language = Literal["zh", "en"]


class NotificationSettings(BaseSettings):
    """Where the service answers, where it stores, and how patiently it sends. Paths start at the working directory.

    `channels` names the YAML file of channels.py; without one every recipient has the in-box. `language` is that of a
    notice which asks for none.
    """

    model_config = SettingsConfigDict(env_prefix="TONGCHOU_NOTIFICATION_", frozen=True)

    database_url: str = "sqlite:///var/notification.db"
    host: str = "127.0.0.1"
    port: int = Field(default=8702, ge=1, le=65535)
    channels: Path | None = None
    language: Language = "zh"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    poll_seconds: float = Field(default=1.0, gt=0)
    """How long the sender rests when nothing is due."""
    retry_base_seconds: float = Field(default=30.0, gt=0)
    """The pause after the first failed attempt; it doubles with each further one."""
    retry_limit_seconds: float = Field(default=3600.0, gt=0)
    max_attempts: int = Field(default=30, ge=1)
    """With the other defaults a message is tried for about a day."""
    lease_seconds: float = Field(default=300.0, gt=0)
    """After this time an attempt that left no result (its process was killed) counts as failed."""
    silence_hours: float = Field(default=72.0, gt=0)
    """How long a receipt is waited for; GOV.UK Notify waits three days too."""

    def pause_after(self, attempts: int) -> timedelta:
        """The pause before the next attempt, when `attempts` have been made."""
        # The exponent is bounded, because a float overflows long before an operator's `max_attempts` need to.
        doubled = self.retry_base_seconds * 2.0 ** min(max(attempts - 1, 0), 60)
        return timedelta(seconds=min(doubled, self.retry_limit_seconds))

    @property
    def lease(self) -> timedelta:
        return timedelta(seconds=self.lease_seconds)

    @property
    def silence(self) -> timedelta:
        return timedelta(hours=self.silence_hours)
