"""锚定: puts the heads of the ledger's chains where whoever has the database cannot change them."""

from temporalio import workflow

from activities.ports import Anchors
from models.effects import AnchorReceipt
from workflows.options import RECORD, named


@workflow.defn(name="Anchoring")
class Anchoring:
    """Started by a schedule every hour. Its result stands in Temporal, which is one more place that knows the last anchor."""

    @workflow.run
    async def run(self) -> AnchorReceipt:
        """Anchor the ledger, and tell how far the anchors go."""
        receipt: AnchorReceipt = await workflow.execute_activity_method(Anchors.anchor, **named(RECORD, "锚定台账"))
        workflow.set_current_details(_details(receipt))
        return receipt


def _details(receipt: AnchorReceipt) -> str:
    lines = [f"第 {receipt.number} 次锚定，至序号 {receipt.position}，新锚定 {receipt.heads} 条链"]
    if receipt.broken:
        lines.append(f"**⚠ 与先前锚定不符：{'、'.join(f'`{code}`' for code in receipt.broken)}**")
    return "\n\n".join(lines)
