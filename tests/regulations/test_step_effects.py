"""What a step may bring about and when: faults that the loader tells before a procedure is ever started."""

from pathlib import Path

import pytest

from regulations.files import RegulationError
from tests.regulations.small_procedures import ROLES, ROOMS, small

THEN = "        then: [{register: rooms, state: registered, entry: room}]\n"
OF_A_TASK = "        tells: [finance]\n"


def told(folder: Path, old: str, new: str) -> str:
    """What the loader says of the procedures with this change."""
    with pytest.raises(RegulationError) as raised:
        small(folder, rooms=ROOMS.replace(old, new), roles=ROLES)
    return str(raised.value)


@pytest.mark.parametrize("moment", ["first", "then", "returned", "otherwise"])
def test_an_effect_at_any_moment_names_a_field_that_exists(tmp_path: Path, moment: str) -> None:
    wrong = THEN.replace("then", moment).replace("room}", "rooom}")
    assert "rooom" in told(tmp_path, THEN, wrong)


def test_only_a_review_has_what_follows_from_a_return(tmp_path: Path) -> None:
    returned = THEN.replace("then", "returned")
    assert "only a review can return" in told(tmp_path, OF_A_TASK, OF_A_TASK + returned)


def test_the_answer_on_which_an_effect_depends_is_one_that_is_asked_for(tmp_path: Path) -> None:
    depending = THEN.replace("entry: room}", "entry: room, only_if: {field: nowhere, has: [x]}}")
    assert "nowhere" in told(tmp_path, THEN, depending)


@pytest.mark.parametrize("fact", ["@code", "@applicant", "@applicant_name", "@project", "@due_on"])
def test_an_effect_may_take_its_content_from_a_fact_of_the_file(tmp_path: Path, fact: str) -> None:
    of_the_file = THEN.replace("entry: room}", f'entry: room, content: {{fact: "{fact}"}}}}')
    laws = small(tmp_path, rooms=ROOMS.replace(THEN, of_the_file), roles=ROLES)
    [effect] = laws["small"].procedures.procedures["room"][0].steps["verification"].then
    assert effect.content == {"fact": fact}


def test_a_fact_that_the_file_does_not_have_is_refused(tmp_path: Path) -> None:
    unknown = THEN.replace("entry: room}", 'entry: room, content: {fact: "@weather"}}')
    assert "@weather" in told(tmp_path, THEN, unknown)
