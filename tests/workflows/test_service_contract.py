"""服务合同: what a year comes to, and what travels over the border of a year. How a contract lives is shown by the cases."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from models.application import Party
from models.calendar import CHINA
from models.effects import EntryKind
from models.messages import Answer, DecisionReceipt, EventReport
from models.procedure import ProcedureApplication, ProcedureFile
from models.project import ProjectOutcome
from models.review import Decision, Outcome, Verdict
from records import database, register
from runtime import client as messenger
from simulation.histories import every_run, replay
from tests.workflows.installation import ROOT, Installation, material, on_dev_server
from tests.workflows.matter import Matter
from workflows import names
from workflows.procedures.contract_terms import ContractYear, Terms, listed_twice

COMPANY, BUREAU, USER = "jdz-project-company", "jdz-it-bureau", "jdz-cg-info"
FORM: dict[str, Any] = {
    "contract_no": "景信购2026-12",
    "provider": "景德镇市智慧城市建设项目公司",
    "budget_confirmation_no": "景财预〔2026〕5号",
    "budget_confirmed_on": "2026-02-20",
    "category": "大数据服务",
    "managed": "已纳入",
    "first_term": 3,
    "renewed": "按年续约",
    "settled_by": "年度实际使用数量",
    "services": [
        {"service": "云主机", "unit_price": "1200.10", "quantity": 40},
        {"service": "对象存储", "unit_price": 0.1, "quantity": 100},
    ],
    "yearly_ceiling": 90000,
    "quality": "可用性不低于千分之九百九十九",
    "class": "非经营类",
}


def use(**quantities: Any) -> dict[str, Any]:
    """A year's use, as it is stated."""
    rows = [{"service": service, "quantity": quantity} for service, quantity in quantities.items()]
    return {"usage": rows, "quality_met": "符合合同约定"}


# ---------------------------------------------------------------- what a year comes to


def test_a_year_is_settled_by_the_exact_product_of_use_and_price() -> None:
    settled = Terms.of(FORM).settle(1, use(云主机=3, 对象存储=3))
    assert (settled.used, settled.payable) == (Decimal("3600.60"), Decimal("3600.60"))


def test_what_exceeds_the_ceiling_is_not_paid_and_a_deduction_is_taken_from_what_is() -> None:
    settled = Terms.of(FORM).settle(1, {**use(云主机=100), "deduction": "0.01"})
    assert (settled.used, settled.payable) == (Decimal("120010.00"), Decimal("89999.99"))


def test_a_deduction_larger_than_the_use_leaves_nothing_to_pay_and_no_debt() -> None:
    assert Terms.of(FORM).settle(1, {**use(对象存储=1), "deduction": 50}).payable == Decimal("0.00")


@pytest.mark.parametrize(
    ("usage", "words"),
    [
        (use(专线=1), "合同没有服务项目"),
        ({"usage": [{"service": "云主机", "quantity": 1}] * 2}, "两次"),
    ],
)
def test_use_that_the_contract_has_no_price_for_and_use_stated_twice_are_refused(
    usage: dict[str, Any], words: str
) -> None:
    objection = Terms.of(FORM).objection_to(usage)
    assert objection and words in objection.zh


def test_a_contract_that_lists_a_service_twice_has_no_price_for_it() -> None:
    assert listed_twice(FORM) == ()
    (fault,) = listed_twice({**FORM, "services": [*FORM["services"], FORM["services"][0]]})
    assert "云主机" in fault


# ---------------------------------------------------------------- over the border


