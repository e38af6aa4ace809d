"""The sweeper, run by beat."""

from celery import shared_task

from core.events import outbox


@shared_task
def sweep_outbox() -> int:
    """Dispatch what a crash or a failing handler left behind."""
    return outbox.sweep()
