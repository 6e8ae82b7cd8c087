"""The service as a process of its own, killed and started again."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import yaml

from tests.services.notification.running import free_port, gateway, notice

ROOT = Path(__file__).parents[3]


@contextmanager
def process(folder: Path, channel: str, **changes: str) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """`python -m services.notification`, up and answering; it is killed at the end if it still runs."""
    (folder / "channels.yaml").write_text(yaml.safe_dump({"default": [channel]}), "utf-8")
    port = free_port()
    values = {"DATABASE_URL": f"sqlite:///{folder}/n.db", "CHANNELS": f"{folder}/channels.yaml", "PORT": str(port)}
    values |= {"POLL_SECONDS": "0.05", "RETRY_BASE_SECONDS": "0.1"} | changes
    environment = os.environ | {f"TONGCHOU_NOTIFICATION_{name}": value for name, value in values.items()}
    command = [sys.executable, "-m", "services.notification"]
    create = [*command, "token", "create", "--name", "sender", "--scope", "messages:send", "--scope", "messages:read"]
    made = subprocess.run(create, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    token = {"Authorization": f"Bearer {made.stdout.strip()}"}
    started = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    assert started.stderr is not None
    assert any("running on" in line for line in started.stderr), "the service did not start"
    drain = threading.Thread(target=started.stderr.read, daemon=True)
    drain.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=token) as client:
            yield started, client
    finally:
        started.kill()
        started.wait(10)
        drain.join(10)
        started.stderr.close()


def test_what_was_not_sent_before_a_kill_is_sent_after_the_restart(tmp_path: Path) -> None:
    port = free_port()
    channel = f"json://127.0.0.1:{port}/hook"
    with process(tmp_path, channel) as (started, client):
        assert client.post("/messages", json=notice()).status_code == 201
        started.send_signal(signal.SIGKILL)
        started.wait(10)
    with gateway(port) as hook, process(tmp_path, channel) as (_, client):
        headers, _ = hook.got.get(timeout=30)
        assert headers["X-Notice-Id"] == "n-1"
        assert client.post("/messages", json=notice()).status_code == 200


def test_an_attempt_during_which_the_process_was_killed_is_made_again(tmp_path: Path) -> None:
    with silent_gateway() as (port, arrived):
        channel = f"json://127.0.0.1:{port}/hook"
        with process(tmp_path, channel, LEASE_SECONDS="1") as (started, client):
            client.post("/messages", json=notice())
            assert arrived.wait(30)
            started.send_signal(signal.SIGKILL)
            started.wait(10)
        arrived.clear()
        with process(tmp_path, channel) as (_, client):
            assert arrived.wait(30)
            (message,) = client.get("/messages/n-1").json()["messages"]
            assert (message["state"], message["attempts"]) == ("sending", 2)


@contextmanager
def silent_gateway() -> Iterator[tuple[int, threading.Event]]:
    """A webhook that takes a request and does not answer it."""
    arrived, end = threading.Event(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            arrived.set()
            end.wait(30)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: a test's output is its own."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1], arrived
    finally:
        end.set()
        server.shutdown()
        server.server_close()


def test_a_termination_ends_the_process_in_good_order(tmp_path: Path) -> None:
    with process(tmp_path, "inbox") as (started, client):
        assert client.get("/healthz").status_code == 200
        started.send_signal(signal.SIGTERM)
        assert started.wait(10) == 0


def test_a_wrong_channels_file_ends_the_process_with_its_reason(tmp_path: Path) -> None:
    file = tmp_path / "channels.yaml"
    file.write_text("default: [pigeon://loft]", "utf-8")
    environment = os.environ | {"TONGCHOU_NOTIFICATION_CHANNELS": str(file)}
    ended = subprocess.run(
        [sys.executable, "-m", "services.notification"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert ended.returncode == 2
    assert "default.0" in ended.stderr and "Traceback" not in ended.stderr
