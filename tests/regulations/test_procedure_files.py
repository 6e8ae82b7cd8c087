"""The files of procedures: what is merged, and every fault with its file, its line, its key and its reason."""

from pathlib import Path
from typing import NamedTuple

import pytest

from regulations.files import RegulationError, library
from regulations.procedure_files import check, load_laws
from tests.regulations.small_law import SMALL_LAW
from tests.regulations.small_procedures import OVERLAID_LAW, ROLES, ROOMS, lent, plain, small, wide_law, write

ROOM = "procedures.room"
CONSEQUENCE = "consequences: [{on: rejected, %s}]"


class Faulty(NamedTuple):
    """One place of the registration of a room that is written otherwise, and what has to be told of it."""

    old: str
    new: str
    at: str
    """The line that is named: the first one in the spoiled text that begins so."""
    key: str
    reason: str


THEN = "        then: [{register: rooms, state: registered, entry: room}]\n"
FAULTY = {
    "an unknown form": Faulty(
        "    form: wish\n", "    form: wishes\n", "    form:", f"{ROOM}.form", "there is no such entry in `forms`"
    ),
    "an unknown document": Faulty(
        "documents: [layout]",
        "documents: [map]",
        "    documents:",
        f"{ROOM}.documents",
        "there is no such entry in `documents`",
    ),
    "an unknown term": Faulty(
        "task: host\n        term: review",
        "task: host\n        term: soon",
        "        term: soon",
        f"{ROOM}.steps.answer.term",
        "there is no such entry in `terms`",
    ),
    "an unknown ladder": Faulty(
        "review: [bureau]\n        term: review\n        ladder: review",
        "review: [bureau]\n        term: review\n        ladder: steep",
        "        ladder: steep",
        f"{ROOM}.steps.verification.ladder",
        "there is no such entry in `ladders`",
    ),
    "an unknown sanction": Faulty(
        THEN,
        f"        {CONSEQUENCE % 'sanctions: [frown]'}\n",
        "        consequences:",
        f"{ROOM}.steps.verification.consequences.0.sanctions",
        "there is no such entry in `sanctions`",
    ),
    "an unknown rectification": Faulty(
        THEN,
        f"        {CONSEQUENCE % 'rectification: amends'}\n",
        "        consequences:",
        f"{ROOM}.steps.verification.consequences.0.rectification",
        "there is no such entry in `rectifications`",
    ),
    "an unknown field with the day of a term": Faulty(
        "since: since", "since: until", "        since:", f"{ROOM}.steps.answer.since", "must be one of @applicant"
    ),
    "an unknown field of a condition": Faulty(
        "        tells: [finance]\n",
        "        tells: [finance]\n        only_if: {field: colour, has: [red]}\n",
        "        only_if:",
        f"{ROOM}.steps.answer.only_if",
        "must be one of @applicant",
    ),
    "an unknown field of an effect": Faulty(
        "entry: room}", "entry: floor}", "        then:", f"{ROOM}.steps.verification.then", "must be one of @applicant"
    ),
    "an unknown role": Faulty(
        "tells: [finance]", "tells: [treasury]", "        tells:", f"{ROOM}.steps.answer.tells", "one of applicant"
    ),
    "an unknown organ that decides": Faulty(
        "review: [bureau]",
        "review: [court]",
        "        review:",
        f"{ROOM}.steps.verification.review",
        "one of applicant",
    ),
    "an unknown party that acts": Faulty(
        "task: host", "task: guest", "        task:", f"{ROOM}.steps.answer.task", "must be one of applicant"
    ),
    "an unknown register": Faulty(
        "register: rooms", "register: halls", "        then:", f"{ROOM}.steps.verification.then.register", "of rooms"
    ),
    "an unknown state": Faulty(
        "state: registered,", "state: burnt,", "        then:", f"{ROOM}.steps.verification.then.state", "registered"
    ),
    "an unknown step to return to": Faulty(
        "returns_to: answer",
        "returns_to: question",
        "        returns_to:",
        f"{ROOM}.steps.verification.returns_to",
        "must be one of answer, verification",
    ),
    "an unknown rule": Faulty(
        "tells: [finance]\n        rule: JY-17",
        "tells: [finance]\n        rule: JY-99",
        "        rule: JY-99",
        f"{ROOM}.0.steps.answer.rule",
        "the register has no such rule",
    ),
    "an unknown gap": Faulty(
        "layout: {title: {zh: 平面图, en: layout}, rule: JY-17, article: 第六条}",
        "layout: {title: {zh: 平面图, en: layout}, default: A99}",
        "  layout:",
        "documents.layout.0.default",
        "the register has no such gap",
    ),
    "an unknown instrument": Faulty(
        "  room:\n    title: {zh: 机房登记, en: registration of a room}\n",
        "  room:\n    title: {zh: 机房登记, en: registration of a room}\n    instrument: other\n",
        "    instrument:",
        f"{ROOM}.0.instrument",
        "the regulation has no such instrument",
    ),
    "a review without a term": Faulty(
        "review: [bureau]\n        term: review\n        ladder: review",
        "review: [bureau]",
        "      verification:",
        f"{ROOM}.0.steps.verification",
        "a review needs a `term`",
    ),
    "a term without a ladder": Faulty(
        "since: since\n        ladder: review",
        "since: since",
        "      answer:",
        f"{ROOM}.0.steps.answer",
        "`term` and `ladder` go together",
    ),
    "a step of two kinds": Faulty(
        "task: host",
        "task: host\n        wait: visited",
        "      answer:",
        f"{ROOM}.0.steps.answer",
        "exactly one of task, review, wait",
    ),
    "an unknown key": Faulty(
        "task: host",
        "task: host\n        colour: red",
        "        colour:",
        f"{ROOM}.0.steps.answer.colour",
        "Extra inputs are not permitted",
    ),
    "an entry without a source": Faulty(
        "layout: {title: {zh: 平面图, en: layout}, rule: JY-17, article: 第六条}",
        "layout: {title: {zh: 平面图, en: layout}}",
        "  layout:",
        "documents.layout.0",
        "cites nothing",
    ),
    "a procedure that lacks a step which its code takes": Faulty(
        "    form: wish\n",
        "    form: wish\n    runs: SharingRequest\n",
        "    title: {zh: 机房登记, en: registration",
        f"{ROOM}.0",
        "takes the steps response, negotiation, settlement, provision",
    ),
    "a schedule of an unknown procedure": Faulty(
        "procedures:\n",
        "schedules:\n  yearly: {title: {zh: 年, en: y}, procedure: audit, calendar: {months: [1]}, period: year_before,\n"
        "    owed_by: units, article: 第六条}\nprocedures:\n",
        "  yearly:",
        "schedules.yearly.procedure",
        "there is no such procedure",
    ),
}


