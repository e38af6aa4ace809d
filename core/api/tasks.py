"""Housekeeping of the API."""

from celery import shared_task

from core.api import idempotency


@shared_task
def forget_old_idempotent_requests() -> int:
    """Keep the table as small as a day is long."""
    return idempotency.forget_old()