class Contract(Matter):
    """A contract that was signed so long ago that its first years are over: each is settled without waiting for it."""

    def __init__(self, installation: Installation) -> None:
        super().__init__(installation, "JDZ-C-1", names.procedure_id("service_contract", "JDZ-C-1"))

    async def begin(self) -> None:
        """Begin in its first year, which is over."""
        engine = database.connect(self.installation.settings.database_url)
        register.import_register(engine, ROOT / "regulations/cases/base/jingdezhen-register.yaml")
        engine.dispose()
        signed = datetime.now(CHINA) - timedelta(days=366 + 365)
        kept = ContractYear(signed_at=signed, number=1, term_ends_after=3, terms=Terms.of(FORM))
        application = ProcedureApplication(
            regulation="jingdezhen",
            procedure="service_contract",
            code=self.code,
            title="应用服务合同",
            unit=Party(code=BUREAU, name="景德镇市政务信息化管理局"),
            prepared_by="bureau.two",
            parties={"user": USER},
            form=FORM,
        )
        file = ProcedureFile(
            application=application,
            materials=(material("contract_text"),),
            filers=("bureau.two",),
            kept=kept.model_dump(mode="json"),
        )
        await self.start("ServiceContract", file)

    async def state_use(self, update_id: str, **quantities: Any) -> Answer:
        """State a year's use, once it is asked for."""
        await self.until(lambda s: s.gate == "usage" and s.awaiting == (COMPANY,), "the statement of use")
        report = material("acceptance_report")
        return await self.submit("company.one", update_id, form=use(**quantities), materials=(report,))

    def decision(self, number: int, organ: str, officer: str) -> Decision:
        """An approval of the settlement in that year."""
        return Decision(
            decision_id=f"y{number}-{organ}",
            review_id=f"{self.workflow_id}/settlement/r{number}",
            organ=organ,
            officer=officer,
            verdict=Verdict.APPROVE,
        )

    async def approve(self, decision: Decision) -> DecisionReceipt:
        return await messenger.update(
            self.environment.client, self.workflow_id, "submit_decision", decision, DecisionReceipt
        )

    async def report_as(self, event_id: str, event: str) -> None:
        """Report an event."""
        today = datetime.now(CHINA).date()
        await self.report(EventReport(event_id=event_id, event=event, occurred_on=today, reported_by="测试"))

    async def runs(self) -> int:
        return len(await every_run(self.environment.client, self.workflow_id))


@pytest_asyncio.fixture
async def contract(tmp_path: Path) -> AsyncIterator[Contract]:
    """On the dev server, whose clock is the real one. Every run of it is replayed when the test has passed."""
    async with on_dev_server(tmp_path) as built:
        begun = Contract(built)
        await begun.begin()
        yield begun
        assert await replay(await every_run(built.client, begun.workflow_id)) == []


async def test_what_comes_while_a_year_is_handed_over_is_neither_lost_nor_doubled(contract: Contract) -> None:
    stated = await contract.state_use("use-1", 云主机=2)
    await contract.open_review("settlement")
    bureau = contract.decision(1, BUREAU, "bureau.one")
    await contract.approve(bureau)
    reports = [f"e{number}" for number in range(60)]

    async def report_all() -> None:
        for event_id in reports:
            await contract.report_as(event_id, "service_delivered")

    reporting = asyncio.create_task(report_all())
    last = contract.decision(1, USER, "unit.head")
    receipt = await contract.approve(last)
    await reporting
    await contract.until(lambda s: s.round == 2 and s.gate == "usage", "the second year")
    assert await contract.runs() == 2

    assert receipt.outcome is Outcome.APPROVED
    assert await contract.approve(last) == receipt, "the same decision after the border gets the same receipt"
    assert await contract.state_use("use-1", 云主机=7) == stated, "and so does the same submission"
    await contract.report_as("e0", "service_delivered")

    await contract.report_as("end", "contract_terminated")
    await contract.state_use("use-2", 对象存储=5)
    await contract.open_review("settlement")
    await contract.approve(contract.decision(2, BUREAU, "bureau.one"))
    await contract.approve(contract.decision(2, USER, "unit.head"))
    closed = ProcedureFile.model_validate(await contract.project.result())

    entries = contract.installation.ledger(contract.code, EntryKind.EVENT_REPORTED)
    assert Counter(str(entry.detail["event_id"]) for entry in entries) == Counter([*reports, "end"])
    assert Counter(report.event_id for report in closed.events) == Counter([*reports, "end"])
    assert [s.payable for s in ContractYear.model_validate(closed.kept).settlements] == [
        Decimal("2400.20"),
        Decimal("0.50"),
    ]


async def test_the_report_of_its_end_lets_no_further_year_begin(contract: Contract) -> None:
    await contract.until(lambda s: s.gate == "usage", "the first year")
    await contract.report_as("end", "contract_terminated")
    await contract.state_use("use-1", 云主机=1)
    await contract.open_review("settlement")
    await contract.approve(contract.decision(1, BUREAU, "bureau.one"))
    await contract.approve(contract.decision(1, USER, "unit.head"))
    closed = ProcedureFile.model_validate(await contract.project.result())
    assert closed.outcome is ProjectOutcome.COMPLETED
    assert await contract.runs() == 1


async def test_the_proof_of_one_year_is_no_proof_of_the_next(contract: Contract) -> None:
    await contract.state_use("use-1", 云主机=1)
    await contract.open_review("settlement")
    await contract.approve(contract.decision(1, BUREAU, "bureau.one"))
    await contract.approve(contract.decision(1, USER, "unit.head"))
    status = await contract.until(lambda s: s.round == 2 and s.gate == "usage", "the second year")
    assert [m.kind for m in status.materials] == ["contract_text"]
    assert len(status.missing) == 1
