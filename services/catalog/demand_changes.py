"""The changes of a demand 供需对接: accepted, met, withdrawn (S11). They are counted in a rate (A27)."""

from sqlmodel import Session

from models import catalog
from models.base import Input
from models.catalog import CatalogChange
from services.catalog.applying import Applied, given, permitted, sound
from services.catalog.lifecycle import DEMAND_CHANGES, DemandState
from services.catalog.schemas import DemandBody
from services.catalog.tables import Demand


def apply(session: Session, change: CatalogChange, told: Input) -> Applied:
    """Apply the change. Raises Problem (409) for a step that is not allowed."""
    demand = session.get(Demand, change.entry)
    before = DemandState(demand.state) if demand else None
    to = permitted(DEMAND_CHANGES, before, change.verb)
    if demand is None:
        body = sound(DemandBody, {"key": change.entry}, entry="key")
        demand = Demand(key=body.key, state=to.value, accepted_on=change.day)
        session.add(demand)
    if isinstance(told, catalog.Demand):
        demand.sqlmodel_update(given(told))
    demand.state = to.value
    match to:
        case DemandState.MET:
            demand.met_on = change.day
        case DemandState.WITHDRAWN:
            demand.withdrawn_on = change.day
    return Applied(change.entry, before, to)
