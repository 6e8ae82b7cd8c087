"""The channels file: who gets letters by which channel, and what is refused in it."""

from pathlib import Path

import pytest

from models.effects import Recipient, RecipientKind
from services.notification.channels import INBOX, Channels, channel_id, load_channels
from services.notification.problems import ConfigurationError, Problem
from services.notification.rendering import Letter

BUREAU = Recipient(kind=RecipientKind.ORGAN, code="jy-data-bureau")
UNIT = Recipient(kind=RecipientKind.UNIT, code="jy-data-bureau")


def loaded(folder: Path, text: str) -> Channels:
    file = folder / "channels.yaml"
    file.write_text(text, "utf-8")
    return load_channels(file)


def test_without_a_file_everybody_has_the_in_box() -> None:
    assert load_channels(None).of(BUREAU) == (INBOX,)


def test_a_recipient_without_an_entry_has_the_default(tmp_path: Path) -> None:
    hook = "json://127.0.0.1:1/hook"
    channels = loaded(tmp_path, f"default: ['{hook}']\nrecipients:\n  'organ:jy-data-bureau': [inbox, '{hook}']\n")
    assert channels.of(BUREAU) == (INBOX, channel_id(hook))
    assert channels.of(UNIT) == (channel_id(hook),)


def test_a_strict_file_refuses_a_recipient_without_an_entry(tmp_path: Path) -> None:
    channels = loaded(tmp_path, "strict: true\nrecipients: {'organ:jy-data-bureau': [inbox]}\n")
    assert channels.of(BUREAU) == (INBOX,)
    with pytest.raises(Problem, match="got 'unit:jy-data-bureau'") as refusal:
        channels.of(UNIT)
    assert (refusal.value.status, refusal.value.type) == (404, "UnknownRecipient")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("defaults: [inbox]", "defaults: Extra inputs are not permitted"),
        ("default: []", "default: Tuple should have at least 1 item"),
        ("default: inbox", "default: Input should be a valid tuple"),
        ("default: [inbox, inbox]", "default: .*must name each channel once"),
        ("default: [pigeon://loft]", "default.0: .*must be 'inbox' or a complete Apprise URL.*'pigeon'"),
        ("strict: maybe", "strict: Input should be a valid boolean"),
        ("recipients: {'bureau:x': [inbox]}", "recipients.bureau:x"),
        ("recipients: {'organ:a b': [inbox]}", "recipients.organ:a b"),
        ("recipients: {'organ:x': [inbox], 'organ:x': [inbox]}", "key 'organ:x' stands twice"),
        ("default: [inbox", "channels.yaml"),
        ("- inbox", r"\(whole file\): "),
    ],
)
def test_a_fault_in_the_file_is_refused_with_its_place_and_rule(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault):
        loaded(tmp_path, text)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.yaml"):
        load_channels(tmp_path / "nowhere.yaml")


def test_a_password_is_shown_neither_in_an_id_nor_in_an_error(tmp_path: Path) -> None:
    assert "s3cret" not in channel_id("mailto://clerk:s3cret@mail.example.org")
    with pytest.raises(ConfigurationError) as refusal:
        loaded(tmp_path, "default: ['pigeon://clerk:s3cret@loft']")
    assert "s3cret" not in str(refusal.value)


def test_channels_of_the_chinese_platforms_are_known(tmp_path: Path) -> None:
    urls = ("dingtalk://abcdefgh", "wecombot://a-b-c", "feishu://token", "mailto://u:p@example.org")
    channels = loaded(tmp_path, f"default: [inbox, {', '.join(repr(u) for u in urls)}]")
    assert len(channels.of(BUREAU)) == 5


def test_a_channel_that_left_the_file_is_a_failure_with_its_reason() -> None:
    reason = load_channels(None).send("mailto-000000000000", Letter("s", "b"), "n-1")
    assert reason == "the channel is no longer in the channels file"
