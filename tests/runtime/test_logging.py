"""One log for everything. Each test reads what a process of its own printed: logging is a process's global state."""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def lines_of(script: str) -> list[dict[str, Any]]:
    """Run the script after `configure("worker")` and read its stderr as JSON lines; any other line is a failure."""
    done = subprocess.run(
        [sys.executable, "-c", f"from runtime.logging import configure\nconfigure('worker')\n{script}"],
        cwd=ROOT, capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip
    return [json.loads(line) for line in done.stderr.splitlines()]


def only_line_of(script: str) -> dict[str, Any]:
    (line,) = lines_of(script)
    return line


STRUCTLOG = "import structlog; structlog.get_logger('records').info('entry.appended', position=7, title='技术统筹')"
STANDARD = (
    "import logging; logging.getLogger('records').info('entry.appended', extra={'position': 7, 'title': '技术统筹'})"
)


@pytest.mark.parametrize("script", [STRUCTLOG, STANDARD], ids=["structlog", "standard library"])
def test_both_kinds_of_logger_print_the_same_line(script: str) -> None:
    line = only_line_of(script)
    moment = datetime.fromisoformat(line.pop("timestamp"))
    assert moment.utcoffset() == timedelta()
    assert line == {
        "level": "info", "process": "worker", "event": "entry.appended", "logger": "records", "position": 7,
        "title": "技术统筹",
    }  # fmt: skip


def test_chinese_is_readable_in_the_raw_line() -> None:
    script = f"from runtime.logging import configure; configure('worker'); {STRUCTLOG}"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "技术统筹" in done.stderr


def test_an_exception_stays_on_one_line() -> None:
    script = "import structlog\ntry: 1 / 0\nexcept ZeroDivisionError: structlog.get_logger().exception('report.failed')"
    line = only_line_of(script)
    assert (line["event"], line["level"]) == ("report.failed", "error")
    assert line["exception"].endswith("ZeroDivisionError: division by zero")


SPOKEN = """
import structlog
from temporalio.exceptions import ApplicationError
def read():
    try: raise ValueError("phone: not a number (got 'Zhang 13812345678')")
    except ValueError as error: raise ApplicationError("422 leader: Zhang", type="UnknownRecipient") from error
try: read()
except ApplicationError: structlog.get_logger().exception('notice.refused')
"""


def test_an_exception_that_quotes_somebody_is_told_by_its_kind_and_place_only() -> None:
    told = only_line_of(SPOKEN)["exception"]
    assert "Zhang" not in told
    assert "ValueError: (message withheld)" in told
    assert told.endswith("temporalio.exceptions.ApplicationError[UnknownRecipient]: (message withheld)")
    assert "in read" in told


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        ("ConnectionRefusedError(111, 'Connection refused')", "ConnectionRefusedError: [Errno 111] Connection refused"),
        ("__import__('httpx').ConnectError('no route')", "httpx.ConnectError: no route"),
        ("__import__('sqlite3').OperationalError('database is locked')", "OperationalError: database is locked"),
        ("KeyError('Zhang')", "KeyError: (message withheld)"),
        ("ExceptionGroup('Zhang', [OSError('disk full')])", "ExceptionGroup: (message withheld)"),
    ],
)
def test_what_the_machine_says_of_itself_is_told_in_full(raised: str, told: str) -> None:
    script = f"import structlog\nraised = {raised}\ntry: raise raised\nexcept Exception: structlog.get_logger().exception('x.y')"
    line = only_line_of(script)["exception"]
    assert line.endswith(told)
    assert ("OSError: disk full" in line) == ("disk full" in raised)


def test_what_a_workflow_failed_with_is_left_out_of_the_line_of_the_core() -> None:
    script = """
import logging
from types import SimpleNamespace
forwarded = SimpleNamespace(target="worker", fields={"run_id": "r", "failure": "Failure { message: Zhang }"})
logging.getLogger("temporalio.core").warning("Failing workflow task", extra={"temporal_log": forwarded})
"""
    line = only_line_of(script)
    assert (line["run_id"], line["target"], "failure" in line) == ("r", "worker", False)


def test_a_warning_of_python_is_a_line_too() -> None:
    line = only_line_of("import warnings; warnings.warn('old name', UserWarning)")
    assert line["logger"] == "py.warnings"
    assert "old name" in line["event"]


def test_a_second_configure_does_not_double_the_lines() -> None:
    assert only_line_of(f"configure('worker', 'debug'); {STRUCTLOG}")["event"] == "entry.appended"


def test_lines_below_the_level_are_left_out() -> None:
    assert lines_of(f"configure('worker', 'WARNING'); {STRUCTLOG}; {STANDARD}") == []


def test_an_unknown_level_is_refused_by_name() -> None:
    script = "from runtime.logging import configure; configure('worker', 'LOUD')"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Unknown level: 'LOUD'" in done.stderr
    assert done.returncode == 1


SERVED = """
import logging
logging.getLogger("uvicorn.access").info(
    '%s - "%s %s HTTP/%s" %d', "192.0.2.7:5", "GET", "/resources?applicant=Zhang", "1.1", 200)
"""


def test_an_access_line_of_uvicorn_is_an_event_without_address_and_query() -> None:
    line = only_line_of(SERVED)
    assert (line["event"], line["method"], line["path"], line["status"]) == ("request.served", "GET", "/resources", 200)
    assert "192.0.2.7" not in json.dumps(line)
    assert "Zhang" not in json.dumps(line)


def test_the_addresses_that_libraries_print_are_left_out() -> None:
    said = (
        "from logging import getLogger; getLogger('httpx').info('GET /?n=Zhang'); getLogger('apprise').warning('Zhang')"
    )
    assert lines_of(said) == []


WORKER = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker
from runtime.logging import LogContext
from runtime.sandbox import workflow_runner
from runtime.shutdown import run
from tests.runtime.sample_workflows import Counting, count

async def main():
    server = str(Path(sys.executable).parent / "temporal-test-server")
    async with (
        await WorkflowEnvironment.start_time_skipping(test_server_existing_path=server) as env,
        Worker(env.client, task_queue="q", workflows=[Counting], activities=[count], interceptors=[LogContext()],
               activity_executor=ThreadPoolExecutor(1), workflow_runner=workflow_runner(), max_cached_workflows=0),
    ):
        await env.client.execute_workflow(Counting.run, 1, id="project:P-1", task_queue="q")

run(main())
"""


def test_workflow_and_activity_lines_name_their_workflow_and_replay_is_silent() -> None:
    # Nothing is cached, so every workflow task replays all that went before it.
    lines = [line for line in lines_of(WORKER) if line["event"].startswith(("counting.", "sample."))]
    assert [line["event"] for line in lines] == ["counting.opened", "sample.counted", "counting.closed"]
    assert {line["workflow_id"] for line in lines} == {"project:P-1"}
    assert (lines[1]["activity"], lines[1]["attempt"]) == ("sample.count", 1)


def test_what_the_native_core_of_temporal_says_has_the_same_form() -> None:
    core = [line for line in lines_of(WORKER) if line["logger"] == "temporalio.core"]
    assert core
    assert all(line["target"].startswith("temporal") for line in core)
