"""Background work on uploads. Losing a task loses nothing: ``sweep`` reads from the table what is owed."""

from uuid import UUID

from celery import shared_task

from core.storage import store
from media_app.uploads import services


@shared_task(soft_time_limit=100, time_limit=120)
def process_upload(upload_id: str) -> None:
    services.process_upload(upload_id=UUID(upload_id))


@shared_task
def discard_original(upload_id: str) -> None:
    services.discard_original(upload_id=UUID(upload_id))


@shared_task
def sweep() -> None:
    """Every half minute: process what a crash, a full queue or a store that was away left undone."""
    for upload_id in services.due_uploads():
        process_upload.delay(str(upload_id))


@shared_task
def discard_orphans() -> None:
    """Every hour: uploads nothing shows, and half-written files of crashes."""
    services.discard_orphans()
    store.discard_abandoned()
