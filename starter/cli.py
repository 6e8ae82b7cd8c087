"""`tongchou`: the command of operators, reviewers and admins. Every group is one module of starter/commands/.

Exit codes: 0 done, 1 refused (the reason is printed), 2 bad input, 3 something does not answer. `--json` and `--lang`
may stand before or after the command; with `--json` standard output is one JSON document, an error included. Only a batch
answers in lines, one JSON document for each item.
"""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from functools import cached_property
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from starter import completion
from starter.briefs import briefs
from starter.commands.common import AsJson, Common, InLanguage
from starter.completion import CompletedShell

MODULES = {
    "up": "up",
    "demo": "demo",
    "register": "register",
    "rehearse": "rehearse",
    "simulate": "simulate",
    "start": "projects",
    "status": "projects",
    "inbox": "projects",
    "stuck": "stuck",
    "metrics": "metrics",
    "ui": "ui",
    "procedure": "procedures",
    "registers": "registers",
    "materials": "materials",
    "key": "keys",
    "decide": "reviews",
    "sign": "sign",
    "retract": "reviews",
    "extend": "reviews",
    "extend-limit": "reviews",
    "pause-clock": "reviews",
    "resume-clock": "reviews",
    "submit": "units",
    "respond": "units",
    "withdraw": "units",
    "report-change": "units",
    "waive": "organs",
    "suspend": "organs",
    "resume": "organs",
    "record-finding": "organs",
    "adopt": "adopt",
    "report-event": "organs",
    "ledger": "ledger",
    "backup": "backup",
    "restore": "backup",
    "payload-key": "payload_keys",
    "dossier": "dossier",
    "regulations": "regulations",
    "calendar": "calendar",
    "schedule": "schedules",
    "schema": "schema",
}
"""Each command or group of commands, in the order of the help page, and the module of starter/commands/ that has it.

A module is imported when one of its commands is asked for: imports are most of what a command costs. A new command has
a place here, too.
"""


class Commands(MutableMapping[str, Any]):
    """The commands of `MODULES` by their names."""

    def __init__(self) -> None:
        self._known: dict[str, Any] = dict.fromkeys(MODULES)
        self._is_brief = False

    @contextmanager
    def in_brief(self) -> Iterator[None]:
        """Meanwhile the commands are known by their sentences only, which is all that a list of them shows."""
        self._is_brief = True
        try:
            yield
        finally:
            self._is_brief = False

    @cached_property
    def _briefs(self) -> dict[str, str]:
        return {name: text for module in dict.fromkeys(MODULES.values()) for name, text in briefs(module).items()}

    def __getitem__(self, name: str) -> Any:
        if self._known[name] is None and self._is_brief:
            return TyperCommand(name, help=self._briefs[name])
        if self._known[name] is None:
            app = import_module(f"starter.commands.{MODULES[name]}").app
            found = get_group(app)
            self._known[name] = found if app.info.name == name else found.commands[name]
        return self._known[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._known[name] = command

    def __delitem__(self, name: str) -> None:
        del self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


class OnDemand(TyperGroup):
    """A group that knows its commands by name before it has any."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands: Commands = Commands()

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The help page, on which each command has one sentence."""
        with self.commands.in_brief():
            super().format_help(ctx, formatter)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """The commands that begin so."""
        with self.commands.in_brief():
            return super().shell_complete(ctx, incomplete)


app = typer.Typer(
    name="tongchou",
    cls=OnDemand,
    help="统筹：政务信息化项目审批 durable approval pipelines for government IT projects",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


ShowCompletion = Annotated[
    CompletedShell | None,
    typer.Option(
        "--show-completion",
        callback=completion.show,
        is_eager=True,
        help="输出命令补全脚本 print the completion script for that shell",
    ),
]
InstallCompletion = Annotated[
    CompletedShell | None,
    typer.Option(
        "--install-completion",
        callback=completion.put_in_place,
        is_eager=True,
        help="为当前用户安装命令补全 install completion for that shell",
    ),
]


@app.callback()
def common(
    ctx: typer.Context,
    json_output: AsJson = False,
    lang: InLanguage = None,
    show_completion: ShowCompletion = None,
    install_completion: InstallCompletion = None,
) -> None:
    """统筹：政务信息化项目审批 durable approval pipelines for government IT projects."""
    ctx.obj = Common(json_output, lang)


def main() -> None:
    """Run the command line of this process, or answer a shell that completes one."""
    completion.ready()
    app(prog_name=completion.PROGRAM, complete_var=completion.VARIABLE)
