"""A whole run greps clean: what people wrote is read in our own databases by those who may, and nowhere else.

Names, telephone numbers, e-mail addresses, titles and opinions are marked, a project lives through its first stages on the
embedded stack with encryption on, and then the marks are searched in everything that leaves our processes: the search
attributes, ids and histories as the server keeps them, the server's own files, and the logs of every process.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import yaml
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    GetWorkflowExecutionHistoryRequest,
    ListWorkflowExecutionsRequest,
)
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from models.application import ApplicationFile
from models.plan import StageName
from models.review import Verdict
from records import database, ledger, register
from runtime.client import Refusal
from runtime.connect import connect
from runtime.settings import Settings
from simulation.environment import Environment
from simulation.histories import every_run, replay
from simulation.office import Office
from starter.clients import catalog_of, notification_of
from starter.ports import Ports
from starter.stack import Stack, embedded
from tests.workflows.installation import ROOT, application, material

CODE = "JY-2026-0001"
BUREAU = "jy-data-bureau"
TITLE, SUMMARY, UNIT = "标记项目名称甲", "标记摘要乙", "标记单位丙"
LEADER, PHONE, SIGNER = "标记负责人丁", "0510-86868686", "标记签字人戊"
OPINION, CONDITION, MALFORMED = "标记意见己，请联系", "标记条件庚", "标记错误辛"
OFFICER, EMAIL = "标记经办人壬", "marked.officer@mail.example"
FILE = "标记附件癸.pdf"
IN_CLEAR = "said-in-clear-text"
MARKS = (TITLE, SUMMARY, UNIT, LEADER, PHONE, SIGNER, OPINION, CONDITION, MALFORMED, OFFICER, EMAIL, FILE)


@dataclass(frozen=True)
class Life:
    """What a project left behind."""

    client: Client
    folder: Path
    keys: Path


def found_in(content: bytes) -> list[str]:
    """The marks in the content, whatever writes them: plain, or as JSON escapes them."""
    escaped = {mark: json.dumps(mark)[1:-1].encode() for mark in MARKS}
    return [mark for mark in MARKS if mark.encode() in content or escaped[mark] in content]


def marked() -> ApplicationFile:
    """The example's application with a mark in everything that says who or what."""
    plain = application(CODE, "corrected.yaml").model_dump(mode="json")
    plain["title"], plain["summary"], plain["unit"]["name"] = TITLE, SUMMARY, UNIT
    filing = plain["forms"]["catalog_filing"]
    filing["leader"], filing["phone"], filing["project_name"] = LEADER, PHONE, TITLE
    filing["unit_opinion"]["signed_by"] = SIGNER
    return ApplicationFile.model_validate(plain)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def life(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Life]:
    folder = tmp_path_factory.mktemp("secret")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TONGCHOU_SIGNATURES", "off")
        async with embedded(folder, Ports.any_free(), encrypted=True) as stack:
            await _furnish(stack, folder)
            keys = stack.endpoints.payload_keys
            assert keys is not None
            client = await connect(stack.endpoints.temporal, payload_keys=keys)
            await _live(Office(Environment(client, Settings(), WorkflowEnvironment.from_client(client)), CODE))
            await _told(stack)
            yield Life(client, folder, keys)


async def _furnish(stack: Stack, folder: Path) -> None:
    people = yaml.safe_load((ROOT / "examples/jiangyin/register.yaml").read_text("utf-8"))
    officer = next(one for one in people["officers"] if one["id"] == "chen.hao")
    officer["name"], officer["email"] = OFFICER, EMAIL
    (folder / "register.yaml").write_text(yaml.safe_dump(people, allow_unicode=True), encoding="utf-8")
    engine = database.connect(f"sqlite:///{folder}/tongchou.db")
    register.import_register(engine, folder / "register.yaml")
    engine.dispose()
    async with catalog_of(stack.endpoints) as catalog:
        for seed in ("services/catalog/seeds/jiangyin.yaml", "examples/jiangyin/catalog.yaml"):
            (await catalog.post("/seed", json=yaml.safe_load((ROOT / seed).read_text("utf-8")))).raise_for_status()


async def _live(office: Office) -> None:
    """Filed, refused things, returned with an opinion, corrected, approved into the next stage."""
    await office.file(marked().application(), (material("project_plan", FILE),))
    await office.open_review("admission")
    with pytest.raises(Refusal, match=MALFORMED):
        await office.say("submit_decision", {"decision_id": MALFORMED})
    with pytest.raises(Refusal):
        await office.decide("admission", BUREAU, "nobody", Verdict.APPROVE, opinion=f"{OPINION} {PHONE}")
    await office.project.signal("decide", {"decision_id": MALFORMED, "opinion": OPINION})
    await _say_in_clear(office)
    await office.decide("admission", BUREAU, "chen.hao", Verdict.APPROVE, opinion=f"{OPINION} {PHONE} {EMAIL}")
    await office.decide("forwarding", BUREAU, "lin.yue", Verdict.APPROVE, opinion=OPINION, conditions=())
    await office.until(lambda status: status.stage is StageName.TECHNICAL_COORDINATION, "the next stage")
    await office.open_review("committee")


