"""Where this slice is reached. ``api`` is mounted at /api/v1/, ``pages`` at /."""

from django.urls import URLPattern, path

from core.storage.disk import URL_PREFIX
from core.storage.pages import media_object

api: list[URLPattern] = []
pages: list[URLPattern] = [path(f"{URL_PREFIX.lstrip('/')}<path:key>", media_object, name="media_object")]
