"""How the ledger is verified: its chains, its anchors, the workflows' histories. Apart from the command: much is imported."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from temporalio.client import Client
from temporalio.converter import PayloadCodec

from models.base import Text
from models.effects import REGISTER_JOURNAL, AnchorReceipt
from records import register_check
from records.chain import anchors, stored
from records.chain.anchors import AnchorsRead
from records.chain.discrepancies import Discrepancy, Tampering
from records.chain.verification import Walk
from runtime.connect import data_converter
from runtime.payloads.codec import ClearPayload
from runtime.payloads.histories import in_clear
from runtime.signing import KeyUnusable, read_public_key
from starter.failures import BadInput
from starter.output import Shown, Table
from starter.progress import Told, counted, silent
from starter.told_by_histories import Tellings, gathered
from workflows.names import PROJECT_CODE

ANCHORINGS = 48
"""How many of the latest anchorings are looked up in Temporal."""

LAG = timedelta(minutes=1)
"""How far what Temporal lists may be behind. An entry that is younger than this may come from a run that is not listed yet."""

SHOWN = 1000
"""How many findings are told one by one. Whoever finds more has no question about the others."""


@dataclass
class Verification:
    """How far a verification went, and what it found."""

    project: str | None
    entries: int = 0
    projects: int = 0
    anchors: AnchorsRead = field(default_factory=AnchorsRead)
    histories: int = 0
    compared: int = 0
    findings: list[Discrepancy] = field(default_factory=list)
    more: bool = False
    notes: list[Text] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.findings

    def shown(self) -> Shown:
        """The result for programs and for people."""
        document = {
            "holds": self.holds,
            "project": self.project,
            "entries": self.entries,
            "projects": self.projects,
            "anchors": {
                "number": self.anchors.number,
                "digest": self.anchors.digest,
                "position": self.anchors.position,
            },
            "histories": self.histories,
            "compared": self.compared,
            "findings": self.findings,
            "more": self.more,
            "notes": self.notes,
        }
        result = (
            Text(zh="台账完好", en="the ledger holds")
            if self.holds
            else Text(
                zh=f"台账有误：{len(self.findings)}{' 处以上' if self.more else ' 处'}",
                en=f"the ledger does not hold: {len(self.findings)}{' or more' if self.more else ''} findings",
            )
        )
        return Shown.of(document, self._extent(), *self.notes, self._table() if self.findings else None, result)

    def _extent(self) -> Text:
        return Text(
            zh=f"已核对 {self.projects} 个项目 {self.entries} 条，锚定 {self.anchors.number} 次，流程历史 {self.histories} 份"
            f"（逐条比对 {self.compared} 个项目）",
            en=f"{self.entries} entries of {self.projects} projects, {self.anchors.number} anchors, {self.histories} histories "
            f"({self.compared} projects compared entry by entry)",
        )

    def _table(self) -> Table:
        columns = (
            Text(zh="问题", en="fault"),
            Text(zh="项目", en="project"),
            Text(zh="号", en="number"),
            Text(zh="序号", en="position"),
            Text(zh="条目", en="entry"),
            Text(zh="说明", en="what is wrong"),
        )
        rows = [(f.fault.label, f.project, f.sequence, f.position, f.entry_id, f.reason) for f in self.findings]
        return Table(columns, rows)


@dataclass(frozen=True)
class Sources:
    """What the ledger is held against. `key` is the public key of the anchors; None: the one beside them."""

    anchors: Path | None
    key: Path | None
    histories: Path | None
    client: Client | None


def extent(engine: Engine, project: str | None) -> int | None:
    """How many entries there are to walk; None where that is not known: one project's chain is short."""
    return stored.last_position(engine) if project is None else None


async def verified(engine: Engine, project: str | None, sources: Sources, told: Told = silent) -> Verification:
    """Verify the ledger, or one project's chain; each entry that was walked is told. Raises BadInput for a file that cannot be
    read, RPCError."""
    done = Verification(project)
    # In this order: what was anchored, and what a history tells, is on record before it is looked up.
    if sources.anchors:
        done.anchors = await _read(sources.anchors, sources)
    until = stored.last_position(engine, datetime.now(UTC) - (LAG if sources.client else timedelta()))
    with gathered() as tellings:
        await _gather(tellings, sources, project)
        anchored = {p: d for p, d in done.anchors.anchored.items() if project in (None, p)}
        walk = Walk(anchored, lambda code: stored.documents(engine, code))
        found = _all_findings(engine, done, walk, tellings, until, told)
        done.findings = list(islice(found, SHOWN))
        done.more = next(found, None) is not None
        done.entries, done.projects = walk.entries, walk.projects
        done.histories, done.compared = tellings.runs, tellings.compared
    if project in (None, REGISTER_JOURNAL) and not register_check.is_covered(engine):
        done.notes.append(register_check.NOT_COVERED)
    done.notes += _notes(done, stored.last_position(engine), sources)
    return done


