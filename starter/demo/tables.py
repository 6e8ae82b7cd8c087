"""The account as a reader sees it: lines and tables, in both languages at once."""

from collections.abc import Iterable, Iterator, Sequence

from models.base import Text
from models.finding import Sanction, SanctionEnd, Strength
from models.project import FindingRecord
from starter.commands import marks, views
from starter.demo.account import Account, GateLine, by_state, stage_label
from starter.output import Cell, Part, Table, field

OUTCOME = Text(zh="结果", en="outcome")
DAY = "%Y-%m-%d"


def parts(account: Account) -> tuple[Part, ...]:
    """The whole account."""
    found: list[Part | None] = [
        _headline(account),
        _gates(account),
        _findings(account),
        _conditions(account),
        _sanctions(account),
    ]
    found += [_rectifications(account), _notices(account), *_record(account), *_addresses(account)]
    return tuple(part for part in (*found, *_verdict(account)) if part is not None)


def _headline(account: Account) -> Text:
    outcome = account.outcome.label if account.outcome else Text(zh="尚未办结", en="not closed")
    return Text(
        zh=f"\n═══ {account.title}（{account.project}）：{outcome.zh} ═══\n依据：{account.regulation.zh}",
        en=f"\n═══ {account.title} ({account.project}): {outcome.en} ═══\nlaw: {account.regulation.en}",
    )


def _table(title: Text, columns: Sequence[Cell], rows: Iterable[Sequence[Cell]]) -> Table | None:
    found = list(rows)
    return Table(columns, found, title) if found else None


# ---------------------------------------------------------------- gates


def _gates(account: Account) -> Table | None:
    columns = (views.STAGE, views.GATE, views.ROUND, views.ORGAN, views.ARTICLE, views.DUE, OUTCOME)
    return _table(Text(zh="环节", en="gates"), columns, (_gate(line) for line in account.gates))


def _gate(line: GateLine) -> tuple[Cell, ...]:
    organs, sources, due = "、".join(line.organs), marks.articles(line.citations), marks.due(line.receipt)
    return (stage_label(line.stage), _title(line), line.round, organs, sources, due, line.outcome.label)


def _title(line: GateLine) -> Text:
    """A gate for which the documents give no rule says so wherever it is shown."""
    if not line.neutral:
        return line.title
    return Text(zh=f"{line.title.zh}（办法未作规定）", en=f"{line.title.en} (no rule in the law)")


# ---------------------------------------------------------------- what was found, and what followed


def _findings(account: Account) -> Table | None:
    found, mended = Text(zh="发现于", en="found in"), Text(zh="改正于", en="mended in")
    columns = (views.RULE, Text(zh="强度", en="strength"), Text(zh="问题", en="finding"), found, mended)
    places = {line.review_id: line for line in account.gates}
    rows = [
        (
            r.finding.rule,
            r.finding.strength.label,
            r.finding.message,
            _place(r.found_in, places),
            _mended(r, places),
        )
        for r in account.findings
    ]
    return _table(Text(zh="问题及其改正", en="findings, and how each was mended"), columns, rows)


def _mended(record: FindingRecord, places: dict[str, GateLine]) -> Cell:
    if record.waived:
        return views.WAIVED
    if record.mended_in:
        return _place(record.mended_in, places)
    advice = record.finding.strength is Strength.ENCOURAGED
    return Text(zh="提示，不须改正", en="advice only") if advice else Text(zh="未改正", en="not mended")


def _place(review_id: str, places: dict[str, GateLine]) -> Cell:
    line = places.get(review_id)
    if line is None:
        return review_id
    return Text(zh=f"{line.title.zh} 第 {line.round} 轮", en=f"{line.title.en}, round {line.round}")


def _conditions(account: Account) -> Table | None:
    columns = (views.ORGAN, Text(zh="条件", en="condition"), Text(zh="答复", en="answer"))
    rows = ((account.names.get(c.organ, c.organ), c.text, c.answer) for c in account.conditions)
    return _table(Text(zh="附带条件", en="conditions"), columns, rows)


