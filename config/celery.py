"""The Celery application: workers run ``celery -A config worker``, the clock runs ``celery -A config beat``.

Tasks live in each slice's ``tasks.py`` and take ids only. A task that must not be lost is not entrusted to Redis alone: the row it
works on says in PostgreSQL that work is owed, and a sweeper enqueues it again.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

app = Celery("hubbub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
