"""What follows an archive's steps."""

from accounts.data import tasks
from accounts.data.events import ExportAsked, ExportMoved
from accounts.data.models import Export
from accounts.data.wire import ExportUpdated
from core.events.registry import on
from core.realtime.push import push


@on(ExportAsked)
def build(event: ExportAsked) -> None:
    tasks.build_export.delay(str(event.export_id))


@on(ExportAsked, ExportMoved)
def tell_owner(event: ExportAsked | ExportMoved) -> None:
    if export := Export.objects.filter(pk=event.export_id).first():
        push(
            f"user:{export.person_id}",
            ExportUpdated(id=export.pk, state=export.state, progress=export.progress, expires_at=export.expires_at),
        )
