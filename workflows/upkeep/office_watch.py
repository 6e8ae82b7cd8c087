"""无人可办预警: looks every day for gates ahead that nobody will be there to decide, while there is time to appoint somebody."""

from datetime import timedelta

from temporalio import workflow

from activities.ports import Offices
from models.base import Text
from models.effects import ADMIN, REGISTER_JOURNAL, EntryKind, NoticeTemplate, Recipient, RecipientKind
from models.offices import Vacancy, VacancyQuestion, WatchOrder, WatchResult
from workflows.effects import Effects
from workflows.options import LOOKUP, named

ADMINS = (Recipient(kind=RecipientKind.ADMIN, code=ADMIN),)


@workflow.defn(name="OfficeWatch")
class OfficeWatch:
    """Started by a schedule. What an earlier watch put on record and told is neither recorded nor told again."""

    @workflow.run
    async def run(self, order: WatchOrder) -> WatchResult:
        """Put each vacancy on record, and tell those who keep the installation; the keys of what was found."""
        question = VacancyQuestion(at=_effects(REGISTER_JOURNAL).now(), within=order.within)
        found: tuple[Vacancy, ...] = await workflow.execute_activity_method(
            Offices.vacant, question, **named(LOOKUP, f"查找今后 {order.within} 日无人可办的机关")
        )
        for vacancy in found:
            await _raise(vacancy)
        workflow.set_current_details(_details(order, found))
        return WatchResult(vacancies=tuple(vacancy.key for vacancy in found))


def _effects(title: str) -> Effects:
    return Effects(REGISTER_JOURNAL, title, timedelta())


async def _raise(vacancy: Vacancy) -> None:
    effects, ground = _effects(vacancy.name.zh), vacancy.ground.label
    await effects.record(
        EntryKind.OFFICE_VACANT,
        vacancy.key,
        Text(
            zh=f"{vacancy.name.zh}自 {vacancy.vacant_on} 起无人可以审核：{ground.zh}",
            en=f"{vacancy.organ} has nobody to decide from {vacancy.vacant_on} on: {ground.en}",
        ),
        organ=vacancy.organ,
        detail=vacancy.model_dump(mode="json", exclude={"name"}),
    )
    variables = {
        "organ": vacancy.organ,
        "vacant_on": vacancy.vacant_on.isoformat(),
        "reason": ground.model_dump(),
        "projects": list(vacancy.projects),
    }
    await effects.tell(NoticeTemplate.OFFICE_VACANT, vacancy.key, ADMINS, variables)


def _details(order: WatchOrder, found: tuple[Vacancy, ...]) -> str:
    lines = [f"## 今后 {order.within} 日无人可办：{len(found)} 处"]
    return "\n\n".join([*lines, *(f"- `{v.organ}` 自 {v.vacant_on}：{v.ground.label.zh}" for v in found[:100])])
