"""Delivery, the sweeper and the broom, run by workers and beat."""

from uuid import UUID

from celery import shared_task

from core.mail import services


@shared_task
def deliver_mail(mail_id: str, attempt: int = 0) -> None:
    """Try to send a mail that was tried ``attempt`` times before: handed out twice, it is tried once."""
    services.deliver(UUID(mail_id), attempt=attempt)


@shared_task
def sweep_mail() -> int:
    """Hand out the mail whose next attempt is due: after a failure, or after a worker died on it. Returns how many."""
    waiting = services.due()
    for mail_id, attempts in waiting:
        deliver_mail.delay(str(mail_id), attempts)
    return len(waiting)


@shared_task
def forget_mail() -> int:
    """Delete old rows. Returns how many."""
    return services.forget()
