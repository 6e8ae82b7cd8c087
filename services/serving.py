"""How each service is served: until it is asked to stop, and then until the last request is answered."""

import signal

import uvicorn
from fastapi import FastAPI

from runtime import tracing

DRAIN_SECONDS = 10
"""How long a request that is being answered may take when the process is asked to stop."""


def serve(app: FastAPI, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT. Must be called in the main thread; `runtime.logging.configure` comes first.

    From the signal on nobody can connect any more, which is how a drain shows to whoever asks `/readyz`; requests in hand
    are finished within `DRAIN_SECONDS`. A stop that was asked for is no failure: the process may end with 0.
    """
    tracing.watch_requests(app)
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn drains, puts back the handler that it found, and raises the signal once more: here it finds this one.
        signal.signal(number, lambda *_: None)
    uvicorn.run(app, host=host, port=port, log_config=None, timeout_graceful_shutdown=DRAIN_SECONDS)
