"""Signs of life."""

from celery import shared_task

from core.ops import health


@shared_task
def heartbeat() -> None:
    """Run every few seconds by whichever worker is free: /readyz reads what it leaves."""
    health.note_heartbeat()
