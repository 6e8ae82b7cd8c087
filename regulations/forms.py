"""A filled form, held against the form of the regulation: each fault with its path, such as 信息资源[2].拟共享方式.

Pure. What a unit writes into a form is free JSON, so nothing in it is trusted: its size and depth are measured first, a
fault never repeats what it found, and a form reports a limited number of faults.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any

from models.base import Text
from models.form import FieldKind, Form, FormField

MAX_CHARACTERS = 50_000
"""Of all keys and texts of one form; a project's file has to stay under 200 KB."""
MAX_DEPTH = 6
MAX_ROWS = 500
MAX_FAULTS = 50
MAX_NUMBER = 10**15

Values = Mapping[str, Any]

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_EMPTY: tuple[Any, ...] = (None, "", [], (), {})


@dataclass(frozen=True)
class Fault:
    """One fault in one field. `path` is empty for a fault of the whole form; `rule` is the field's own rule, if any."""

    path: Text
    rule: str | None
    message: Text


@dataclass(frozen=True)
class _Scope:
    """Where a field stands: the path before it, and the values that `required_when` may refer to."""

    path: Text
    values: Values

    def at(self, title: Text) -> Text:
        return Text(zh=f"{self.path.zh}{title.zh}", en=f"{self.path.en}{title.en}")


def faults(form: Form, values: Values) -> tuple[Fault, ...]:
    """The faults of a filled form, in the order of its fields; fields that the form does not have come last in a group.

    A form that is too large or nested too deep has that one fault. Beyond `MAX_FAULTS` the rest is left unsaid.
    """
    whole = Text(zh="", en="")
    if _weight(values) > MAX_CHARACTERS:
        zh = f"内容过大或嵌套过深（上限 {MAX_CHARACTERS} 字、{MAX_DEPTH} 层）"
        en = f"too large or nested too deep (limit: {MAX_CHARACTERS} characters, {MAX_DEPTH} levels)"
        return (Fault(whole, None, Text(zh=zh, en=en)),)
    found = list(islice(_group(form.fields, values, _Scope(whole, values), None), MAX_FAULTS + 1))
    if len(found) <= MAX_FAULTS:
        return tuple(found)
    more = Text(zh=f"问题超过 {MAX_FAULTS} 处，其余未列出", en=f"more than {MAX_FAULTS} faults; the rest is not listed")
    return (*found[:MAX_FAULTS], Fault(whole, None, more))


def _group(fields: tuple[FormField, ...], values: Values, scope: _Scope, rule: str | None) -> Iterator[Fault]:
    inner = _Scope(scope.path, {**scope.values, **{field.id: values.get(field.id) for field in fields}})
    yield from chain.from_iterable(_field(field, values.get(field.id), inner, rule) for field in fields)
    known = [field.id for field in fields]
    for key in sorted(str(key) for key in values if key not in known):
        short = key[:40]
        unknown = Text(zh="表单没有这一栏", en="the form has no such field")
        yield Fault(inner.at(Text(zh=short, en=short)), rule, unknown)


def _field(field: FormField, value: Any, scope: _Scope, rule: str | None) -> Iterable[Fault]:
    rule = field.rule or rule
    path = scope.at(field.title)
    if _is_empty(value):
        unfilled = Text(zh="没有填写", en="is not filled in")
        return [Fault(path, rule, unfilled)] if _is_required(field, scope.values) else []
    if field.kind is FieldKind.GROUP:
        return _inside(field, value, path, scope, rule)
    if field.kind is FieldKind.ROWS:
        return _rows(field, value, path, scope, rule)
    message = _VALUE_RULES[field.kind](field, value) or _beyond(field, value, scope.values)
    return [Fault(path, rule, message)] if message else []


def _inside(field: FormField, value: Any, path: Text, scope: _Scope, rule: str | None) -> Iterable[Fault]:
    if not isinstance(value, Mapping):
        return [Fault(path, rule, Text(zh="应逐栏填写", en="must be a group of fields"))]
    below = Text(zh=f"{path.zh}.", en=f"{path.en}.")
    return _group(field.fields, value, _Scope(below, scope.values), rule)


def _rows(field: FormField, value: Any, path: Text, scope: _Scope, rule: str | None) -> Iterable[Fault]:
    if not isinstance(value, list | tuple):
        return [Fault(path, rule, Text(zh="应逐行填写", en="must be a list of rows"))]
    if len(value) > MAX_ROWS:
        zh, en = f"{len(value)} 行，上限 {MAX_ROWS} 行", f"has {len(value)} rows; the limit is {MAX_ROWS}"
        return [Fault(path, rule, Text(zh=zh, en=en))]
    numbered = ((Text(zh=f"{path.zh}[{n}]", en=f"{path.en}[{n}]"), row) for n, row in enumerate(value, start=1))
    return chain.from_iterable(_inside(field, row, at, scope, rule) for at, row in numbered)


