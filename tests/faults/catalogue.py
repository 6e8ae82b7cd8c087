"""Every fault by its name, and which run gets which."""

from functools import cache

from tests.faults.builds import BUILDS
from tests.faults.clocks import CLOCKS
from tests.faults.kills import KILLS
from tests.faults.messages import MESSAGES, THOUSAND
from tests.faults.scene import Fault
from tests.faults.troubles import OUTAGE, TROUBLES

ONCE = {3: THOUSAND, 12: OUTAGE}
"""Faults that are long, and show the same each time: one run of a leg each, by its turn."""

_AGAIN = (*KILLS, *TROUBLES, *MESSAGES, *CLOCKS, *BUILDS)

FAULTS: dict[str, Fault] = {fault.name: fault for fault in (*_AGAIN, *ONCE.values())}


def fault_of(database: str, turn: int) -> Fault:
    """The fault of a leg's run: round after round, each as often as it is due in one."""
    if turn in ONCE:
        return ONCE[turn]
    round_ = _round(database)
    return round_[(turn - sum(once < turn for once in ONCE)) % len(round_)]


@cache
def _round(database: str) -> tuple[Fault, ...]:
    """One round, spread so that a fault that is due several times does not follow itself."""
    known = [fault for fault in _AGAIN if database in fault.on]
    most = max(fault.often for fault in known)
    return tuple(fault for turn in range(most) for fault in known if fault.often > turn)
