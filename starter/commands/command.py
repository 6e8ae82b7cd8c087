"""How a function becomes a command: it gets a desk, returns what is shown, and has the options that all share."""

import functools
import inspect
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import typer
from pydantic import ValidationError

from models.base import Text, faults
from runtime import tracing
from runtime.settings import Settings
from runtime.shutdown import run
from starter.advice import MEND_VARIABLE
from starter.commands.common import AsJson, Common, InLanguage, Language
from starter.commands.desk import Desk
from starter.failures import BadInput, Failure, explained
from starter.output import Shown

Body = Callable[..., Shown | Coroutine[Any, Any, Shown | None] | None]


def group(name: str | None = None, help: str | None = None) -> typer.Typer:
    """A group of commands. Without a name its commands stand at the top."""
    return typer.Typer(name=name, help=help, no_args_is_help=True)


def command(app: typer.Typer, name: str) -> Callable[[Body], Body]:
    """Make the function a command of that name. Its first parameter is the desk; the others are the command's own.

    A coroutine function is run to its end. The options of `Common` may stand before the command or after it; a Failure
    is shown and becomes the exit code.
    """

    def decorate(body: Body) -> Body:
        @functools.wraps(body)
        def invoke(ctx: typer.Context, json_output: bool, lang: Language | None, **arguments: Any) -> None:
            before = ctx.find_root().obj or Common()
            common = Common(json_output or before.as_json, lang or before.language)
            with reported(common) as desk:
                with traced(name):
                    shown = _answer(body, desk, arguments)
                if shown:
                    desk.screen.show(shown)

        invoke.__signature__ = _signature(body)  # type: ignore[attr-defined]  # Typer reads the options from it
        invoke.__annotations__ = {p.name: p.annotation for p in _signature(body).parameters.values()}
        app.command(name)(invoke)
        return body

    return decorate


@contextmanager
def traced(name: str) -> Iterator[None]:
    """The command as the beginning of a trace, where traces are asked for. Raises BadInput where they cannot be had."""
    try:
        tracing.switch_on("command")
    except tracing.TracingUnavailable as error:
        raise BadInput(Text(zh=f"无法追踪：{error}", en=str(error))) from error
    with tracing.span(f"tongchou {name}"):
        yield


@contextmanager
def reported(common: Common) -> Iterator[Desk]:
    """A desk; a Failure inside is shown and ends the process with its code."""
    screen = common.screen()
    try:
        with explained():
            settings = _settings()
            screen = common.screen(settings)
            yield Desk(settings, screen)
    except Failure as failure:
        screen.fail(failure)
        raise typer.Exit(failure.code) from failure


def _answer(body: Body, desk: Desk, arguments: dict[str, Any]) -> Shown | None:
    answer = body(desk, **arguments)
    return run(answer) if isinstance(answer, Coroutine) else answer


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        raise BadInput(
            Text(zh="环境变量 TONGCHOU_… 有误", en="a TONGCHOU_… variable is wrong"),
            details=faults(error),
            advice=MEND_VARIABLE,
        ) from error


def _signature(body: Body) -> inspect.Signature:
    _, *own = inspect.signature(body, eval_str=True).parameters.values()
    keyword = inspect.Parameter.KEYWORD_ONLY
    common = [
        inspect.Parameter("ctx", keyword, annotation=typer.Context),
        inspect.Parameter("json_output", keyword, annotation=AsJson, default=False),
        inspect.Parameter("lang", keyword, annotation=InLanguage, default=None),
    ]
    return inspect.Signature([*(p.replace(kind=keyword) for p in own), *common])
