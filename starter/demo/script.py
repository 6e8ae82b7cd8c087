"""The script of a demonstration: who does what, when which gate is open. Read strictly, before anything is started.

Every step but `catalog` is one run of the `tongchou` command; `words` are what its officer would type.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator
from yaml import YAMLError

from models.application import Title
from models.base import Code, Input, Sentence, Text, faults
from models.messages import ChangeKind
from models.plan import Plan
from models.project import State
from models.review import Judgement, Verdict
from regulations.strict_yaml import read
from starter.failures import BadInput
from workflows.names import RECTIFICATION, parse_id, project_id

VERIFICATION = "verification"
"""The gate of a rectification; every other gate is one of the plan."""


class Bilingual(Input):
    """A text of the script in the two languages."""

    zh: Sentence
    en: Sentence

    @property
    def text(self) -> Text:
        return Text(zh=self.zh, en=self.en)


class _Step(Input):
    """What every step may say: what the reader is told first, what has to be reached first, and where."""

    note: Bilingual | None = None
    when: str | None = None
    case: str | None = None
    """The workflow that `when` speaks of and the step addresses; None: the project."""
    refused: bool = False

    @field_validator("case")
    @classmethod
    def _is_an_address(cls, case: str | None) -> str | None:
        if case is not None:
            parse_id(case)
        return case

    def files(self) -> tuple[str, ...]:
        """The files that the step names."""
        return ()


class Start(_Step):
    """申报: file an application."""

    does: Literal["start"]
    file: str

    def files(self) -> tuple[str, ...]:
        return (self.file,)

    def words(self, code: str, folder: Path) -> list[str]:
        return ["start", str(folder / self.file)]


class Decide(_Step):
    """审核意见 of one officer on the open review. Points that `judge` does not name are met (the player says so)."""

    does: Literal["decide"]
    organ: Code
    officer: Code
    verdict: Verdict
    opinion: str = ""
    conditions: tuple[Sentence, ...] = ()
    judge: dict[str, Judgement] = Field(default_factory=dict)
    major_change: bool = False
    decision_id: Code | None = None

    def words(self, code: str, folder: Path) -> list[str]:
        words = ["decide", self.case or code, "--organ", self.organ, "--officer", self.officer]
        words += ["--verdict", self.verdict.value, *_option("--opinion", self.opinion)]
        words += [word for condition in self.conditions for word in ("--condition", condition)]
        words += [word for point, found in self.judge.items() for word in ("--judge", f"{point}={found.value}")]
        words += ["--major-change"] if self.major_change else []
        return [*words, *_option("--decision-id", self.decision_id)]


class _HandsIn(_Step):
    by: Code
    materials: dict[Code, str] = Field(default_factory=dict)

    def files(self) -> tuple[str, ...]:
        return tuple(self.materials.values())

    def _material_words(self, folder: Path) -> Iterator[str]:
        for kind, file in self.materials.items():
            yield from ("--material", f"{kind}={folder / file}")


class Submit(_HandsIn):
    """提交材料 of the unit: a corrected application, files, answers to conditions."""

    does: Literal["submit"]
    file: str | None = None
    answers: dict[str, Sentence] = Field(default_factory=dict)
    remark: str = ""

    def files(self) -> tuple[str, ...]:
        return (*super().files(), *([self.file] if self.file else ()))

    def words(self, code: str, folder: Path) -> list[str]:
        words = ["submit", self.case or code, *([str(folder / self.file)] if self.file else ()), "--by", self.by]
        words += self._material_words(folder)
        words += [word for key, answer in self.answers.items() for word in ("--answer", f"{key}={answer}")]
        return [*words, *_option("--note", self.remark)]


class Respond(_HandsIn):
    """整改答复 of the unit to the rectification that `case` names."""

    does: Literal["respond"]
    case: Annotated[str, Field(pattern=f"^{RECTIFICATION}:")]
    statement: Sentence

    def words(self, code: str, folder: Path) -> list[str]:
        words = ["respond", parse_id(self.case)[1], "--by", self.by, "--statement", self.statement]
        return [*words, *self._material_words(folder)]


class ReportEvent(_Step):
    """事项报告, with what is reported of it."""

    does: Literal["report-event"]
    event: Code
    by: Code
    occurred_on: date | None = None
    data: dict[Code, str | int | float | bool | date] = Field(default_factory=dict)

    def words(self, code: str, folder: Path) -> list[str]:
        words = ["report-event", self.case or code, "--event", self.event, "--by", self.by]
        words += _option("--occurred-on", str(self.occurred_on) if self.occurred_on else None)
        return [*words, *(word for name, value in self.data.items() for word in ("--data", f"{name}={_told(value)}"))]


class ReportChange(_Step):
    """变更报告 of the unit."""

    does: Literal["report-change"]
    by: Code
    kind: ChangeKind
    description: Sentence
    investment: Decimal | None = None
    major: bool = False

    def words(self, code: str, folder: Path) -> list[str]:
        words = ["report-change", self.case or code, "--by", self.by, "--kind", self.kind.value]
        words += ["--description", self.description]
        words += _option("--investment", str(self.investment) if self.investment is not None else None)
        return [*words, *(["--major"] if self.major else [])]


class ExtendLimit(_Step):
    """延长时限 of the unit by an organ."""

    does: Literal["extend-limit"]
    organ: Code
    officer: Code
    limit: Code
    until: date
    reason: Sentence

    def words(self, code: str, folder: Path) -> list[str]:
        words = ["extend-limit", self.case or code, "--organ", self.organ, "--officer", self.officer]
        return [*words, "--limit", self.limit, "--until", str(self.until), "--reason", self.reason]


class Inbox(_Step):
    """待办事项 of an organ: only looked at."""

    does: Literal["inbox"]
    organ: Code

    def words(self, code: str, folder: Path) -> list[str]:
        return ["inbox", "--organ", self.organ]


class Report(_Step):
    """What systems report to the catalog service: calls, residency with its attested qualities, mounted resources."""

    does: Literal["catalog"]
    seed: str | None = None
    calls: dict[Title, Annotated[int, Field(gt=0)]] = Field(default_factory=dict)
    residents: dict[Title, tuple[Title, ...]] = Field(default_factory=dict)
    refused: Literal[False] = False

    def files(self) -> tuple[str, ...]:
        return (self.seed,) if self.seed else ()


Command = Start | Decide | Submit | Respond | ReportEvent | ReportChange | ExtendLimit | Inbox
"""A step that is a run of the command."""

Step = Annotated[Command | Report, Field(discriminator="does")]


class Script(Input):
    """A whole demonstration. Paths lie beside the script's file."""

    title: Bilingual
    project: Code
    parties: str
    """The register of organs, units and officers that the demonstration imports."""
    catalog: tuple[str, ...] = ()
    application: str
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]

    def files(self) -> tuple[str, ...]:
        """Every file that the script names, each once."""
        named = (self.parties, *self.catalog, self.application, *(f for step in self.steps for f in step.files()))
        return tuple(dict.fromkeys(named))


