"""One running stack for every test of this folder that needs one, started as an operator starts it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from starter.folder import Endpoints
from tests.starter.tongchou import REGISTER, ROOT, Tongchou

FREE_PORTS = [word for part in ("temporal", "ui", "catalog", "notification") for word in (f"--{part}-port", "0")]


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tongchou]:
    """`tongchou up --with-examples` on an empty folder, and the command that works with it. Ctrl-C ends it in peace."""
    folder = tmp_path_factory.mktemp("installation")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("TEMPORAL_", "TONGCHOU_"))}
    with subprocess.Popen(
        [sys.executable, "-m", "starter", "--json", "up", "--with-examples", *FREE_PORTS],
        cwd=ROOT,
        env={**environment, "TONGCHOU_DATA_DIR": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        document = "".join(iter(process.stdout.readline, "}\n")) + "}"
        yield Tongchou(folder, Endpoints.model_validate_json(document))
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


@pytest.fixture
def tongchou(tmp_path: Path) -> Tongchou:
    """The command on an empty folder, where nothing runs."""
    return Tongchou(tmp_path / "data")


@pytest.fixture
def registered(tongchou: Tongchou) -> Tongchou:
    """The same with the example's register on record."""
    assert tongchou("register", "import", REGISTER).code == 0
    return tongchou
