"""JSON Schema of a form, and of the application file of one procedure with its form: for whoever writes them. Pure.

The schema says what a fault of shape is. Whether a conditional field is needed is said only where the condition stands
beside it, and that one number stays within another not at all; `regulations/forms.py` judges every filled form whole.
"""

from collections.abc import Iterable
from typing import Any

from models.form import FieldKind, Form, FormField, RequiredWhen
from models.procedure import ProcedureApplicationFile
from starter.procedure_offers import Offer

Schema = dict[str, Any]


def schema_of_form(form: Form) -> Schema:
    """The answers of a form, by the ids of its fields. Titles are Chinese, descriptions English."""
    return {"title": form.title.zh, "description": form.title.en, **_group(form.fields)}


def schema_of_procedure(offer: Offer) -> Schema:
    """The application file of one procedure under one regulation: with its form's fields and its parties."""
    schema = ProcedureApplicationFile.model_json_schema()
    properties: Schema = schema["properties"]
    properties["regulation"] = {"const": offer.regulation}
    properties["procedure"] = {"const": offer.procedure}
    properties["parties"] = _parties(offer)
    properties["form"] = schema_of_form(offer.form) if offer.form else {"type": "object", "maxProperties": 0}
    needed = [name for name in ("parties", "form") if properties[name].get("required")]
    if offer.with_department:
        needed.append("department")
    return {
        **schema,
        "title": offer.title.zh,
        "description": offer.title.en,
        "required": [*schema["required"], *needed],
    }


def _parties(offer: Offer) -> Schema:
    codes = {
        name: {"type": "string", "title": title.zh, "description": title.en} for name, title in offer.parties.items()
    }
    return {"type": "object", "properties": codes, "required": list(codes), "additionalProperties": False}


def _group(fields: Iterable[FormField]) -> Schema:
    known = {field.id: field for field in fields}
    schema: Schema = {
        "type": "object",
        "properties": {name: _field(field) for name, field in known.items()},
        "required": [name for name, field in known.items() if field.required and field.required_when is None],
        "additionalProperties": False,
    }
    conditions = [
        {"if": _holds(known[when.field], when), "then": {"required": [name]}}
        for name, field in known.items()
        if (when := field.required_when) and when.field in known
    ]
    return {**schema, "allOf": conditions} if conditions else schema


def _holds(field: FormField, when: RequiredWhen) -> Schema:
    """That the other field has, or contains, one of the values; a boolean stands as `true` or `false` in the law."""
    texts = [when.has] if isinstance(when.has, str) else list(when.has)
    wanted = {"enum": [text == "true" for text in texts] if field.kind is FieldKind.BOOLEAN else texts}
    answer = {"type": "array", "contains": wanted} if field.kind is FieldKind.CHOICES else wanted
    return {"properties": {field.id: answer}, "required": [field.id]}


def _field(field: FormField) -> Schema:
    rule = f" ({field.rule})" if field.rule else ""
    return {"title": field.title.zh, "description": f"{field.title.en}{rule}", **_kind(field)}


def _kind(field: FormField) -> Schema:
    match field.kind:
        case FieldKind.TEXT:
            return {"type": "string", "minLength": 1} if field.required else {"type": "string"}
        case FieldKind.NUMBER:
            return _number(field)
        case FieldKind.DATE:
            return {"type": "string", "format": "date"}
        case FieldKind.BOOLEAN:
            return {"type": "boolean"}
        case FieldKind.CHOICE:
            return {"enum": list(field.choices)}
        case FieldKind.CHOICES:
            return _choices(field)
        case FieldKind.GROUP:
            return _group(field.fields)
        case FieldKind.ROWS:
            return {"type": "array", "items": _group(field.fields), **_filled(field)}


def _number(field: FormField) -> Schema:
    """A number, or its notation as text: an exact amount cannot travel as a binary number. Bounds bind the number only."""
    bounds = {"minimum": field.at_least, "maximum": field.at_most}
    number = {"type": "number", **{name: float(bound) for name, bound in bounds.items() if bound is not None}}
    return {"anyOf": [number, {"type": "string", "pattern": r"^\s*-?[0-9]{1,15}(\.[0-9]{1,6})?\s*$"}]}


def _choices(field: FormField) -> Schema:
    few = {"minItems": len(field.choices)} if field.every else _filled(field)
    return {"type": "array", "items": {"enum": list(field.choices)}, "uniqueItems": True, **few}


def _filled(field: FormField) -> Schema:
    return {"minItems": 1} if field.required and field.required_when is None else {}
