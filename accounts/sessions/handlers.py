"""What follows when a session ends, and when something happens to its person."""

from accounts.sessions import identities, services
from accounts.sessions.events import SessionEnded, SignInRefused
from accounts.sessions.models import EndReason, Session
from accounts.users.events import UserClosed, UserLeaving, UserSuspended
from accounts.users.models import User
from core.events.registry import on
from core.realtime import push
from core.realtime.codes import CloseCode
from core.realtime.wire import SessionRevoked


@on(SessionEnded)
def close_sockets(event: SessionEnded) -> None:
    """The sockets that came in by the session hear why and are closed, in whatever process they are."""
    reason = Session.objects.filter(pk=event.session_id).values_list("end_reason", flat=True).first() or EndReason.ENDED
    push.disconnect(f"session:{event.session_id}", CloseCode.SESSION_REVOKED, reason, message=SessionRevoked(reason=reason))


@on(UserSuspended, UserClosed, UserLeaving)
def end_sessions_of_whoever_may_not_be_here(event: UserSuspended | UserClosed | UserLeaving) -> None:
    if user := User.objects.filter(pk=event.user_id).first():
        services.end_all_sessions(user=user, reason=EndReason.SUSPENDED)


@on(SignInRefused)
def send_link_to_whoever_has_just_signed_up(event: SignInRefused) -> None:
    if event.waiting_id is not None:
        identities.remind_to_confirm(user_id=event.waiting_id)