def _is_required(field: FormField, values: Values) -> bool:
    """A field with a condition is required exactly when the condition holds, whatever `required` says."""
    if field.required_when is None:
        return field.required
    value, has = values.get(field.required_when.field), field.required_when.has
    wanted = (has,) if isinstance(has, str) else has
    return any(option in wanted for option in answers(value))


def answers(value: Any) -> tuple[str, ...]:
    """What was answered, as texts: each of several choices, `true` or `false` for a boolean; none for an empty field."""
    options = value if isinstance(value, list | tuple) else (value,)
    return tuple(str(o).lower() if isinstance(o, bool) else str(o).strip() for o in options if not _is_empty(o))


def _is_empty(value: Any) -> bool:
    return value in _EMPTY or (isinstance(value, str) and not value.strip())


def _weight(value: Any, depth: int = 0) -> int:
    """The characters in a value, a plain value counting as one at least; over the limit where it is nested too deep."""
    if depth > MAX_DEPTH:
        return MAX_CHARACTERS + 1
    if isinstance(value, Mapping):
        return sum(len(str(key)) + _weight(item, depth + 1) for key, item in value.items())
    if isinstance(value, list | tuple):
        return 1 + sum(_weight(item, depth + 1) for item in value)
    return max(1, len(value)) if isinstance(value, str) else 1


def _beyond(field: FormField, value: Any, values: Values) -> Text | None:
    """What is wrong with a number that lies out of its bounds, or above the other number that it has to stay within."""
    if field.kind is not FieldKind.NUMBER:
        return None
    number = _decimal(value)
    if field.at_least is not None and number < field.at_least:
        return Text(zh=f"不得小于 {field.at_least}", en=f"must be at least {field.at_least}")
    if field.at_most is not None and number > field.at_most:
        return Text(zh=f"不得大于 {field.at_most}", en=f"must be at most {field.at_most}")
    other = values.get(field.within) if field.within else None
    if field.within and not _is_empty(other) and _number(field, other) is None and number > _decimal(other):
        return Text(zh=f"不得超过 {field.within}", en=f"must not exceed {field.within}")
    return None


def _decimal(value: Any) -> Decimal:
    """The exact number that was written: a float as it reads, not as it is stored."""
    return Decimal(str(value).strip())


# ---------------------------------------------------------------- what a plain value must be


def _text(field: FormField, value: Any) -> Text | None:
    return None if isinstance(value, str) else Text(zh="应为文字", en="must be text")


def _number(field: FormField, value: Any) -> Text | None:
    """A number below 10^15, or its plain decimal notation as text: an exact amount cannot travel as a float."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < MAX_NUMBER
    is_notation = isinstance(value, str) and _NUMBER.fullmatch(value.strip())
    return None if is_number or is_notation else Text(zh="应为数字", en="must be a number")


def _date(field: FormField, value: Any) -> Text | None:
    is_date = isinstance(value, date) and not isinstance(value, datetime)
    return (
        None if is_date or _is_iso_date(value) else Text(zh="应为日期，如 2026-01-31", en="must be a date: 2026-01-31")
    )


def _is_iso_date(value: Any) -> bool:
    # fromisoformat alone would also take 20260131 and 2026-W05-6.
    if not (isinstance(value, str) and _DATE.fullmatch(value)):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _boolean(field: FormField, value: Any) -> Text | None:
    return None if isinstance(value, bool) else Text(zh="应为是或否", en="must be true or false")


def _choice(field: FormField, value: Any) -> Text | None:
    listed = "、".join(field.choices)
    return None if value in field.choices else Text(zh=f"应为下列之一：{listed}", en=f"must be one of: {listed}")


def _choices(field: FormField, value: Any) -> Text | None:
    is_list = isinstance(value, list | tuple)
    if is_list and all(option in field.choices for option in value) and len(set(value)) == len(value):
        left_out = [choice for choice in field.choices if choice not in value] if field.every else []
        listed = "、".join(left_out)
        return Text(zh=f"缺少：{listed}", en=f"lacks: {listed}") if left_out else None
    listed = "、".join(field.choices)
    return Text(zh=f"应从下列各项中选择，不得重复：{listed}", en=f"must be a list out of these, each once: {listed}")


_VALUE_RULES: dict[FieldKind, Callable[[FormField, Any], Text | None]] = {
    FieldKind.TEXT: _text,
    FieldKind.NUMBER: _number,
    FieldKind.DATE: _date,
    FieldKind.BOOLEAN: _boolean,
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choices,
}
