"""改用新规: an organ orders that the project goes on under a later version of its law. It does so at its next border."""

from pydantic import BaseModel
from temporalio import workflow
from temporalio.common import RawValue

from models.base import Text
from models.effects import EntryKind
from models.messages import Adoption, Answer
from models.project import AdoptionOrder, ProjectFile
from workflows.file_holder import update_id
from workflows.messages.reading import NOTHING
from workflows.project_holder import ProjectHolder


class AdoptionMessages(ProjectHolder):
    """Never by itself: the law that binds a project is the one of its filing, until an organ gives a reason."""

    @workflow.update(name="adopt", description="改用新规: go on under a later version of the law, from the next border")
    async def adopt(self, payload: RawValue = NOTHING) -> Answer:
        """Order it; a later order takes the place of one that is not in force yet."""
        return await self.handle(Adoption, payload, self._adopt)

    @adopt.validator
    def _admits_adoption(self, payload: RawValue = NOTHING) -> None:
        self.admit(Adoption, payload)

    @workflow.query(name="file", description="卷宗: the project's file as it stands now")
    def file_now(self) -> ProjectFile:
        """The whole file, with the plan: for whoever has to compare it with another version of the law."""
        return self.file

    async def _adopt(self, adoption: Adoption) -> Text:
        text = Text(
            zh=f"自下一阶段或下一轮起改用 {adoption.as_of} 施行的规定",
            en=f"from its next stage or round under the law as of {adoption.as_of}",
        )
        order = AdoptionOrder(key=update_id(), ordered_at=self.effects.now(), order=adoption)
        self.update_file(adopting=order)
        await self.effects.record(
            EntryKind.ADOPTION_ORDERED,
            order.key,
            text,
            organ=adoption.organ,
            officer=adoption.officer,
            detail={
                "reason": adoption.reason,
                "as_of": adoption.as_of.isoformat(),
                "version": adoption.version,
                "from": {"version": self.plan.version, "as_of": self.plan.filed_on.isoformat()},
            },
        )
        return text

    def objection_to(self, message: BaseModel) -> Text | None:
        if isinstance(message, Adoption):
            return (
                super().objection_to(message) or self._objection_to_adopter(message) or self._objection_to_day(message)
            )
        return super().objection_to(message)

    def _objection_to_adopter(self, adoption: Adoption) -> Text | None:
        power = self.plan.power_to_adopt()
        if power and adoption.organ in power.organs:
            return None
        holders = "、".join(power.organs) if power else "—"
        return Text(
            zh=f"organ {adoption.organ} 无权决定改用新规；有权机关：{holders}",
            en=f"organ {adoption.organ} has no power to adopt a newer version; it belongs to: {holders}",
        )

    def _objection_to_day(self, adoption: Adoption) -> Text | None:
        first, today = self.plan.filed_on, self.effects.now().date()
        if first < adoption.as_of <= today:
            return None
        return Text(
            zh=f"as_of {adoption.as_of} 须晚于现行方案的 {first}，且不晚于今日 {today}",
            en=f"as_of {adoption.as_of} must be later than {first} of the present plan, and not after today, {today}",
        )
