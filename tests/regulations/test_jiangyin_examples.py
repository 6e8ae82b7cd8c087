"""The examples of Jiangyin are complete, and run into what they are meant to run into, before a real catalog."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.application import Application, Material
from models.check import ContributesCapabilities
from models.effects import CatalogFacts
from models.finding import Finding, Strength
from models.plan import Plan
from records.register_file import read_register_file
from regulations import checks, completeness, forms
from regulations.files import load
from regulations.resolve import resolve
from regulations.schema import Regulation
from services.access.tokens import Open
from services.catalog.app import create_app
from services.catalog.seed import read as read_seed
from tests.regulations.jiangyin import DAY, EXAMPLES, JIANGYIN, OFFICERS, ROOT, SEED, application, example, gates


@pytest.fixture(scope="module")
def law() -> Regulation:
    return load(JIANGYIN)


@pytest.fixture(scope="module")
def plan(law: Regulation) -> Plan:
    return resolve(law, application(), DAY, OFFICERS)


# ---------------------------------------------------------------- the examples


@pytest.fixture
async def catalog(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A started catalog with what lies in it when the example is coordinated."""
    app = create_app(f"sqlite:///{tmp_path}/catalog.db", Open())
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://catalog") as client:
            for file in (SEED, EXAMPLES / "catalog.yaml"):
                await sow(client, file)
            yield client


async def sow(client: httpx.AsyncClient, file: Path) -> None:
    answer = await client.post("/seed", json=read_seed(file).model_dump(mode="json"))
    answer.raise_for_status()


async def found(client: httpx.AsyncClient, plan: Plan, gate: str, of: Application, **more: Any) -> tuple[Finding, ...]:
    question = checks.question(gates(plan)[gate], plan, of)
    assert question is not None
    answer = await client.post("/facts", json=question.model_dump(mode="json"))
    answer.raise_for_status()
    return checks.run(
        gates(plan)[gate], plan, of, CatalogFacts.model_validate(answer.json()), checks.OnFile(on=DAY, **more)
    )


def told(findings: tuple[Finding, ...]) -> Iterator[tuple[str, str]]:
    return ((finding.check, finding.subject) for finding in findings)


async def test_the_example_runs_into_its_faults_at_coordination(catalog: httpx.AsyncClient, plan: Plan) -> None:
    findings = await found(catalog, plan, "committee", application())
    assert list(told(tuple(f for f in findings if f.strength is not Strength.ENCOURAGED))) == [
        ("JY-18", "停车数据机房"),
        ("JY-19", "停车场基本信息"),
        ("JY-20", "停车业务数据库"),
        ("JY-23", "路内泊位感知设备"),
        ("JY-23.duplicates", "路内泊位感知设备／NB-IoT地磁车位检测器"),
        ("JY-24.base_map", "停车资源图层"),
        ("JY-24.duplicates", "停车资源图层／公共停车场分布图层"),
        ("JY-26", "停车管理内部办公"),
        ("JY-26.connection", "停车管理内部办公"),
        ("JY-31", "高位视频抓拍"),
        ("JY-38", "平台安全防护"),
        ("NA-82", "停车场基本信息"),
        ("NA-94", "平台安全防护"),
    ]


@pytest.mark.parametrize("gate", ["committee", "opinion", "decision"])
async def test_the_corrected_example_passes_coordination(catalog: httpx.AsyncClient, plan: Plan, gate: str) -> None:
    findings = await found(catalog, plan, gate, application("corrected.yaml"))
    assert checks.blocking(findings, (), DAY) == ()
    assert list(told(findings)) == [("JY-27", "停车服务小程序")]


async def test_a_classified_example_is_held_to_its_security_and_to_the_rules_of_the_nation(
    catalog: httpx.AsyncClient, plan: Plan
) -> None:
    of = application(classified=True)
    question = checks.question(gates(plan)["committee"], plan, of)
    assert question is not None and not question.capabilities and not question.items
    assert list(told(await found(catalog, plan, "committee", of))) == [
        ("JY-38", "平台安全防护"),
        ("NA-82", "停车场基本信息"),
        ("NA-94", "平台安全防护"),
    ]


