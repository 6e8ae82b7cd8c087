"""register delegate, revoke-delegation, delegations, export, vacancies: the commands say what they did, and it is on record."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from models.calendar import CHINA
from tests.starter.tongchou import REGISTER, Tongchou


@pytest.fixture
def tongchou(tmp_path: Path) -> Tongchou:
    desk = Tongchou(tmp_path / "var")
    assert desk("register", "import", REGISTER, "--by", "root").code == 0
    return desk


def delegate(tongchou: Tongchou, **given: str) -> tuple[str, ...]:
    today = datetime.now(CHINA).date()
    usual = {"from": "chen.hao", "to": "lin.yue", "organ": "jy-data-bureau", "reason": "出差"}
    days = {"valid-from": str(today), "until": str(today + timedelta(days=9))}
    options = {**usual, **days, **given}
    return ("register", "delegate", *(part for key, value in options.items() for part in (f"--{key}", value)))


def test_a_delegation_is_granted_listed_revoked_and_each_step_stands_in_the_book_of_the_register(
    tongchou: Tongchou,
) -> None:
    granted = tongchou.document(*delegate(tongchou, by="root"))
    assert (granted["principal"], granted["delegate"], granted["granted_by"]) == ("chen.hao", "lin.yue", "root")
    today = str(datetime.now(CHINA).date())
    assert [d["id"] for d in tongchou.document("register", "delegations", "--on", today)] == [granted["id"]]
    revoked = tongchou.document("register", "revoke-delegation", granted["id"], "--reason", "销假", "--by", "root")
    assert revoked["revoked_on"] == today
    assert tongchou.document("register", "delegations", "--on", today) == []
    assert "chen.hao" in tongchou("register", "delegations").stdout
    book = tongchou.document("ledger", "show", "@register")
    assert [r["entry"]["kind"] for r in book] == ["register.imported", "delegation.granted", "delegation.revoked"]
    assert {r["entry"]["detail"]["by"] for r in book} == {"root"}


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        ({"to": "chen.hao"}, 2, "delegate: must be somebody else"),
        ({"organ": "jy-ops-centre"}, 2, "principal: must hold a post in jy-ops-centre"),
        ({"until": "2020-01-01"}, 2, "valid_until: must not lie before valid_from"),
        ({"to": "no body"}, 2, "delegate"),
    ],
)
def test_a_wrong_delegation_is_refused_with_field_value_and_rule(
    tongchou: Tongchou, given: dict[str, str], code: int, words: str
) -> None:
    told = tongchou(*delegate(tongchou, **given))
    assert told.code == code and words in told.stderr
    assert tongchou.document("register", "delegations") == []


def test_the_exported_register_imports_again_without_a_change(tongchou: Tongchou, tmp_path: Path) -> None:
    tongchou.document(*delegate(tongchou))
    file = tmp_path / "out.yaml"
    assert tongchou("register", "export", "--out", file).code == 0
    assert tongchou.document("register", "export")["register"] == file.read_text("utf-8")
    assert tongchou.document("register", "import", file)["changed"] == 0


def test_without_an_open_project_no_office_is_vacant(tongchou: Tongchou) -> None:
    assert tongchou.document("register", "vacancies", "--within", "366") == []
    assert tongchou("register", "vacancies", "--within", "9999").code == 2
