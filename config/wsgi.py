"""WSGI entry points: pages and REST in production, where a WSGI server measured two to four times any ASGI server."""

import gc
import os
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config.env import Env

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")

application = get_wsgi_application()


def settled() -> Any:
    """The application in a process that serves nothing else (``core.web.server``), loaded whole, so that the first request need not wait for it.

    The collector never looks again at what stays for good. Settings have been read, so none is left in the environment: granian shows that to
    every request.
    """
    import_module(settings.ROOT_URLCONF)
    for name in Env.model_fields:
        os.environ.pop(name.upper(), None)
    gc.collect()
    gc.freeze()
    return application
