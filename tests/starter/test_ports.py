"""Ports: the usual ones, and free ones instead of those that are taken."""

import socket
from collections.abc import Iterator
from dataclasses import astuple, replace

import pytest

from starter.ports import LOOPBACK, NO_CLIENTS, Ports, settle


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which something else listens."""
    with socket.socket() as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_free_port_is_kept_and_nothing_is_said() -> None:
    wanted, _ = settle(Ports.any_free())
    assert settle(wanted) == (wanted, ())


def test_a_taken_port_is_replaced_and_both_are_named(taken: int) -> None:
    chosen, notes = settle(replace(Ports.any_free(), temporal=taken))
    assert chosen.temporal not in (0, taken)
    (note,) = notes
    assert str(taken) in note.zh and str(chosen.temporal) in note.zh
    assert str(taken) in note.en and str(chosen.temporal) in note.en


def test_any_free_port_is_chosen_without_a_word() -> None:
    chosen, notes = settle(Ports.any_free())
    assert len(set(astuple(chosen))) == len(astuple(chosen))
    assert notes == ()


def test_no_free_port_is_one_from_which_a_client_may_connect_before_its_part_listens(taken: int) -> None:
    for wanted in (Ports.any_free(), Ports(*[taken] * len(astuple(Ports())))):
        chosen, _ = settle(wanted)
        assert [port for port in astuple(chosen) if port not in NO_CLIENTS] == []


def test_two_parts_never_get_the_same_port(taken: int) -> None:
    chosen, _ = settle(Ports(*[taken] * len(astuple(Ports()))))
    assert len(set(astuple(chosen))) == len(astuple(chosen))


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_number_that_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(ValueError, match=rf"ports\.catalog.*between 0 and 65535.*{port}"):
        settle(Ports(catalog=port))
