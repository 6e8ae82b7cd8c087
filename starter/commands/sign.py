"""sign: a decision with its officer's signature, for those who send it by other means than `tongchou decide`."""

import json
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from models.base import Text, faults
from models.review import Decision
from starter import documents
from starter.advice import SEE_STATUS
from starter.commands.command import command, group
from starter.commands.deciding import address_of_review
from starter.commands.desk import Desk
from starter.commands.options import KeyFile
from starter.commands.speaking import review_of
from starter.failures import BadInput, Refused
from starter.output import Shown
from starter.signing import existing_key, opened, signed
from starter.worklist import status_of

app = group()


@command(app, "sign")
async def sign(
    desk: Desk,
    file: Annotated[Path, typer.Argument(metavar="DECISION.json", help="审核意见 the decision (JSON)；- stdin")],
    key: KeyFile = None,
) -> Shown:
    """签名 print the decision with its signature, for the signal and update of the Temporal CLI and UI."""
    decision = _read(file)
    status = await status_of(await desk.client(), address_of_review(decision.review_id))
    review = review_of(status)
    if review.review_id != decision.review_id:
        raise Refused(
            Text(
                zh=f"review_id（{decision.review_id}）：正在进行的是 {review.review_id}",
                en=f"review_id: must be the open review {review.review_id} (got {decision.review_id})",
            ),
            advice=SEE_STATUS,
        )
    document = signed(decision, status, opened(existing_key(desk.settings, decision.officer, key))).model_dump(
        mode="json"
    )
    return Shown.of(document, json.dumps(document, ensure_ascii=False))


def _read(file: Path) -> Decision:
    try:
        written = typer.get_text_stream("stdin").read() if str(file) == "-" else file.read_text(encoding="utf-8")
        return Decision.model_validate_json(written)
    except ValidationError as error:
        raise BadInput(Text(zh="意见有误", en="the decision is wrong"), details=faults(error)) from error
    except UnicodeDecodeError as error:
        raise documents.wrong(file, [f"(whole file): must be UTF-8: {error}"]) from error
    except OSError as error:
        raise documents.unreadable(file, error) from error
