"""`tongchou`: the command of operators, reviewers and admins. Every group is one module of starter/commands/.

Exit codes: 0 done, 1 refused (the reason is printed), 2 bad input, 3 something does not answer. `--json` and `--lang`
may stand before or after the command; with `--json` standard output is one JSON document, an error included. Only a batch
answers in lines, one JSON document for each item.
"""

from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib import import_module
from itertools import pairwise
from typing import Annotated, Any

import typer
from typer._click.exceptions import NoArgsIsHelpError, UsageError
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from starter import completion
from starter.briefs import briefs
from starter.commands.common import AsJson, Common, InLanguage, Language
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


_GIVEN = "tongchou.given"
"""Where a context keeps the arguments as they were given."""


@contextmanager
def _usage_reported(given: Sequence[str]) -> Iterator[None]:
    """A line that cannot be read as a command is reported as any other bad input is, in its language and its form."""
    try:
        yield
    except NoArgsIsHelpError:
        raise
    except UsageError as error:
        # Only here: a line that is in order needs none of it yet.
        from models.base import Text
        from starter.commands.command import reported
        from starter.failures import BadInput

        page = f"{error.ctx.command_path if error.ctx else completion.PROGRAM} --help"
        with reported(_common_of(given)):
            raise BadInput(
                Text(zh="命令行有误", en="the command line is wrong"),
                details=[error.format_message()],
                advice=Text(zh=f"用法见 {page}", en=f"the usage: {page}"),
            ) from error


def _common_of(given: Sequence[str]) -> Common:
    """The common options of a line that was not read to its end, wherever they stand in it."""
    named = [after for before, after in pairwise(given) if before == "--lang"]
    named += [one.removeprefix("--lang=") for one in given if one.startswith("--lang=")]
    language = next((Language(one) for one in named if one in set(Language)), None)
    return Common("--json" in given, language)


class OnDemand(TyperGroup):
    """A group that knows its commands by name before it has any."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands: Commands = Commands()

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """The line with its common options read, and the whole of it kept for whoever has to report a fault in it."""
        given = tuple(args)
        with _usage_reported(given):
            ctx = super().make_context(info_name, args, parent, **extra)
        ctx.meta[_GIVEN] = given
        return ctx

    def invoke(self, ctx: Any) -> Any:
        """Read the rest of the line and run its command."""
        with _usage_reported(ctx.meta[_GIVEN]):
            return super().invoke(ctx)

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


def _for_shell(name: str, then: Callable[[CompletedShell | None], None], help: str) -> Any:
    """An option that does its work for the shell that it names, and ends the command."""
    return typer.Option(name, callback=then, is_eager=True, help=help)


ShowCompletion = Annotated[
    CompletedShell | None,
    _for_shell("--show-completion", completion.show, "输出命令补全脚本 print the completion script for that shell"),
]
InstallCompletion = Annotated[
    CompletedShell | None,
    _for_shell(
        "--install-completion", completion.put_in_place, "为当前用户安装命令补全 install completion for that shell"
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
    """Keep what stands before the command for the command."""
    ctx.obj = Common(json_output, lang)


def main() -> None:
    """Run the command line of this process, or answer a shell that completes one."""
    completion.ready()
    app(prog_name=completion.PROGRAM, complete_var=completion.VARIABLE)
