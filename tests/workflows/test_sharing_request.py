"""有条件共享申请: what the cases cannot show — the same words in every regulation, and two who speak at one moment."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from models.calendar import CHINA
from models.effects import EntryKind
from models.messages import Answer
from models.procedure import ProcedureApplication, ProcedureFile
from regulations.files import for_filing, library
from regulations.procedure_files import load_laws
from regulations.procedure_plan import offered
from runtime import client as messenger
from simulation.histories import every_run, replay
from tests.workflows.installation import FILED_AT, Installation, installed
from tests.workflows.matter import Matter
from workflows import names
from workflows.procedures.sharing_request import AGREED, DISPUTED

USER, PROVIDER = "jy-cg-info", "jy-jt-info"
LATE = datetime(2026, 3, 18, 9, tzinfo=CHINA)
COMPLAINT = {"response": DISPUTED, "need": "停车换乘衔接"}
REQUEST = {
    "resource": "jt-gj-01",
    "resource_name": "公交站点信息",
    "sharing_type": "有条件共享",
    "duty": "停车诱导与公交换乘衔接",
    "scope": "站点名称、坐标",
    "use": ["业务协同"],
    "mode": "系统对接",
    "other_use": "否",
}


class Request(Matter):
    """A request whose answer is late, and the two who speak to it."""

    def __init__(self, built: Installation) -> None:
        super().__init__(built, "JY-S-0001", names.procedure_id("sharing_request", "JY-S-0001"))

    async def begin(self) -> None:
        await self.installation.set_date(FILED_AT)
        application = ProcedureApplication.model_validate(
            {
                "regulation": "jiangyin",
                "procedure": "sharing_request",
                "code": self.code,
                "title": "申请共享公交站点信息",
                "unit": {"code": USER, "name": "信息中心"},
                "prepared_by": "liu.fang",
                "parties": {"provider": PROVIDER},
                "form": REQUEST,
            }
        )
        shift = self.installation.shift
        await self.start(
            "SharingRequest", ProcedureFile(application=application, filers=("liu.fang",), clock_shift=shift)
        )
        await self.still()
        await self.installation.advance_to(LATE)
        await self.still()

    def submissions(self) -> int:
        return len(self.ledger(EntryKind.MATERIALS_SUBMITTED))


@pytest_asyncio.fixture
async def late(tmp_path: Path) -> AsyncIterator[Request]:
    """A request whose answer is late. Replayed when the test has passed."""
    async with installed(tmp_path) as built:
        request = Request(built)
        await request.begin()
        yield request
        assert await replay(await every_run(built.client, request.workflow_id)) == []


@pytest.mark.parametrize("regulation", for_filing(library()))
def test_every_regulation_offers_the_words_that_the_course_rests_on(regulation: str) -> None:
    law = offered(load_laws(), regulation, date(2026, 3, 2))["sharing_request"]
    source = law.procedure("sharing_request")
    assert source

    def choices(step: str) -> tuple[str, ...]:
        form = source.steps[step].form
        assert form
        return next(field.choices for field in law.form(form).fields if field.id == step)

    assert set(AGREED) < set(choices("answer"))
    assert DISPUTED in choices("response")
    unsettled = source.steps["settlement"].only_if
    assert unsettled and set(unsettled.has) < set(choices("negotiation"))


async def test_a_dispute_that_is_opened_twice_is_one(late: Request) -> None:
    first = await late.submit("liu.fang", party=USER, form=COMPLAINT, update_id="complaint")
    await late.still()
    assert await late.submit("liu.fang", party=USER, form=COMPLAINT, update_id="complaint") == first
    await late.still()
    status = await late.status()
    assert (status.gate, status.awaiting, late.submissions()) == ("negotiation", (USER,), 1)


async def test_of_a_late_answer_and_a_dispute_at_one_moment_only_one_counts(late: Request) -> None:
    told = await asyncio.gather(
        late.submit("liu.fang", party=USER, form=COMPLAINT),
        late.submit("sun.bo", party=PROVIDER, form={"answer": "同意"}),
        return_exceptions=True,
    )
    await late.still()
    refused = [answer for answer in told if isinstance(answer, messenger.Refusal)]
    assert len(refused) == 1 and late.submissions() == 1
    counted = "negotiation" if isinstance(told[0], Answer) else "provision"
    assert (await late.status()).gate == counted


async def test_nobody_but_an_officer_of_the_user_opens_the_dispute(late: Request) -> None:
    with pytest.raises(messenger.Refusal):
        await late.submit("sun.bo", party=USER, form=COMPLAINT)
    assert (await late.status()).gate == "answer"
