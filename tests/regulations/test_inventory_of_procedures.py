"""What is in force beside the pipeline, in words and with its sources; and what differs in it."""

from datetime import date
from pathlib import Path

import pytest

from regulations.differences import Difference, Sign, differences
from regulations.inventory import Entry, Section, inventory
from regulations.procedure_files import load_laws
from regulations.procedure_plan import Laws, ProcedureLaw
from tests.regulations import small_procedures
from tests.regulations.small_procedures import ROLES, ROOMS, lent, plain

BEFORE, DAY = date(2025, 12, 31), date(2026, 3, 2)
REGIMES = ("jiangyin", "xiangcheng", "national", "jiangxi", "jiujiang", "jingdezhen", "national-sharing")

MORE = """\
sanctions:
  frown: {kind: notify_finance, strength: mandatory, ends: never, tells: [authority], rule: JY-40, article: 第八条}
rates:
  mounted:
    title: {zh: 挂接率, en: mounting rate}
    numerator: mounted
    denominator: published
    shareable_only: true
    at_least: 0.95
    article: 第七条
forms:
  measured:
    title: {zh: 测算, en: measured}
    rule: JY-17
    article: 第七条
    fields: [{id: mounted, title: {zh: 率, en: rate}, kind: number}]
procedures:
  yearly_measure:
    title: {zh: 年度测算, en: yearly measure}
    article: 第七条
    runs: Assessment
    measures: {rates: [mounted], of: applicant}
    steps:
      measurement:
        title: {zh: 测算, en: measurement}
        task: applicant
        form: measured
        article: 第七条
      judgement:
        title: {zh: 评议, en: judgement}
        review: [bureau, panel]
        quorum: all_of
        term: review
        ladder: review
        concerns: applicant
        only_if: {field: measured.mounted, has: ["0"]}
        article: 第七条
        also: [{default: A25}]
        then: [{tell: [applicant, finance]}]
        consequences: [{on: rejected, sanctions: [frown]}]
schedules:
  yearly_measure:
    title: {zh: 年度测算, en: yearly measure}
    procedure: yearly_measure
    calendar: {months: [1, 7], day: 5, hour: 8}
    period: half_before
    owed_by: units
    article: 第七条
"""


def stock(laws: Laws, day: date = DAY, regulation: str = "small") -> dict[tuple[Section, str], Entry]:
    found = inventory(ProcedureLaw(laws[regulation], day), laws)
    assert len({(entry.section, entry.key) for entry in found}) == len(found)
    return {(entry.section, entry.key): entry for entry in found}


def said(entry: Entry, chinese: bool = False) -> dict[str, str]:
    return {t.name.zh if chinese else t.name.en: t.says.zh if chinese else t.says.en for t in entry.traits}


def differing(first: ProcedureLaw, second: ProcedureLaw, laws: Laws) -> dict[tuple[Section, str], Difference]:
    return {(d.section, d.key): d for d in differences(first, second, laws)}


@pytest.fixture
def small(tmp_path: Path) -> Laws:
    return small_procedures.small(tmp_path, rooms=ROOMS, roles=ROLES, more=MORE)


@pytest.fixture(scope="module")
def laws() -> Laws:
    return load_laws()


# ---------------------------------------------------------------- what is in force


def test_a_procedure_says_what_it_asks_for_and_its_steps_on_which_article(small: Laws) -> None:
    procedure = stock(small)[Section.PROCEDURE, "room"]
    assert said(procedure) == {
        "names": "host",
        "form": "application",
        "documents": "layout",
        "steps": "answer → verification",
    }
    assert said(procedure, chinese=True)["步骤"] == "答复 → 核验"
    assert [(c.rule, c.article) for c in procedure.citations] == [("JY-17", "第六条")]


def test_a_task_says_who_acts_by_when_and_who_is_told_when_it_is_late(small: Laws) -> None:
    assert said(stock(small)[Section.STEP, "room/answer"]) == {
        "kind": "task",
        "by": "host",
        "term": "15 working days",
        "since": "since",
        "ladder": "overdue notice when due",
        "tells when late": "panel",
    }


