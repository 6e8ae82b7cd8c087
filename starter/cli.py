"""`tongchou`: the command of operators, reviewers and admins. Every group is one module of starter/commands/.

Exit codes: 0 done, 1 refused (the reason is printed), 2 bad input, 3 something does not answer. `--json` and `--lang`
may stand before or after the command; with `--json` standard output is one JSON document, an error included.
"""

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from starter.commands.command import AsJson, Common, InLanguage

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

    def __getitem__(self, name: str) -> Any:
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
        self.commands = Commands()


app = typer.Typer(
    name="tongchou",
    cls=OnDemand,
    help="统筹：政务信息化项目审批 durable approval pipelines for government IT projects",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def common(ctx: typer.Context, json_output: AsJson = False, lang: InLanguage = None) -> None:
    """统筹：政务信息化项目审批 durable approval pipelines for government IT projects."""
    ctx.obj = Common(json_output, lang)


def main() -> None:
    """Run the command line of this process."""
    app()
