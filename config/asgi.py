"""ASGI entry point: the socket at /ws/ and, on one machine, pages and REST as well."""

import os
from typing import Any, cast

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path, re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")

http = get_asgi_application()  # loads the apps, so it comes before anything that imports models

from core.api.asgi import BodyLimit  # noqa: E402
from core.realtime.gateway import Gateway, nowhere  # noqa: E402

application = ProtocolTypeRouter({"http": BodyLimit(http), "websocket": URLRouter([path("ws/", Gateway.as_asgi()), re_path("", cast(Any, nowhere))])})
