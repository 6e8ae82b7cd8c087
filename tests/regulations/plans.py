"""Small plans, applications and decisions for the tests of the pure functions: one line each, all defaults sensible."""

from datetime import UTC, date, datetime
from typing import Any

from models.application import Application, Feature
from models.base import Text
from models.calendar import CHINA, Receipt, Term, TermUnit
from models.check import Check
from models.citation import Citation
from models.deadline import Deadline
from models.effects import CapabilityFact, CatalogFacts
from models.finding import Finding, Strength, Waiver
from models.form import Form
from models.plan import Gate, Plan, StageName, StagePlan
from models.review import CountedDecision, Decision, Quorum, QuorumRule, Review, Verdict

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=CHINA)
TODAY = date(2026, 3, 2)
CITATION = Citation(rule="JY-00", instrument="办法", article="第一条")
TERM = Term(unit=TermUnit.WORKING_DAYS, amount=20, citation=CITATION)
DIGEST = "0" * 64


def text(zh: str) -> Text:
    return Text(zh=zh, en=f"<{zh}>")


def rule(rule_id: str, **more: Any) -> dict[str, Any]:
    """What every check has in common, for a check of this rule."""
    citation = Citation(rule=rule_id, instrument="办法", article="第六条")
    common = {"id": rule_id, "rule": rule_id, "title": text("标题"), "remedy": text("改"), "citation": citation}
    return {**common, "strength": Strength.MANDATORY, **more}


def gate(**more: Any) -> Gate:
    quorum = Quorum(rule=QuorumRule.ANY_OF)
    common = {"id": "g", "title": text("统筹"), "organs": ("OC",), "quorum": quorum, "citations": (), "term": TERM}
    return Gate(**{**common, **more})


def plan(*checks: Check, forms: tuple[Form, ...] = ()) -> Plan:
    """A plan whose only gate applies the checks in their order."""
    only = gate(checks=tuple(check.id for check in checks), forms=tuple(form.id for form in forms))
    return Plan(
        regulation="jiangyin",
        title=text("办法"),
        version=DIGEST,
        filed_on=TODAY,
        route="full",
        organs=(),
        powers=(),
        forms=forms,
        checks=checks,
        stages=(StagePlan(name=StageName.TECHNICAL_COORDINATION, gates=(only,)),),
    )


def only_gate(of: Plan) -> Gate:
    return of.stages[0].gates[0]


def application(*features: Feature, **more: Any) -> Application:
    common: dict[str, Any] = {
        "regulation": "jiangyin",
        "code": "JY-2026-0001",
        "title": "城市积水监测",
        "kind": "new",
        "department": {"code": "water", "name": "水利局"},
        "unit": {"code": "water-it", "name": "水利信息中心"},
        "prepared_by": "zhou",
        "funding": "municipal",
        "investment": "3200000.00",
        "starts_on": "2026-05-01",
        "ends_on": "2026-12-31",
        "summary": "监测积水点。",
    }
    return Application.model_validate({**common, "features": features, **more})


def feature(kind: str = "video", name: str = "积水点摄像机", **more: Any) -> Feature:
    return Feature(**{"kind": kind, "name": name, "approach": "connect", "capability": "视频融合平台", **more})


def facts(*capabilities: CapabilityFact, **more: Any) -> CatalogFacts:
    return CatalogFacts(version="c7", capabilities=capabilities, **more)


def capability(name: str, asked: str | None = None, state: str = "active", specification: str = "") -> CapabilityFact:
    known = {"asked": asked or name, "name": name, "state": state, "specification": specification}
    return CapabilityFact.model_validate({**known, "operator": "网络基建科"})


def finding(strength: Strength, rule_id: str = "JY-24", subject: str = "图层") -> Finding:
    said: dict[str, Any] = {"message": text("问题"), "remedy": text("改"), "citation": CITATION}
    return Finding(check=rule_id, rule=rule_id, subject=subject, strength=strength, **said)


def waiver(expires_on: date, rule_id: str = "JY-24", subject: str | None = None) -> Waiver:
    granted: dict[str, Any] = {"organ": "DB", "officer": "li", "reason": "试点", "document": DIGEST, "granted_at": NOON}
    return Waiver(rule=rule_id, subject=subject, expires_on=expires_on, **granted)


def decision(verdict: Verdict = Verdict.APPROVE, officer: str = "wang", organ: str = "OC", **more: Any) -> Decision:
    common = {"decision_id": f"d-{officer}", "review_id": "JY-2026-0001/TC/opinion/2", "opinion": "见附件"}
    return Decision(**{**common, "organ": organ, "officer": officer, "verdict": verdict, **more})


def counted(of: Decision) -> CountedDecision:
    return CountedDecision(decision=of, at=datetime(2026, 3, 3, tzinfo=UTC), post="科长", judged=())


def review(*decisions: Decision, quorum: Quorum | None = None, **more: Any) -> Review:
    receipt = Receipt(
        event="审核开始",
        started_on=TODAY,
        term=TERM,
        due_on=date(2026, 3, 30),
        due_at=datetime(2026, 3, 31, tzinfo=CHINA),
        calendar_version="2026",
        provisional=False,
        working_days_counted=20,
        skipped=(),
        make_up_days=(),
    )
    common = {
        "review_id": "JY-2026-0001/TC/opinion/2",
        "gate": "opinion",
        "title": text("统筹意见"),
        "round": 2,
        "organs": ("OC", "DB"),
        "quorum": quorum or Quorum(rule=QuorumRule.ALL_OF),
        "citations": (),
        "opened_at": NOON,
        "deadline": Deadline(event="审核开始", started_at=NOON, term=TERM, receipt=receipt),
        "decisions": tuple(counted(d) for d in decisions),
    }
    return Review(**{**common, **more})
