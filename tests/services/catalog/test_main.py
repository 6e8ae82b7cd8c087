"""The catalog as a process: it is filled from a file, serves, and ends when asked."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from services.catalog import seed

ROOT = Path(seed.__file__).parents[2]
SEEDS = Path(seed.__file__).parent / "seeds" / "jiangyin.yaml"


def environment(directory: Path, **more: str) -> dict[str, str]:
    database = f"sqlite:///{directory}/deep/catalog.db"
    return {**os.environ, "PYTHONPATH": str(ROOT), "TONGCHOU_CATALOG_DATABASE_URL": database, **more}


def run(directory: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "services.catalog", *arguments]
    return subprocess.run(command, env=environment(directory, **more), capture_output=True, text=True, timeout=60)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def wait_until_it_serves(process: subprocess.Popen[str]) -> None:
    assert process.stderr is not None
    told = []
    for line in process.stderr:
        told.append(line)
        if "Uvicorn running" in line:
            return
    raise AssertionError("it ended before it served: " + "".join(told))


def test_it_is_seeded_serves_and_ends_on_sigterm(tmp_path: Path) -> None:
    assert run(tmp_path, "seed", str(SEEDS)).stdout.startswith("能力 17")
    assert run(tmp_path, "seed", str(SEEDS)).stdout.startswith("能力 0")
    made = run(tmp_path, "token", "create", "--name", "reader", "--scope", "catalog:read")
    token = {"Authorization": f"Bearer {made.stdout.strip()}"}
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "services.catalog"],
        env=environment(tmp_path, TONGCHOU_CATALOG_PORT=str(port)),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            wait_until_it_serves(process)
            listed = httpx.get(f"http://127.0.0.1:{port}/capabilities", headers=token, trust_env=False)
            assert len(listed.json()) == 17
        finally:
            process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Application shutdown complete" in log, "it ended in order, not by the signal alone"


@pytest.mark.parametrize(
    ("arguments", "more", "told"),
    [
        ((), {"TONGCHOU_CATALOG_PORT": "0"}, "port"),
        ((), {"TONGCHOU_CATALOG_DATABASE_URL": "mysql://localhost/catalog"}, "database_url"),
        (("seed", "absent.yaml"), {}, "absent.yaml"),
    ],
)
def test_what_cannot_be_served_is_told_in_a_line_and_not_in_a_traceback(
    tmp_path: Path, arguments: tuple[str, ...], more: dict[str, str], told: str
) -> None:
    ended = run(tmp_path, *arguments, **more)
    assert ended.returncode == 2
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_seed_file_with_a_fault_is_told_by_field_and_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("capabilities:\n  - {name: RPA, category: AI中台}\n", encoding="utf-8")
    ended = run(tmp_path, "seed", str(file))
    assert (ended.returncode, "capabilities.0.operator" in ended.stderr) == (2, True)
    assert not (tmp_path / "deep").exists()
