"""卷宗归档: one file with everything of a project, made when it closes and whenever somebody asks."""

from datetime import timedelta

from temporalio import workflow

from activities.ports import Dossiers
from models.base import Text
from models.dossier import DossierOrder, DossierSeal
from models.effects import EntryKind
from workflows import names
from workflows.effects import Effects
from workflows.options import ARCHIVE, named


@workflow.defn(name="Dossier")
class Dossier:
    """A workflow of its own, since the project's last run has to be over before its history is whole."""

    @workflow.run
    async def run(self, order: DossierOrder) -> DossierSeal:
        """Gather the dossier, and put its digest on record."""
        workflow.upsert_search_attributes([names.PROJECT_CODE.value_set(order.project)])
        seal: DossierSeal = await workflow.execute_activity_method(
            Dossiers.compile, order, **named(ARCHIVE, f"汇集卷宗：{order.project}")
        )
        await Effects(order.project, "", timedelta()).record(
            EntryKind.DOSSIER_SEALED,
            f"{seal.sequence}/{seal.sha256[:16]}",
            Text(zh=f"卷宗归档：{seal.file}", en=f"dossier sealed: {seal.file}"),
            detail=seal.model_dump(mode="json"),
        )
        workflow.set_current_details(_details(seal))
        return seal


def _details(seal: DossierSeal) -> str:
    lines = [f"## 卷宗 {seal.project}", f"文件 `{seal.file}`，{seal.size} 字节", f"SHA-256 `{seal.sha256}`"]
    lines.append(f"含台账第 1 至 {seal.sequence} 号记录")
    return "\n\n".join([*lines, *(f"- 缺：{what}" for what in seal.missing)])
