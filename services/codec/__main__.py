"""`python -m services.codec` serves the codec; `… token …` manages who may see clear text."""

import argparse
import sys

from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from models.base import faults
from runtime.payloads.keyring import KeyRingError
from services.access import commands as token_commands
from services.access.tokens import Tokens
from services.codec.database import TOKENS, connect, prepare
from services.codec.scopes import CLIENTS, ROUTES, CodecScope
from services.codec.settings import CodecSettings


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM or SIGINT, or manage the tokens; the exit code. Faults are told on stderr, code 2."""
    parser = argparse.ArgumentParser(prog="python -m services.codec", description="明文查看服务 codec server")
    token_commands.add_parser(parser.add_subparsers(dest="command"), CodecScope)
    chosen = parser.parse_args(arguments)
    try:
        settings = CodecSettings()
        return _tokens(settings, chosen) if chosen.command == "token" else _serve(settings)
    except ValidationError as error:
        return _fail("\n".join(faults(error)))
    except (KeyRingError, OSError, ValueError, OperationalError) as error:
        return _fail(str(error))


def _serve(settings: CodecSettings) -> int:
    from runtime.logging import configure
    from services.access.guard import check_routes
    from services.codec.app import create_app
    from services.serving import serve

    configure("codec", settings.log_level)
    app = create_app(settings)
    check_routes(app, ROUTES)
    serve(app, settings.host, settings.port)
    return 0


def _tokens(settings: CodecSettings, chosen: argparse.Namespace) -> int:
    engine = connect(settings.database_url)
    prepare(engine)
    try:
        return token_commands.run(chosen, Tokens(engine, TOKENS), "codec", CLIENTS)
    finally:
        engine.dispose()


def _fail(message: str) -> int:
    print(f"codec: {message}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
