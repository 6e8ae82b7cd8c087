"""A whole demonstration: a stack of its own, the script played on it, the account shown."""

import tempfile
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from models.base import Text
from models.calendar import CHINA
from starter.demo import gather, keys, tables
from starter.demo.account import Account, account_of
from starter.demo.live import LiveView
from starter.demo.player import Player, Stuck
from starter.demo.scene import Props, Scene, furnished, read_scene
from starter.demo.shell import Shell, isolate
from starter.errors import ProcessFailed
from starter.folder import Endpoints
from starter.output import Screen, Shown
from starter.ports import Ports
from starter.stack import Stack, embedded


async def perform(script: Path, data_dir: Path, screen: Screen, *, keep: bool) -> Account:
    """Play the script on a stack in that folder and show the account; with `keep`, run on until Ctrl-C.

    The stack is gone when this returns; its data stays. Raises BadInput for a faulty script, StackError where the stack
    does not come up.
    """
    scene = read_scene(script)
    isolate()
    async with embedded(data_dir, Ports.any_free()) as stack, furnished(scene, stack.endpoints) as props:
        account = await _played(scene, stack.endpoints, props, screen)
        screen.show(Shown.of(_document(account), *tables.parts(account)))
        if keep:
            await _keep(stack, screen)
    return account


def new_folder(parent: Path) -> Path:
    """A folder that is new each time, so that a demonstration never finds what an earlier one left."""
    parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f"demo-{datetime.now(CHINA):%Y%m%d-%H%M%S}-", dir=parent))


def _document(account: Account) -> dict[str, object]:
    return {**asdict(account), "complete": account.complete, "entry_count": account.entry_count}


async def _keep(stack: Stack, screen: Screen) -> None:
    ui = stack.endpoints.ui
    screen.warn(Text(zh=f"系统继续运行：{ui}，Ctrl-C 停止", en=f"still running: {ui}; Ctrl-C stops it"))
    await stack.serve(lambda failure: screen.warn(_restarted(failure)))


def _restarted(failure: ProcessFailed) -> Text:
    return Text(zh=f"{failure.text.zh}\n正在重新启动", en=f"{failure.text.en}\nit is being started again")


async def _played(scene: Scene, endpoints: Endpoints, props: Props, screen: Screen) -> Account:
    shell = Shell(endpoints.data_dir, screen.language)
    stuck: Text | None = None
    with LiveView(props.plan, screen.language, quiet=screen.as_json) as view:
        view.note(scene.script.title.text)
        view.line(f"export TONGCHOU_DATA_DIR={endpoints.data_dir}")
        player = Player(scene.script, scene.folder, shell, props.client, props.catalog, view)
        player.played += await keys.provide(scene.script, shell, props.engine, view)
        try:
            await player.play()
        except Stuck as error:
            stuck = error.text
    return await _account(scene, endpoints, props, player, stuck)


async def _account(scene: Scene, endpoints: Endpoints, props: Props, player: Player, stuck: Text | None) -> Account:
    project = scene.script.project
    status = await gather.status_or_none(props.client, project)
    closed = status is not None and status.outcome is not None
    dossier = await gather.dossier_of(props.engine, endpoints.data_dir, project) if closed else None
    ledger = gather.ledger_of(props.engine, project)
    return account_of(
        plan=props.plan,
        title=scene.application.title,
        project=project,
        status=status,
        ledger=ledger,
        notices=await gather.notices_of(props.notification, project),
        histories=gather.histories_of(endpoints.data_dir, project),
        played=player.played,
        addresses=gather.addresses_of(endpoints, project),
        stuck=stuck,
        signatures=keys.verified(props.engine, ledger),
        dossier=dossier,
    )
