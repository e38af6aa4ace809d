"""What follows an archive's steps."""

from accounts.data import services, tasks
from accounts.data.events import ExportAsked, ExportMoved
from accounts.data.models import Export
from accounts.data.wire import ExportUpdated
from accounts.users.events import SignUpGivenUp
from core.events.registry import on
from core.realtime.push import push


@on(SignUpGivenUp)
def clear_away(event: SignUpGivenUp) -> None:
    services.clear_away_sign_up(user_id=event.user_id)


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
