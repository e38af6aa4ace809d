"""Tasks that failed for good are written down, and can be sent again."""

import json
from collections.abc import Iterable
from typing import Any

import structlog
from celery import current_app
from celery.signals import task_failure
from django.db import DatabaseError, transaction

from core.ops.models import FailedTask
from core.ops.redaction import clean_text

log = structlog.get_logger(__name__)
MAX_ERROR = 10_000  # characters


@task_failure.connect(dispatch_uid="core.ops.failures")
def note_failure(sender: Any = None, task_id: str = "", args: Any = (), kwargs: Any = None, einfo: Any = None, **_: Any) -> None:
    """Celery says so once no retry is left. A database that is away then must not hide the first failure, which is in the log."""
    try:
        with transaction.atomic():
            FailedTask.objects.create(
                name=sender.name,
                task_id=task_id,
                args=storable(list(args or [])),
                kwargs=storable(kwargs or {}),
                error=clean_text(str(einfo))[-MAX_ERROR:],
            )
    except DatabaseError:
        log.exception("failed_task_not_noted", task=sender.name, task_id=task_id)


def send_again(failures: Iterable[FailedTask]) -> int:
    """Enqueue each anew and forget the failure: if it fails again, that is a new one. Returns how many."""
    sent = 0
    for failure in failures:
        current_app.send_task(failure.name, args=failure.args, kwargs=failure.kwargs)
        failure.delete()
        sent += 1
    return sent


def storable(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str).replace("\\u0000", ""))
