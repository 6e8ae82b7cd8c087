"""The register on both databases: imported as a whole, and asked for authority."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.authority import Authority, AuthorityQuestion
from models.base import Text
from models.calendar import CHINA
from records import register
from records.authority import authority
from records.errors import RecordError, RegisterError
from records.register import Officer, Organ, RegisterCounts
from records.register_file import OrganKind

EXAMPLE = Path(register.__file__).parents[1] / "examples" / "jiangyin" / "register.yaml"

SMALL = """
organs:
  - {id: bureau, name: {zh: 数据局, en: Bureau}, superior: office, regulation: jiangyin}
  - {id: office, name: {zh: 办公室, en: Office}}
officers:
  - id: chen.hao
    name: 陈浩
    email: chen@bureau.example
    posts:
      - {organ: bureau, post: 科员, valid_from: 2023-01-01, valid_until: 2024-06-30}
      - {organ: bureau, post: 科长, valid_from: 2024-06-01, valid_until: 2026-03-02}
      - {organ: office, post: 秘书, valid_from: 2024-01-01}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "register.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def rewrite(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def asked(engine: Engine, at: datetime, officer: str = "chen.hao", organ: str = "bureau") -> Authority:
    return authority(engine, AuthorityQuestion(officer=officer, organ=organ, at=at))


def noon(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, tzinfo=CHINA)


def test_an_import_counts_what_it_read_and_a_second_one_changes_nothing(engine: Engine, file: Path) -> None:
    counts = RegisterCounts(organs=2, departments=0, units=0, officers=1, posts=3, changed=6)
    assert register.import_register(engine, file) == counts
    assert register.import_register(engine, file) == counts.model_copy(update={"changed": 0})


def test_an_import_updates_what_the_file_says_anew(engine: Engine, file: Path) -> None:
    register.import_register(engine, file)
    rewrite(file, "数据局", "数据管理局")
    rewrite(file, "email: chen@bureau.example", "email: chen@office.example")
    assert register.import_register(engine, file).changed == 2
    assert register.organ(engine, "bureau") == Organ(
        id="bureau",
        name=Text(zh="数据管理局", en="Bureau"),
        kind=OrganKind.ORGAN,
        superior="office",
        regulation="jiangyin",
    )
    assert register.officers_of(engine, "office", date(2026, 1, 1))[0].email == "chen@office.example"


def test_a_file_with_one_fault_changes_nothing_at_all(engine: Engine, file: Path) -> None:
    rewrite(file, "organ: office", "organ: nowhere")
    with pytest.raises(RegisterError, match=r"register.yaml: officers.chen.hao.posts.organ: .*'nowhere'"):
        register.import_register(engine, file)
    assert register.organ(engine, "bureau") is None


def test_a_post_without_an_end_cannot_be_left_out(engine: Engine, file: Path) -> None:
    register.import_register(engine, file)
    rewrite(file, "      - {organ: office, post: 秘书, valid_from: 2024-01-01}\n", "")
    with pytest.raises(RegisterError, match=r"officers.chen.hao.posts: .*end it with valid_until .*office from 2024"):
        register.import_register(engine, file)
    assert asked(engine, noon(2026, 1, 5), organ="office").granted


def test_a_post_that_was_ended_may_be_left_out_and_stays_on_record(engine: Engine, file: Path) -> None:
    register.import_register(engine, file)
    rewrite(file, "valid_from: 2024-01-01}", "valid_from: 2024-01-01, valid_until: 2025-12-31}")
    register.import_register(engine, file)
    rewrite(file, "      - {organ: office, post: 秘书, valid_from: 2024-01-01, valid_until: 2025-12-31}\n", "")
    assert register.import_register(engine, file).changed == 0
    assert asked(engine, noon(2025, 12, 31), organ="office").granted
    assert not asked(engine, noon(2026, 1, 1), organ="office").granted


def test_a_second_file_leaves_the_organs_of_the_first_alone(engine: Engine, file: Path) -> None:
    register.import_register(engine, file)
    rewrite(file, SMALL, "organs: [{id: media, name: {zh: 传媒集团, en: Media}, superior: office}]")
    assert register.import_register(engine, file).changed == 1
    assert asked(engine, noon(2026, 1, 5), organ="office").granted


