"""Settings of every process, from the environment (`TONGCHOU_…`). The Temporal connection is not here: see connect.py."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.authority import SignaturePolicy
from runtime.payloads.policy import PayloadPolicy

ADDRESS = r"^(|[0-9.]+:[0-9]{1,5}|\[[0-9a-fA-F:]+\]:[0-9]{1,5})$"
"""`<IP>:<port>`, or nothing."""


class Settings(BaseSettings):
    """Where the data lies and where the services answer. Paths are relative to the working directory."""

    model_config = SettingsConfigDict(env_prefix="TONGCHOU_", frozen=True)

    data_dir: Path = Path("var")
    database_url: str = "sqlite:///var/tongchou.db"
    catalog_url: str = "http://127.0.0.1:8701"
    notification_url: str = "http://127.0.0.1:8702"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    language: str = Field(default="zh", pattern="^(zh|en)$")
    signatures: SignaturePolicy = SignaturePolicy.REQUIRED
    """Whether decisions have to be signed by the officer's key."""
    catalog_token_file: Path | None = None
    notification_token_file: Path | None = None
    """Files that hold the tokens with which the worker and the commands reach the services."""
    payload_keys: Path | None = None
    """The keyring with which payloads are encrypted before Temporal sees them (None: clear text)."""
    payloads: PayloadPolicy = PayloadPolicy.STRICT
    """Whether payloads in clear text are taken where there is a keyring."""
    ledger_digest: str = Field(default="sha256", pattern="^(sha256|sm3)$")
    """The hash function of the ledger's chains, for entries to come."""
    build_id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    """The build that this worker runs (None: without worker versioning)."""
    metrics_address: str = Field(default="", pattern=ADDRESS)
    """Where a worker exports what Temporal's SDK counts, as `<IP>:<port>` (empty: nowhere)."""
    health_address: str = Field(default="", pattern=ADDRESS)
    """Where a worker answers `/healthz` and `/readyz`, as `<IP>:<port>` (empty: nowhere)."""
    simulation: bool = False
    """Accept a shifted legal clock. Only `tongchou simulate` sets it."""

    @property
    def materials_dir(self) -> Path:
        return self.data_dir / "materials"

    @property
    def histories_dir(self) -> Path:
        return self.data_dir / "histories"

    @property
    def keys_dir(self) -> Path:
        """Where the private keys of the officers who work on this machine lie."""
        return self.data_dir / "keys"

    def key_file(self, officer: str) -> Path:
        """The officer's private key on this machine; its public one lies beside it, as `.pub`."""
        return self.keys_dir / f"{officer}.pem"

    @property
    def dossiers_dir(self) -> Path:
        return self.data_dir / "dossiers"

    @property
    def anchors_file(self) -> Path:
        """Where the heads of the ledger's chains are anchored, outside of its database."""
        return self.data_dir / "anchors" / "anchors.jsonl"
