"""What a worker does not start with, and what it says of it: of a faulty law, what `regulations check` says."""

import os
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest
from temporalio.client import Client

from regulations.files import RegulationError, check
from runtime.settings import Settings
from tests.regulations.faulty_laws import FAULTY, Faulty
from tests.regulations.small_law import written
from worker import build_worker

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("faulty", FAULTY.values(), ids=FAULTY)
async def test_a_worker_does_not_start_on_a_faulty_regulation(tmp_path: Path, faulty: Faulty) -> None:
    folder = tmp_path / "law"
    folder.mkdir()
    written(folder, faulty.text)
    settings = Settings(data_dir=tmp_path, database_url=f"sqlite:///{tmp_path}/tongchou.db")
    with pytest.raises(RegulationError) as refused:
        async with build_worker(cast(Client, None), settings, regulations_dir=folder):
            pass
    assert str(refused.value).splitlines() == check(folder)


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        (
            "TONGCHOU_LEDGER_DIGEST",
            "md5",
            "worker: ledger_digest: String should match pattern '^(sha256|sm3)$' (got 'md5')",
        ),
        (
            "TONGCHOU_LOG_LEVEL",
            "LOUD",
            "worker: log_level: Input should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR' (got 'LOUD')",
        ),
        ("TONGCHOU_PAYLOAD_KEYS", "ring.json", "worker: ring.json: "),
    ],
)
def test_a_worker_that_cannot_begin_says_in_one_line_what_to_mend(
    tmp_path: Path, variable: str, value: str, told: str
) -> None:
    (tmp_path / "ring.json").touch(0o600)
    ended = subprocess.run(
        [sys.executable, str(ROOT / "worker.py")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), variable: value},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith(told) and ended.stderr.count("\n") == 1
