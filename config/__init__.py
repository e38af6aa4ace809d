"""How the slices are put together: settings, URLs, and the entry points of the web, socket and worker processes."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
