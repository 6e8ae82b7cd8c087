"""The picture of a regime: it says what the plan says, its text stays in its boxes, and Mermaid and XML can read it."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from models.base import Text
from models.plan import Consequence, GateRef, OrganPlan, Plan, StageName, StagePlan
from models.review import Outcome
from models.scope import Scope
from regulations.files import library
from regulations.plan_builder import LawInForce, build
from starter.diagram import mermaid, svg
from starter.diagram.course import Course, Stop, course
from starter.diagram.layout import BODY, BOX_END, HEAD, PAD, Box, laid_out
from starter.diagram.lettering import width, wrapped
from tests.regulations.plans import CITATION, gate, plan
from tests.starter.tongchou import Tongchou

DAY = date(2026, 3, 2)
SVG = "{http://www.w3.org/2000/svg}"
ROUTE = Text(zh="路径", en="route")


def plans() -> Iterator[Plan]:
    """Every route of every regime."""
    for regulation in library().values():
        law = LawInForce(regulation, DAY, dict.fromkeys(regulation.organs, 1))
        for name, route in law.entries(regulation.routes):
            yield build(law, name, route, regulation.version)


PLANS = list(plans())
each_plan = pytest.mark.parametrize("law", PLANS, ids=[f"{law.regulation}-{law.route}" for law in PLANS])
each_language = pytest.mark.parametrize("language", ["zh", "en"])


def of(regulation: str, route: str = "standard") -> Course:
    """The picture of that route."""
    (law,) = (law for law in PLANS if (law.regulation, law.route) == (regulation, route))
    return course(law, ROUTE)


def stops(drawn: Course) -> dict[str, Stop]:
    return {stop.key: stop for leg in drawn.legs for stop in leg.stops}


# ---------------------------------------------------------------- what it says


@each_plan
def test_stages_and_gates_stand_in_their_order_with_who_decides_and_by_when(law: Plan) -> None:
    drawn = course(law, ROUTE)
    assert [leg.key for leg in drawn.legs] == [stage.name for stage in law.stages]
    for leg, stage in zip(drawn.legs, law.stages, strict=True):
        assert [stop.key for stop in leg.stops] == [gate.id for gate in stage.gates]
        for stop, asked in zip(leg.stops, stage.gates, strict=True):
            assert all(law.organ(organ).name.zh in stop.who.zh for organ in asked.organs)
            assert str(asked.term.amount) in stop.term.zh


def test_a_return_leads_where_the_plan_says_be_it_another_stage_or_the_gate_itself() -> None:
    jingdezhen = stops(of("jingdezhen"))
    assert jingdezhen["feasibility"].back_to == "scheme"
    assert jingdezhen["leading_group"].back_to == "feasibility"
    assert jingdezhen["settlement"].back_to == "settlement"


def test_a_return_with_which_the_project_goes_on_leads_nowhere() -> None:
    assert stops(of("xiangcheng"))["tender_inspection"].back_to is None


def test_a_change_of_the_project_leads_to_the_gate_that_the_plan_says_with_its_share() -> None:
    detours = {detour.key: detour for leg in of("national").legs for detour in leg.detours}
    change = detours["design_against_feasibility-Design"]
    assert (change.says.zh, change.to) == ("变更：投资增加超过 10%，或重大变更", "feasibility")
    assert detours["tender_against_design-Tender"].says.en == "change: the investment grows, or a major change"


def test_conditions_are_said_in_words() -> None:
    jiujiang, xiangcheng, national = (stops(of(name)) for name in ("jiujiang", "xiangcheng", "national"))
    assert jiujiang["cloud_expansion_consent"].conditions[0].zh == "仅适用于：扩建，且2019年前建设的政务云平台"
    assert xiangcheng["tender_inspection"].conditions[0].zh.startswith("随机抽查 30%，必查：")
    assert national["adjustment"].conditions[0].en == "only where a change leads to it"
    assert not national["adjustment"].is_for_all and national["tender"].is_for_all


def test_what_follows_from_two_outcomes_alike_is_said_once() -> None:
    follows = stops(of("jiangyin"))["operation_eligibility"].conditions
    assert [said.zh for said in follows] == ["退回补正或不予通过：不安排下一年度运维经费"]
    assert [said.zh for said in stops(course(small(), ROUTE))["second"].conditions] == ["仅适用于：old_cloud"]


def test_what_a_stage_waits_for_and_the_limits_of_the_unit_stand_beside_it() -> None:
    acceptance = next(leg for leg in of("national").legs if leg.key == "Acceptance")
    assert acceptance.conditions[0].zh == "等待：项目建设任务完成"
    assert any("6 个月" in said.zh for said in acceptance.conditions[1:])


def test_a_term_that_no_document_gives_is_marked_and_the_gap_is_named() -> None:
    assert stops(of("jiangyin"))["admission"].term.zh == "20 个工作日*"
    assert "A12" in of("jiangyin").notes[0].zh
    given = course(small(), ROUTE)
    assert stops(given)["first"].term.zh == "20 个工作日"
    assert not any("*" in note.zh for note in given.notes)


def test_a_regulation_that_has_run_out_says_so_in_its_picture() -> None:
    assert "2021" in of("jingdezhen").notes[-1].zh


# ---------------------------------------------------------------- how it is drawn


def small(title: str = "统筹") -> Plan:
    """Two stages, a gate for some projects only, and a return across the border of the stages."""
    first = gate(id="first", title=Text(zh=title, en=title))
    some = Scope(categories=("old_cloud",))
    back = GateRef(stage=StageName.APPLICATION, gate="first")
    follows = (Consequence(on=Outcome.RETURNED),)
    second = gate(id="second", applies_to=some, returns_to=back, consequences=follows, citations=(CITATION,))
    stages = (
        StagePlan(name=StageName.APPLICATION, gates=(first,)),
        StagePlan(name=StageName.TENDER, gates=(second,)),
    )
    organs = (OrganPlan(id="OC", name=Text(zh="市城运中心", en="Operations Centre")),)
    return plan().model_copy(update={"stages": stages, "organs": organs})


@each_language
@each_plan
def test_every_text_stays_in_its_box_and_every_box_in_the_picture(law: Plan, language: str) -> None:
    layout = laid_out(course(law, ROUTE), language)
    boxes: list[Box] = [box for panel in layout.panels for box in panel.boxes]
    for above, below in pairwise(boxes):
        assert above.bottom < below.top
    for box in boxes:
        room = BOX_END - box.left - 2 * PAD
        assert max(width(line, HEAD) for line in box.head or ("",)) <= room
        assert max(width(line, BODY) for line in box.body) <= room
    for panel in layout.panels:
        assert all(panel.top < box.top and box.bottom < panel.top + panel.height for box in panel.boxes)


@each_plan
def test_no_two_ways_back_share_a_place_in_a_lane(law: Plan) -> None:
    ways = laid_out(course(law, ROUTE), "zh").ways_back
    spans = sorted((way.x, min(way.end, *way.starts), max(way.end, *way.starts)) for way in ways)
    for (lane, _, last), (other, first, _) in pairwise(spans):
        assert lane != other or last < first
    assert all(BOX_END < way.x < laid_out(course(law, ROUTE), "zh").width for way in ways)


@each_language
@each_plan
def test_the_svg_is_whole_says_what_it_is_and_fetches_nothing(law: Plan, language: str) -> None:
    text = svg.drawn(course(law, ROUTE), language)
    root = ElementTree.fromstring(text)
    title, description = root[0], root[1]
    assert (title.tag, description.tag) == (f"{SVG}title", f"{SVG}desc")
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}" and root.get("role") == "img"
    assert title.text == getattr(law.title, language)
    assert "prefers-color-scheme:dark" in text
    assert {value for part in root.iter() for name, value in part.attrib.items() if "href" in name} == set()
    assert "url(" not in re.sub(r"url\(#\w+\)", "", text) and "<script" not in text
    shown = "".join(part.text or "" for part in root.iter(f"{SVG}text"))
    for stop in stops(course(law, ROUTE)).values():
        assert getattr(stop.title, language).replace(" ", "") in shown.replace(" ", "")


def test_strange_letters_are_written_so_that_both_read_them() -> None:
    strange = '<b>"A" & #1; ]--> %%'
    drawn = course(small(strange), ROUTE)
    texts = [part.text for part in ElementTree.fromstring(svg.drawn(drawn, "zh")).iter(f"{SVG}text")]
    assert strange in texts
    label = next(line for line in mermaid.drawn(drawn, "zh").splitlines() if line.startswith("    gate_first["))
    assert label.startswith('    gate_first["<b>#lt;b#gt;#quot;A#quot; #amp; #35;1; ]--#gt; %%</b><br/>')
    assert label.count('"') == 2


NODE = r'\w+(?:\[".*"\]|\(\[".*"\]\)|\{\{".*"\}\}|>".*"\])(?::::\w+)?'
MERMAID = re.compile(
    rf"""---|title:\ ".*"|config:|\ \ flowchart:|\ \ \ \ \w+:\ (?:\d+|\{{.*\}})|flowchart\ TB
    |\ \ acc(?:Title|Descr):\ \S.*|\ \ (?:\ \ )?{NODE}|\ \ subgraph\ \w+\[".*"\]|\ \ end
    |\ \ \w+(?:\ -->\ \w+)+|\ \ \w+\ -\.\ \w+\ \.->\ \w+|\ \ \w+\ ~~~\ \w+|\ \ classDef\ \w+\ [\w#:,\ -]+""",
    re.VERBOSE,
)
"""The lines that Mermaid 12 was seen to render."""


