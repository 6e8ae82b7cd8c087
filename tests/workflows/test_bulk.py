"""Many decisions at once: each is judged alone, by its own reason, and none carries another through."""

import asyncio
from typing import Any

from models.effects import EntryKind
from models.plan import StageName
from models.project import State
from models.review import Outcome, Verdict
from tests.workflows.project import BUREAU, CENTRE, UNIT, Project

COPIES = 5
"""How often each bad decision is sent, each time under an id of its own."""


async def test_of_good_and_bad_decisions_in_one_storm_exactly_the_good_ones_count_and_each_other_is_told_why(
    project: Project,
) -> None:
    await project.begin(
        StageName.POST_EVALUATION, events=(project.event("assessment_opened"),), filers=(UNIT, "xu.ming")
    )
    review = await project.open_review("annual_assessment")

    def sent(decision_id: str, **given: Any) -> dict[str, Any]:
        usual = {"decision_id": decision_id, "review_id": review.review_id, "organ": CENTRE, "officer": "gu.feng"}
        return {**usual, "verdict": Verdict.APPROVE, **given}

    good = [
        sent("good-1"),
        sent("good-2", officer="zhou.lan", verdict=Verdict.ABSTAIN),
        sent("good-3", organ=BUREAU, officer="lin.yue", verdict=Verdict.ABSTAIN),
    ]
    bad: dict[str, tuple[dict[str, Any], str]] = {
        "stranger": ({"officer": "no.body"}, "no.body"),
        "elsewhere": ({"officer": "cao.lei"}, "cao.lei"),
        "third-organ": ({"organ": "jy-media-group"}, "jy-media-group 不参加本次审核"),
        "filer": ({"organ": BUREAU, "officer": "xu.ming"}, "xu.ming 是申报人"),
        "for-the-filer": ({"organ": BUREAU, "officer": "chen.hao", "on_behalf_of": "xu.ming"}, "xu.ming 是申报人"),
        "undelegated": ({"organ": BUREAU, "officer": "shen.jing", "on_behalf_of": "chen.hao"}, "shen.jing"),
        "other-review": ({"review_id": f"{project.code}/Tender/tender_neutral/r1"}, "不是当前审核"),
        "wordless": ({"organ": BUREAU, "officer": "chen.hao", "verdict": Verdict.REJECT}, "opinion 必填"),
        "no-verdict": ({"verdict": "perhaps"}, "verdict"),
    }
    storm = [message for message in good for _ in range(COPIES)]
    storm += [sent(f"{name}-{n}", **given) for n in range(COPIES) for name, (given, _) in bad.items()]
    await asyncio.gather(*(project.project.signal("decide", message) for message in storm))

    refused = await project.recorded(EntryKind.DECISION_REFUSED, COPIES * len(bad))
    counted = await project.recorded(EntryKind.DECISION_COUNTED, len(good))
    assert sorted(entry.detail["decision_id"] for entry in counted) == ["good-1", "good-2", "good-3"]
    for name, (_, words) in bad.items():
        said = [entry.summary.zh for entry in refused if f"/{name}-" in entry.entry_id]
        assert all(words in reason for reason in said), (name, said)
        assert len(said) == (COPIES if name != "no-verdict" else 0), (name, len(said))
    status = await project.status()
    assert (status.awaiting, status.state) == ((BUREAU,), State.UNDER_REVIEW)
    receipt = await project.submit_decision(project.decision(review.review_id))
    assert receipt.outcome is Outcome.APPROVED
    assert len(project.ledger(EntryKind.DECISION_REFUSED)) == COPIES * len(bad), "a good one twice is no second one"
