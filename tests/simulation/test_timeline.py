"""What a line of the timeline shows of an act, and that every act has its name in Chinese."""

from simulation import timeline
from simulation.events import ACTS, Decide
from simulation.timeline import SHORT, in_short


def test_an_act_is_shown_by_what_the_case_fills_in() -> None:
    assert in_short(Decide(gate="committee", by="member.a")) == "committee、member.a"
    assert in_short(("admission", "forwarding")) == "[admission, forwarding]"


def test_a_long_act_is_cut() -> None:
    assert len(in_short("很长" * SHORT)) == SHORT + 1


def test_every_act_has_its_name_in_chinese() -> None:
    assert set(timeline._LABELS) == set(ACTS) - {"silence_until"}
