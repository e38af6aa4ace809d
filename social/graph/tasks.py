"""Nightly: counts equal what they count, whatever happened, and what is over is forgotten."""

from uuid import UUID

from celery import shared_task

from social.graph import services


@shared_task
def reconcile_counts() -> int:
    """Set right every count that is off. Returns how many people's were."""
    return services.reconcile_counts()


@shared_task
def forget_declined_requests() -> int:
    """Remove friend requests declined long ago. Returns how many."""
    return services.forget_declined_requests()


@shared_task
def approve_all_waiting(user_id: str) -> int:
    """Let everybody follow who waits for somebody whose account is not private any more. Returns how many."""
    return services.approve_all_waiting(user_id=UUID(user_id))


@shared_task
def forget_ended_mutes() -> int:
    """Remove mutes whose time is up. Returns how many."""
    return services.forget_ended_mutes()


@shared_task
def reconcile_digests() -> int:
    """Set right by what people are found. Returns how many people's digests were off."""
    return services.reconcile_digests()
