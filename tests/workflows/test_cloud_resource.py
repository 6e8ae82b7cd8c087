"""云资源: a service in use at the border of its runs. How it is requested, stopped and inspected is shown by the cases."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import yaml

from models.application import Application, Material, Party
from models.effects import EntryKind
from models.messages import EventReport, Withdrawal
from models.procedure import ProcedureApplication, ProcedureFile
from models.project import ProjectOutcome, State
from models.review import Outcome
from records import database, register
from simulation.histories import every_run, replay
from simulation.office import Office
from simulation.stillness import still
from tests.workflows.installation import FILED_AT, ROOT, Installation, installed, on_dev_server
from tests.workflows.matter import Matter
from workflows import names
from workflows.procedures.cloud_resource import CALL, INSPECTIONS_PER_RUN

AUTHORITY = "jj-cloud-authority"
RESOURCE = {
    "id": "visitors",
    "name": "景区实时客流",
    "provider_code": "jj-wl-info",
    "provider_name": "九江市文化旅游信息中心",
    "fields": ["人数"],
    "sharing": "无条件共享",
    "state": "mounted",
}


class Service(Matter):
    """A service on the cloud of Jiujiang, whose data is mounted."""

    def __init__(self, installation: Installation) -> None:
        super().__init__(installation, "JJ-CLOUD-1", names.procedure_id("cloud_request", "JJ-CLOUD-1"))

    async def begin(self) -> None:
        """Request it and have it activated."""
        await self.request(RESOURCE)
        for step in ("application", "activation"):
            await self.decide(step, AUTHORITY, "cloud.one")
        await self.until(lambda s: s.gate == "operation", "the operation")

    async def request(self, resource: dict[str, Any], project: str | None = None) -> None:
        """Request it, with this resource in the catalog."""
        self.know_the_register()
        async with httpx.AsyncClient(base_url=self.installation.settings.catalog_url) as catalog:
            (await catalog.post("/seed", json={"resources": [resource]})).raise_for_status()
        application = ProcedureApplication(
            regulation="jiujiang",
            procedure="cloud_request",
            code=self.code,
            title="票务系统上云",
            unit=Party(code="jj-wl-info", name="九江市文化旅游信息中心"),
            prepared_by="unit.head",
            project=project,
            form={
                "system": "票务系统",
                "needs": [{"kind": "云主机", "amount": "四台"}],
                "resources": [{"entry": "visitors", "name": "景区实时客流"}],
            },
        )
        shift = self.installation.shift
        await self.start(
            "CloudResource", ProcedureFile(application=application, filers=("unit.head",), clock_shift=shift)
        )

    def know_the_register(self) -> None:
        """Put Jiujiang's organs and officers on record. A second time nothing changes."""
        engine = database.connect(self.installation.settings.database_url)
        register.import_register(engine, ROOT / "regulations/cases/base/jiujiang-register.yaml")
        engine.dispose()

    async def call(self, number: int) -> None:
        """Call for an inspection."""
        await self.report_as(f"call-{number}", CALL)

    async def report_as(self, event_id: str, event: str) -> None:
        today = (await self.environment.now()).date()
        await self.report(EventReport(event_id=event_id, event=event, occurred_on=today, reported_by="测试"))

    async def inspect(self, number: int) -> None:
        """Call for an inspection, and find everything in order."""
        await self.call(number)
        await self.decide("inspection", AUTHORITY, "cloud.one")

    def reported(self) -> Counter[str]:
        """The events on record, by their ids."""
        entries = self.installation.ledger(self.code, EntryKind.EVENT_REPORTED)
        return Counter(str(entry.detail["event_id"]) for entry in entries)