def test_a_review_says_where_it_returns_to_and_what_follows(small: Laws) -> None:
    found = said(stock(small)[Section.STEP, "room/verification"])
    assert (found["by"], found["returns to"]) == ("bureau", "answer")
    assert found["when approved"] == "entered in rooms: registered"


def test_a_review_by_several_says_its_quorum_its_condition_and_its_consequences(small: Laws) -> None:
    step = stock(small)[Section.STEP, "yearly_measure/judgement"]
    found = said(step)
    assert (found["by"], found["quorum"], found["only if"]) == ("bureau, panel", "all of", "measured.mounted is 0")
    assert (found["when approved"], found["on whom"]) == ("applicant, panel told", "applicant")
    assert "notify finance" in found["when rejected"]
    assert [c.gap for c in step.citations] == [None, "A25"]
    chinese = said(step, chinese=True)
    assert (chinese["由谁办理"], chinese["通过后"]) == ("局、委员会", "告知申请人、委员会")


def test_the_registers_the_rates_and_the_schedules_are_shown(small: Laws) -> None:
    found = stock(small)
    assert said(found[Section.REGISTER, "rooms"]) == {"states": "registered"}
    assert said(found[Section.RATE, "mounted"]) == {
        "counts": "resources mounted",
        "of": "resources published",
        "at least": "95%",
        "shareable only": "✓",
    }
    assert said(found[Section.SCHEDULE, "yearly_measure"]) == {
        "procedure": "yearly measure",
        "begins": "in month 1, 7 on day 5 at 8:00",
        "about": "the half-year before",
        "owed by": "every unit",
    }
    assert said(found[Section.PROCEDURE, "yearly_measure"])["measures"] == "mounting rate"


def test_what_the_procedures_name_of_their_own_is_shown_with_its_source(small: Laws) -> None:
    found = stock(small)
    assert said(found[Section.FORM, "wish"]) == {"room": "text; required", "first day": "date; required"}
    assert said(found[Section.SANCTION, "frown"])["tells"] == "bureau"
    assert found[Section.DOCUMENT, "layout"].citations[0].rule == "JY-17"


def test_an_entry_of_the_name_that_the_regulation_uses_already_is_shown_beside_it(tmp_path: Path) -> None:
    own = ROOMS + "terms: {review: {unit: calendar_days, amount: 7, article: 第六条}}\n"
    found = stock(small_procedures.small(tmp_path, rooms=own, roles=ROLES))
    assert said(found[Section.TERM, "review"])["term"] == "15 working days"
    assert said(found[Section.TERM, "procedures/review"])["term"] == "7 calendar days"


def test_what_the_procedures_take_from_the_pipeline_is_shown_once(small: Laws) -> None:
    found = stock(small)
    assert (Section.TERM, "review") in found and (Section.TERM, "procedures/review") not in found


def test_a_step_that_is_not_in_force_is_left_out_of_its_procedure(tmp_path: Path) -> None:
    rooms = ROOMS.replace("        task: host\n", "        task: host\n        from: 2026-01-01\n")
    laws = small_procedures.small(tmp_path, rooms=rooms.replace("        returns_to: answer\n", ""), roles=ROLES)
    assert said(stock(laws, BEFORE)[Section.PROCEDURE, "room"])["steps"] == "verification"
    assert (Section.STEP, "room/answer") not in stock(laws, BEFORE)
    assert (Section.STEP, "room/answer") in stock(laws)


def test_what_is_lent_says_by_whom_with_its_terms_and_who_has_the_role_here(tmp_path: Path) -> None:
    found = stock(lent(tmp_path, {"roles": ROLES, "rooms": ROOMS}, near=plain("audit")))
    assert found[Section.PROCEDURE, "audit"].lent_by == "near"
    assert found[Section.PROCEDURE, "room"].lent_by is None
    assert said(found[Section.STEP, "audit/look"])["by"] == "bureau"
    assert said(found[Section.TERM, "near/plain_term"])["term"] == "3 working days"


