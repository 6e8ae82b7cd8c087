"""The command as the tests call it: in this process, on a data folder of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from starter.cli import app
from starter.folder import Endpoints
from starter.ports import Ports

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "jiangyin" / "application.yaml"
CORRECTED = ROOT / "examples" / "jiangyin" / "corrected.yaml"
REGISTER = ROOT / "examples" / "jiangyin" / "register.yaml"

NO_SERVER = "127.0.0.1:1"

FREE_PORTS = [word for field in fields(Ports) for word in (f"--{field.name.replace('_', '-')}-port", "0")]
"""Several stacks start at a time: none may count on a port that was free a moment before."""


@dataclass(frozen=True)
class Told:
    """What a command said, and its exit code."""

    code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.stdout)


@dataclass(frozen=True)
class Tongchou:
    """The command on one data folder. Without a running stack on it, no Temporal server is to be found either."""

    data_dir: Path
    endpoints: Endpoints | None = None
    language: str | None = None

    def __call__(self, *arguments: str | Path) -> Told:
        """Run the command. An unexpected error is raised."""
        env = {
            "TONGCHOU_DATA_DIR": str(self.data_dir),
            "TONGCHOU_DATABASE_URL": None,
            "TONGCHOU_LANGUAGE": self.language,
            "TEMPORAL_ADDRESS": None if self.endpoints else NO_SERVER,
        }
        result = CliRunner().invoke(app, [str(a) for a in arguments], env=env, catch_exceptions=False)
        return Told(result.exit_code, result.stdout, result.stderr)

    def document(self, *arguments: str | Path) -> Any:
        """What a command answers with `--json`. It must succeed."""
        told = self(*arguments, "--json")
        assert told.code == 0, told.stdout + told.stderr
        return told.document

    def status(self, code: str, until: Callable[[Any], Any] = lambda status: True) -> Any:
        """The status as soon as it fits: a workflow acts a moment after it has answered."""
        deadline = time.monotonic() + 30
        while True:
            status = self.document("status", code)
            if until(status):
                return status
            assert time.monotonic() < deadline, status
            time.sleep(0.1)

    def recorded(self, code: str, kind: str) -> Any:
        """The project's entries of that kind, as soon as there is one."""
        deadline = time.monotonic() + 30
        while True:
            told = self("ledger", "show", code, "--kind", kind, "--json")
            if told.code == 0:
                return told.document
            assert time.monotonic() < deadline, told
            time.sleep(0.1)

    def start(self, code: str, folder: Path, example: Path = EXAMPLE) -> str:
        """File the example under another code, and return the id of its first review."""
        assert self("start", copied(folder, code, example)).code == 0
        review = self.status(code, until=lambda s: s["review"])["review"]
        return str(review["review_id"])


@contextmanager
def up(folder: Path, *options: str) -> Iterator[Tongchou]:
    """`tongchou up` on that folder, and the command that works with it. Ctrl-C ends it in peace."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("TEMPORAL_", "TONGCHOU_"))}
    with subprocess.Popen(
        [sys.executable, "-m", "starter", "--json", "up", *options, *FREE_PORTS],
        cwd=ROOT,
        env={**environment, "TONGCHOU_DATA_DIR": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        document = "".join(iter(process.stdout.readline, "}\n")) + "}"
        try:
            yield Tongchou(folder, Endpoints.model_validate_json(document))
        finally:
            process.send_signal(signal.SIGINT)
            ended = process.wait(60)
        assert ended == 0


def copied(folder: Path, code: str, example: Path = EXAMPLE) -> Path:
    """The example under another code, with its document beside it."""
    documents = folder / "documents"
    documents.mkdir(parents=True, exist_ok=True)
    (documents / "project-plan.md").write_text(f"# 方案 {code}", encoding="utf-8")
    file = folder / example.name
    text = example.read_text(encoding="utf-8").replace("JY-2026-0001", code)
    file.write_text(text, encoding="utf-8")
    return file


def changed(file: Path, old: str, new: str) -> Path:
    """The file with one passage replaced, which must be in it."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file