@each_language
@each_plan
def test_the_flowchart_has_only_lines_that_mermaid_reads_and_names_no_node_that_is_not_there(
    law: Plan, language: str
) -> None:
    lines = mermaid.drawn(course(law, ROUTE), language).splitlines()
    assert [line for line in lines if not MERMAID.fullmatch(line)] == []
    there = {found[1] for line in lines if (found := re.match(r"\s+(\w+)(?:\[|\(|\{|>)", line))}
    ways = [line.strip() for line in lines if re.search(r" (?:-->|\.->|~~~) ", line)]
    named = {node for way in ways for node in re.split(r" --> | -\. \w+ \.-> | ~~~ ", way)}
    assert named == there
    (flow,) = (way for way in ways if " --> " in way)
    gates = [f"gate_{gate.id}" for stage in law.stages for gate in stage.gates]
    assert [node for node in flow.split(" --> ") if node.startswith("gate_")] == gates


def test_a_line_breaks_between_words_and_never_before_a_closing_mark() -> None:
    assert wrapped("江阴市大数据局，市城运中心。", 10, 70) == ["江阴市大数据", "局，市城运中", "心。"]
    assert wrapped("Jiangyin City Operations Centre", 10, 90) == ["Jiangyin City", "Operations", "Centre"]
    assert wrapped("一", 10, 1) == ["一"]


