"""`python -m services.notification` runs the notification service; `… token …` manages who may call it."""

import argparse
import sys

from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from models.base import faults
from services.access import commands as token_commands
from services.access.tokens import Tokens
from services.notification.database import Database
from services.notification.problems import ConfigurationError
from services.notification.scopes import CLIENTS, ROUTES, NotificationScope
from services.notification.settings import NotificationSettings
from services.notification.tables import TOKENS


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM or SIGINT, or do what the command says; the exit code. Faults are told on stderr, code 2."""
    parser = argparse.ArgumentParser(
        prog="python -m services.notification", description="通知服务 notification service"
    )
    token_commands.add_parser(parser.add_subparsers(dest="command"), NotificationScope)
    chosen = parser.parse_args(arguments)
    try:
        settings = NotificationSettings()
        return _tokens(settings, chosen) if chosen.command == "token" else _serve(settings)
    except ValidationError as error:
        return _refuse(*faults(error))
    except (ConfigurationError, OSError, ValueError, OperationalError) as error:
        return _refuse(str(error))


# What serves is imported where it is used: a command about tokens starts in a moment without it.


def _serve(settings: NotificationSettings) -> int:
    from runtime.logging import configure
    from services.access.guard import check_routes
    from services.notification.app import create_app
    from services.serving import serve

    app = create_app(settings)
    check_routes(app, ROUTES)
    configure("notification", settings.log_level)
    serve(app, settings.host, settings.port)
    return 0


def _tokens(settings: NotificationSettings, chosen: argparse.Namespace) -> int:
    database = Database(settings.database_url)
    try:
        database.prepare()
        return token_commands.run(chosen, Tokens(database.engine, TOKENS), "notification", CLIENTS)
    finally:
        database.close()


def _refuse(*reasons: str) -> int:
    for reason in reasons:
        print(f"notification: {reason}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
