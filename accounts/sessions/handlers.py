"""What sessions do when something happens to their person."""

from accounts.sessions import services
from accounts.sessions.models import EndReason
from accounts.users.events import UserSuspended
from accounts.users.models import User
from core.events.registry import on


@on(UserSuspended)
def end_sessions_of_suspended(event: UserSuspended) -> None:
    if user := User.objects.filter(pk=event.user_id).first():
        services.end_all_sessions(user=user, reason=EndReason.SUSPENDED)
