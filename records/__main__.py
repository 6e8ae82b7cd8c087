"""`python -m records upgrade URL`: bring the tables to this release's revision, as whoever may change tables, and end.

For an installation whose worker may not: worker and commands then find the tables current, and change nothing.
"""

import argparse
import sys

from alembic.util import CommandError
from sqlalchemy.exc import ArgumentError, DBAPIError

from records import migration


def main(arguments: list[str]) -> int:
    """The exit code: 0 done, or nothing to do; 2 not done, with the reason on stderr. No URL is told, it may hold a password."""
    parser = argparse.ArgumentParser(prog="python -m records", description="台账库 the records' database")
    commands = parser.add_subparsers(dest="command", required=True)
    upgrade = commands.add_parser("upgrade", help="升级数据表 bring the tables to the newest revision")
    upgrade.add_argument("url", help="sqlite:///FILE, postgresql+psycopg://…")
    chosen = parser.parse_args(arguments)
    try:
        migration.upgrade(chosen.url)
    except DBAPIError as error:
        return _refuse(str(error.orig))
    except (ArgumentError, CommandError, ValueError) as error:
        return _refuse(str(error))
    return 0


def _refuse(reason: str) -> int:
    print(f"records: {reason}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
