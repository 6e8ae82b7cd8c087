"""What a register file may say, and that each fault is named by file, key, value and rule."""

from pathlib import Path

import pytest

from records.errors import RegisterError
from records.register_file import OrganKind, Place, contradictions, read_register_file

GOOD = """
organs:
  - {id: office, name: {zh: 办公室, en: Office}}
  - {id: bureau, name: {zh: 数据局, en: Bureau}, superior: office}
departments:
  - {id: cg, name: {zh: 城管局, en: Urban Management}}
units:
  - {id: cg-info, name: {zh: 信息中心, en: Information Centre}, department: cg}
officers:
  - id: chen.hao
    name: 陈浩
    posts:
      - {organ: bureau, post: 科长, valid_from: 2023-11-14, valid_until: 2026-12-31}
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "register.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_good_file_is_read_whole_and_holds_no_contradiction(tmp_path: Path) -> None:
    file = read_register_file(written(tmp_path, GOOD))
    assert file.places() == {
        "office": Place(OrganKind.ORGAN, None),
        "bureau": Place(OrganKind.ORGAN, "office"),
        "cg": Place(OrganKind.DEPARTMENT, None),
        "cg-info": Place(OrganKind.UNIT, "cg"),
    }
    assert contradictions(file, {}) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2023-11-14", "2023-02-30", r"officers\.0\.posts\.0\.valid_from: .*day is out of range.*'2023-02-30'"),
        ("2023-11-14", "20231114", r"valid_from: .*must be a day such as 2023-11-14 \(got 20231114\)"),
        ("2023-11-14", "2027-01-01", r"valid_until 2026-12-31 lies before valid_from 2027-01-01"),
        ("superior: office", "superiors: office", r"organs\.1\.superiors: Extra inputs are not permitted"),
        ("id: chen.hao", "id: 陈浩", r"officers\.0\.id: .*pattern.*'陈浩'"),
        ("    name: 陈浩\n", "", r"officers\.0\.name: Field required"),
        ("    name: 陈浩\n", "    name: 陈浩\n    email: chen\n", r"officers\.0\.email: .*'chen'"),
        ("- {organ: bureau, post: 科长", "- {organ: bureau", r"officers\.0\.posts\.0\.post: Field required"),
        (GOOD[GOOD.index("    posts") :], "    posts: []\n", r"officers\.0\.posts: .*at least 1 item"),
        (GOOD[GOOD.index("    posts") :], "", r"officers\.0\.posts: Field required"),
        ("departments:", "organs:", r"must be YAML: key 'organs' stands 2 times"),
        (GOOD, "organs: [", r"must be YAML"),
        (GOOD, "just text", r"whole input.*'just text'"),
    ],
)
def test_what_is_not_in_the_words_of_the_file_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(RegisterError, match=message) as refusal:
        read_register_file(written(tmp_path, GOOD.replace(old, new)))
    assert str(refusal.value).startswith("register.yaml: ")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("id: cg,", "id: bureau,", "id: must be unique, stands 2 times (got 'bureau')"),
        ("superior: office", "superior: nobody", "bureau.superior: must be the id of a known organ (got 'nobody')"),
        ("superior: office", "superior: cg", "bureau.superior: must be the id of a known organ (got 'cg')"),
        (
            "superior: office",
            "superior: bureau",
            "bureau.superior: must not lead back to the same organ (got 'bureau')",
        ),
        (
            "en: Office}",
            "en: Office}, superior: bureau",
            "office.superior: must not lead back to the same organ (got 'bureau')",
        ),
        (
            "department: cg",
            "department: office",
            "cg-info.department: must be the id of a known department (got 'office')",
        ),
        (
            "organ: bureau",
            "organ: nowhere",
            "officers.chen.hao.posts.organ: must be the id of a party in this file (got 'nowhere')",
        ),
    ],
)
def test_each_contradiction_is_named_with_key_value_and_rule(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert old in GOOD
    assert fault in contradictions(read_register_file(written(tmp_path, GOOD.replace(old, new))), {})


def test_an_officer_or_a_post_that_stands_twice_is_a_contradiction(tmp_path: Path) -> None:
    officer = GOOD[GOOD.index("  - id: chen.hao") :]
    twice = read_register_file(written(tmp_path, GOOD + officer))
    assert contradictions(twice, {}) == ["officers.id: must be unique, stands 2 times (got 'chen.hao')"]
    post = GOOD[GOOD.index("      - {organ") :]
    [fault] = contradictions(read_register_file(written(tmp_path, GOOD + post)), {})
    assert fault == "officers.chen.hao.posts: must be unique, stands 2 times (got 'bureau from 2023-11-14')"


def test_what_is_on_record_may_be_referred_to_and_may_close_a_circle(tmp_path: Path) -> None:
    file = read_register_file(written(tmp_path, GOOD.replace("en: Office}", "en: Office}, superior: province")))
    assert contradictions(file, {"province": Place(OrganKind.ORGAN, None)}) == []
    [first, second] = contradictions(file, {"province": Place(OrganKind.ORGAN, "bureau")})
    assert "office.superior: must not lead back" in first
    assert "bureau.superior: must not lead back" in second