# ---------------------------------------------------------------- the command


def test_the_command_draws_the_route_with_most_gates_or_the_one_that_is_named(tongchou: Tongchou) -> None:
    longest = tongchou.document("regulations", "diagram", "national", "--on", str(DAY))
    assert (longest["route"], longest["format"]) == ("standard", "mermaid")
    named = tongchou.document("regulations", "diagram", "national", "--on", str(DAY), "--route", "simplified")
    assert named["route"] == "simplified" and named["diagram"] != longest["diagram"]
    assert tongchou("regulations", "diagram", "national", "--on", str(DAY)).stdout == longest["diagram"]


def test_a_file_gets_what_its_name_says(tongchou: Tongchou, tmp_path: Path) -> None:
    drawn, text = tmp_path / "a.svg", tmp_path / "a.mmd"
    for file in (drawn, text):
        assert tongchou("regulations", "diagram", "jiangyin", "--out", file).code == 0
    assert drawn.read_text("utf-8").startswith("<svg ") and text.read_text("utf-8").startswith("---\n")
    printed = tongchou("regulations", "diagram", "jiangyin", "--format", "svg", "--lang", "en").stdout
    assert ElementTree.fromstring(printed)[0].text == "Jiangyin government IT projects"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("atlantis",), "must be one of"),
        (("national-sharing",), "nothing is filed under national-sharing"),
        (("national", "--route", "scenic"), "route: must be one of local_subsidy, key_platform"),
        (("jiangyin", "--out", "no-such-folder/a.svg"), "cannot be written"),
    ],
)
def test_what_cannot_be_drawn_is_said(tongchou: Tongchou, words: tuple[str, ...], told: str) -> None:
    answer = tongchou("--lang", "en", "regulations", "diagram", *words)
    assert answer.code == 2 and told in answer.stderr
