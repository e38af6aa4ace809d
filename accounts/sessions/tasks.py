"""Housekeeping of sessions, run by beat."""

from celery import shared_task
from django.core.management import call_command

from accounts.sessions import codes, services


@shared_task
def tidy_sessions() -> None:
    """End what has run out, forget what ended long ago and codes nobody will use, drop Django's expired rows. Running it twice does no harm."""
    services.end_unused_sessions()
    services.forget_ended_sessions()
    services.forget_spent()
    codes.forget_codes()
    call_command("clearsessions")
