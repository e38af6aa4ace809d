"""The Celery application: workers run ``celery -A config worker``, the clock runs ``celery -A config beat``.

Tasks live in each slice's ``tasks.py`` and take ids only. A task that must not be lost is not entrusted to Redis alone: the row it
works on says in PostgreSQL that work is owed, and a sweeper enqueues it again.
"""

import os

from celery import Celery
from celery.signals import setup_logging
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

app = Celery("hubbub", task_cls="core.events.queue:QueuedTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)


@setup_logging.connect
def keep_our_logging(**_: object) -> None:
    """That somebody listens is what tells Celery to leave logging as the settings have it."""
