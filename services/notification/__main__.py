"""`python -m services.notification`: run the notification service as a process of its own."""

import sys

import uvicorn
from pydantic import ValidationError

from models.base import faults
from runtime.logging import configure
from services.notification.app import create_app
from services.notification.problems import ConfigurationError
from services.notification.settings import NotificationSettings


def main() -> int:
    """Serve until SIGTERM or SIGINT. 2 where the configuration is wrong; standard error then says what."""
    try:
        settings = NotificationSettings()
        app = create_app(settings)
    except ValidationError as error:
        return _refuse(*faults(error))
    except ConfigurationError as error:
        return _refuse(str(error))
    configure("notification", settings.log_level)
    uvicorn.run(app, host=settings.host, port=settings.port, log_config=None)
    return 0


def _refuse(*reasons: str) -> int:
    for reason in reasons:
        print(f"notification: {reason}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
