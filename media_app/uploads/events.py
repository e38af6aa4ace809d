from uuid import UUID

from core.events.registry import Event


class UploadReceived(Event, frozen=True):
    """The bytes have arrived; processing is owed."""

    upload_id: UUID


class UploadReady(Event, frozen=True):
    upload_id: UUID


class UploadFailed(Event, frozen=True):
    upload_id: UUID


class UploadDiscarded(Event, frozen=True):
    """The row is gone; these objects go with it."""

    keys: list[str]
