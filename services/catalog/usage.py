"""Use: what a project has really called, made resident and mounted; acceptance is judged by it (JY-32, JY-34)."""

from fastapi import APIRouter, Response
from sqlalchemy import func
from sqlmodel import Session, col, select

from models.base import Text
from models.effects import ResidentFact
from services.catalog.capabilities import find
from services.catalog.dependencies import Catalog, CodePath
from services.catalog.lifecycle import ON_OFFER, ON_PLATFORM
from services.catalog.problems import other_content, told, unprocessable
from services.catalog.resources import named
from services.catalog.schemas import CallBody, ResidentBody, UsageView
from services.catalog.tables import Call, Capability, Resident

router = APIRouter(tags=["使用与入驻 usage"])


@router.post("/calls", status_code=201, responses={200: {}, **told(409)})
def report_calls(body: CallBody, catalog: Catalog, response: Response) -> CallBody:
    """Add to a project's calls. The same `call_id` and content again: 200, counted once. Other content: 409."""
    with catalog.writing() as session:
        call = _call(session, body)
        held = session.get(Call, body.call_id)
        if held is None:
            session.add(call)
        elif held.model_dump() != call.model_dump():
            raise other_content("call_id", body.call_id)
        else:
            response.status_code = 200
        return body


@router.post("/residents", status_code=201, responses={200: {}})
def report_resident(body: ResidentBody, catalog: Catalog, response: Response) -> ResidentFact:
    """Attest a resident capability. A later report replaces the attributes of an earlier one; the same changes nothing.

    The capability may be one that the catalog does not list yet; an alias of a listed one stands for it.
    """
    with catalog.writing() as session:
        name, is_new = attest(session, body)
        if not is_new:
            response.status_code = 200
        return ResidentFact(capability=name, attested=body.attested)


@router.get("/projects/{project}/usage")
def show(project: CodePath, catalog: Catalog) -> UsageView:
    """What the project has called, made resident, mounted and registered. Empty for a project that the catalog never heard of."""
    with catalog.reading() as session:
        return usage(session, project)


def attest(session: Session, body: ResidentBody) -> tuple[str, bool]:
    """Put the attested attributes on record; the capability's own name, and whether it was not resident before."""
    listed = find(session, body.capability)
    name = listed.name if listed else body.capability
    resident = session.get(Resident, (body.project, name))
    if resident is None:
        session.add(Resident(project=body.project, capability=name, attested=list(body.attested)))
    else:
        resident.attested = list(body.attested)
    return name, resident is None


def usage(session: Session, project: str) -> UsageView:
    """What the project has called (by capability name), made resident, mounted, and registered in the catalog."""
    return UsageView(
        called=_called(session, project),
        resident=_resident(session, project),
        mounted=named(session, project, ON_PLATFORM),
        registered=named(session, project, ON_OFFER),
    )


def _call(session: Session, body: CallBody) -> Call:
    capability = find(session, body.capability)
    if capability is None:
        rule = Text(zh="目录中没有该能力", en="no capability of the catalog has this name")
        raise unprocessable("capability", body.capability, rule)
    return Call(id=body.call_id, project=body.project, capability_id=capability.id, count=body.count)


def _called(session: Session, project: str) -> dict[str, int]:
    statement = (
        select(Capability.name, func.sum(Call.count))
        .join(Call, col(Call.capability_id) == col(Capability.id))
        .where(Call.project == project)
        .group_by(Capability.name)
        .order_by(Capability.name)
    )
    return {name: int(count) for name, count in session.exec(statement)}


def _resident(session: Session, project: str) -> tuple[ResidentFact, ...]:
    statement = select(Resident).where(Resident.project == project).order_by(col(Resident.capability))
    return tuple(ResidentFact(capability=r.capability, attested=tuple(r.attested)) for r in session.exec(statement))
