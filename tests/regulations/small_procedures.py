"""Procedures for the small law, in a folder of their own, and a wider law that lends it some of its own."""

from pathlib import Path
from typing import Any

from models.procedure import ProcedureApplication
from regulations.procedure_files import FOLDER, load_laws
from regulations.procedure_plan import Laws
from tests.regulations.small_law import SMALL_LAW

OVERLAID = """\
overlays:
  - {regulation: near, gates: {}, switch: near_overlay, default: A38}
  - {regulation: far, gates: {}, switch: far_overlay, default: A38}
"""
SWITCHES = """\
  near_overlay: {title: {zh: 近, en: near}, value: "on", choices: ["on", "off"], default: A38}
  far_overlay: {title: {zh: 远, en: far}, value: "on", choices: ["on", "off"], default: A38}
"""
OVERLAID_LAW = SMALL_LAW.replace("values:\n", f"values:\n{SWITCHES}") + OVERLAID

WIDE_VALIDITY = "validity: {issued: 2016-09-05, from: 2016-09-05, article: 末条}\n"


def wide_law(name: str, validity: str = WIDE_VALIDITY) -> str:
    """A regulation that only lies over others, and lends no checks."""
    return f"""\
id: {name}
rules: NA
title: {{zh: {name}, en: {name}}}
instruments: {{base: 大办法}}
instrument: base
{validity}overlay: {{}}
"""


ROOMS = """\
forms:
  wish:
    title: {zh: 申请表, en: application}
    rule: JY-17
    article: 第六条
    fields:
      - {id: room, title: {zh: 机房, en: room}, kind: text}
      - {id: since, title: {zh: 起始日期, en: first day}, kind: date}

documents:
  layout: {title: {zh: 平面图, en: layout}, rule: JY-17, article: 第六条}

registers:
  rooms:
    title: {zh: 机房登记, en: rooms}
    rule: JY-17
    article: 第六条
    states: {registered: {zh: 已登记, en: registered}}

procedures:
  room:
    title: {zh: 机房登记, en: registration of a room}
    rule: JY-17
    article: 第六条
    form: wish
    documents: [layout]
    parties: {host: {zh: 所在单位, en: host}}
    steps:
      answer:
        title: {zh: 答复, en: answer}
        task: host
        term: review
        since: since
        ladder: review
        tells: [finance]
        rule: JY-17
        article: 第六条
      verification:
        title: {zh: 核验, en: verification}
        review: [bureau]
        term: review
        ladder: review
        returns_to: answer
        rule: JY-17
        article: 第六条
        then: [{register: rooms, state: registered, entry: room}]
"""
ROLES = "roles: {finance: panel, authority: bureau}\n"


def plain(*names: str, review: str = "authority") -> str:
    """Procedures of one review each, with a term and a ladder of the file's own."""
    own = """\
terms: {plain_term: {unit: working_days, amount: 3, default: A12}}
ladders: {plain_ladder: {default: A12, rungs: [{at: due, kind: overdue}]}}
procedures:
"""
    return own + "".join(
        f"""\
  {name}:
    title: {{zh: {name}, en: {name}}}
    article: 第一条
    steps:
      look:
        title: {{zh: 查看, en: look}}
        review: [{review}]
        term: plain_term
        ladder: plain_ladder
        article: 第一条
"""
        for name in names
    )


def write(folder: Path, regulations: dict[str, str], procedures: dict[str, str]) -> Path:
    """The folder with these regulations by id, and these files of procedures by `<regulation>/<topic>`."""
    for name, text in regulations.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    for name, text in procedures.items():
        file = folder / FOLDER / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def small(folder: Path, text: str = SMALL_LAW, **procedures: str) -> Laws:
    """The small law with these files of procedures; without any, the registration of a room and the roles."""
    files = procedures or {"rooms": ROOMS, "roles": ROLES}
    return load_laws(write(folder, {"small": text}, {f"small/{topic}": written for topic, written in files.items()}))


def lent(
    folder: Path, local: dict[str, str], near: str = "", far: str = "", laws: dict[str, str] | None = None
) -> Laws:
    """The small law under two wider ones, `near` before `far`; each with its procedures. `laws` replaces their texts."""
    regulations = {"small": OVERLAID_LAW, "near": wide_law("near"), "far": wide_law("far"), **(laws or {})}
    wide = {name: text for name, text in (("near/all", near), ("far/all", far)) if text}
    return load_laws(write(folder, regulations, {f"small/{topic}": text for topic, text in local.items()} | wide))


def application(**changes: Any) -> ProcedureApplication:
    """An application for the registration of a room, in order."""
    return ProcedureApplication.model_validate(
        {
            "regulation": "small",
            "procedure": "room",
            "code": "R-1",
            "title": "机房",
            "unit": {"code": "unit-1", "name": "一单位"},
            "prepared_by": "officer-1",
            "parties": {"host": "host-1"},
            "form": {"room": "甲", "since": "2026-03-02"},
        }
        | changes
    )
