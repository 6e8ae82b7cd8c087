"""A small law with a wider one that lies over it, for the tests of overlays, and the plans that come of the two."""

from datetime import date
from pathlib import Path

from models.application import Application
from models.form import FormField
from models.plan import Plan
from regulations.files import load as load_by
from regulations.register import load_register
from regulations.resolve import resolve
from regulations.schema import Regulation
from tests.regulations.small_law import SMALL_LAW
from tests.regulations.small_law import written as written_small

REGISTER = load_register()
DAY = date(2026, 3, 2)
OFFICERS = {"bureau": 1, "panel": 3}

WIDE_LAW = """\
id: wide
rules: NA
title: {zh: 大办法, en: wide rules}
instruments: {base: 大办法, plan: 大方案}
instrument: base
validity: {issued: 2016-09-05, from: 2016-09-05, article: 末条}
features:
  network: {zh: 专网, en: network}
  room: {zh: 屋, en: a room by another title}
events:
  found_wanting: {title: {zh: 不合格, en: found wanting}, article: 第二十一条}
values:
  alike: {title: {zh: 相似度, en: similarity}, value: 70, default: A50}
  close: {title: {zh: 接近, en: close}, value: 85, default: A50}
documents:
  sharing_plan: {title: {zh: 共享方案, en: sharing plan}, article: 第八条}
forms:
  filing:
    title: {zh: 备案表, en: filing}
    rule: NA-65
    article: 三
    instrument: plan
    also: [{rule: NA-101, article: 二}]
    fields: [{id: name, title: {zh: 名称, en: name}, kind: text}]
checks:
  NA-77:
    check: forbids_self_building
    features: [network, room]
    title: {zh: 不得自建, en: none of one's own}
    remedy: {zh: 改用, en: reuse}
    strength: mandatory
    rule: NA-77
    article: 第十一条
  NA-82:
    check: forbids_repeated_collection
    similarity: {value: close}
    title: {zh: 不得重复采集, en: not twice}
    remedy: {zh: 改用, en: reuse}
    strength: in_principle
    rule: NA-82
    article: 第十二条
    instrument: plan
  NA-88:
    check: forbids_event
    event: found_wanting
    title: {zh: 不予审批, en: not approved}
    remedy: {zh: 补正, en: mend}
    strength: mandatory
    rule: NA-88
    article: 第二十一条
  NA-91:
    check: registers_catalog
    title: {zh: 目录登记, en: registered}
    remedy: {zh: 登记, en: register}
    strength: mandatory
    rule: NA-91
    article: 第二十一条
classified: {article: 第二十条, checks: [NA-77]}
overlay:
  at:
    application: {forms: [filing], documents: [sharing_plan]}
    coordination: {checks: [NA-77, NA-82, NA-88]}
    acceptance: {checks: [NA-91]}
  columns:
    - id: basis
      title: {zh: 依据, en: basis}
      kind: text
      required_when: {field: sharing, has: 不予共享}
      rule: NA-74
      article: 第十条
    - {id: name, title: {zh: 另名, en: another name}, kind: text, rule: NA-75, article: 第十条}
"""

NARROW_LAW = (
    SMALL_LAW.replace("values:\n", "values:\n  switch: {title: {zh: 开关, en: switch}, value: on, default: A38}\n")
    .replace(
        "checks:\n  JY-18:",
        """\
forms:
  catalog:
    title: {zh: 目录, en: catalog}
    rule: JY-51
    article: 附件3
    fields:
      - id: rows
        title: {zh: 资源, en: resources}
        kind: rows
        fields:
          - {id: name, title: {zh: 名称, en: name}, kind: text}
          - {id: sharing, title: {zh: 共享, en: sharing}, kind: choice, choices: [无条件共享, 不予共享]}
catalog:
  {form: catalog, rows: rows, name: name, mode: sharing, unshared: [不予共享], unconditional: 无条件共享, article: 附件3}
checks:
  JY-18:""",
    )
    .replace(
        "gates:\n",
        """\
overlays:
  - {regulation: wide, gates: {application: intake, coordination: [panel]}, switch: switch, default: A38}
gates:
""",
    )
)


def load(file: Path) -> Regulation:
    return load_by(file, REGISTER)


def written(folder: Path, narrow: str = NARROW_LAW, wide: str = WIDE_LAW) -> Path:
    written_small(folder, wide, "wide.yaml")
    return written_small(folder, narrow)


def loaded(folder: Path, narrow: str = NARROW_LAW, wide: str = WIDE_LAW) -> Regulation:
    return load(written(folder, narrow, wide))


def application(regulation: str = "small", **changes: object) -> Application:
    filed = {
        "regulation": regulation,
        "code": "P-1",
        "title": "项目",
        "kind": "new",
        "department": {"code": "d", "name": "局"},
        "unit": {"code": "u", "name": "中心"},
        "prepared_by": "somebody",
        "funding": "municipal",
        "investment": "1000.00",
        "starts_on": "2026-05-06",
        "ends_on": "2026-12-31",
        "summary": "项目",
    }
    return Application.model_validate(filed | changes)


def plan(law: Regulation, on: date = DAY) -> Plan:
    return resolve(law, application(law.id), on, OFFICERS)


def catalog_columns(drawn: Plan) -> dict[str, FormField]:
    rows = next(field for field in drawn.form("catalog").fields if field.id == "rows")
    return {cell.id: cell for cell in rows.fields}
