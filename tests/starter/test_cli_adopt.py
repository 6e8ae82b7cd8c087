"""改用新规 by the command: what it changes is seen before it is sent, and what cannot be is refused with the reason."""

from pathlib import Path

from tests.starter.tongchou import Tongchou

ORDER = ("--organ", "jy-data-bureau", "--officer", "xu.ming", "--reason", "新办法施行")


def test_what_a_later_law_changes_is_shown_before_it_is_ordered(installation: Tongchou, tmp_path: Path) -> None:
    installation.start("CLI-ADOPT", tmp_path)
    shown = installation.document("adopt", "CLI-ADOPT", "--show")
    assert (shown["changes"], shown["against"]) == ([], [])
    assert shown["before"] == shown["after"], "the law is the one of its filing, which was today"

    answer = installation("adopt", "CLI-ADOPT", *ORDER, "--lang", "en")
    assert answer.code != 0 and "must be later than" in answer.stderr
    assert "--reason" in installation("adopt", "CLI-ADOPT", *ORDER[:4], "--lang", "en").stderr
    early = installation("adopt", "CLI-ADOPT", "--show", "--as-of", "2001-01-01", "--lang", "en")
    assert early.code != 0 and "no version is in force on this day" in early.stderr


def test_an_order_without_its_reason_is_bad_input_before_any_server_is_asked(tongchou: Tongchou) -> None:
    told = tongchou("adopt", "CLI-ADOPT", *ORDER[:4])
    assert (told.code, "--reason" in told.stderr) == (2, True)
