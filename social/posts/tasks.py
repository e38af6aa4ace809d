"""Nightly: counts equal what they count, whatever happened."""

from celery import shared_task

from social.posts import services


@shared_task
def reconcile_counts() -> int:
    """Set right every count that is off. Returns how many rows were."""
    return services.reconcile_counts()
