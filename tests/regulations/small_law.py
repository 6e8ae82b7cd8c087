"""A whole regulation in thirty lines, for the tests that spoil it, and the applications that are judged by it."""

from pathlib import Path

SMALL_LAW = """\
id: small
rules: JY
title: {zh: 小办法, en: small rules}
instruments: {base: 小办法}
instrument: base
validity: {issued: 2023-11-14, from: 2023-11-14, until: 2027-12-31, rule: JY-44, article: 第十四条}
organs:
  bureau: {title: {zh: 局, en: bureau}, rule: JY-05, article: 第四条}
  panel: {title: {zh: 委员会, en: panel}, superior: bureau, article: 第六条}
funding:
  municipal: {title: {zh: 市级, en: municipal}, article: 第二条}
features:
  room: {zh: 机房, en: room}
values:
  alike: {title: {zh: 相似度, en: similarity}, value: 90, default: A50}
terms:
  review:
    - {unit: working_days, amount: 20, until: 2025-12-31, default: A12}
    - {unit: working_days, amount: 15, from: 2026-01-01, article: 第九条}
ladders:
  review: {default: A12, rungs: [{at: due, kind: overdue}]}
documents:
  plan: {title: {zh: 方案, en: plan}, article: 第六条}
checks:
  JY-18:
    check: forbids_self_building
    features: [room]
    title: {zh: 不得新建, en: none}
    remedy: {zh: 改用, en: reuse}
    strength: mandatory
    rule: JY-18
    article: 第六条
  JY-23:
    check: forbids_duplicate_items
    features: [room]
    category: rooms
    similarity: {value: alike}
    title: {zh: 不得重复, en: no repeat}
    remedy: {zh: 利用现有, en: reuse}
    strength: in_principle
    rule: JY-23
    article: 第七条
gates:
  intake:
    title: {zh: 受理, en: intake}
    organs: [bureau]
    quorum: any_of
    documents: [plan]
    term: review
    ladder: review
    returns_to: {stage: Application}
    article: 第六条
  panel:
    title: {zh: 审议, en: panel}
    organs: [panel]
    quorum: majority
    checks: [JY-18, JY-23]
    term: review
    ladder: review
    returns_to: {stage: TechnicalCoordination, gate: panel}
    article: 第六条
routes:
  standard:
    title: {zh: 一般, en: standard}
    funding: [municipal]
    article: 第二条
    stages:
      - {name: Application, gates: [intake]}
      - {name: TechnicalCoordination, gates: [panel]}
"""


def changed(text: str, old: str, new: str) -> str:
    """The text with one place changed, which must stand in it exactly once."""
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    return text.replace(old, new)


def spoiled(old: str, new: str) -> str:
    """The small law with one place changed."""
    return changed(SMALL_LAW, old, new)


def written(folder: Path, text: str = SMALL_LAW, name: str = "small.yaml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file
