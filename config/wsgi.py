"""WSGI entry points: pages and REST in production, where a WSGI server measured two to four times any ASGI server."""

import os
from typing import Any

from django.core.cache import close_caches
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, reset_queries

from config.env import Env

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")

application = get_wsgi_application()

# The apps have been loaded now.
from core.ops.loading import load_for_good  # noqa: E402
from core.web.express import Express  # noqa: E402


def settled() -> Any:
    """The application in a process that serves nothing else (``core.web.server``).

    Settings have been read, so none is left in the environment: granian shows that to
    every request.
    """
    load_for_good()
    for name in Env.model_fields:
        os.environ.pop(name.upper(), None)
    # Connections are looked after at the end of each request, so not at its beginning too. Queries are logged where DEBUG is. Caches on Redis have
    # nothing to close.
    request_started.disconnect(close_old_connections)
    request_started.disconnect(reset_queries)
    request_finished.disconnect(close_caches)
    return Express(whole)


def whole(environ: Any, start_response: Any) -> Any:
    """Answers that do not stream go to the server in one piece: for pieces it would come back for each, and once more for the end."""
    response: Any = application(environ, start_response)
    if response.streaming:
        return response
    try:
        return [response.content]
    finally:
        response.close()
