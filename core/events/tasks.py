"""What workers do for the outbox: the sweeper, run by beat, and the dispatch of what is left to them."""

from uuid import UUID

from celery import shared_task

from core.events import outbox


@shared_task
def sweep_outbox() -> int:
    """Dispatch what a crash or a failing handler left behind."""
    return outbox.sweep()


@shared_task
def dispatch_event(pk: str) -> bool:
    """Dispatch one row. True when nothing is owed of it any more."""
    return outbox.dispatch(UUID(pk))


def enqueue(pk: UUID) -> None:
    """Tell a worker of a row. Raises QueueAway."""
    dispatch_event.delay(str(pk))
