"""The notification service and its gateways, run for real on loopback; the tests of the activity use it too."""

import queue
import socket
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import uvicorn
import yaml
from apprise import Apprise

from models.base import Text
from services.access.tokens import Access, Open
from services.notification.app import create_app
from services.notification.registry import TEMPLATES, Kind
from services.notification.settings import NotificationSettings

with warnings.catch_warnings():
    # Apprise loads its mail plugin when first asked for one; on Python 3.11 that imports a deprecated module.
    warnings.simplefilter("ignore", DeprecationWarning)
    Apprise.instantiate("mailto://nobody@example.org")

SAMPLES: dict[Kind, Any] = {
    Kind.TEXT: "甲",
    Kind.OPTIONAL_TEXT: "乙",
    Kind.TEXTS: ["第一项", Text(zh="第二项", en="the second item").model_dump()],
    Kind.MATERIALS: [{"name": "建设方案.pdf", "kind": "scheme", "sha256": "ab" * 32}],
}


def variables_of(template: str) -> dict[str, Any]:
    """Variables with which the template prints; each text holds its own name, to be found again in the letter."""
    return {name: f"{name}-甲" if kind is Kind.TEXT else SAMPLES[kind] for name, kind in TEMPLATES[template].items()}


def notice(notice_id: str = "n-1", template: str = "project_closed", **changes: Any) -> dict[str, Any]:
    """A valid request body."""
    body = {
        "notice_id": notice_id,
        "project": "JY-2026-0001",
        "template": template,
        "recipient": {"kind": "organ", "code": "jy-data-bureau"},
        "variables": variables_of(template) if template in TEMPLATES else {},
    }
    return body | changes


def settings_in(folder: Path, *channels: str, **changes: Any) -> NotificationSettings:
    """Settings with a database in the folder; `channels` are those of every recipient."""
    values: dict[str, Any] = {"database_url": f"sqlite:///{folder}/notification.db", "poll_seconds": 0.02}
    if channels:
        file = folder / "channels.yaml"
        file.write_text(yaml.safe_dump({"default": list(channels)}), "utf-8")
        values["channels"] = file
    return NotificationSettings(**values | changes)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class _Server(uvicorn.Server):
    """A server that says when it listens, so that nobody has to guess."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


@contextmanager
def serve(settings: NotificationSettings, access: Access | None = None) -> Iterator[str]:
    """Run the service on a free port and give its base URL. At the end it is shut down in good order.

    Without an `access` it lets everybody in; who is let in is tests/services/test_access.py.
    """
    access = access or Open()
    # With its protocol named, asyncio turns Nagle's algorithm off, which else costs 40 ms an answer.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        server = _Server(uvicorn.Config(create_app(settings, access), log_config=None))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        assert server.up.wait(20), "the service did not start"
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive(), "the service did not stop"


class Gateway:
    """A webhook that keeps what it got. `statuses` are its next answers; without one it answers 200."""

    def __init__(self, port: int) -> None:
        self.url = f"json://127.0.0.1:{port}/hook"
        self.got: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()
        self.statuses: queue.Queue[int] = queue.Queue()


@contextmanager
def gateway(port: int = 0) -> Iterator[Gateway]:
    """A real HTTP server on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = hook.statuses.get() if not hook.statuses.empty() else 200
            self.send_response(status)
            self.end_headers()
            hook.got.put((dict(self.headers), body))

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: a test's output is its own."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    hook = Gateway(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
