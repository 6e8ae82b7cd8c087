"""What a project is measured by and has to hand in: checks, documents, forms, and to which projects they apply. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from models.base import Text
from models.form import FieldKind, FormField
from models.scope import Scope
from regulations.inventory.entries import Entry, Section, Trait, entry_of
from regulations.inventory.words import joined, same, title_of, trait_of
from regulations.plan_builder import LawInForce, in_force
from regulations.schema import CheckSource, DocumentSource, FormSource, ScopedSource


def checks(law: LawInForce) -> Iterator[Entry]:
    """The checks, with their arguments and whom they leave out."""
    exemption = in_force(law.regulation.classified or (), law.day)
    for key, check in law.entries(law.regulation.checks):
        traits = [
            Trait(name=Text(zh="强度", en="strength"), says=check.strength.label),
            trait_of("方式", "kind", check.check),
            *_arguments(law, check),
            *scopes_said(law, check),
        ]
        if exemption and key in exemption.checks:
            traits.append(trait_of("涉密项目除外", "not for classified projects", "✓"))
        yield entry_of(law, Section.CHECK, key, check.title, check, traits)


def _arguments(law: LawInForce, check: CheckSource) -> Iterator[Trait]:
    for name, written in check.arguments.items():
        yield Trait(name=Text(zh=name, en=name), says=_argument(law, name, written))


def _argument(law: LawInForce, name: str, written: Any) -> Text:
    if isinstance(written, Mapping) and written.keys() == {"value"}:
        return same(str(law.needed("values", str(written["value"])).value))
    if name == "features":
        known = law.regulation.features
        return joined(known.get(feature, Text(zh=feature, en=feature)) for feature in written)
    if isinstance(written, Mapping):
        return same("；".join(f"{key} {_argument(law, key, value).zh}" for key, value in written.items()))
    if isinstance(written, list | tuple):
        return joined(_argument(law, "", item) for item in written)
    return same(str(written))


def documents(law: LawInForce, found: Iterable[tuple[str, DocumentSource]]) -> Iterator[Entry]:
    """The documents found, and to which projects they apply."""
    for key, document in found:
        yield entry_of(law, Section.DOCUMENT, key, document.title, document, scopes_said(law, document))


def forms(law: LawInForce, found: Iterable[tuple[str, FormSource]]) -> Iterator[Entry]:
    """The forms found, with every field, and to which projects they apply."""
    for key, form in found:
        traits = [*scopes_said(law, form), *fields_said(form.fields)]
        yield entry_of(law, Section.FORM, key, form.title, form, traits)


def fields_said(fields: Iterable[FormField], above: Text | None = None) -> Iterator[Trait]:
    """Every field under its title, those of a group or of rows after it."""
    for field in fields:
        name = Text(zh=f"{above.zh}·{field.title.zh}", en=f"{above.en}, {field.title.en}") if above else field.title
        yield Trait(name=name, says=_field(field))
        yield from fields_said(field.fields, name)


def _field(field: FormField) -> Text:
    kind = _FIELDS[field.kind]
    demanded = Text(zh="必填", en="required") if field.required else Text(zh="选填", en="optional")
    if field.required_when:
        demanded = Text(zh="视情形必填", en="required in some cases")
    every = [Text(zh="缺一不可", en="all of them")] if field.every else []
    choices = [joined(same(choice) for choice in field.choices)] if field.choices else []
    bounds = [
        Text(zh=f"{zh} {bound}", en=f"{en} {bound}")
        for zh, en, bound in (
            ("不小于", "at least", field.at_least),
            ("不大于", "at most", field.at_most),
            ("不超过", "within", field.within),
        )
        if bound is not None
    ]
    rule = [same(field.rule)] if field.rule else []
    return joined([kind, demanded, *every, *choices, *bounds, *rule], "；", "; ")


def scopes_said(law: LawInForce, entry: ScopedSource) -> Iterator[Trait]:
    """To which projects the entry applies, and to which it does not."""
    for name_zh, name_en, scope in (
        ("适用于", "applies to", entry.applies_to),
        ("不适用于", "not for", entry.except_for),
    ):
        if scope:
            yield Trait(name=Text(zh=name_zh, en=name_en), says=_scope(law, scope))


def _scope(law: LawInForce, scope: Scope) -> Text:
    features = law.regulation.features
    parts = [
        *(kind.label for kind in scope.kinds),
        *(title_of(law, "categories", name) for name in scope.categories),
        *(features.get(name, same(name)) for name in scope.features),
        *(title_of(law, "events", name) for name in scope.events),
    ]
    return joined(parts)


_FIELDS: Final = {
    FieldKind.TEXT: Text(zh="文字", en="text"),
    FieldKind.NUMBER: Text(zh="数字", en="number"),
    FieldKind.DATE: Text(zh="日期", en="date"),
    FieldKind.BOOLEAN: Text(zh="是否", en="yes or no"),
    FieldKind.CHOICE: Text(zh="单选", en="choice"),
    FieldKind.CHOICES: Text(zh="多选", en="choices"),
    FieldKind.GROUP: Text(zh="分组", en="group"),
    FieldKind.ROWS: Text(zh="列表", en="rows"),
}
