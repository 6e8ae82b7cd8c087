"""The options that every command has. Apart from what makes a command: the help page and completion need nothing else."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

# Whoever presses a key waits for what is imported.
if TYPE_CHECKING:
    from runtime.settings import Settings
    from starter.output import Screen


class Language(StrEnum):
    ZH = "zh"
    EN = "en"


AsJson = Annotated[bool, typer.Option("--json", help="输出一个 JSON 文档 one JSON document on standard output")]
InLanguage = Annotated[
    Language | None, typer.Option("--lang", help="语言 language; default: TONGCHOU_LANGUAGE, else zh")
]


@dataclass(frozen=True)
class Common:
    """The options of every command, as far as they were given."""

    as_json: bool = False
    language: Language | None = None

    def screen(self, settings: "Settings | None" = None) -> "Screen":
        """Where to show the answer, in the language that was asked for."""
        from starter.output import Screen

        default = settings.language if settings else Language.ZH
        return Screen(self.language or default, self.as_json)
