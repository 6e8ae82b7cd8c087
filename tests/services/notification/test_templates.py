"""Every letter prints, in both languages, from the variables that the registry declares."""

from pathlib import Path

import pytest
from jinja2 import Environment
from jinja2.exceptions import SecurityError
from jinja2.meta import find_undeclared_variables

from services.notification.problems import ConfigurationError, Problem
from services.notification.registry import TEMPLATES, Kind
from services.notification.rendering import DIRECTORY, LANGUAGES, Templates
from services.notification.settings import Language
from tests.services.notification.running import variables_of

ALL = [(name, language) for name in TEMPLATES for language in LANGUAGES]


@pytest.fixture(scope="module")
def templates() -> Templates:
    return Templates()


def test_the_files_are_exactly_those_of_the_registry() -> None:
    assert {f.name for f in DIRECTORY.iterdir()} == {f"{name}.{language}.j2" for name, language in ALL}


@pytest.mark.parametrize(("name", "language"), ALL)
def test_a_template_uses_exactly_its_declared_variables(name: str, language: str) -> None:
    source = (DIRECTORY / f"{name}.{language}.j2").read_text("utf-8")
    assert find_undeclared_variables(Environment().parse(source)) == set(TEMPLATES[name])


@pytest.mark.parametrize(("name", "language"), ALL)
def test_a_letter_prints_every_variable_and_names_the_project_in_its_subject(
    templates: Templates, name: str, language: Language
) -> None:
    variables = variables_of(name)
    letter = templates.render(name, language, variables)
    printed = letter.subject + letter.body
    assert "project-甲" in letter.subject and "\n" not in letter.subject
    for variable, kind in TEMPLATES[name].items():
        if kind is Kind.TEXT:
            assert variables[variable] in printed
        if kind is Kind.TEXTS:
            assert "第一项" in printed
            assert ("第二项" if language == "zh" else "the second item") in printed
    assert "\n\n\n" not in letter.body


@pytest.mark.parametrize(("name", "language"), ALL)
def test_a_letter_prints_with_every_list_empty(templates: Templates, name: str, language: Language) -> None:
    empty: dict[Kind, object] = {Kind.TEXT: "甲", Kind.OPTIONAL_TEXT: None, Kind.TEXTS: [], Kind.MATERIALS: []}
    letter = templates.render(name, language, {v: empty[kind] for v, kind in TEMPLATES[name].items()})
    assert "None" not in letter.body and "\n\n\n" not in letter.body


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reviewer_is_told_how_to_answer(templates: Templates, language: Language) -> None:
    variables = variables_of("review_opened") | {"project": "JY-2026-0001", "review_id": "JY-2026-0001/TC/decision/1"}
    body = templates.render("review_opened", language, variables).body
    assert "tongchou decide JY-2026-0001 --review JY-2026-0001/TC/decision/1 " in body
    assert "reply_to-甲" in body


def test_the_english_letter_prints_the_english_half_of_a_text(templates: Templates) -> None:
    variables = variables_of("stage_opened") | {"stage": {"zh": "招标", "en": "tender"}}
    assert "招标" in templates.render("stage_opened", "zh", variables).body
    assert "tender" in templates.render("stage_opened", "en", variables).body


def test_a_line_break_in_a_title_cannot_forge_a_mail_header(templates: Templates) -> None:
    variables = variables_of("project_closed") | {"title": "甲\nBcc: all@example.org"}
    assert "\n" not in templates.render("project_closed", "zh", variables).subject


def test_a_variable_is_printed_and_never_evaluated(templates: Templates) -> None:
    variables = variables_of("project_closed") | {"title": "{{ project.__class__ }}<b>"}
    assert "{{ project.__class__ }}<b>" in templates.render("project_closed", "zh", variables).body


def test_an_unknown_template_is_refused(templates: Templates) -> None:
    with pytest.raises(Problem, match="got 'admited'") as refusal:
        templates.render("admited", "zh", {})
    assert (refusal.value.status, refusal.value.type) == (422, "UnknownTemplate")


def test_every_missing_variable_is_named(templates: Templates) -> None:
    with pytest.raises(Problem, match=r"variables\.title: .*variables\.outcome: ") as refusal:
        templates.render("project_closed", "zh", {"project": "P-1"})
    assert (refusal.value.status, refusal.value.type) == (422, "MissingVariable")


@pytest.mark.parametrize(
    ("variable", "value", "rule"),
    [
        ("title", None, "must be a string"),
        ("title", True, "must be a string"),
        ("title", ["甲"], "must be a string"),
        ("title", {"zh": "甲"}, "must be a string"),
        ("title", "甲\x00", "control characters"),
        ("title", "甲\ud800", "lone surrogates"),
        ("findings", "一项", "must be a list of texts"),
        ("findings", [1, None], "must be a string"),
        ("materials", [{"name": "a", "kind": "b"}], "must be a list of materials"),
        ("materials", "a", "must be a list of materials"),
    ],
)
def test_a_variable_of_the_wrong_kind_is_refused_by_name_and_rule(
    templates: Templates, variable: str, value: object, rule: str
) -> None:
    with pytest.raises(Problem, match=rf"variables\.{variable}: .*{rule}.*\(got ") as refusal:
        templates.render("review_opened", "zh", variables_of("review_opened") | {variable: value})
    assert (refusal.value.status, refusal.value.type) == (422, "InvalidVariable")


def _copy(folder: Path) -> Path:
    for file in DIRECTORY.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def test_a_missing_file_is_refused_when_the_service_starts(tmp_path: Path) -> None:
    (_copy(tmp_path) / "admitted.en.j2").unlink()
    with pytest.raises(ConfigurationError, match=r"admitted\.en\.j2"):
        Templates(tmp_path)


def test_a_broken_template_is_refused_when_the_service_starts(tmp_path: Path) -> None:
    (_copy(tmp_path) / "admitted.zh.j2").write_text("主题\n{% if %}", "utf-8")
    with pytest.raises(ConfigurationError, match=r"admitted\.zh\.j2"):
        Templates(tmp_path)


def test_a_template_cannot_reach_into_the_process(tmp_path: Path) -> None:
    (_copy(tmp_path) / "project_closed.zh.j2").write_text("主题\n{{ title.__class__.__mro__ }}", "utf-8")
    with pytest.raises(SecurityError):
        Templates(tmp_path).render("project_closed", "zh", variables_of("project_closed"))
