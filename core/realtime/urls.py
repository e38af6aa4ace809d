"""Where the description of the socket is read. The socket itself is routed in ``config.asgi``."""

from django.urls import URLPattern, path

from core.realtime import pages as views

api: list[URLPattern] = []
pages: list[URLPattern] = [path("ws/schema/", views.schema, name="socket-schema")]
