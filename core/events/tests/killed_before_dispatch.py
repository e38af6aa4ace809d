"""Run by a test as a process of its own: commits an event and is killed before it can dispatch it."""

import os
import signal
import sys
from uuid import UUID

import django
from django.db import transaction

django.setup()

from core.events.outbox import emit  # noqa: E402  models need the apps
from core.events.tests.sample import SampleHappened  # noqa: E402

with transaction.atomic():
    transaction.on_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))
    emit(SampleHappened(sample_id=UUID(sys.argv[1])))
