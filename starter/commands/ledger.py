"""ledger show, verify, anchor: the append-only record 台账, and whether it is what it was."""

from pathlib import Path
from typing import Annotated

import typer

from models.base import Code, Text, Value
from models.effects import REGISTER_JOURNAL, AnchorReceipt, EntryKind
from records.ledger import every_entry
from starter import progress
from starter.advice import CHECK_CODE, CHECK_PATH
from starter.commands import views
from starter.commands.command import command, group
from starter.commands.desk import Desk
from starter.failures import BadInput, Refused, Unreachable, built
from starter.output import Shown, listed

app = group("ledger", "台账 the ledger")


@command(app, "show")
def show(
    desk: Desk,
    code: Annotated[str, typer.Argument(help="项目编号 the project's code")],
    after: Annotated[int, typer.Option("--after", min=0, help="只看此序号之后 only behind this position")] = 0,
    kind: Annotated[list[EntryKind] | None, typer.Option("--kind", help="只看此类 only of this kind")] = None,
) -> Shown:
    """台账 every entry of a project, in order."""
    found = list(every_entry(desk.records(), code, after=after, kinds=kind or None))
    if not found:
        raise Refused(
            Text(zh=f"台账中没有 {code} 的记录", en=f"the ledger has no such entry of {code}"), advice=CHECK_CODE
        )
    return Shown.of(found, views.ledger(found))


@command(app, "verify")
async def verify(
    desk: Desk,
    project: Annotated[
        str | None, typer.Argument(help="项目编号；缺省为全部 the project's code; default: the whole ledger")
    ] = None,
    anchors: Annotated[
        Path | None, typer.Option("--anchors", help="锚定文件；缺省为数据目录中的 default: the one in the data folder")
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option("--key", help="锚定公钥；缺省为锚定文件旁的 public key; default: the one beside the anchors"),
    ] = None,
    histories: Annotated[
        Path | None,
        typer.Option("--histories", help="流程历史目录 exported histories; default: those in the data folder"),
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="并与 Temporal 中的历史比对 and Temporal's own")] = False,
) -> None:
    """核验台账 find what was changed, removed, inserted, reordered or cut off; ends with 1 where something was."""
    from starter import verification

    if project not in (None, REGISTER_JOURNAL):
        built(_Chain, project=project)
    sources = verification.Sources(
        anchors=anchors or _existing(desk.settings.anchors_file),
        key=key,
        histories=_folder(histories) or _existing(desk.settings.histories_dir),
        client=await desk.client() if live else None,
    )
    engine = desk.records()
    with progress.bar(desk.screen, _VERIFYING, verification.extent(engine, project)) as told:
        done = await verification.verified(engine, project, sources, told)
    if project not in (None, REGISTER_JOURNAL) and done.holds and not done.entries:
        raise Refused(
            Text(
                zh=f"台账、锚定和流程历史中均没有 {project}",
                en=f"neither the ledger nor an anchor nor a history knows {project}",
            ),
            advice=CHECK_CODE,
        )
    desk.screen.show(done.shown())
    if not done.holds:
        raise typer.Exit(1)


@command(app, "anchor")
def anchor(desk: Desk) -> None:
    """锚定台账 sign the heads of all chains into the file of anchors; ends with 1 where a chain lost what was anchored."""
    from records.chain.anchoring import anchor as anchored
    from records.chain.anchors import AnchorsDamaged
    from runtime.signing import KeyUnusable

    file = desk.settings.anchors_file
    try:
        receipt = anchored(desk.records(), file)
    except (AnchorsDamaged, KeyUnusable) as error:
        raise BadInput(
            Text(zh="锚定文件或密钥有误", en="the anchors or their key are faulty"), details=[str(error)]
        ) from error
    except OSError as error:
        text = Text(zh=f"锚定文件不可写：{error}", en=f"the anchors cannot be written: {error}")
        raise Unreachable(text, advice=CHECK_PATH) from error
    desk.screen.show(_anchored(receipt, file))
    if receipt.broken:
        raise typer.Exit(1)


def _anchored(receipt: AnchorReceipt, file: Path) -> Shown:
    nothing = Text(zh="没有新的条目，未加锚定", en="nothing new: no anchor was added")
    added = Text(zh=f"已锚定 {receipt.heads} 条链", en=f"{receipt.heads} chains were anchored")
    state = Text(
        zh=f"第 {receipt.number} 次锚定，至序号 {receipt.position}，{receipt.digest}（{file}）",
        en=f"anchor {receipt.number}, up to position {receipt.position}, {receipt.digest} ({file})",
    )
    names = listed(receipt.broken)
    broken = Text(
        zh=f"与先前锚定不符：{names.zh}；请运行 tongchou ledger verify",
        en=f"not what was anchored before: {names.en}; run `tongchou ledger verify`",
    )
    return Shown.of(receipt, added if receipt.heads else nothing, state, broken if receipt.broken else None)


_VERIFYING = Text(zh="核验台账", en="verifying the ledger")


class _Chain(Value):
    project: Code


def _existing(path: Path) -> Path | None:
    return path if path.exists() else None


def _folder(path: Path | None) -> Path | None:
    if path is not None and not path.is_dir():
        raise BadInput(Text(zh="没有这个目录", en="there is no such folder"), details=[f"histories: {path}"])
    return path
