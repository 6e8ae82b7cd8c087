"""What the command knows without a workflow: the law, time, the register, the record, the schemas, stored files."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.application import Material
from models.base import Text
from models.effects import EntryKind, LedgerEntry
from records import database, ledger, migration
from records.materials import MaterialsStore
from starter.commands.schema import SCHEMAS
from starter.folder import Folder
from tests.regulations.faulty_laws import FAULTY, Faulty, line_of
from tests.regulations.small_law import written
from tests.starter.tongchou import ROOT, Tongchou

# ---------------------------------------------------------------- the law


def test_every_regulation_is_listed_with_its_validity(tongchou: Tongchou) -> None:
    (jiangyin,) = [r for r in tongchou.document("regulations", "list") if r["id"] == "jiangyin"]
    assert (jiangyin["from"], jiangyin["until"]) == ("2023-11-14", None)
    assert len(jiangyin["version"]) == 64


def test_a_regulation_shows_its_gates_with_terms_and_articles(tongchou: Tongchou) -> None:
    shown = tongchou("regulations", "show", "jiangyin", "--on", "2026-03-02").stdout
    for words in ("受理", "jy-data-bureau", "20 个工作日", "第六条第一款", "票签", "政务信息资源目录备案表"):
        assert words in shown


def test_a_regulation_that_only_lies_over_others_is_shown_with_what_it_lends(tongchou: Tongchou) -> None:
    shown = tongchou("regulations", "show", "national-sharing", "--on", "2026-03-02").stdout
    for words in ("不受理申报", "NA-90", "国发〔2016〕51号", "原则上"):
        assert words in shown


@pytest.mark.parametrize("arguments", [("atlantis",), ("jiangyin", "--on", "2020-01-01"), ("jiangyin", "--on", "x")])
def test_a_regulation_that_is_not_in_force_or_unknown_is_bad_input(
    tongchou: Tongchou, arguments: tuple[str, ...]
) -> None:
    assert tongchou("regulations", "show", *arguments).code == 2


def test_the_committed_regulations_have_no_fault(tongchou: Tongchou) -> None:
    assert tongchou.document("regulations", "check") == {"problems": []}


def test_a_faulty_regulation_is_named_with_file_and_line(tongchou: Tongchou, tmp_path: Path) -> None:
    text = (ROOT / "regulations" / "jiangyin.yaml").read_text(encoding="utf-8")
    (tmp_path / "jiangyin.yaml").write_text(text.replace("rules: JY", "rules: JY\ncolour: red"), encoding="utf-8")
    told = tongchou("regulations", "check", tmp_path)
    assert told.code == 2
    assert "jiangyin.yaml:" in told.stderr and "colour" in told.stderr


@pytest.mark.parametrize("faulty", FAULTY.values(), ids=FAULTY)
def test_a_faulty_regulation_is_refused_with_file_line_key_and_reason(
    tongchou: Tongchou, tmp_path: Path, faulty: Faulty
) -> None:
    written(tmp_path, faulty.text)
    told = tongchou("regulations", "check", tmp_path, "--json")
    assert told.code == 2
    place = f"small.yaml:{line_of(faulty)}: {faulty.key}: "
    named = [detail for detail in told.document["error"]["details"] if detail.startswith(place)]
    assert any(faulty.reason in detail for detail in named), told.stdout


def test_everything_in_force_is_shown_with_every_citation_in_both_languages(tongchou: Tongchou) -> None:
    document = tongchou.document("regulations", "show", "xiangcheng", "--on", "2026-03-02")
    gate = next(e for e in document["entries"] if (e["section"], e["key"]) == ("gate", "tender_inspection"))
    assert "XC-39" in [citation["rule"] for citation in gate["citations"]]
    shown = tongchou("regulations", "show", "xiangcheng", "--on", "2026-03-02").stdout
    english = tongchou("regulations", "show", "xiangcheng", "--on", "2026-03-02", "--lang", "en").stdout
    for words, page in (("抽查比例：0.3", shown), ("XC-39", shown), ("sampling rate: 0.3", english), ("A30", english)):
        assert words in page


def test_a_regulation_that_only_lies_over_others_is_shown_too(tongchou: Tongchou) -> None:
    shown = tongchou("regulations", "show", "national-sharing", "--on", "2026-03-02", "--lang", "en").stdout
    assert "nothing is filed under it" in shown and "NA-90" in shown


def test_a_regulation_is_shown_with_what_is_handled_beside_the_pipeline(tongchou: Tongchou) -> None:
    document = tongchou.document("regulations", "show", "jiangyin", "--on", "2026-03-02")
    entries = {(e["section"], e["key"]): e for e in document["entries"]}
    step = entries["step", "capability_misuse/statement"]
    assert {"name": {"zh": "期限", "en": "term"}, "says": {"zh": "5 个工作日", "en": "5 working days"}} in step[
        "traits"
    ]
    assert entries["procedure", "capability_misuse"]["citations"][0]["rule"] == "JY-43"
    assert {section for section, _ in entries} >= {"procedure", "step", "register", "schedule"}
    lent = next(e for (section, _), e in entries.items() if section == "procedure" and e["lent_by"])
    assert lent["lent_by"] == "national-sharing"
    shown = tongchou("regulations", "show", "jiangyin", "--on", "2026-03-02").stdout
    english = tongchou("regulations", "show", "jiangyin", "--on", "2026-03-02", "--lang", "en").stdout
    for words in (
        "办理程序",
        "程序步骤",
        "登记簿",
        "定期程序",
        "（来自 national-sharing）",
        "capability_misuse/statement",
    ):
        assert words in shown
    for words in ("steps of the procedures", "registers", "schedules", "(from national-sharing)"):
        assert words in english


def test_what_is_handled_beside_the_pipeline_is_compared_too(tongchou: Tongchou) -> None:
    document = tongchou.document("regulations", "diff", "jiangyin", "jiujiang", "--on", "2026-03-02")
    signs = {(d["section"], d["key"]): d["sign"] for d in document["differences"]}
    assert signs["procedure", "capability_misuse"] == "-"
    assert signs["step", "capability_misuse/statement"] == "-"
    assert signs["procedure", "cloud_request"] == "+"


def test_two_regimes_are_compared_on_one_day(tongchou: Tongchou) -> None:
    document = tongchou.document("regulations", "diff", "jiangyin", "xiangcheng", "--on", "2026-03-02")
    signs = {(d["section"], d["key"]): d["sign"] for d in document["differences"]}
    assert signs["gate", "tender_inspection"] == "+"
    assert signs["check", "JY-18"] == "-"
    assert signs["stage", "standard/Tender"] == "~"
    shown = tongchou("regulations", "diff", "jiangyin", "xiangcheng", "--on", "2026-03-02", "--lang", "en").stdout
    for words in ("jiangyin 2026-03-02 → xiangcheng 2026-03-02", "~", "−", "+ XC-39"):
        assert words in shown


def test_one_regime_is_compared_between_two_days(tongchou: Tongchou) -> None:
    document = tongchou.document("regulations", "diff", "jiangyin", "--from", "2024-01-02", "--to", "2026-03-02")
    assert document == {"before": "jiangyin 2024-01-02", "after": "jiangyin 2026-03-02", "differences": []}


@pytest.mark.parametrize(
    "arguments",
    [
        ("jiangyin",),
        ("jiangyin", "--from", "2026-01-01"),
        ("jiangyin", "xiangcheng", "--from", "2026-01-01"),
        ("jiangyin", "atlantis"),
        ("jiangyin", "--from", "2020-01-01", "--to", "2026-01-01"),
    ],
)
def test_a_comparison_without_two_sides_is_bad_input(tongchou: Tongchou, arguments: tuple[str, ...]) -> None:
    assert tongchou("regulations", "diff", *arguments).code == 2


def test_coverage_tells_for_each_rule_what_enforces_it_and_which_cases_show_it(tongchou: Tongchou) -> None:
    rules = {rule["rule"]: rule for rule in tongchou.document("regulations", "coverage", "--code", "JY")}
    assert len(rules) == 52
    assert "jiangyin: checks.JY-18" in rules["JY-18"]["by"]
    assert any(case.startswith("jiangyin-coordination: ") for case in rules["JY-18"]["cases"])
    excused = tongchou.document("regulations", "coverage", "--code", "JY", "--only", "informational")
    assert excused == [rule for rule in rules.values() if rule["coverage"] == "informational"]
    assert tongchou("regulations", "coverage", "--code", "QQ").code == 2


def test_coverage_of_all_regimes_counts_370_rules_and_none_is_open(tongchou: Tongchou) -> None:
    told = tongchou("regulations", "coverage", "--open", "--lang", "en")
    assert told.code == 0
    assert told.stdout.strip().splitlines()[-1].startswith("370 rules: ")
    assert told.stdout.strip().endswith("; 0 still to be explained")


def test_coverage_ends_with_1_where_a_rule_is_open(tongchou: Tongchou, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("starter.commands.regulations.cases_by_rule", dict)
    told = tongchou("regulations", "coverage", "--code", "JY", "--json")
    assert told.code == 1
    assert {rule["rule"]: rule["open"] for rule in told.document}["JY-18"]["en"] == "no case shows it"


# ---------------------------------------------------------------- time


def test_a_term_is_counted_with_the_reason_for_each_day(tongchou: Tongchou) -> None:
    told = tongchou("calendar", "due", "--from", "2026-09-28", "--working-days", "5")
    assert "国庆节7天" in told.stdout and "截止：2026年10月10日（周六）24时" in told.stdout


@pytest.mark.parametrize(
    ("term", "due"), [(("--calendar-days", "10"), "2026-01-12"), (("--months", "1"), "2026-02-02")]
)
def test_calendar_days_and_months_are_counted_too(tongchou: Tongchou, term: tuple[str, str], due: str) -> None:
    assert tongchou.document("calendar", "due", "--from", "2026-01-02", *term)["due_on"] == due


@pytest.mark.parametrize(
    "term",
    [
        (),
        ("--working-days", "5", "--months", "1"),
        ("--working-days", "0"),
        ("--working-days", "9999999"),
        ("--working-days", "many"),
    ],
)
def test_a_term_that_is_none_is_bad_input(tongchou: Tongchou, term: tuple[str, ...]) -> None:
    assert tongchou("calendar", "due", "--from", "2026-01-02", *term).code == 2


@pytest.mark.parametrize("day", ["1800-01-01", "9990-01-01", "2026-02-30"])
def test_a_day_that_no_calendar_covers_is_bad_input(tongchou: Tongchou, day: str) -> None:
    assert tongchou("calendar", "due", "--from", day, "--working-days", "5").code == 2


def test_the_longest_terms_that_are_admitted_can_be_counted(tongchou: Tongchou) -> None:
    for term in (("--working-days", "2500"), ("--calendar-days", "3650"), ("--months", "120")):
        assert tongchou("calendar", "due", "--from", "2026-12-31", *term).code == 0


# ---------------------------------------------------------------- the record


def put_on_record(tongchou: Tongchou, *materials: Material) -> None:
    """A database with one filed project, as the worker leaves it."""
    url = Folder(tongchou.data_dir).database_url("tongchou")
    migration.upgrade(url)
    engine = database.connect(url)
    entry = LedgerEntry(
        entry_id="JY-1/project.filed/JY-1",
        project="JY-1",
        at=datetime(2026, 3, 2, 1, tzinfo=UTC),
        kind=EntryKind.PROJECT_FILED,
        stage="Application",
        round=1,
        officer="liu.fang",
        summary=Text(zh="受理申报", en="admitted"),
        detail={"materials": [material.model_dump(mode="json") for material in materials]},
    )
    ledger.append(engine, entry)
    engine.dispose()


def stored(tongchou: Tongchou, content: bytes, name: str) -> Material:
    digest, size = MaterialsStore(tongchou.data_dir / "materials").put(content)
    return Material(kind="project_plan", name=name, sha256=digest, size=size)


def test_the_ledger_of_a_project_is_shown_in_its_order_and_language(tongchou: Tongchou) -> None:
    put_on_record(tongchou)
    chinese, english = tongchou("ledger", "show", "JY-1"), tongchou("ledger", "show", "JY-1", "--lang", "en")
    assert "项目申报" in chinese.stdout and "2026-03-02 09:00" in chinese.stdout
    assert "project filed" in english.stdout and "admitted" in english.stdout
    assert tongchou("ledger", "show", "JY-1", "--after", "1").code == 1
    assert tongchou("ledger", "show", "JY-1", "--kind", "gate.closed").code == 1


def test_a_file_with_a_hostile_name_stays_in_the_folder(tongchou: Tongchou, tmp_path: Path) -> None:
    material = stored(tongchou, b"plan", "../../etc/plan.md")
    put_on_record(tongchou, material)
    assert tongchou("materials", "JY-1", "--out", tmp_path / "out").code == 0
    (fetched,) = (tmp_path / "out").iterdir()
    assert fetched.name == f"{material.sha256[:12]}-plan.md"
    assert fetched.read_bytes() == b"plan"


def test_a_damaged_file_is_not_handed_out(tongchou: Tongchou, tmp_path: Path) -> None:
    material = stored(tongchou, b"plan", "plan.md")
    put_on_record(tongchou, material)
    digest = material.sha256
    (tongchou.data_dir / "materials" / "sha256" / digest[:2] / digest[2:]).write_bytes(b"forged")
    told = tongchou("materials", "JY-1", "--out", tmp_path / "out")
    assert told.code == 1
    assert "plan.md" in told.stderr and digest in told.stderr
    assert not (tmp_path / "out").exists()


# ---------------------------------------------------------------- the register


def test_a_register_is_imported_once_and_a_second_time_changes_nothing(registered: Tongchou) -> None:
    again = registered.document("register", "import", ROOT / "examples" / "jiangyin" / "register.yaml")
    assert (again["organs"], again["changed"]) == (5, 0)


def test_a_party_is_shown_with_its_officers_of_a_day(registered: Tongchou) -> None:
    now = registered.document("register", "show", "jy-data-bureau", "--on", "2026-03-02")
    assert [officer["id"] for officer in now["officers"]] == ["chen.hao", "lin.yue", "xu.ming"]
    before = registered.document("register", "show", "jy-data-bureau", "--on", "2020-01-01")
    assert before["officers"] == []
    assert registered("register", "show", "jy-atlantis").code == 1


def test_a_faulty_register_is_refused_whole(tongchou: Tongchou, tmp_path: Path) -> None:
    file = tmp_path / "register.yaml"
    file.write_text("organs:\n  - {id: a b, name: {zh: 甲, en: A}}\n", encoding="utf-8")
    told = tongchou("register", "import", file)
    assert told.code == 2
    assert "organs.0.id" in told.stderr
    assert tongchou("register", "import", tmp_path / "absent.yaml").code == 2
    assert tongchou.document("register", "show") == []


# ---------------------------------------------------------------- schemas


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_value_of_the_contract_has_a_schema(tongchou: Tongchou, name: str) -> None:
    schema = json.loads(tongchou("schema", name).stdout)
    assert schema["$schema"].endswith("2020-12/schema")
    assert schema["properties"]


def test_the_schema_of_a_decision_closes_its_verdicts_and_its_fields(tongchou: Tongchou) -> None:
    schema = tongchou.document("schema", "decision")
    assert schema["$defs"]["Verdict"]["enum"] == ["approve", "return", "reject", "abstain"]
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == {"decision_id", "review_id", "organ", "officer", "verdict"}


def test_schemas_are_written_to_files(tongchou: Tongchou, tmp_path: Path) -> None:
    assert tongchou("schema", "all", "--out", tmp_path / "schemas").code == 0
    assert {f.name for f in (tmp_path / "schemas").iterdir()} == {f"{name}.schema.json" for name in SCHEMAS}
    assert tongchou("schema", "colour").code == 2
