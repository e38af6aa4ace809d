"""Nightly: counts equal what they count, whatever happened, and what is over is forgotten."""

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