def _all_findings(
    engine: Engine, done: Verification, walk: Walk, tellings: Tellings, until: int, told: Told
) -> Iterator[Discrepancy]:
    yield from done.anchors.findings
    yield from walk.findings(counted(stored.documents(engine, done.project), told))
    if done.project in (None, REGISTER_JOURNAL):
        yield from register_check.findings(engine)
    if tellings.runs:
        yield from tellings.findings(stored.documents(engine, done.project), until, done.project)


# ---------------------------------------------------------------- what it is held against


async def _read(file: Path, sources: Sources) -> AnchorsRead:
    try:
        key = read_public_key(sources.key) if sources.key else anchors.AnchorsFile(file).public_key
        found = anchors.read(file, key)
    except OSError as error:
        raise BadInput(
            Text(zh="锚定文件或公钥无法读取", en="the anchors or their public key cannot be read"),
            details=[f"{error.filename}: {error.strerror}"],
        ) from error
    except KeyUnusable as error:
        raise BadInput(error.text) from error
    cut = await _cut(sources.client, found, key) if sources.client else None
    return found.model_copy(update={"findings": (*found.findings, cut)}) if cut else found


async def _cut(client: Client, found: AnchorsRead, key: str) -> Discrepancy | None:
    """The anchor that Temporal knows of, if the file does not have it: the results of anchorings are kept there as well."""
    query = "WorkflowType = 'Anchoring' AND ExecutionStatus = 'Completed'"
    async for run in client.list_workflows(query, limit=ANCHORINGS):
        handle = client.get_workflow_handle(run.id, run_id=run.run_id, result_type=AnchorReceipt)
        receipt = await handle.result()
        if receipt.key == key and receipt.number and found.digests.get(receipt.number) != receipt.digest:
            zh = f"Temporal 所载第 {receipt.number} 次锚定（{receipt.digest}）不在文件中"
            en = f"anchor {receipt.number} ({receipt.digest}), which Temporal knows, is not in the file"
            return Discrepancy(fault=Tampering.ANCHORS, reason=Text(zh=zh, en=en))
    return None


async def _gather(tellings: Tellings, sources: Sources, project: str | None) -> None:
    codec = sources.client.data_converter.payload_codec if sources.client else data_converter().payload_codec
    if sources.histories:
        for file in sorted(sources.histories.glob("*/*.json")):
            try:
                tellings.add(await _read_history(file.read_text("utf-8"), codec, str(file)), file.parent.name)
            except (OSError, ValueError, LookupError, TypeError) as error:
                raise BadInput(_NO_HISTORY, details=[f"{file}: {error!r}"]) from error
    if sources.client:
        await _gather_live(tellings, sources.client, project)


async def _gather_live(tellings: Tellings, client: Client, project: str | None) -> None:
    query = f"{PROJECT_CODE.name} = '{project}'" if project else f"{PROJECT_CODE.name} IS NOT NULL"
    async for run in client.list_workflows(query):
        history = await client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history()
        text = history.to_json()
        read = await _read_history(text, client.data_converter.payload_codec, f"{run.id} {run.run_id}")
        tellings.add(read, run.id.partition(":")[2], is_current=True)


async def _read_history(text: str, codec: PayloadCodec | None, name: str) -> dict[str, Any]:
    try:
        history: dict[str, Any] = json.loads(await in_clear(text, codec))
    except ClearPayload as error:
        raise BadInput(_NO_HISTORY, details=[f"{name}: {error}"]) from error
    return history


_NO_HISTORY = Text(zh="流程历史无法读取", en="a history cannot be read")


# ---------------------------------------------------------------- what is told beside the findings


def _notes(done: Verification, last: int, sources: Sources) -> Iterator[Text]:
    if sources.anchors is None:
        yield Text(
            zh="没有锚定文件：末尾被截去、整链被重新计算无从发现",
            en="there are no anchors: a cut end, or a chain that was computed anew, cannot be found",
        )
        return
    if done.anchors.torn:
        yield Text(
            zh="锚定文件末行未写完（写入时中断），未予采用",
            en="the last line of the anchors was cut short by a crash, and is left out",
        )
    if done.anchors.position < last:
        yield Text(
            zh=f"序号 {done.anchors.position} 之后的条目尚未锚定（台账至 {last}）",
            en=f"entries behind position {done.anchors.position} are not anchored yet (the ledger goes to {last})",
        )
