"""Background work on archives and deletions. Losing a task loses nothing: ``sweep`` reads from the tables what is owed."""

from uuid import UUID

from celery import shared_task

from accounts.data import services


@shared_task(time_limit=3500)  # below the time after which Redis hands the task to another worker
def build_export(export_id: str) -> None:
    services.build_export(export_id=UUID(export_id))


@shared_task(time_limit=3500)
def erase(deletion_id: str) -> None:
    services.erase(deletion_id=UUID(deletion_id))


@shared_task
def sweep() -> None:
    """Every minute: archives and erasures a crash left undone, accounts whose time has come, reminders, archives whose time is over, sign-ups
    nobody confirmed.
    """
    services.give_up_unconfirmed()
    for export_id in services.due_exports():
        build_export.delay(str(export_id))
    for deletion_id in services.due_deletions():
        erase.delay(str(deletion_id))
    services.remind()
    services.discard_outdated()
