"""Which organs a project has ahead of it under a regulation. Pure."""

from datetime import date

from models.plan import StageName
from regulations.plan_builder import in_force
from regulations.schema import Regulation, RouteSource


def organs_ahead(regulation: Regulation, route: str, stage: str | None, filed_on: date) -> tuple[str, ...]:
    """The organs of the gates that a project of this route may still pass, from its stage on; each once, in their order.

    By the law in force on the filing day. Gates that the project may turn out not to pass are among them: whether it does is
    known only when it comes to them. None where the regulation has no such route on that day.
    """
    source = in_force(regulation.routes.get(route, ()), filed_on)
    if source is None:
        return ()
    gates = (in_force(regulation.gates.get(gate, ()), filed_on) for gate in _gates(source, stage))
    return tuple(dict.fromkeys(organ for gate in gates if gate for organ in gate.organs))


def _gates(route: RouteSource, stage: str | None) -> list[str]:
    order = list(StageName)
    first = order.index(StageName(stage)) if stage in set(StageName) else 0
    return [gate for one in route.stages if order.index(one.name) >= first for gate in one.gates]