async def test_what_is_reported_while_a_year_goes_over_to_the_next_run_is_neither_lost_nor_doubled(
    tmp_path: Path,
) -> None:
    async with on_dev_server(tmp_path) as built:
        service = Service(built)
        await service.begin()
        for number in range(1, INSPECTIONS_PER_RUN):
            await service.inspect(number)
        await service.call(INSPECTIONS_PER_RUN)
        last = await service.open_review("inspection")
        reports = [f"e{number}" for number in range(60)]

        async def report_all() -> None:
            for event_id in reports:
                await service.report_as(event_id, "data_mounted")

        reporting = asyncio.create_task(report_all())
        await service.decide("inspection", AUTHORITY, "cloud.one", review_id=last.review_id)
        await reporting
        await service.still()
        assert len(await every_run(built.client, service.workflow_id)) == 2, "one border was crossed"
        await service.report_as("call-1", CALL)
        await service.still()
        assert (await service.status()).gate == "operation", "what was reported in the first run is known in the second"
        await service.inspect(INSPECTIONS_PER_RUN + 1)
        await service.until(lambda s: len(s.steps) == 2 + INSPECTIONS_PER_RUN + 1, "the fifth inspection")
        await service.still()

        runs = await every_run(built.client, service.workflow_id)
        assert len(runs) == 2
        calls = [f"call-{number}" for number in range(1, INSPECTIONS_PER_RUN + 2)]
        assert service.reported() == Counter([*reports, *calls])
        status = await service.status()
        assert status.gate == "operation"
        assert [s.outcome for s in status.steps if s.step == "inspection"] == [Outcome.APPROVED] * 5
        assert [s.round for s in status.steps if s.step == "inspection"] == [1, 2, 3, 4, 5]
        assert await replay(runs) == []
        await service.project.terminate()


async def test_a_withdrawal_that_is_answered_just_before_the_border_ends_the_use(tmp_path: Path) -> None:
    async with installed(tmp_path) as built:
        service = Service(built)
        await built.set_date(FILED_AT)
        await service.begin()
        for number in range(1, INSPECTIONS_PER_RUN):
            await service.inspect(number)
        await service.call(INSPECTIONS_PER_RUN)
        await service.open_review("inspection")
        await service.still()
        built.notification.down = True
        try:
            # The letter on the outcome hangs, and with it the way to the border.
            await service.decide("inspection", AUTHORITY, "cloud.one")
            await service.say("withdraw", Withdrawal(withdrawn_by="unit.head", reason="系统下线"))
        finally:
            built.notification.down = False
        status = await service.until(lambda s: s.state is State.CLOSED, "the end of the use")
        assert status.outcome is ProjectOutcome.WITHDRAWN
        assert len(await every_run(built.client, service.workflow_id)) == 1
        changed = built.ledger(service.code, EntryKind.REGISTER_CHANGED)
        assert [entry.detail["state"] for entry in changed] == ["activated", "released"]
        await service.still()
        assert await replay(await every_run(built.client, service.workflow_id)) == []


async def test_a_commitment_is_known_to_the_project_that_the_request_belongs_to(tmp_path: Path) -> None:
    async with installed(tmp_path) as built:
        await built.set_date(FILED_AT)
        written = yaml.safe_load((ROOT / "regulations/cases/base/jiujiang-project.yaml").read_text("utf-8"))
        written.pop("documents")
        application = Application.model_validate(written)
        service, project = Service(built), Office(built, application.code)
        service.know_the_register()
        await project.file(application)
        await still(built.client, [project.workflow_id])
        await service.request(RESOURCE | {"state": "published"}, project=application.code)
        await service.decide("application", AUTHORITY, "cloud.one")
        await service.until(lambda s: s.gate == "commitment", "the commitment")
        promise = {"due_on": "2026-06-30", "reason": "接口未开放"}
        document = Material(kind="sharing_commitment", name="承诺书.pdf", sha256="0" * 64, size=1)
        await service.submit("unit.head", form=promise, materials=(document,))
        await service.open_review("activation")
        await still(built.client, [service.workflow_id, project.workflow_id])
        (entry,) = built.ledger(application.code, EntryKind.EVENT_REPORTED)
        assert entry.detail["event"] == "commitment_signed"
        assert entry.detail["data"] == promise
        assert entry.detail["reported_by"] == service.workflow_id
        for office in (service, project):
            assert await replay(await every_run(built.client, office.workflow_id)) == []
            await office.project.terminate()
