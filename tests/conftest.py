"""Which tests go together where several workers share them (`make test`), and in which order they begin."""

import pytest

TOGETHER = {
    "tests/e2e/test_kill.py": "kill",
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

FIRST = ("tests/e2e/", "tests/starter/", "tests/test_compose.py", "tests/workflows/", "tests/simulation/")
"""What waits longest begins first, so that no worker is left alone with it at the end."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """A file stays on one worker, but for what is named above.

    pytest 9.2 makes a test's id anew each time, and pytest-xdist 3.8 hangs the group on the old one: until it follows,
    the groups are not heeded, and each worker starts what it needs. That costs time, and changes no result.
    """
    if not item.nodeid.startswith(APART):
        item.add_marker(pytest.mark.xdist_group(_group(item.nodeid)))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without workers the order is all that matters."""
    items.sort(key=lambda item: next((n for n, start in enumerate(FIRST) if item.nodeid.startswith(start)), len(FIRST)))


def _group(test: str) -> str:
    return next((group for start, group in TOGETHER.items() if test.startswith(start)), test.partition("::")[0])
