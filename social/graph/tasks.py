"""Nightly: counts equal what they count, whatever happened."""

from celery import shared_task

from social.graph import services


@shared_task
def reconcile_counts() -> int:
    """Set right every count that is off. Returns how many people's were."""
    return services.reconcile_counts()