def read_script(file: Path) -> Script:
    """The script in that file.

    Raises BadInput: for what is no plain YAML, an unknown or missing field, a verdict that is none, a file that is not
    there. Whether its gates exist is asked of the plan, by `gate_faults`.
    """
    try:
        script = Script.model_validate(read(file)[0])
    except ValidationError as error:
        raise _wrong(file, faults(error)) from error
    except (OSError, ValueError, YAMLError) as error:
        raise _wrong(file, [str(error)]) from error
    absent = [
        f"files: must lie beside the script (got {f!r})" for f in script.files() if not (file.parent / f).is_file()
    ]
    if absent:
        raise _wrong(file, absent)
    return script


def gate_faults(script: Script, plan: Plan) -> list[str]:
    """Steps that wait for what never comes: neither a gate of the plan nor a state. One line for each."""
    known = {gate.id for stage in plan.stages for gate in stage.gates} | set(State) | {VERIFICATION}
    return [
        f"steps.{index}.when: must be a gate of the plan or a state (got {step.when!r})"
        for index, step in enumerate(script.steps)
        if step.when is not None and step.when not in known
    ]


def address_of(step: Command | Report, script: Script) -> str:
    """The workflow that the step speaks of."""
    return step.case or project_id(script.project)


def _told(value: str | float | date) -> str:
    """A value as it is typed. A text that could be read as a number is put in quotes."""
    written = str(value)
    if isinstance(value, str):
        with suppress(ValueError):
            json.loads(written)
            return json.dumps(written, ensure_ascii=False)
    return written.lower() if isinstance(value, bool) else written


def _option(name: str, value: str | None) -> list[str]:
    return [name, value] if value else []


def _wrong(file: Path, problems: list[str]) -> BadInput:
    return BadInput(Text(zh=f"演示脚本 {file.name} 有误", en=f"the script {file.name} is wrong"), details=problems)
