"""Letters from templates: a sandboxed Jinja2 that refuses what it does not know.

A template file holds the subject on its first line, the body below. Its version is a number per content (store.py).
"""

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, get_args

from jinja2 import StrictUndefined, Template, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from services.notification.problems import ConfigurationError, Problem
from services.notification.registry import TEMPLATES, Kind
from services.notification.settings import Language

DIRECTORY = Path(__file__).parent / "templates"
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True)
class Letter:
    """What the recipient reads."""

    subject: str
    body: str


@dataclass(frozen=True)
class LetterTemplate:
    """One template in one language. `sha256` is that of the file's bytes."""

    name: str
    language: Language
    sha256: str
    subject: Template
    body: Template


class Templates:
    """All templates of a directory, compiled.

    Raises `ConfigurationError` where a file of the registry is missing or is no valid template.
    """

    def __init__(self, directory: Path = DIRECTORY) -> None:
        self._templates = {
            (name, language): _read(directory / f"{name}.{language}.j2", name, language)
            for name in TEMPLATES
            for language in LANGUAGES
        }

    def __iter__(self) -> Iterator[LetterTemplate]:
        return iter(self._templates.values())

    def render(self, name: str, language: Language, variables: Mapping[str, Any]) -> Letter:
        """Print a letter. Variables that the template does not print are ignored.

        Raises `Problem` 422 `UnknownTemplate`, `MissingVariable` or `InvalidVariable`, naming every variable at fault.
        """
        if name not in TEMPLATES:
            raise Problem(422, "UnknownTemplate", f"template: must be one of the service's templates (got {name!r})")
        values = _checked(name, language, variables)
        template = self._templates[name, language]
        # A title may hold a line break; a subject with one would be a forged mail header.
        subject = " ".join(template.subject.render(values).split())
        return Letter(subject=subject, body=template.body.render(values).strip() + "\n")


# The letters are plain text, so nothing is escaped; a channel that needs HTML converts the text itself.
_ENVIRONMENT: Final = SandboxedEnvironment(
    undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
)


@cache
def _compiled(text: str) -> Template:
    return _ENVIRONMENT.from_string(text)


def _read(file: Path, name: str, language: Language) -> LetterTemplate:
    try:
        content = file.read_bytes()
        subject, _, body = content.decode().partition("\n")
        compiled = _compiled(subject), _compiled(body)
    except (OSError, UnicodeDecodeError, TemplateSyntaxError) as error:
        raise ConfigurationError(f"template {file.name}: {error}") from error
    return LetterTemplate(name, language, hashlib.sha256(content).hexdigest(), *compiled)


def _checked(name: str, language: Language, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The variables that the template prints, each in the form that it expects."""
    declared = TEMPLATES[name]
    missing = [f"variables.{v}: is required by template {name!r} (missing)" for v in declared if v not in variables]
    if missing:
        raise Problem(422, "MissingVariable", *missing)
    values, faults = {}, []
    for variable, kind in declared.items():
        try:
            values[variable] = _FORMS[kind](variables[variable], language)
        except ValueError as fault:
            shown = repr(variables[variable])[:80]
            faults.append(f"variables.{variable}: {fault} (got {shown})")
    if faults:
        raise Problem(422, "InvalidVariable", *faults)
    return values


def _text(value: Any, language: Language) -> str:
    if isinstance(value, dict) and value.keys() == set(LANGUAGES):
        value = value[language]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("must be a string, a number or a text in both languages")
    text = str(value)
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\r\t" for c in text):
        raise ValueError("must not hold control characters or lone surrogates")
    return text


def _optional_text(value: Any, language: Language) -> str:
    return "" if value is None else _text(value, language)


def _texts(value: Any, language: Language) -> list[str]:
    if not isinstance(value, list):
        raise ValueError("must be a list of texts")
    return [_text(item, language) for item in value]


def _materials(value: Any, language: Language) -> list[dict[str, str]]:
    fields = ("name", "kind", "sha256")
    if not isinstance(value, list) or not all(isinstance(m, dict) and m.keys() >= set(fields) for m in value):
        raise ValueError("must be a list of materials, each with name, kind and sha256")
    return [{field: _text(material[field], language) for field in fields} for material in value]


_FORMS = {
    Kind.TEXT: _text,
    Kind.OPTIONAL_TEXT: _optional_text,
    Kind.TEXTS: _texts,
    Kind.MATERIALS: _materials,
}