def test_a_regulation_that_only_lies_over_others_shows_what_it_lends(tmp_path: Path) -> None:
    found = stock(lent(tmp_path, {"roles": ROLES}, near=plain("audit")), regulation="near")
    assert said(found[Section.STEP, "audit/look"])["by"] == "authority"
    assert found[Section.PROCEDURE, "audit"].lent_by is None


def test_what_is_barred_and_what_is_not_in_force_is_left_out(tmp_path: Path) -> None:
    rooms = ROOMS.replace("    form: wish\n", "    form: wish\n    from: 2026-01-01\n")
    local = {"roles": ROLES + "not_lent: {audit: JY-40}\n", "rooms": rooms}
    laws = lent(tmp_path, local, near=plain("audit"))
    kinds = {Section.PROCEDURE, Section.STEP, Section.REGISTER}
    assert [key for key in stock(laws, BEFORE) if key[0] in kinds] == []
    assert [key for section, key in stock(laws) if section in kinds] == [
        "room",
        "room/answer",
        "room/verification",
        "rooms",
    ]


def test_without_the_laws_the_pipeline_alone_is_shown(small: Laws) -> None:
    sections = {entry.section for entry in inventory(ProcedureLaw(small["small"], DAY))}
    assert sections.isdisjoint({Section.PROCEDURE, Section.STEP, Section.REGISTER, Section.RATE, Section.SCHEDULE})


@pytest.mark.parametrize("regime", REGIMES)
def test_everything_beside_the_pipeline_of_every_regime_has_its_source(laws: Laws, regime: str) -> None:
    found = stock(laws, regulation=regime)
    assert [key for (section, key), e in found.items() if not e.citations and section is not Section.STAGE] == []
    assert any(section is Section.STEP for section, _ in found)


# ---------------------------------------------------------------- what differs


def test_the_term_of_a_step_that_changed_differs_between_two_days(small: Laws) -> None:
    found = differing(ProcedureLaw(small["small"], BEFORE), ProcedureLaw(small["small"], DAY), small)
    step = found[Section.STEP, "room/answer"]
    assert step.sign is Sign.CHANGED
    assert [(c.name.en, c.before and c.before.en, c.after and c.after.en) for c in step.changes] == [
        ("term", "20 working days", "15 working days")
    ]
    assert (Section.PROCEDURE, "room") not in found


def test_a_procedure_that_begins_between_two_days_is_added_with_its_steps(tmp_path: Path) -> None:
    rooms = ROOMS.replace("    form: wish\n", "    form: wish\n    from: 2026-01-01\n")
    laws = small_procedures.small(tmp_path, rooms=rooms, roles=ROLES)
    found = differing(ProcedureLaw(laws["small"], BEFORE), ProcedureLaw(laws["small"], DAY), laws)
    for key in ((Section.PROCEDURE, "room"), (Section.STEP, "room/answer"), (Section.REGISTER, "rooms")):
        assert found[key].sign is Sign.ADDED
    assert found[Section.STEP, "room/answer"].sources_after[0].rule == "JY-17"


def test_who_lends_a_procedure_is_a_difference(tmp_path: Path) -> None:
    days = "validity: {issued: 2016-09-05, from: 2026-01-01, article: 末条}\n"
    near = {"near": small_procedures.wide_law("near", days)}
    laws = lent(tmp_path, {"roles": ROLES}, near=plain("audit"), far=plain("audit"), laws=near)
    found = differing(ProcedureLaw(laws["small"], BEFORE), ProcedureLaw(laws["small"], DAY), laws)
    (change,) = found[Section.PROCEDURE, "audit"].changes
    assert (change.name.en, change.before and change.before.en, change.after and change.after.en) == (
        "from",
        "far",
        "near",
    )


def test_no_regime_differs_from_itself_beside_the_pipeline(laws: Laws) -> None:
    for regime in REGIMES:
        law = ProcedureLaw(laws[regime], DAY)
        assert differences(law, law, laws) == []
