"""What a case exercised is told from what there was to look at, and everything that can happen is demanded."""

from datetime import date
from typing import Any

import pytest

from models.check import (
    Check,
    ForbidsEvent,
    MeetsThreshold,
    RegistersCatalog,
    RequiresAnswer,
    RequiresEvent,
    SharesBaseItems,
    ThresholdStep,
    Where,
)
from models.citation import Citation
from models.finding import SanctionEnd, SanctionKind, Strength
from models.messages import EventReport
from models.plan import Consequence, Holding, Limit, RectificationRule, Sampling, SanctionRule, StagePlan
from models.review import Judgement, Outcome, Point, Verdict
from models.scope import Scope
from regulations.checks import OnFile
from simulation.acts.decisions import judged
from simulation.events import Decide
from simulation.exercise import demanded, exercised_checks
from simulation.verdict import Exercise, Part
from tests.regulations.plans import TERM, TODAY, application, finding, gate, only_gate, plan, rule, text

CELLS: dict[str, Any] = {"form": "catalog", "rows": "resources", "name": "name"}
ROW = {"name": "路灯", "sharing": "不予共享", "base": "无", "kind": "自建"}


def filed(**form: Any) -> Any:
    return application(forms={"catalog": {"resources": [ROW | form]}})


def reported(*events: str) -> OnFile:
    return OnFile(
        on=TODAY,
        events=tuple(
            EventReport(event_id=f"e{n}", event=event, occurred_on=TODAY, reported_by="x")
            for n, event in enumerate(events)
        ),
    )


def looked_at(check: Check, of: Any = None, on_file: OnFile | None = None) -> bool:
    law = plan(check)
    exercised = exercised_checks(law, only_gate(law), of or application(), (), on_file or reported())
    assert exercised <= {Exercise(part=Part.CHECK, id=check.id, passed=True)}
    return bool(exercised)


BASE = SharesBaseItems(
    **rule("R-1"), **CELLS, mode="sharing", base_item="base", base_items=("人口",), unconditional="无条件共享"
)
ANSWER = RequiresAnswer(
    **rule("R-1"), **CELLS, field="sharing", any_of=("不予共享",), where=Where(field="kind", has=("购买",))
)
SINCE_2024 = MeetsThreshold(
    **rule("R-1"), event="figures", fields=("rate",), at_least=(ThresholdStep(since=date(2024, 1, 1), value="0.9"),)
)


@pytest.mark.parametrize(
    ("check", "without", "with_"),
    [
        (RegistersCatalog(**rule("R-1"), **CELLS), {}, {"of": filed()}),
        (BASE, {"of": filed()}, {"of": filed(base="人口")}),
        (ANSWER, {"of": filed()}, {"of": filed(kind="购买")}),
        (ForbidsEvent(**rule("R-1"), event="fault", cleared_by="mended"), {}, {"on_file": reported("fault", "mended")}),
        (SINCE_2024, {"on_file": OnFile(on=date(2023, 12, 31))}, {"on_file": OnFile(on=date(2024, 1, 1))}),
        (
            RequiresEvent(**rule("R-1"), event="filed", applies_to=Scope(categories=("cloud",))),
            {},
            {"of": application(categories=("cloud",))},
        ),
    ],
    ids=["no rows", "no base item", "another kind", "no fault", "before the first step", "another category"],
)
def test_a_check_without_anything_to_look_at_is_not_exercised(
    check: Check, without: dict[str, Any], with_: dict[str, Any]
) -> None:
    assert not looked_at(check, **without)
    assert looked_at(check, **with_)


def test_a_finding_that_is_no_checks_own_exercises_nothing() -> None:
    law = plan(RequiresEvent(**rule("R-1"), event="filed"))
    of_a_change = finding(Strength.ENCOURAGED, "NA-16")
    exercised = exercised_checks(law, only_gate(law), application(), (of_a_change,), reported())
    assert exercised == {Exercise(part=Part.CHECK, id="R-1", passed=True)}


def test_limits_draws_and_the_sanctions_that_stand_by_are_demanded() -> None:
    source = Citation(instrument="办法", article="第一条")
    step = SanctionRule(
        kind=SanctionKind.TERMINATE,
        rule="R-1",
        citation=source,
        strength=Strength.MANDATORY,
        ends=SanctionEnd.NEVER,
    )
    order = RectificationRule(
        rule="R-1",
        citation=source,
        verified_by=("OC",),
        term=TERM,
        verification=TERM,
        rungs=(),
        holds=Holding.STAGE,
        escalation=(step,),
    )
    drawn = gate(
        sampling=Sampling(rate="0.1", citation=source),
        consequences=(Consequence(on=Outcome.RETURNED, rectification=order),),
    )
    limit = Limit(id="early", title=text("尽早"), since="kickoff", met_by="g", term=TERM, citation=source)
    law = plan()
    (stage,) = law.stages
    law = law.model_copy(update={"stages": (StagePlan(name=stage.name, gates=(drawn,), limits=(limit,)),)})
    assert demanded(law) == {
        (Part.GATE, "g"),
        (Part.LIMIT, "early"),
        (Part.SAMPLING, "g"),
        (Part.SANCTION, "rectification terminate"),
    }


# ---------------------------------------------------------------- judgements of a case

POINTS = tuple(Point(id=number, title=text(number)) for number in ("1", "2"))
MET, PARTLY = Judgement.MET, Judgement.PARTLY


@pytest.mark.parametrize(
    ("verdict", "said", "sent"),
    [
        (Verdict.APPROVE, {}, {"1": MET, "2": MET}),
        (Verdict.RETURN, {"2": PARTLY}, {"1": MET, "2": PARTLY}),
        (Verdict.RETURN, {"2": None}, {"1": MET}),
        (Verdict.APPROVE, {"3": MET}, {"1": MET, "2": MET, "3": MET}),
        (Verdict.ABSTAIN, {}, {}),
        (Verdict.ABSTAIN, {"1": MET}, {"1": MET}),
    ],
)
def test_a_case_need_only_write_what_is_not_met(
    verdict: Verdict, said: dict[str, Judgement | None], sent: dict[str, Judgement]
) -> None:
    assert judged(POINTS, Decide(gate="g", by="wang", verdict=verdict, judgements=said)) == sent
    assert judged((), Decide(gate="g", by="wang", verdict=verdict)) == {}
