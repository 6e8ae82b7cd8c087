"""A procedure of the tests' own, in a folder of the law of its own: the product's may change without them."""

import shutil
from pathlib import Path
from typing import Any

from regulations.files import REGULATIONS_DIR

PROCEDURES = """\
terms:
  ten_days: {unit: working_days, amount: 10, default: A12}

forms:
  wish:
    title: {zh: 申请表, en: application}
    rule: JY-17
    article: 第六条
    fields:
      - {id: room, title: {zh: 机房, en: room}, kind: text}
      - {id: since, title: {zh: 起始日期, en: first day}, kind: date}
  answer:
    title: {zh: 答复, en: answer}
    rule: JY-17
    article: 第六条
    fields: [{id: seats, title: {zh: 机柜数, en: racks}, kind: number}]

documents:
  layout: {title: {zh: 平面图, en: layout}, rule: JY-17, article: 第六条}

registers:
  rooms:
    title: {zh: 机房登记, en: rooms}
    rule: JY-17
    article: 第六条
    states: {registered: {zh: 已登记, en: registered}, refused: {zh: 不予登记, en: refused}}

procedures:
  room:
    title: {zh: 机房登记, en: registration of a room}
    rule: JY-17
    article: 第六条
    form: wish
    parties: {host: {zh: 所在单位, en: host}}
    steps:
      answer:
        title: {zh: 答复, en: answer}
        task: host
        form: answer
        documents: [layout]
        term: ten_days
        since: since
        ladder: review
        tells: [jy-data-bureau]
        rule: JY-17
        article: 第六条
      visit: {title: {zh: 现场, en: visit}, wait: visited, rule: JY-17, article: 第六条}
      verification:
        title: {zh: 核验, en: verification}
        review: [jy-data-bureau, jy-ops-centre]
        quorum: all_of
        term: ten_days
        ladder: review
        returns_to: answer
        rule: JY-17
        article: 第六条
        then:
          - {register: rooms, state: registered, entry: room}
          - {catalog: retire, entry: room}
        otherwise: [{register: rooms, state: refused, entry: room}]
  inspection:
    title: {zh: 检查, en: inspection}
    rule: JY-36
    article: 第十条
    steps:
      look:
        title: {zh: 检查, en: look}
        review: [jy-data-bureau]
        term: ten_days
        ladder: review
        rule: JY-36
        article: 第十条
        consequences: [{on: rejected, sanctions: [block_department], rectification: of_the_project}]
"""


def laid_under(folder: Path) -> Path:
    """A folder of the law: jiangyin, the sharing measures over it, and these procedures."""
    law = folder / "regulations"
    (law / "procedures" / "jiangyin").mkdir(parents=True)
    for name in ("jiangyin.yaml", "national-sharing.yaml"):
        shutil.copyfile(REGULATIONS_DIR / name, law / name)
    (law / "procedures" / "jiangyin" / "rooms.yaml").write_text(PROCEDURES, encoding="utf-8")
    return law


def written(**given: Any) -> dict[str, Any]:
    """A case of the procedure, as data."""
    application = {"parties": {"host": "jy-jt-info"}, "form": {"room": "held", "since": "2026-03-02"}}
    common = {"name": "案", "judge": "procedure", "filed_on": "2026-03-02", "procedure": "room", "expect": {}}
    return {**common, "application": application, **given}
