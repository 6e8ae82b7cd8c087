"""The anchors port: the signed file of the ledger's heads, on the machine of the worker that is asked."""

from pathlib import Path

from sqlalchemy import Engine
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import ports
from models.effects import AnchorReceipt
from records.chain import anchoring
from records.chain.anchors import AnchorsDamaged
from runtime.signing import KeyUnusable


class FileAnchors(ports.Anchors):
    """Adds to `file`; the key lies beside it. A full disk and a database that is down raise, and are tried again."""

    def __init__(self, engine: Engine, file: Path) -> None:
        self._engine = engine
        self._file = file

    @activity.defn(name="ledger.anchor")
    def anchor(self) -> AnchorReceipt:
        """Anchor what is new, and tell how far the anchors go then; nothing new, no line.

        A chain that no longer has what was anchored of it is named in the receipt and in the log. Raises a non-retryable
        ApplicationError of type `AnchorsDamaged` where the file's end is none of ours, or the key cannot be used: somebody has
        to look before anything is added.
        """
        try:
            receipt = anchoring.anchor(self._engine, self._file)
        except (AnchorsDamaged, KeyUnusable) as error:
            raise ApplicationError(str(error), type="AnchorsDamaged", non_retryable=True) from None
        if receipt.broken:
            activity.logger.error("ledger.broken", extra={"projects": list(receipt.broken)})
        return receipt
