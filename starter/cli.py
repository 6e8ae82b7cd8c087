"""`tongchou`: the command of operators, reviewers and admins. Every group is one module of starter/commands/.

Exit codes: 0 done, 1 refused (the reason is printed), 2 bad input, 3 something does not answer. `--json` and `--lang`
may stand before or after the command; with `--json` standard output is one JSON document, an error included.
"""

import typer

from starter.commands import (
    calendar,
    demo,
    ledger,
    materials,
    organs,
    projects,
    register,
    regulations,
    rehearse,
    reviews,
    schema,
    simulate,
    units,
    up,
)
from starter.commands.command import AsJson, Common, InLanguage

GROUPS = (
    up,
    demo,
    register,
    rehearse,
    simulate,
    projects,
    materials,
    reviews,
    units,
    organs,
    ledger,
    regulations,
    calendar,
    schema,
)
"""The groups in the order of the help page. A new one is a module with an `app`, and a place here."""

app = typer.Typer(
    name="tongchou",
    help="统筹：政务信息化项目审批 durable approval pipelines for government IT projects",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def common(ctx: typer.Context, json_output: AsJson = False, lang: InLanguage = None) -> None:
    """统筹：政务信息化项目审批 durable approval pipelines for government IT projects."""
    ctx.obj = Common(json_output, lang)


for module in GROUPS:
    app.add_typer(module.app)


def main() -> None:
    """Run the command line of this process."""
    app()