async def test_at_acceptance_nothing_blocks_once_all_is_called_resident_and_mounted(
    catalog: httpx.AsyncClient, plan: Plan
) -> None:
    of, reuse = application("corrected.yaml"), ("统一支付", "联勤联动平台")
    before = await found(catalog, plan, "evaluation", of, planned_reuse=reuse)
    own = ["JY-32", "JY-32", "JY-34", "JY-34.resources", "JY-34.resources"]
    assert [finding.check for finding in before] == [*own, "NA-91", "NA-91", "NA-91"]
    await sow(catalog, EXAMPLES / "catalog-at-acceptance.yaml")
    for number, name in enumerate(reuse):
        call = {"call_id": f"c{number}", "project": of.code, "capability": name, "count": 9}
        (await catalog.post("/calls", json=call)).raise_for_status()
    check = plan.check("JY-34")
    assert isinstance(check, ContributesCapabilities)
    resident = {"project": of.code, "capability": "停车诱导服务", "attested": check.attributes}
    (await catalog.post("/residents", json=resident)).raise_for_status()
    assert await found(catalog, plan, "evaluation", of, planned_reuse=reuse) == ()


def test_the_examples_are_filed_by_parties_and_officers_of_the_example_register(law: Regulation) -> None:
    register = read_register_file(ROOT / "examples" / "jiangyin" / "register.yaml")
    places, officers = register.places(), {officer.id: officer for officer in register.officers}
    assert set(law.organs) <= set(places)
    for organ, versions in law.organs.items():
        assert versions[0].title.zh == next(o.name.zh for o in register.organs if o.id == organ)
    for name in ("application.yaml", "corrected.yaml", "filing-only.yaml"):
        of = application(name)
        assert places[of.unit.code].superior == of.department.code
        assert of.unit.code in [post.organ for post in officers[of.prepared_by].posts]


@pytest.mark.parametrize("name", ["application.yaml", "corrected.yaml", "filing-only.yaml"])
def test_the_examples_fill_their_forms_without_a_fault(law: Regulation, name: str) -> None:
    of = application(name)
    plan = resolve(law, of, DAY, OFFICERS)
    assert {form: forms.faults(plan.form(form), values) for form, values in of.forms.items()} == dict.fromkeys(
        of.forms, ()
    )


def test_the_documents_that_the_examples_name_lie_beside_them() -> None:
    for name in ("application.yaml", "corrected.yaml"):
        assert all((EXAMPLES / document.file).is_file() for document in example(name).documents)


def test_the_first_gate_is_complete_with_what_the_example_hands_in(plan: Plan) -> None:
    of, admission = application(), gates(plan)["admission"]
    material = Material(kind="project_plan", name="方案", sha256="0" * 64, size=1)
    assert completeness.missing(admission, plan, of, (material,)) == ()
    assert [finding.check for finding in completeness.missing(admission, plan, of, ())] == ["document.project_plan"]


def test_what_a_filed_project_builds_itself_is_no_more_than_advised_against(law: Regulation) -> None:
    of = application("filing-only.yaml")
    plan = resolve(law, of, DAY, OFFICERS)
    (finding,) = checks.run(gates(plan)["filing"], plan, of, None, checks.OnFile(on=DAY))
    assert (finding.rule, finding.subject, finding.strength) == ("JY-02", "调度系统用户体系", Strength.ENCOURAGED)


def test_a_video_request_without_its_resources_is_at_fault_under_its_rule(plan: Plan) -> None:
    filled = {**application("corrected.yaml").forms["capability_application"], "video_resources": []}
    (fault,) = forms.faults(plan.form("capability_application"), filled)
    assert (fault.rule, fault.path.zh) == ("JY-48", "拟申请视频资源列表")