def _sanctions(account: Account) -> Table | None:
    since, until = Text(zh="自", en="since"), Text(zh="至", en="until")
    columns = (Text(zh="处置", en="sanction"), views.RULE, views.ARTICLE, since, until)
    rows = (
        (s.kind.label, s.rule, marks.articles([s.citation]), views.moment(s.imposed_at), _until(s))
        for s in account.sanctions
    )
    return _table(Text(zh="处置", en="sanctions"), columns, rows)


def _until(sanction: Sanction) -> Cell:
    if sanction.lifted_at:
        when = views.moment(sanction.lifted_at)
        return Text(zh=f"{when} 解除", en=f"lifted {when}")
    if sanction.ends is SanctionEnd.FISCAL_YEAR:
        year = sanction.fiscal_year
        return Text(
            zh=f"{year} 预算年度内有效，年度终了自行失效", en=f"in force during budget year {year}, ends with it"
        )
    return Text(zh="仍然有效", en="still in force")


def _rectifications(account: Account) -> Table | None:
    columns = (views.CODE, Text(zh="通知", en="opened"), Text(zh="办结", en="closed"))
    rows = (
        (r.rectification_id, views.moment(r.opened_at), views.moment(r.closed_at) if r.closed_at else None)
        for r in account.rectifications
    )
    return _table(Text(zh="整改", en="rectifications"), columns, rows)


# ---------------------------------------------------------------- what is on record


def _notices(account: Account) -> Table | None:
    columns = (Text(zh="通知", en="notice"), Text(zh="送达情况", en="delivery"), Text(zh="件数", en="count"))
    rows = ((label, STATES.get(state, state), count) for label, state, count in by_state(account.notices))
    return _table(Text(zh=f"通知 {len(account.notices)} 件", en=f"{len(account.notices)} notices"), columns, rows)


STATES: dict[str, Cell] = {
    "delivered": Text(zh="已送达", en="delivered"),
    "permanent_failure": Text(zh="未送达", en="failed"),
}
"""The delivery states that a notice ends in; one that is under way shows the service's own word."""


def _record(account: Account) -> Iterator[Part | None]:
    kinds = list(account.entries.items())
    zh, en = "、".join(f"{k.label.zh} {n}" for k, n in kinds), ", ".join(f"{k.label.en} {n}" for k, n in kinds)
    yield Text(zh=f"台账 {account.entry_count} 条：{zh}", en=f"{account.entry_count} ledger entries: {en}")
    lines, refused = len(account.played), sum(played.refused for played in account.played)
    yield Text(
        zh=f"命令 {lines} 条，其中依法被拒 {refused} 条", en=f"{lines} commands, {refused} of them rightly refused"
    )
    yield _signatures(account)
    yield field("阶段历史已导出", "histories exported", len(account.histories))
    yield _dossier(account)


def _dossier(account: Account) -> Text | None:
    if account.dossier is None:
        return None
    file, entries, faults = account.dossier.file, account.dossier.entries, len(account.dossier.faults)
    return Text(
        zh=f"卷宗归档：{file}，含台账 {entries} 条，离线核验发现问题 {faults} 处",
        en=f"dossier: {file} with {entries} ledger entries; verified offline, {faults} faults",
    )


def _signatures(account: Account) -> Text | None:
    if not account.signatures:
        return None
    holding = [line for line in account.signatures if line.holds]
    keys, count = len({line.key_id for line in holding}), len(account.signatures)
    return Text(
        zh=f"意见 {count} 件，其中 {len(holding)} 件的签名经台账与登记的 {keys} 把公钥核验无误",
        en=f"{count} decisions; the signatures of {len(holding)} are verified by ledger and {keys} registered keys",
    )


def _addresses(account: Account) -> Iterator[Part | None]:
    where = account.addresses
    yield field("管理页面", "Temporal UI", where.ui)
    yield field("本项目各阶段", "the project's runs", where.search)
    yield field("再次查看", "to look again", f"TONGCHOU_DATA_DIR={where.data_dir} tongchou up")


def _verdict(account: Account) -> list[Part]:
    if account.complete:
        return [Text(zh="✔ 一生完整：各环节通过，问题均已改正，通知全部送达，台账齐全", en="✔ the life is whole")]
    lines = [Text(zh=f"  · {text.zh}", en=f"  · {text.en}") for text in account.missing]
    return [Text(zh="✘ 一生不完整，缺：", en="✘ the life is not whole; it lacks:"), *lines]
