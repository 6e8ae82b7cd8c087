"""The life of catalog entries where one installation has several matters: what is published counts in the pipeline, what is
late counts in the rates, and what is objected to or about to go stays on offer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from models.calendar import CHINA
from models.catalog import CatalogEntry, CatalogSubject
from models.project import ProjectOutcome, State, Status
from models.rates import RateAnswer
from simulation.actor import Actor
from simulation.acts import perform
from simulation.case import LifeCase, ProcedureCase
from simulation.environment import Environment, environment
from simulation.events import Event
from simulation.exercise import blocking_of
from simulation.histories import replay
from simulation.office import Office
from simulation.preparation import matter_of, prepare
from simulation.stock import catalog_entry, stock

FILED_ON = "2026-03-02"
PROJECT = "JJ-2026-0001"


class World:
    """One installation under a regulation, in which a project and procedures live side by side."""

    def __init__(self, regulation: str, folder: Path, law: Path, env: Environment, catalog: httpx.AsyncClient) -> None:
        self.regulation, self.folder, self.law = regulation, folder, law
        self.environment, self.catalog = env, catalog
        self.actors: list[Actor] = []

    async def project(self) -> Actor:
        """File the base project."""
        return await self._file(LifeCase.model_validate(_case("life")))

    async def procedure(self, name: str, application: dict[str, Any], **more: Any) -> Actor:
        """Start a procedure."""
        written = _case("procedure", procedure=name, application=application, **more)
        return await self._file(ProcedureCase.model_validate(written))

    async def _file(self, case: LifeCase | ProcedureCase) -> Actor:
        matter = matter_of(self.regulation, case, self.law, self.folder)
        await stock(self.catalog, case.catalog, matter.application)
        office = Office(self.environment, matter.application.code, matter.workflow_id)
        actor = Actor(self.regulation, matter, office, self.catalog)
        self.actors.append(actor)
        await actor.file()
        return actor

    async def entry(self, name: str, subject: CatalogSubject = CatalogSubject.RESOURCE) -> CatalogEntry:
        """Where the entry stands now."""
        return await catalog_entry(self.catalog, subject, name)

    async def until(self, day: str) -> None:
        """Let time pass until ten o'clock of that day."""
        await self.environment.advance_to(datetime.fromisoformat(f"{day}T10:00:00").replace(tzinfo=CHINA))
        for actor in self.actors:
            await actor.still()


@asynccontextmanager
async def world(regulation: str, folder: Path) -> AsyncIterator[World]:
    """An installation on the day of filing; every history is replayed when the test has passed."""
    law = prepare(regulation, LifeCase.model_validate(_case("life")), folder)
    async with (
        environment(folder, regulations_dir=law) as env,
        httpx.AsyncClient(base_url=env.settings.catalog_url) as catalog,
    ):
        await env.set_date(datetime.fromisoformat(f"{FILED_ON}T09:00:00").replace(tzinfo=CHINA))
        built = World(regulation, folder, law, env, catalog)
        yield built
        for actor in built.actors:
            assert await replay(await actor.histories()) == []


def _case(judge: str, **more: Any) -> dict[str, Any]:
    return {"name": "测试", "judge": judge, "filed_on": FILED_ON, "expect": {}, **more}


async def act(actor: Actor, **said: Any) -> Status:
    """Let one act happen; where the matter stands then."""
    name, what = Event.model_validate(said).act or ("", None)
    await perform(actor, name, what)
    await actor.still()
    return await actor.office.status()


def content(entry: str, name: str) -> dict[str, Any]:
    """What Jiujiang asks of an entry."""
    return {
        "entry": entry,
        "catalog": "信息资源目录",
        "origin": ["核心业务"],
        "name": name,
        "items": "日期、时段、人数",
        "format": "库表",
        "update_cycle": "每日",
        "sharing": "无条件共享",
        "means": "库表",
        "grade": "二级",
        "business": "文旅",
        "opening": "不予开放",
    }


async def published_and_mounted(built: World, number: int, name: str) -> None:
    """A whole procedure that brings an entry of the project into the catalog and mounts its data."""
    filed = await built.procedure("catalog_entry", {"code": f"JJ-CE-{number}", "title": name, "project": PROJECT})
    await act(filed, submit={"form": content(f"jj-{number}", name)})
    await act(filed, approve=["review"])
    await act(filed, submit={"form": {"receipt": "回执"}, "by": "data.two"})
    await act(filed, submit={"form": {"source_system": "票务业务系统", "collected": "逻辑接入"}})
    await act(filed, submit={"form": {"prepared": ["开发", "整理"], "mounted_on": FILED_ON}})
    assert (await act(filed, approve=["verify"])).outcome is ProjectOutcome.COMPLETED


