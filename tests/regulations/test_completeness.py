"""What a gate reports as missing, down to the field of a form."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.application import Material
from models.finding import Finding, Strength
from models.form import DocumentRequirement, FieldKind, Form, FormField, RequiredWhen
from regulations import completeness, forms
from tests.regulations.plans import CITATION, DIGEST, application, gate, only_gate, plan, text


def field(field_id: str, title: str, kind: FieldKind = FieldKind.TEXT, **more: Any) -> FormField:
    return FormField(id=field_id, title=text(title), kind=kind, **more)


MODES = ("无条件共享", "有条件共享", "不予共享")
FORM = Form(
    id="annex-3",
    title=text("附件3"),
    citation=CITATION.model_copy(update={"rule": "JY-51"}),
    fields=(
        field("leader", "项目负责人", FieldKind.GROUP, fields=(field("name", "姓名"), field("phone", "电话"))),
        field("budget", "预算投资", FieldKind.NUMBER),
        field("starts_on", "开始日期", FieldKind.DATE),
        field("is_true", "承诺属实", FieldKind.BOOLEAN),
        field("capabilities", "共性能力", FieldKind.CHOICES, choices=("视频", "OCR", "其他"), required=False),
        field("other", "能力名称", required_when=RequiredWhen(field="capabilities", has="其他")),
        field(
            "resources",
            "信息资源",
            FieldKind.ROWS,
            fields=(field("name", "名称"), field("mode", "拟共享方式", FieldKind.CHOICE, choices=MODES, rule="JY-52")),
        ),
        field("note", "备注", required=False),
    ),
)
FILLED: dict[str, Any] = {
    "leader": {"name": "周工", "phone": "0510-0000"},
    "budget": "320.00",
    "starts_on": "2026-05-01",
    "is_true": False,
    "resources": [{"name": "水位", "mode": "无条件共享"}],
}


def faults(**changed: Any) -> tuple[Finding, ...]:
    of = plan(forms=(FORM,))
    return completeness.missing(only_gate(of), of, application(forms={"annex-3": {**FILLED, **changed}}), ())


def test_a_form_that_is_filled_in_has_no_fault() -> None:
    assert faults() == ()


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"leader": None}, "项目负责人"),
        ({"leader": "周工"}, "项目负责人"),
        ({"leader": {"name": "周工", "phone": "　 "}}, "项目负责人.电话"),
        ({"leader": {"name": 7, "phone": "1"}}, "项目负责人.姓名"),
        ({"budget": "三百万"}, "预算投资"),
        ({"budget": True}, "预算投资"),
        ({"budget": float("inf")}, "预算投资"),
        ({"budget": float("nan")}, "预算投资"),
        ({"budget": 10**400}, "预算投资"),
        ({"starts_on": "2026-02-30"}, "开始日期"),
        ({"starts_on": "20260501"}, "开始日期"),
        ({"starts_on": datetime(2026, 5, 1, tzinfo=UTC)}, "开始日期"),
        ({"is_true": "是"}, "承诺属实"),
        ({"capabilities": ["人脸"]}, "共性能力"),
        ({"capabilities": "视频"}, "共性能力"),
        ({"capabilities": ["视频", "视频"]}, "共性能力"),
        ({"capabilities": [{}]}, "共性能力"),
        ({"capabilities": ["视频", "其他"]}, "能力名称"),
        ({"resources": []}, "信息资源"),
        ({"resources": {"name": "水位"}}, "信息资源"),
        ({"resources": [FILLED["resources"][0], "水位"]}, "信息资源[2]"),
        ({"resources": [FILLED["resources"][0], {"name": "泵站"}]}, "信息资源[2].拟共享方式"),
        ({"resources": [{"name": "水位", "mode": "共享"}]}, "信息资源[1].拟共享方式"),
        ({"resources": [{"name": "水位", "mode": ["不予共享"]}]}, "信息资源[1].拟共享方式"),
        ({"resources": [{**FILLED["resources"][0], "extra": 1}]}, "信息资源[1].extra"),
        ({"remark": "？"}, "remark"),
        ({"resources": [FILLED["resources"][0]] * (forms.MAX_ROWS + 1)}, "信息资源"),
    ],
)
def test_each_fault_of_a_field_is_a_finding_with_its_path(changed: dict[str, Any], path: str) -> None:
    (only,) = faults(**changed)
    assert only.subject == f"附件3 {path}"
    assert only.strength is Strength.MANDATORY and only.message.zh.startswith(only.subject)


@pytest.mark.parametrize(
    "changed",
    [
        {"budget": 320},
        {"budget": 320.5},
        {"starts_on": date(2026, 5, 1)},
        {"capabilities": ["视频", "OCR"], "note": "  "},
        {"capabilities": ["其他"], "other": "人脸识别"},
        {"other": "可以先写"},
    ],
)
def test_these_values_are_taken(changed: dict[str, Any]) -> None:
    assert faults(**changed) == ()


def test_a_fault_is_named_after_the_rule_of_its_field_or_of_the_form() -> None:
    result = faults(budget=None, resources=[{"name": "", "mode": "共享"}])
    assert [f.rule for f in result] == ["JY-51", "JY-51", "JY-52"]


def test_a_condition_may_refer_to_a_field_outside_the_row_and_to_a_boolean() -> None:
    inner = field("seal", "盖章", required_when=RequiredWhen(field="agreed", has="true"))
    form = Form(
        id="f",
        title=text("表"),
        citation=CITATION,
        fields=(field("agreed", "同意", FieldKind.BOOLEAN), field("rows", "行", FieldKind.ROWS, fields=(inner,))),
    )
    assert [f.path.zh for f in forms.faults(form, {"agreed": True, "rows": [{"x": 1}]})] == ["行[1].盖章", "行[1].x"]
    assert [f.path.zh for f in forms.faults(form, {"agreed": False, "rows": [{"x": 1}]})] == ["行[1].x"]


@pytest.mark.parametrize(
    "value", ["字" * (forms.MAX_CHARACTERS + 1), [[[[[[["深"]]]]]]], {"k" * (forms.MAX_CHARACTERS + 1): 1}]
)
def test_a_form_that_is_too_large_or_too_deep_has_that_one_fault(value: Any) -> None:
    (only,) = faults(note=value, budget=None)
    assert only.subject == "附件3" and "过大" in only.message.zh and len(only.message.zh) < 100


def test_fields_that_the_form_does_not_have_are_reported_in_one_order() -> None:
    assert [f.subject for f in faults(zeta=1, alpha=1)] == ["附件3 alpha", "附件3 zeta"]


def test_a_form_reports_a_limited_number_of_faults() -> None:
    result = faults(resources=[{}] * 20 + [{"name": 1, "mode": 1}] * 40)
    assert len(result) == forms.MAX_FAULTS + 1
    assert result[-1].subject == "附件3"


@pytest.mark.parametrize("filled", [{}, {"annex-3": {}}, {"annex-2": FILLED}])
def test_a_form_that_is_not_filled_in_is_one_fault(filled: dict[str, Any]) -> None:
    of = plan(forms=(FORM,))
    (only,) = completeness.missing(only_gate(of), of, application(forms=filled), ())
    assert (only.check, only.subject, only.rule) == ("form.annex-3", "附件3", "JY-51")


# ---------------------------------------------------------------- documents


def material(kind: str, size: int = 9) -> Material:
    return Material(kind=kind, name="文件.pdf", sha256=DIGEST, size=size)


def test_documents_that_are_not_handed_in_come_before_forms() -> None:
    gap = CITATION.model_copy(update={"rule": None, "default": True, "gap": "A21"})
    required = (
        DocumentRequirement(kind="scheme", title=text("项目方案"), citation=CITATION),
        DocumentRequirement(kind="budget", title=text("概算书"), citation=gap),
        DocumentRequirement(kind="opinion", title=text("主管部门意见"), citation=CITATION),
    )
    at = gate(documents=required, forms=("annex-3",))
    result = completeness.missing(at, plan(forms=(FORM,)), application(), (material("scheme"), material("budget", 0)))
    assert [(f.check, f.rule) for f in result] == [
        ("document.budget", "A21"),
        ("document.opinion", "JY-00"),
        ("form.annex-3", "JY-51"),
    ]
    assert "概算书" in result[0].message.zh


def test_a_gate_that_demands_nothing_misses_nothing() -> None:
    assert completeness.missing(gate(), plan(), application(), ()) == ()


# ---------------------------------------------------------------- whatever a unit may write

words = st.sampled_from(["", " ", "name", "mode", "其他", "2026-05-01", "7"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([f.id for f in FORM.fields]), anything))
def test_no_content_of_a_form_breaks_the_judgement(values: dict[str, Any]) -> None:
    first = forms.faults(FORM, values)
    assert first == forms.faults(FORM, dict(reversed(values.items())))
    assert len(first) <= forms.MAX_FAULTS + 1
    assert "leader" in values or "项目负责人" in [f.path.zh for f in first]
