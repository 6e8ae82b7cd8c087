"""Which law binds this application? Answered once, on the day of filing: a plan, or all reasons against it. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from models.application import Application, Feature
from models.base import Text
from models.check import RequiresDeclaration
from models.citation import Citation
from models.plan import Gate, Plan
from regulations.plan_builder import LawInForce, build
from regulations.schema import Regulation, RouteSource
from regulations.scope import applies


class NotAdmitted(Exception):
    """The application cannot be judged. `reasons` name field, value and rule, in the two languages."""

    def __init__(self, reasons: Sequence[Text]) -> None:
        super().__init__("; ".join(reason.en for reason in reasons))
        self.reasons = tuple(reasons)


def resolve(
    regulation: Regulation,
    application: Application,
    filed_on: date,
    officers: Mapping[str, int],
    version: str | None = None,
) -> Plan:
    """The plan that binds an application filed on that day (Asia/Shanghai).

    `officers` is how many officers each organ has on the day; a majority counts its seats from it. `version` is the
    SHA-256 of the regulation's text (None: as it was loaded). Raises NotAdmitted where the regulation is another one, has
    no routes or is not in force, the funding or the kind of a feature is unknown, a feature, a collection or a form
    stands twice or is unknown, or an organ that has to decide has no officer.
    """
    _require(_not_this_law(regulation, application, filed_on))
    law = LawInForce(regulation, filed_on, officers)
    route = _route(law, application)
    if route is None:
        raise NotAdmitted([_no_route(law, application)])
    plan = build(law, *route, regulation.version if version is None else version)
    _require([*_faults(law, plan, application), *_vacant(law, plan, application)])
    return plan


def _require(reasons: Iterable[Text]) -> None:
    if found := list(reasons):
        raise NotAdmitted(found)


def reason(field: str, value: object, zh: str, en: str, source: Citation) -> Text:
    """Why an application is not admitted: the field, what stands in it, what is wrong with it, and on which rule."""
    rule = source.rule or source.gap or source.instrument
    return Text(
        zh=f"{field}（{value}）：{zh}。依据：{source}",
        en=f"{field}: {en} (got {value!s}; rule {rule}, {source.article})",
    )


# ---------------------------------------------------------------- which law, which route


def _not_this_law(regulation: Regulation, application: Application, filed_on: date) -> Iterator[Text]:
    if application.regulation != regulation.id:
        source = LawInForce(regulation, filed_on).citation(regulation.validity)
        zh, en = f"本办法代码为 {regulation.id}", f"this is the regulation {regulation.id}"
        yield reason("regulation", application.regulation, zh, en, source)
    yield from not_open(regulation, filed_on)


def not_open(regulation: Regulation, filed_on: date) -> Iterator[Text]:
    """Why nothing at all can be filed under the regulation on that day (Asia/Shanghai); nothing where it can."""
    validity = regulation.validity
    source = LawInForce(regulation, filed_on).citation(validity)
    if not regulation.is_for_filing:
        zh, en = (
            "本规定只叠加适用于其他办法，不受理申报",
            "it lies over other regulations, and nothing is filed under it",
        )
        yield reason("regulation", regulation.id, zh, en, source)
    if not validity.admits(filed_on):
        zh = f"申报日期不在办法施行期内（{validity.from_} 至 {validity.until or '今'}）"
        en = f"no version is in force on this day ({validity.from_} to {validity.until or 'now'})"
        yield reason("filed_on", filed_on, zh, en, source)


def _route(law: LawInForce, application: Application) -> tuple[str, RouteSource] | None:
    routes = law.entries(law.regulation.routes)
    return next(((key, route) for key, route in routes if _fits(route, application)), None)


def _fits(route: RouteSource, application: Application) -> bool:
    limit = route.investment_up_to
    of_its_kind = not route.categories or not set(route.categories).isdisjoint(application.categories)
    return application.funding in route.funding and of_its_kind and (limit is None or application.investment <= limit)


def _no_route(law: LawInForce, application: Application) -> Text:
    """Why no route takes the application: its category or its investment, where a route takes at least its funding."""
    routes = [route for _, route in law.entries(law.regulation.routes) if application.funding in route.funding]
    over = [r for r in routes if not r.categories or not set(r.categories).isdisjoint(application.categories)]
    if over:
        limit = over[-1].investment_up_to
        zh, en = f"超过办理路径的限额 {limit} 元", f"over the limit of the route {over[-1].title.en}, {limit} yuan"
        return reason("investment", application.investment, zh, en, law.citation(over[-1]))
    if routes:
        wanted = list(dict.fromkeys(category for route in routes for category in route.categories))
        zh, en = f"须为下列类别之一：{'、'.join(wanted)}", f"must be one of: {', '.join(wanted)}"
        given = "、".join(application.categories) or "—"
        return reason("categories", given, zh, en, law.citation(routes[0]))
    known = dict(law.entries(law.regulation.funding))
    kinds = "、".join(f"{key} {entry.title.zh}" for key, entry in known.items())
    source = law.citation(known.get(application.funding) or next(iter(known.values()), law.regulation.validity))
    en = f"no route takes this funding; known kinds of funding: {', '.join(known)}"
    return reason("funding", application.funding, f"没有适用的办理路径；资金来源须为：{kinds}", en, source)


# ---------------------------------------------------------------- what is filed


def _faults(law: LawInForce, plan: Plan, application: Application) -> Iterator[Text]:
    source = law.citation(law.regulation.validity)
    yield from _feature_faults(law, plan, application.features, source)
    categories = {category.id: category.title.zh for category in plan.categories}
    for category in application.categories:
        if category not in categories:
            yield _unknown("categories", category, categories, source)
    yield from _doubles("categories", application.categories, source)
    yield from _doubles("features", [f"{f.kind} {f.name}" for f in application.features], source)
    yield from _doubles("collects", [c.resource for c in application.collects], source)
    for collection in application.collects:
        yield from _doubles(f"collects.{collection.resource}.fields", collection.fields, source)
    yield from _doubles("contributes", [c.capability for c in application.contributes], source)
    forms = {form.id: form.title.zh for form in plan.forms}
    for form_id in application.forms:
        if form_id not in forms:
            yield _unknown("forms", form_id, forms, source)


def _feature_faults(law: LawInForce, plan: Plan, features: Sequence[Feature], source: Citation) -> Iterator[Text]:
    kinds = {kind.id: kind.title.zh for kind in plan.features}
    declarations = _declarations(law)
    for index, feature in enumerate(features):
        if feature.kind not in kinds:
            yield _unknown(f"features.{index}.kind", feature.kind, kinds, source)
        for declared in feature.declares:
            if declared not in declarations:
                yield _unknown(f"features.{index}.declares", declared, declarations, source)
        yield from _doubles(f"features.{index}.items", feature.items, source)


def _declarations(law: LawInForce) -> dict[str, str]:
    checks = (law.check(check_id) for check_id, _ in law.entries(law.regulation.checks))
    return {check.declaration: check.title.zh for check in checks if isinstance(check, RequiresDeclaration)}


def _unknown(field: str, value: str, known: Mapping[str, str], source: Citation) -> Text:
    titles = "、".join(f"{key} {title}" for key, title in known.items())
    return reason(field, value, f"办法没有这一项；可用：{titles}", f"unknown; known: {', '.join(known)}", source)


def _doubles(field: str, values: Iterable[str], source: Citation) -> Iterator[Text]:
    for value, count in Counter(values).items():
        if count > 1:
            yield reason(field, value, f"重复填报 {count} 次", f"stands {count} times", source)


# ---------------------------------------------------------------- who decides


def _vacant(law: LawInForce, plan: Plan, application: Application) -> Iterator[Text]:
    """Organs that decide or verify on this route and have nobody to sign for them."""
    for organ_id in _deciding(plan, application):
        organ = plan.organ(organ_id)
        if organ.officers == 0:
            source = law.citation(law.needed("organs", organ_id))
            zh, en = f"{organ.name.zh}在申报日没有在任经办人", f"the organ {organ.name.en} has no officer on this day"
            yield reason("organs", organ_id, zh, en, source)


def _deciding(plan: Plan, application: Application) -> list[str]:
    """Whoever decides in a gate that this project may come to, whatever will be reported of it."""
    whatever = [event.id for event in plan.events]
    gates = [gate for stage in plan.stages for gate in stage.gates if _may_come(gate, application, whatever)]
    named = [gate.organs for gate in gates] + [order.verified_by for order in plan.rectification_rules()]
    return list(dict.fromkeys(organ for organs in named for organ in organs))


def _may_come(gate: Gate, application: Application, events: list[str]) -> bool:
    return applies(gate, application, events) or applies(gate, application)
