"""The timeline of a life: acts, ledger and notices in the order of the legal clock."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from models.calendar import CHINA
from models.effects import EntryKind
from simulation.life import Life
from simulation.verdict import Line, shown

_SIGNS = {
    EntryKind.DECISION_REFUSED: "✗",
    EntryKind.MESSAGE_REFUSED: "✗",
    EntryKind.PROJECT_REFUSED: "✗",
    EntryKind.DEADLINE_PASSED: "⏰",
    EntryKind.DEADLINE_MOVED: "⏰",
    EntryKind.SANCTION_IMPOSED: "§",
    EntryKind.SANCTION_LIFTED: "§",
}


_LABELS = {
    "approve": "审核通过",
    "return_": "退回",
    "reject": "不予通过",
    "reach": "办至",
    "decide": "审核意见",
    "submit": "提交",
    "respond": "整改答复",
    "waive": "例外批准",
    "extend": "延期",
    "extend_limit": "延长时限",
    "pause_clock": "停止计时",
    "resume_clock": "恢复计时",
    "suspend": "中止",
    "resume": "恢复",
    "withdraw": "撤回",
    "retract": "撤销意见",
    "report_event": "事项报告",
    "report_change": "变更报告",
    "record_finding": "检查问题",
    "publish_calendar": "公布放假安排",
    "catalog": "目录变动",
    "send": "外来信息",
    "apply": "同一单位另行申报",
}

SHORT = 80
"""Characters of an act's content that a line of the timeline shows."""


def in_short(said: Any) -> str:
    """What a case says of an act, on one line: the fields that it fills in."""
    given = said.model_dump(mode="json", exclude_defaults=True) if isinstance(said, BaseModel) else said
    text = "、".join(shown(v) for v in given.values()) if isinstance(given, dict) else shown(given)
    return text if len(text) <= SHORT else f"{text[:SHORT]}…"


def timeline(life: Life) -> tuple[Line, ...]:
    """Every act, entry and notice as a line, in their order. At one moment acts come before what is on record."""
    return tuple(sorted([*_acts(life), *_entries(life), *_letters(life)], key=lambda line: line.at))


def _acts(life: Life) -> Iterator[Line]:
    for happening in life.happenings:
        said = f"（{happening.said}）" if happening.said else ""
        yield Line(at=happening.at, sign="▶", text=f"{_LABELS[happening.act]}{said} → {happening.answer}")


def _entries(life: Life) -> Iterator[Line]:
    for entry in life.ledger:
        cited = f"（{'；'.join(map(str, entry.citations[:1]))}）" if entry.citations else ""
        yield Line(at=entry.at.astimezone(CHINA), sign=_SIGNS.get(entry.kind, "·"), text=f"{entry.summary.zh}{cited}")


def _letters(life: Life) -> Iterator[Line]:
    for sent in life.notices:
        notice = sent.notice
        yield Line(at=sent.at, sign="✉", text=f"{notice.template} → {notice.recipient.code}")