def line_of(text: str, start: str) -> int:
    """The number of the first line that begins so."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(start))


@pytest.mark.parametrize("faulty", FAULTY.values(), ids=FAULTY)
def test_a_fault_is_told_with_its_file_its_line_its_key_and_the_reason(tmp_path: Path, faulty: Faulty) -> None:
    assert ROOMS.count(faulty.old) == 1
    text = ROOMS.replace(faulty.old, faulty.new)
    with pytest.raises(RegulationError) as refused:
        small(tmp_path, rooms=text, roles=ROLES)
    told = list(map(str, refused.value.problems))
    place = f"small/rooms.yaml:{line_of(text, faulty.at)}: {faulty.key}: "
    assert any(line.startswith(place) and faulty.reason in line for line in told), (place, told)


def test_the_files_that_are_in_order_have_no_fault_and_those_of_one_folder_are_one(tmp_path: Path) -> None:
    law = small(tmp_path)["small"]
    assert check(tmp_path) == []
    assert (list(law.procedures.procedures), law.procedures.roles["finance"]) == (["room"], "panel")


def test_a_regulation_without_a_folder_has_no_procedures(tmp_path: Path) -> None:
    laws = load_laws(write(tmp_path, {"small": SMALL_LAW}, {}))
    assert dict(laws["small"].procedures.procedures) == {}


def test_an_entry_that_two_files_have_is_refused_in_the_second_one(tmp_path: Path) -> None:
    again = "documents:\n  layout: {title: {zh: 图, en: map}, article: 第六条}\n"
    with pytest.raises(RegulationError) as refused:
        small(tmp_path, rooms=ROOMS, roles=ROLES, second=again)
    (problem,) = refused.value.problems
    assert (problem.file, problem.line, problem.key) == ("small/second.yaml", 2, "documents.layout")
    assert "another file" in problem.reason


def test_a_key_that_stands_twice_in_one_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RegulationError) as refused:
        small(tmp_path, rooms=ROOMS, roles=ROLES + "roles: {finance: bureau}\n")
    (problem,) = refused.value.problems
    assert (problem.file, problem.line) == ("small/roles.yaml", 2)


@pytest.mark.parametrize(
    ("text", "told"), [("- a\n", "must be a mapping"), ("a: [\n", "is not plain YAML"), ("version: x\n", "version")]
)
def test_a_file_that_is_no_mapping_of_sections_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(RegulationError) as refused:
        small(tmp_path, rooms=text)
    (problem,) = refused.value.problems
    assert problem.file == "small/rooms.yaml" and told in problem.reason


def test_a_folder_of_no_regulation_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"small": SMALL_LAW}, {"atlantis/rooms": ROOMS})
    assert check(tmp_path) == ["atlantis: (whole file): there is no such regulation (got 'atlantis')"]


def test_a_role_that_no_organ_of_the_regulation_fills_is_refused_at_its_line(tmp_path: Path) -> None:
    with pytest.raises(RegulationError) as refused:
        small(tmp_path, rooms=ROOMS, roles="roles:\n  finance: treasury\n")
    (problem,) = refused.value.problems
    assert (problem.file, problem.line, problem.key, problem.value) == (
        "small/roles.yaml",
        2,
        "roles.finance",
        "treasury",
    )


def test_a_lent_procedure_names_a_role_that_the_narrower_regulation_has_to_fill(tmp_path: Path) -> None:
    with pytest.raises(RegulationError) as refused:
        lent(tmp_path, {"roles": "roles: {finance: panel}\n"}, near=plain("audit"))
    (problem,) = refused.value.problems
    assert (problem.file, problem.key, problem.value) == ("small/roles.yaml", "roles", "authority")
    assert "the procedure audit names it" in problem.reason


def test_a_role_that_only_a_lent_procedure_names_needs_nobody_where_it_is_barred(tmp_path: Path) -> None:
    roles = "roles: {finance: panel}\nnot_lent: {audit: JY-40}\n"
    laws = lent(tmp_path, {"roles": roles}, near=plain("audit"))
    assert laws["small"].procedures.not_lent == {"audit": "JY-40"}


def test_an_unfilled_role_is_told_even_where_the_regulation_has_no_file_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, {"small": OVERLAID_LAW, "near": wide_law("near"), "far": wide_law("far")}, {})
    write(tmp_path, {}, {"near/all": plain("audit")})
    (told,) = check(tmp_path)
    assert "authority" in told and told.startswith("small")


def test_the_procedures_of_the_product_are_in_order_for_the_regulations_as_they_are_read_alone() -> None:
    known = library()
    assert {name: law.regulation for name, law in load_laws().items()} == known


def test_a_copy_of_the_law_is_not_read_again_but_one_with_another_text_is(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        write(tmp_path / name, {"small": SMALL_LAW}, {"small/topic": plain("audit", review="bureau")})
    first, copied = load_laws(tmp_path / "one"), load_laws(tmp_path / "other")
    assert copied["small"] is first["small"]
    write(tmp_path / "other", {}, {"small/topic": plain("appeal", review="bureau")})
    assert "appeal" in load_laws(tmp_path / "other")["small"].procedures.procedures
    write(tmp_path / "other", {"small": SMALL_LAW + "# another text"}, {})
    assert library(tmp_path / "other")["small"].version != first["small"].regulation.version
