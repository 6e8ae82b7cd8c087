"""What the command knows of procedures without a workflow: the list, the schemas, the registers that they keep."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from models.base import Text
from models.calendar import CHINA
from models.citation import Citation
from models.form import FieldKind, Form, FormField, RequiredWhen
from models.procedure import RegisterChange
from records import database, migration, registers
from regulations import forms
from starter.folder import Folder
from starter.form_schema import schema_of_form
from tests.starter.procedure_files import STATEMENT, misuse
from tests.starter.tongchou import Tongchou

JIANGYIN = ("--regulation", "jiangyin")
MISUSE = (*JIANGYIN, "--procedure", "capability_misuse")


# ---------------------------------------------------------------- list


def test_a_procedure_is_listed_with_its_steps_and_who_takes_them_by_when(tongchou: Tongchou) -> None:
    offers = tongchou.document("procedure", "list", *JIANGYIN, "--on", "2026-03-02")
    (misused,) = [offer for offer in offers if offer["procedure"] == "capability_misuse"]
    statement, finding = misused["steps"]
    assert (statement["kind"], statement["by"][0]["party"], statement["term"]["amount"]) == ("task", "user", 5)
    assert (finding["kind"], finding["by"][0]["organ"]) == ("review", "jy-ops-centre")
    assert (misused["lent_by"], misused["citations"][0]["rule"]) == (None, "JY-43")
    assert list(misused["parties"]) == ["user"]


def test_the_list_says_the_same_in_both_languages(tongchou: Tongchou) -> None:
    chinese = tongchou("procedure", "list", *JIANGYIN, "--on", "2026-03-02").stdout
    english = tongchou("procedure", "list", *JIANGYIN, "--on", "2026-03-02", "--lang", "en").stdout
    for words in ("能力违规使用核查", "须指明", "使用单位说明", "5 个工作日", "仅当", "A14"):
        assert words in chinese
    for words in ("misuse of a capability", "names: user", "(statement)", "5 working days", "only if", "A14"):
        assert words in english


def test_without_a_regulation_every_one_that_takes_applications_is_listed(tongchou: Tongchou) -> None:
    offers = tongchou.document("procedure", "list", "--on", "2026-03-02")
    assert {"jiangyin", "jiujiang"} <= {offer["regulation"] for offer in offers}
    assert "national-sharing" not in {offer["regulation"] for offer in offers}


def test_an_unknown_regulation_is_bad_input(tongchou: Tongchou) -> None:
    told = tongchou("procedure", "list", "--regulation", "atlantis")
    assert told.code == 2
    assert "atlantis" in told.stderr and "jiangyin" in told.stderr


# ---------------------------------------------------------------- schemas


def test_the_schema_of_a_procedure_takes_a_good_file_and_refuses_wrong_ones(tongchou: Tongchou, tmp_path: Path) -> None:
    schema = tongchou.document("schema", "procedure", *MISUSE)
    good = yaml.safe_load(misuse(tmp_path, "JY-CM-1").read_text(encoding="utf-8"))
    judge = Draft202012Validator(schema)
    assert list(judge.iter_errors(good)) == []
    for wrong in (
        {**good, "procedure": "other"},
        {**good, "parties": {}},
        {**good, "form": {**good["form"], "found": "无"}},
        {**good, "form": {**good["form"], "colour": "red"}},
        {key: value for key, value in good.items() if key != "form"},
    ):
        assert list(judge.iter_errors(wrong)), wrong


def test_the_schema_of_a_step_is_that_of_its_form(tongchou: Tongchou) -> None:
    schema = tongchou.document("schema", "procedure", *MISUSE, "--step", "statement")
    assert set(schema["required"]) == {"statement", "stopped"}
    assert list(Draft202012Validator(schema).iter_errors(yaml.safe_load(STATEMENT))) == []


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("procedure", "--regulation", "jiangyin"), "--procedure"),
        (("decision", *MISUSE), "usage"),
        (("procedure", "--regulation", "atlantis", "--procedure", "capability_misuse"), "atlantis"),
        (("procedure", "--regulation", "jiangyin", "--procedure", "colouring"), "colouring"),
        (("procedure", *MISUSE, "--step", "finding"), "finding"),
    ],
)
def test_a_schema_of_what_is_not_offered_is_bad_input(
    tongchou: Tongchou, arguments: tuple[str, ...], named: str
) -> None:
    told = tongchou("schema", *arguments)
    assert told.code == 2
    assert named in told.stderr


def text(word: str) -> Text:
    return Text(zh=word, en=word)


def field(name: str, kind: FieldKind, **more: Any) -> FormField:
    return FormField(id=name, title=text(name), kind=kind, **more)


FORM = Form(
    id="all",
    title=text("all"),
    citation=Citation(rule="JY-1", instrument="办法", article="第一条"),
    fields=(
        field("amount", FieldKind.NUMBER, at_least=Decimal(1), at_most=Decimal("99.5")),
        field("day", FieldKind.DATE, required=False),
        field("shared", FieldKind.BOOLEAN),
        field("why", FieldKind.TEXT, required_when=RequiredWhen(field="shared", has="false")),
        field("uses", FieldKind.CHOICES, choices=("a", "b")),
        field("limits", FieldKind.TEXT, required_when=RequiredWhen(field="uses", has=("b",))),
        field("parts", FieldKind.CHOICES, choices=("x", "y"), every=True),
        field("rows", FieldKind.ROWS, fields=(field("name", FieldKind.TEXT),)),
    ),
)
FILLED = {"amount": "12.50", "shared": True, "uses": ["a"], "parts": ["x", "y"], "rows": [{"name": "n"}]}


@pytest.mark.parametrize(
    ("changes", "is_good"),
    [
        ({}, True),
        ({"amount": 12}, True),
        ({"amount": "viele"}, False),
        ({"amount": 0.5}, False),
        ({"amount": 100}, False),
        ({"shared": False}, False),
        ({"shared": False, "why": "secret"}, True),
        ({"uses": ["a", "b"]}, False),
        ({"uses": ["a", "b"], "limits": "none"}, True),
        ({"uses": []}, False),
        ({"uses": ["c"]}, False),
        ({"parts": ["x"]}, False),
        ({"rows": []}, False),
        ({"rows": [{}]}, False),
        ({"rows": [{"name": "n", "more": 1}]}, False),
    ],
)
def test_the_schema_of_a_form_judges_as_the_form_itself_does(changes: dict[str, Any], is_good: bool) -> None:
    answers = {**FILLED, **changes}
    assert (not list(Draft202012Validator(schema_of_form(FORM)).iter_errors(answers))) is is_good
    assert (not forms.faults(FORM, answers)) is is_good


# ---------------------------------------------------------------- registers

GRANTED = RegisterChange(
    key="1",
    register_id="capability_grants",
    subject="JY-CA-1",
    state="granted",
    at=datetime(2026, 3, 2, 9, tzinfo=CHINA),
    procedure="capability_application:JY-CA-1",
    party="jy-cg-info",
    detail={"capabilities": ["视频"]},
)
REVOKED = GRANTED.model_copy(
    update={
        "key": "2",
        "state": "revoked",
        "at": datetime(2026, 4, 2, 9, tzinfo=CHINA),
        "procedure": "capability_misuse:JY-CM-1",
    }
)


@pytest.fixture
def with_entries(tongchou: Tongchou) -> Tongchou:
    url = Folder(tongchou.data_dir).database_url("tongchou")
    migration.upgrade(url)
    engine = database.connect(url)
    for change in (GRANTED, REVOKED, GRANTED.model_copy(update={"key": "3", "subject": "JY-CA-2"})):
        registers.enter(engine, change)
    engine.dispose()
    return tongchou


def test_the_present_entries_are_listed_by_register_and_state(with_entries: Tongchou) -> None:
    entries = with_entries.document("registers", "list")
    assert [(e["subject"], e["state"]) for e in entries] == [("JY-CA-1", "revoked"), ("JY-CA-2", "granted")]
    assert entries[0]["state_title"] == {"zh": "已收回", "en": "revoked"}
    granted = with_entries.document("registers", "list", "--register", "capability_grants", "--state", "granted")
    assert [e["subject"] for e in granted] == ["JY-CA-2"]
    assert with_entries.document("registers", "list", "--state", "burnt") == []
    told = with_entries("registers", "list", "--register", "colours")
    assert told.code == 2
    assert "colours" in told.stderr and "capability_grants" in told.stderr


def test_an_entry_shows_its_whole_history_in_both_languages(with_entries: Tongchou) -> None:
    lines = with_entries.document("registers", "show", "capability_grants", "JY-CA-1")
    assert [line["change"]["state"] for line in lines] == ["granted", "revoked"]
    chinese = with_entries("registers", "show", "capability_grants", "JY-CA-1").stdout
    english = with_entries("registers", "show", "capability_grants", "JY-CA-1", "--lang", "en").stdout
    assert "已开通" in chinese and "2026-03-02 09:00" in chinese and "capability_misuse:JY-CM-1" in chinese
    assert "granted" in english and "capabilities granted" in english
    assert with_entries("registers", "show", "capability_grants", "JY-CA-9").code == 1