@pytest.mark.parametrize(
    ("at", "post"),
    [
        (datetime(2023, 1, 1, tzinfo=CHINA), "科员"),
        (noon(2024, 6, 15), "科长"),
        (datetime(2026, 3, 2, 23, 59, tzinfo=CHINA), "科长"),
        (datetime(2026, 3, 2, 15, 59, tzinfo=UTC), "科长"),
    ],
)
def test_authority_is_by_the_newest_post_valid_that_day_in_china(
    engine: Engine, file: Path, at: datetime, post: str
) -> None:
    register.import_register(engine, file)
    assert asked(engine, at) == Authority(granted=True, post=post)


@pytest.mark.parametrize(
    ("question", "zh", "en"),
    [
        ({"at": datetime(2026, 3, 2, 16, tzinfo=UTC)}, "在 2026-03-03 无效", "not valid on 2026-03-03"),
        ({"at": noon(2022, 12, 31)}, "在 2022-12-31 无效", "not valid on 2022-12-31"),
        ({"organ": "office", "at": noon(2023, 12, 31)}, "自 2024-01-01 有效", r"from 2024-01-01\)"),
        ({"officer": "li.si"}, "没有经办人 li.si", "no officer li.si"),
        ({"organ": "nowhere"}, "没有机关 nowhere", "no organ nowhere"),
        ({"organ": "media"}, "在 media 没有职务", "no post in media"),
        ({"on_behalf_of": "xu.ming"}, "没有经办人 xu.ming", "no officer xu.ming"),
    ],
)
def test_authority_is_refused_with_its_reason(
    engine: Engine, file: Path, question: dict[str, object], zh: str, en: str
) -> None:
    rewrite(file, "officers:", "  - {id: media, name: {zh: 传媒集团, en: Media}}\nofficers:")
    register.import_register(engine, file)
    asked = AuthorityQuestion.model_validate(
        {"officer": "chen.hao", "organ": "bureau", "at": noon(2025, 1, 6), **question}
    )
    answer = authority(engine, asked)
    assert not answer.granted and answer.post == "" and answer.reason is not None
    assert zh in answer.reason.zh
    assert re.search(en, answer.reason.en)


def test_a_question_without_a_zone_is_an_error_and_not_a_refusal(engine: Engine) -> None:
    with pytest.raises(RecordError, match="at: must have a time zone"):
        asked(engine, datetime(2026, 3, 2))  # noqa: DTZ001


def test_officers_of_an_organ_are_those_of_that_day_each_once(engine: Engine, file: Path) -> None:
    register.import_register(engine, file)
    chen = Officer(id="chen.hao", name="陈浩", post="科长", email="chen@bureau.example")
    assert register.officers_of(engine, "bureau", date(2024, 6, 15)) == [chen]
    assert register.officers_of(engine, "bureau", date(2026, 3, 3)) == []
    assert register.officers_of(engine, "nowhere", date(2024, 6, 15)) == []


def test_the_example_register_has_everyone_that_the_jiangyin_regulation_needs(engine: Engine) -> None:
    register.import_register(engine, EXAMPLE)
    on = date(2026, 3, 2)
    seats = {
        "jy-data-bureau": 3,
        "jy-ops-centre": 2,
        "jy-base-committee": 5,
        "jy-media-group": 1,
        "jy-government-office": 1,
        "jy-cg-info": 2,
        "jy-jt-info": 2,
        "jy-mz-info": 2,
    }
    assert {organ: len(register.officers_of(engine, organ, on)) for organ in seats} == seats
    members = [
        {officer.id for officer in register.officers_of(engine, o, on)} for o in ("jy-ops-centre", "jy-base-committee")
    ]
    assert len(members[0] & members[1]) == 1
    assert register.party_exists(engine, "jy-cg", OrganKind.DEPARTMENT)
    assert not register.party_exists(engine, "jy-cg", OrganKind.UNIT)
    assert not register.party_exists(engine, "jy-xx", OrganKind.UNIT)
