"""What happens to archives."""

from uuid import UUID

from core.events.registry import Event


class ExportAsked(Event, frozen=True):
    """An archive is owed."""

    export_id: UUID


class ExportMoved(Event, frozen=True):
    """It got further, or its state changed."""

    export_id: UUID


class ExportReady(Event, frozen=True):
    export_id: UUID
    person_id: UUID
