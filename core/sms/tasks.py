"""Delivery, the sweeper and the broom, run by workers and beat."""

from uuid import UUID

from celery import shared_task

from core.sms import services


@shared_task
def deliver_text(text_id: str, attempt: int = 0) -> None:
    """Try to send a text that was tried ``attempt`` times before: handed out twice, it is tried once."""
    services.deliver(UUID(text_id), attempt=attempt)


@shared_task
def sweep_texts() -> int:
    """Hand out the texts whose next attempt is due: after a failure, or after a worker died on it. Returns how many."""
    waiting = services.due()
    for text_id, attempts in waiting:
        deliver_text.delay(str(text_id), attempts)
    return len(waiting)


@shared_task
def forget_texts() -> int:
    """Delete old rows. Returns how many."""
    return services.forget()
