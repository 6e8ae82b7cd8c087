"""Whatever a file holds, it is read as a value or refused with our own error: bounded, soon, and with nothing changed."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given

from models.base import Text
from models.limits import APPLICATION_FILE_BYTES, DEPTH, LIBRARY_FILE_BYTES, PARTS
from records.errors import RegisterError
from records.register_file import read_register_file
from regulations.almanac import NoticeError, read_notice
from regulations.files import RegulationError, load
from regulations.procedure_files import load_laws
from regulations.strict_yaml import Unreasonable, read
from runtime.payloads import keyring
from runtime.tokens import TokenFileError, authorization
from services.notification.channels import load_channels
from services.notification.problems import ConfigurationError
from simulation import case_file
from starter.failures import BadInput
from starter.intake import read_application
from starter.procedure_intake import read_procedure
from tests.input.hostile import YAML_VALUES, spoilt, tried
from tests.regulations import small_law, small_procedures

LONGEST = 20_000
"""Characters of what is told of a file: fifty faults, each with a field, a rule and a value that are cut."""

APPLICATION = """\
regulation: jiangyin
code: JY-1
title: 城管数据共享平台
kind: new
department: {code: jy-cg, name: 城管局}
unit: {code: jy-cg-info, name: 信息中心}
prepared_by: lu.min
funding: fiscal
investment: 4200000.00
starts_on: 2026-03-01
ends_on: 2027-02-28
summary: 建设
features:
  - kind: database
    name: 部件库
    approach: reuse
    declares: [a, b]
forms:
  reuse:
    rows:
      - capability: 统一身份认证
        share: 0.5
documents: []
"""
PROCEDURE = """\
regulation: jiangyin
procedure: project_filing
code: JY-F-1
title: 备案
unit: {code: jy-cg-info, name: 信息中心}
prepared_by: lu.min
parties:
  provider: jy-ga
form:
  amount: 10
  since: 2026-01-01
  rows: [{a: b}]
"""
REGISTER = """\
organs:
  - {id: office, name: {zh: 办公室, en: Office}}
departments:
  - {id: cg, name: {zh: 城管局, en: Urban Management}}
units:
  - {id: cg-info, name: {zh: 信息中心, en: Information Centre}, department: cg}
officers:
  - id: chen.hao
    name: 陈浩
    posts:
      - organ: office
        post: 科长
        valid_from: 2023-11-14
        valid_until: 2026-12-31
"""
NOTICE = """\
year: 2027
source: {zh: 通知, en: notice}
holidays:
  元旦: [2027-01-01]
make_up_days:
  元旦: [2027-01-03]
"""
CASES = """\
regulation: jiangyin
cases:
  - name: 一个用例
    en: a case
    rules: [JY-01]
    deadline:
      from: 2026-01-01
"""
CHANNELS = """\
default: [inbox]
strict: false
recipients:
  "organ:jy-data-bureau": [inbox]