def found(status: Status) -> list[str]:
    return sorted(blocking_of(status))


async def test_what_the_procedure_mounts_is_what_activation_and_acceptance_ask_the_catalog_for(tmp_path: Path) -> None:
    async with world("jiujiang", tmp_path) as built:
        project = await built.project()
        await act(project, reach="cloud_activation")
        assert found(await project.office.status()) == ["JJ-24 景区分时预约记录", "JJ-24 景区实时客流"]
        await act(project, **{"return": "cloud_activation"})

        await published_and_mounted(built, 1, "景区分时预约记录")
        await published_and_mounted(built, 2, "景区实时客流")

        assert found(await act(project, submit={})) == []
        assert found(await act(project, reach="completion_acceptance")) == []


async def test_an_update_counts_in_the_rate_by_the_day_on_which_it_was_due(tmp_path: Path) -> None:
    async with world("jiujiang", tmp_path) as built:
        held = {"provider": "文旅信息中心", "provider_code": "jj-wl-info", "fields": ["票价"]}
        resources = [{"id": f"jj-{kind}", "name": f"票价{kind}", **held} for kind in ("early", "late", "never")]
        late = await built.procedure("catalog_update", changed("jj-late"), catalog={"resources": resources})
        await built.procedure("catalog_update", changed("jj-never"))
        early = await built.procedure("catalog_update", changed("jj-early"))
        [matter] = (await built.entry("jj-early")).matters
        assert (matter.number, str(matter.due_on)) == ("U-jj-early", "2026-03-16")

        await act(early, submit={"form": {"explanation": "改为每周", "update_cycle": "每周"}})
        await act(early, approve=["review"])
        await built.until("2026-03-17")
        assert (await late.office.status()).overdue
        await act(late, submit={"form": {"explanation": "改为每周", "update_cycle": "每周"}})
        await act(late, approve=["review"])

        entry = await built.entry("jj-early")
        assert (entry.state, entry.matters, entry.particulars["update_cycle"]) == ("updated", (), "每周")
        rate = await timeliness(built)
        assert (rate.numerator, rate.denominator, rate.reached.ids) == (1, 3, ("jj-early/U-jj-early",))


def changed(entry: str) -> dict[str, Any]:
    form = {"entry": entry, "changed_on": FILED_ON, "occasion": "目录信息变化"}
    return {"code": f"U-{entry}", "title": "票价更新", "form": form}


async def timeliness(built: World) -> Any:
    """The rate of updates in time, from the catalog's own records."""
    definition = {
        "id": "update",
        "title": {"zh": "更新及时率", "en": "updates in time"},
        "numerator": "updated_in_time",
        "denominator": "updates_due",
    }
    answer = await built.catalog.post("/rates", json={"definitions": [definition], "until": "2026-03-31"})
    [rate] = RateAnswer.model_validate_json(answer.raise_for_status().content).rates
    return rate


async def test_what_is_objected_to_or_announced_to_stop_stays_on_offer_until_it_is_delisted(tmp_path: Path) -> None:
    async with world("jiangyin", tmp_path) as built:
        held = {
            "id": "jy-bus",
            "name": "公交到站",
            "fields": ["站点"],
            "provider": "交通局",
            "provider_code": "jy-jt-info",
        }
        doubt = {"entry": "jy-bus", "kind": "疑义", "statement": "站点不全", "meanwhile": "照常办理"}
        objection = await built.procedure(
            "data_objection",
            {"code": "O-1", "parties": {"provider": "jy-jt-info"}, "form": doubt},
            catalog={"resources": [held]},
        )
        entry = await built.entry("jy-bus")
        assert (entry.is_on_offer, [m.number for m in entry.matters]) == (True, ["O-1"])
        await act(objection, submit={"form": {"faulty": False, "finding": "站点齐全"}})
        settled = await act(objection, submit={"form": {"confirmation": "确认"}})
        entry = await built.entry("jy-bus")
        assert (settled.state, entry.is_on_offer, entry.matters) == (State.CLOSED, True, ())

        stop = {"subject": "共享数据", "entry": "jy-bus", "action": "停用", "decided_on": FILED_ON, "reason": "停运"}
        stopped = await built.procedure("capability_stop", {"code": "S-1", "unit": "jy-jt-info", "form": stop})
        await act(stopped, submit={"form": {"notice": "将停用", "affected": "城管"}})
        entry = await built.entry("jy-bus")
        assert (entry.is_on_offer, str(entry.due_on)) == (True, "2026-03-23")
        await built.until("2026-03-25")
        assert (await built.entry("jy-bus")).is_on_offer
        await act(stopped, submit={"form": {"delisted_on": "2026-03-25", "handover": "无"}})
        entry = await built.entry("jy-bus")
        assert (entry.state, entry.is_on_offer) == ("retired", False)
