"""What is read off a receipt: whether it is overdue, what is left, when to remind, and why that day."""

from datetime import date, datetime

from hypothesis import given

from models.calendar import CHINA
from models.deadline import Rung, RungKind
from regulations.calendar import explain, is_overdue, remaining_working_days, rung_instants
from tests.regulations.terms import (
    CALENDAR,
    EXTENDED,
    PAUSED,
    RESUMED,
    amounts,
    at,
    computed,
    days,
    fixed,
    moved,
    working_days,
)

LADDER = tuple(Rung(at=at, kind=RungKind.REMINDER) for at in ("half", "T-3", "T-1", "due"))


def test_the_last_minute_of_the_last_day_is_in_time_and_midnight_is_late() -> None:
    result = computed(date(2026, 2, 9), working_days(20))
    assert result.due_at == datetime(2026, 3, 14, tzinfo=CHINA)
    assert not is_overdue(result, datetime(2026, 3, 13, 23, 59, 59, 999999, tzinfo=CHINA))
    assert is_overdue(result, datetime(2026, 3, 14, tzinfo=CHINA))
    assert is_overdue(result, datetime.fromisoformat("2026-03-13T16:00:00+00:00"))


def test_while_the_clock_stands_nothing_is_overdue_and_no_rung_is_told() -> None:
    standing = computed(date(2026, 2, 9), working_days(20), moved(PAUSED, date(2026, 2, 25)))
    assert not is_overdue(standing, at(date(2026, 12, 1)))
    assert rung_instants(standing, LADDER, CALENDAR) == ()


def test_the_remaining_working_days_fall_to_zero_on_the_due_day_and_below_when_late() -> None:
    result = computed(date(2026, 3, 2), working_days(5))
    left = [remaining_working_days(result, at(date(2026, 3, day)), CALENDAR) for day in (2, 6, 8, 9, 10, 11)]
    assert left == [5, 1, 1, 0, -1, -2]


def test_the_rungs_of_ten_working_days_stand_in_the_order_of_time() -> None:
    result = computed(date(2026, 3, 2), working_days(10))
    late = (Rung(at="T+5", kind=RungKind.ESCALATION), Rung(at="due", kind=RungKind.OVERDUE))
    instants = [(r.at, r.kind.value, when.isoformat()) for r, when in rung_instants(result, late + LADDER, CALENDAR)]
    assert instants == [
        ("half", "reminder", "2026-03-09T09:00:00+08:00"),
        ("T-3", "reminder", "2026-03-11T09:00:00+08:00"),
        ("T-1", "reminder", "2026-03-13T09:00:00+08:00"),
        ("due", "reminder", "2026-03-16T09:00:00+08:00"),
        ("due", "overdue", "2026-03-17T00:00:00+08:00"),
        ("T+5", "escalation", "2026-03-23T09:00:00+08:00"),
    ]


def test_rungs_that_a_short_term_has_no_room_for_are_left_out() -> None:
    two_days = rung_instants(computed(date(2026, 3, 2), working_days(2)), LADDER, CALENDAR)
    assert [(rung.at, when.day) for rung, when in two_days] == [("T-1", 3), ("due", 4)]
    one_day = rung_instants(computed(date(2026, 3, 2), working_days(1)), LADDER, CALENDAR)
    assert [rung.at for rung, _ in one_day] == ["due"]
    assert rung_instants(computed(date(2026, 3, 2), working_days(1)), LADDER[:1], CALENDAR) == ()


def test_of_two_reminders_at_one_moment_the_more_exact_one_stays() -> None:
    six_days = rung_instants(computed(date(2026, 3, 2), working_days(6)), LADDER, CALENDAR)
    assert [rung.at for rung, _ in six_days] == ["T-3", "T-1", "due"]


def test_the_ladder_of_a_resumed_clock_does_not_count_the_days_it_stood() -> None:
    clock = moved(PAUSED, date(2026, 3, 5)), moved(RESUMED, date(2026, 3, 18))
    ladder = rung_instants(computed(date(2026, 3, 2), working_days(10), *clock), LADDER, CALENDAR)
    assert [(rung.at, when.day) for rung, when in ladder] == [("half", 20), ("T-3", 24), ("T-1", 26), ("due", 27)]


@given(days, amounts)
def test_no_reminder_comes_on_the_day_of_the_start_or_before(day: date, n: int) -> None:
    ladder = rung_instants(computed(day, working_days(n)), LADDER, CALENDAR)
    assert all(when.date() > day for _, when in ladder)
    assert [when for _, when in ladder] == sorted(when for _, when in ladder)


def test_a_receipt_explains_itself_in_chinese() -> None:
    clock = (
        moved(PAUSED, date(2026, 3, 2)),
        moved(RESUMED, date(2026, 3, 9)),
        moved(EXTENDED, date(2026, 3, 10), working_days=3),
    )
    assert explain(computed(date(2026, 2, 9), working_days(20), *clock)) == [
        "起算：受理申请，2026年2月9日（周一），次日为第一日",
        "期限：20个工作日，依据《某市项目管理办法》第六条",
        f"日历：{CALENDAR.version}，计入工作日23天",
        "不计入：春节9天（2026-02-15至2026-02-23）",
        "不计入：周日3天",
        "不计入：时钟停止7天（2026-03-03至2026-03-09）",
        "不计入：周六2天",
        "调休上班，计入：2026年2月14日（周六）、2026年2月28日（周六）",
        "延期：3个工作日",
        "截止：2026年3月25日（周三）24时",
    ]


def test_a_standing_clock_a_roll_over_and_a_guess_are_said_in_words() -> None:
    standing = explain(computed(date(2026, 3, 2), working_days(10), moved(PAUSED, date(2026, 3, 5))))
    assert standing[-1] == "时钟已停：剩余7个工作日；如于停止当日恢复，截止2026年3月16日（周一）24时"
    late = explain(computed(date(2026, 3, 2), working_days(10), moved(PAUSED, date(2026, 3, 18))))
    assert late[-1].startswith("时钟已停：已逾期2个工作日")
    rolled = explain(computed(date(2026, 12, 1), fixed("01-31")))
    assert "期限：1月31日前（含当日），依据《某市项目管理办法》第六条" in rolled
    assert "顺延：2027年1月31日（周日）为非工作日，顺延至下一工作日" in rolled
    assert "暂定：涉及放假安排尚未公布的年份，公布后重新计算" in rolled