async def _say_in_clear(office: Office) -> None:
    """A decision as it comes from Temporal's own command line, which has none of our keys."""
    service, namespace = office.environment.client.service_client, office.environment.client.namespace
    plain = Client(service, namespace=namespace).get_workflow_handle(office.project.id)
    status = await office.status()
    assert status.review is not None
    decision = {"decision_id": IN_CLEAR, "review_id": status.review.review_id, "organ": BUREAU, "officer": "chen.hao"}
    await plain.signal("decide", {**decision, "verdict": "approve"})


async def _told(stack: Stack) -> None:
    """Wait until the letters are out: what sends them logs, too."""
    async with notification_of(stack.endpoints) as notices, asyncio.timeout(20):
        while not (sent := (await notices.get(f"/projects/{CODE}/messages")).json()):
            await asyncio.sleep(0.1)
    assert TITLE in json.dumps(sent, ensure_ascii=False)


async def test_the_histories_hold_none_of_it_as_the_server_keeps_them(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = await every_run(life.client, f"project:{CODE}")
    assert len(runs) >= 2
    for run in runs:
        execution = WorkflowExecution(workflow_id=run.workflow_id, run_id=run.run_id)
        asked = GetWorkflowExecutionHistoryRequest(namespace=life.client.namespace, execution=execution)
        raw = await life.client.workflow_service.get_workflow_execution_history(asked)
        assert found_in(raw.SerializeToString()) == []
    monkeypatch.setenv("TONGCHOU_PAYLOAD_KEYS", str(life.keys))
    assert await replay(runs) == []


async def test_what_can_be_listed_and_searched_holds_codes_only(life: Life) -> None:
    """Search attributes, memos, summaries, ids."""
    listing = ListWorkflowExecutionsRequest(namespace=life.client.namespace, page_size=100)
    listed = await life.client.workflow_service.list_workflow_executions(listing)
    assert CODE.encode() in listed.SerializeToString()
    assert found_in(listed.SerializeToString()) == []
    for info in listed.executions:
        described = await life.client.workflow_service.describe_workflow_execution(
            DescribeWorkflowExecutionRequest(namespace=life.client.namespace, execution=info.execution)
        )
        assert found_in(described.SerializeToString()) == []


async def test_the_files_of_the_server_hold_none_of_it(life: Life) -> None:
    files = list(life.folder.glob("temporal.db*"))
    assert CODE.encode() in b"".join(file.read_bytes() for file in files)
    assert {file.name: found for file in files if (found := found_in(file.read_bytes()))} == {}


async def test_the_logs_of_all_processes_hold_none_of_it(life: Life) -> None:
    logs = {file.name: file.read_bytes() for file in (life.folder / "logs").iterdir()}
    assert set(logs) == {f"{name}.log" for name in ("temporal", "catalog", "notification", "worker", "codec")}
    assert b"notice.accepted" in logs["notification.log"]
    assert {name: found for name, content in logs.items() if (found := found_in(content))} == {}


async def test_the_exported_histories_hold_none_of_it(life: Life) -> None:
    exported = [file for file in (life.folder / "histories").rglob("*") if file.is_file()]
    assert exported
    assert {file.name: found for file in exported if (found := found_in(file.read_bytes()))} == {}


async def test_a_decision_in_clear_text_counts_for_nothing_and_is_refused_on_record(life: Life) -> None:
    engine = database.connect(f"sqlite:///{life.folder}/tongchou.db")
    entries = [line.entry for line in ledger.every_entry(engine, CODE)]
    engine.dispose()
    assert IN_CLEAR not in "".join(entry.model_dump_json() for entry in entries)
    refused = [entry for entry in entries if "/decision.refused/unreadable" in entry.entry_id]
    reasons = [entry.model_dump_json() for entry in refused]
    assert sum("the payload is not a JSON object" in reason for reason in reasons) == 1, reasons


@pytest.mark.parametrize("has_keys", [True, False])
def test_a_command_reads_it_with_the_keys_of_the_running_stack_and_never_without(life: Life, has_keys: bool) -> None:
    reached = {"TONGCHOU_DATA_DIR": str(life.folder)}
    if not has_keys:
        reached = {"TEMPORAL_ADDRESS": life.client.service_client.config.target_host}
    done = subprocess.run(
        [sys.executable, "-m", "starter", "status", CODE],
        env={"PATH": os.environ["PATH"], **reached}, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (TITLE in done.stdout) == has_keys
    assert done.returncode == (0 if has_keys else 2), done.stderr


async def test_the_search_would_find_it(life: Life) -> None:
    """The marks are there, in the databases that are ours and closed: or the other tests would search for nothing."""
    records: Any = b"".join(file.read_bytes() for file in life.folder.glob("tongchou.db*"))
    letters: Any = b"".join(file.read_bytes() for file in life.folder.glob("notification.db*"))
    assert {OPINION, EMAIL, OFFICER} <= set(found_in(records))
    assert TITLE in found_in(letters)
