"""Which tests go together where several workers share them (`make test`), and in which order they begin."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    "tests/e2e/test_kill.py": "house",
    "tests/e2e/test_stuck.py": "house",
    "tests/e2e/test_admin_pages.py": "admin",
    "tests/e2e/test_operating.py": "admin",
    "tests/starter/test_cli_": "installation",
    "tests/starter/test_scripts.py": "installation",
    "tests/records/": "records",
    "tests/services/catalog/": "catalog",
    "tests/services/notification/": "notification",
}
"""The groups beyond one file: tests that share something dear, a running stack or a PostgreSQL server."""

APART = (
    "tests/regulations/test_cases.py::test_the_case_holds",
    "tests/starter/test_demo.py::test_a_life_that_breaks_off",
)
"""Tests that share nothing with their file and are long: each of them may go to another worker."""

FIRST = (
    "tests/faults/",
    "tests/e2e/",
    "tests/operations/",
    "tests/starter/",
    "tests/test_compose.py",
    "tests/workflows/",
    "tests/simulation/",
)
"""What waits longest begins first, so that no worker is left alone with it at the end."""

LAST = "tests/regulations/test_cases.py"
"""Many that each take seconds and need nothing of each other: they fill up what the others leave."""


class ByGroup(LoadScopeScheduling):  # type: ignore[misc]
    """A file stays on one worker, but for what is named above.

    Not by marks: pytest 9.2 makes a test's id anew each time, and pytest-xdist 3.8 hangs the marked group on the old one.
    """

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if nodeid.startswith(APART) else _group(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByGroup:
    """Whatever `--dist` says."""
    return ByGroup(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In this order the groups begin; without workers the order is all that matters."""
    items.sort(key=lambda item: _turn(item.nodeid))


def _turn(test: str) -> int:
    if test.startswith(LAST):
        return len(FIRST) + 1
    return next((n for n, start in enumerate(FIRST) if test.startswith(start)), len(FIRST))


def _group(test: str) -> str:
    return next((group for start, group in TOGETHER.items() if test.startswith(start)), test.partition("::")[0])