"""
RING = """\
{"version": 1, "active": "a",
"keys": [{"id": "a", "algorithm": "SM4-GCM",
"created_at": "2026-01-01T00:00:00Z",
"secret":
"AAAAAAAAAAAAAAAAAAAAAA=="}]}
"""


class Reader(NamedTuple):
    """How a kind of file is read, what it raises for a bad one, and a text from which bad ones are made."""

    read: Callable[[Path], Any]
    refusal: type[Exception]
    good: str


def read_procedures(file: Path) -> Any:
    """The procedures of the small law, beside which they lie."""
    return load_laws(file.parents[2])


READERS = {
    "regulation": Reader(load, RegulationError, small_law.SMALL_LAW),
    "procedures": Reader(read_procedures, RegulationError, small_procedures.ROOMS),
    "application": Reader(read_application, BadInput, APPLICATION),
    "procedure": Reader(read_procedure, BadInput, PROCEDURE),
    "register": Reader(read_register_file, RegisterError, REGISTER),
    "notice": Reader(read_notice, NoticeError, NOTICE),
    "cases": Reader(case_file.load, case_file.CaseError, CASES),
    "channels": Reader(load_channels, ConfigurationError, CHANNELS),
    "key ring": Reader(keyring.read, keyring.KeyRingError, RING),
    "token": Reader(authorization, TokenFileError, f"tcg_{'0' * 12}_{'0' * 64}\n"),
}
EXAMPLES = 60


def place(folder: Path, kind: str) -> Path:
    """Where a file of that kind lies, with what it needs beside it."""
    below = folder / kind
    file = below / ("procedures/small/rooms.yaml" if kind == "procedures" else "small.yaml")
    file.parent.mkdir(parents=True, exist_ok=True)
    if kind == "procedures":
        small_law.written(below)
    file.touch(0o600)
    return file


def told(error: Exception) -> str:
    """All that a person gets to read."""
    details = getattr(error, "details", ())
    return "\n".join([str(error), *(f"{d.zh} / {d.en}" if isinstance(d, Text) else d for d in details)])


@pytest.mark.parametrize("kind", READERS)
def test_a_file_is_read_or_refused_with_the_reason(tmp_path: Path, kind: str) -> None:
    reader = READERS[kind]
    file = place(tmp_path, kind)

    @tried(EXAMPLES)
    @given(spoilt(reader.good))
    def holds(content: bytes) -> None:
        require_read_or_refused(reader, file, content)

    holds()


@pytest.mark.parametrize("kind", [kind for kind in READERS if kind not in ("key ring", "token")])
def test_no_value_is_too_strange_to_be_refused(tmp_path: Path, kind: str) -> None:
    reader = READERS[kind]
    file = place(tmp_path, kind)
    first = reader.good.partition(":")[0]
    for value in YAML_VALUES:
        require_read_or_refused(reader, file, f"{first}: {value}".encode("utf-8", "surrogatepass"))


def require_read_or_refused(reader: Reader, file: Path, content: bytes) -> None:
    file.write_bytes(content)
    try:
        reader.read(file)
    except reader.refusal as error:
        message = told(error)
        assert message.strip()
        assert len(message) < LONGEST
        assert message.encode(), "it can be printed"
    assert file.read_bytes() == content


# ---------------------------------------------------------------- limits


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("x" * (LIBRARY_FILE_BYTES + 1), f"must not be larger than {LIBRARY_FILE_BYTES} bytes"),
        ("[" * (DEPTH + 1) + "]" * (DEPTH + 1), f"must not be nested more than {DEPTH} levels deep"),
        ("[" * 100_000, f"must not be nested more than {DEPTH} levels deep"),
        ("a: &a [*a]", "must not repeat what it stands in"),
        ('a: "\\u001b[2J"', "must not hold the control character U+001B"),
    ],
)
def test_an_unreasonable_file_is_refused_before_it_is_taken_apart(tmp_path: Path, text: str, rule: str) -> None:
    with pytest.raises(Unreasonable, match=re.escape(rule)):
        read(small_law.written(tmp_path, text))


def test_aliases_count_as_often_as_they_repeat(tmp_path: Path) -> None:
    shallow = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}' if n else 'x'] * 9)}]" for n in range(9))
    with pytest.raises(Unreasonable, match=f"must not hold more than {PARTS} values"):
        read(small_law.written(tmp_path, shallow))
    deep = "\n".join(f"a{n}: &a{n} [{f'*a{n - 1}' if n else 'x'}]" for n in range(DEPTH + 1))
    with pytest.raises(Unreasonable, match="levels deep"):
        read(small_law.written(tmp_path, deep))
    assert read(small_law.written(tmp_path, "a: &a [x]\nb: [*a, *a]"))[0] == {"a": ["x"], "b": [["x"], ["x"]]}


def test_an_application_file_has_limits_of_its_own(tmp_path: Path) -> None:
    for text, rule in [
        ("a: &a [x]\nb: *a", "must not use YAML aliases"),
        ("x" * (APPLICATION_FILE_BYTES + 1), f"must not be larger than {APPLICATION_FILE_BYTES} bytes"),
        (APPLICATION.replace("share: 0.5", "share: .nan"), "must be a number"),
        (APPLICATION.replace("share: 0.5", "share: !!binary aGk="), "must be plain data"),
    ]:
        with pytest.raises(BadInput) as refused:
            read_application(small_law.written(tmp_path, text))
        assert rule in told(refused.value)


def test_of_four_hundred_faults_the_first_are_told_and_that_there_are_more(tmp_path: Path) -> None:
    text = APPLICATION + "\n".join(f"k{n}: v" for n in range(400))
    with pytest.raises(BadInput) as refused:
        read_application(small_law.written(tmp_path, text))
    assert "(whole input): has 350 further faults" in told(refused.value)
    with pytest.raises(RegulationError) as refused_law:
        load(small_law.written(tmp_path, small_law.SMALL_LAW + "\n".join(f"k{n}: v" for n in range(10_000))))
    assert "has further faults" in told(refused_law.value)


@pytest.mark.parametrize("kind", ["application", "procedure"])
def test_the_good_file_is_good(tmp_path: Path, kind: str) -> None:
    reader = READERS[kind]
    assert reader.read(small_law.written(tmp_path, reader.good))
