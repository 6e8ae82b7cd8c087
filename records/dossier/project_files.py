"""The project's file as its histories hold it: each stage begins with it, and gives it away at its end."""

import json
from base64 import b64decode
from collections.abc import Mapping
from operator import itemgetter
from typing import Any

from models.plan import StageName
from models.project import ProjectFile

_STAGES = frozenset(StageName)

_ENDS = {
    "workflowExecutionCompletedEventAttributes": "result",
    "workflowExecutionContinuedAsNewEventAttributes": "input",
}
"""The events in which a stage gives its file away, and where it stands in them."""


def project_file(histories: Mapping[str, bytes]) -> tuple[ProjectFile | None, ProjectFile | None]:
    """The project's file as it was filed, and as it is now, out of the histories of its stages; None where there is none."""
    stages = []
    for history in histories.values():
        events = json.loads(history)["events"]
        if files := _files_of(events):
            stages.append((events[0]["eventTime"], files))
    if not stages:
        return None, None
    first, last = min(stages, key=itemgetter(0))[1][0], max(stages, key=itemgetter(0))[1][-1]
    return (first if first.plan is None else None), last


def _files_of(events: list[dict[str, Any]]) -> tuple[ProjectFile, ...]:
    """The file with which a stage began, and the one with which it ended; nothing for the histories of other workflows."""
    began = events[0]["workflowExecutionStartedEventAttributes"]
    if began["workflowType"]["name"] not in _STAGES:
        return ()
    ended = (events[-1][event].get(field) for event, field in _ENDS.items() if event in events[-1])
    return tuple(_read(payloads) for payloads in (began["input"], *ended))


def _read(payloads: dict[str, Any]) -> ProjectFile:
    return ProjectFile.model_validate_json(b64decode(payloads["payloads"][0]["data"]))
