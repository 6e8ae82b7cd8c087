"""送达渠道: which channels a recipient has, and how a letter is handed to one.

The file is YAML:

    default: [inbox]
    strict: false                  # true: a recipient without an entry is refused
    recipients:
      "organ:jy-data-bureau": [inbox, "mailto://…"]

`inbox` is the database of this service. Everything else is an Apprise URL (mail, DingTalk, WeCom, Feishu, webhook …).
A URL may hold a password, so it never leaves this module: outside it a channel goes by an id, `mailto-3f2a9c0d1e5b`.
"""

import hashlib
import logging
from collections import Counter
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Any

import yaml
from apprise import Apprise, NotifyFormat
from pydantic import AfterValidator, Field, ValidationError
from yaml.nodes import MappingNode, ScalarNode

from models.base import MAX_FAULTS, Input, field_of, more
from models.effects import Recipient
from models.limits import LIBRARY_FILE_BYTES
from services.notification.problems import ConfigurationError, Problem
from services.notification.rendering import Letter

INBOX = "inbox"

# Sends run at the same time. Apprise may hand one to a thread of its own, but takes the context along.
_complaints: ContextVar[list[str] | None] = ContextVar("complaints", default=None)


def _usable(channel: str) -> str:
    if channel != INBOX and Apprise.instantiate(channel) is None:
        scheme = channel.partition("://")[0][:20]
        raise ValueError(f"must be {INBOX!r} or a complete Apprise URL (one that begins with {scheme!r} is neither)")
    return channel


def _distinct(channels: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(channels)) < len(channels):
        raise ValueError("must name each channel once")
    return channels


ChannelUrl = Annotated[str, AfterValidator(_usable)]
ChannelList = Annotated[tuple[ChannelUrl, ...], Field(min_length=1), AfterValidator(_distinct)]
RecipientKey = Annotated[str, Field(pattern=r"^(organ|unit|department|admin):[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class ChannelsFile(Input):
    """What the file may say."""

    default: ChannelList = (INBOX,)
    strict: bool = False
    recipients: dict[RecipientKey, ChannelList] = Field(default_factory=dict)


class Channels:
    """The channels of every recipient."""

    def __init__(self, file: ChannelsFile) -> None:
        self._file = file
        lists = (file.default, *file.recipients.values())
        self._urls = {channel_id(url): url for channels in lists for url in channels}

    def of(self, recipient: Recipient) -> tuple[str, ...]:
        """The ids of the recipient's channels. Raises `Problem` 404 `UnknownRecipient` where the file is strict."""
        key = f"{recipient.kind}:{recipient.code}"
        if self._file.strict and key not in self._file.recipients:
            raise Problem(404, "UnknownRecipient", f"recipient: must have an entry in the channels file (got {key!r})")
        return tuple(channel_id(url) for url in self._file.recipients.get(key, self._file.default))

    def send(self, channel: str, letter: Letter, notice_id: str) -> str | None:
        """Hand the letter to the channel; it may take some seconds. None where the channel took it, else the reason.

        Mail and webhooks carry the header `X-Notice-Id`, by which a reader knows a second copy.
        """
        url = self._urls.get(channel)
        if url is None:
            return "the channel is no longer in the channels file"
        return _hand_over(url, letter, notice_id)


def load_channels(path: Path | None) -> Channels:
    """Read and check the channels file; without a path every recipient has the in-box.

    Raises `ConfigurationError` naming file, field and rule. A URL's value is not shown, since it may hold a password.
    """
    if path is None:
        return Channels(ChannelsFile())
    try:
        if (size := path.stat().st_size) > LIBRARY_FILE_BYTES:
            raise ConfigurationError(f"{path}: must not be larger than {LIBRARY_FILE_BYTES} bytes (got {size})")
        return Channels(ChannelsFile.model_validate(yaml.load(path.read_text("utf-8"), _UniqueKeys) or {}))
    except ValidationError as error:
        found = error.errors()
        faults = [f"{field_of(e['loc'] or ['(whole file)'])}: {e['msg']}" for e in found[:MAX_FAULTS]]
        raise ConfigurationError(f"{path}: " + "; ".join([*faults, *more(len(found))])) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path}: {error}") from error
    # What PyYAML raises where a text is not the number or the day that it looks like, and where lists lie in lists.
    except (ValueError, KeyError, AttributeError, RecursionError) as error:
        raise ConfigurationError(f"{path}: must be plain YAML: {error}") from error


def channel_id(url: str) -> str:
    """A name for the channel that gives nothing away: its kind, and a digest of its URL."""
    if url == INBOX:
        return INBOX
    return f"{url.partition('://')[0].lower()}-{hashlib.sha256(url.encode()).hexdigest()[:12]}"


def _hand_over(url: str, letter: Letter, notice_id: str) -> str | None:
    plugin = Apprise.instantiate(url)
    assert plugin is not None, "load_channels has checked every URL"
    if isinstance(headers := getattr(plugin, "headers", None), dict):
        headers["X-Notice-Id"] = notice_id
    apprise = Apprise()
    apprise.add(plugin)
    lines: list[str] = []
    token = _complaints.set(lines)
    try:
        took_it = apprise.notify(title=letter.subject, body=letter.body, body_format=NotifyFormat.TEXT)
    finally:
        _complaints.reset(token)
    return None if took_it else "; ".join(lines)[:500] or "the channel refused the message"


class _Complaints(logging.Handler):
    """Keeps what Apprise logs during a send: the only place where it says why one failed."""

    def emit(self, record: logging.LogRecord) -> None:
        lines = _complaints.get()
        if lines is not None:
            lines.append(record.getMessage())


# Apprise logs addresses, which are personal data: its lines are kept with the message, out of the log of the process.
_APPRISE = logging.getLogger("apprise")
_APPRISE.setLevel(logging.WARNING)
_APPRISE.addHandler(_Complaints())
_APPRISE.propagate = False


class _UniqueKeys(yaml.SafeLoader):
    """YAML in which a key that stands twice is an error; the standard loader silently keeps the last."""

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = Counter(key.value for key, _ in node.value if isinstance(key, ScalarNode))
        for key, count in keys.items():
            if count > 1:
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} stands twice", node.start_mark)
        return super().construct_mapping(node, deep)
