"""Reads of sessions."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import F, QuerySet, UUIDField
from django.db.models.functions import Extract, Now

from accounts.sessions.models import Session
from accounts.users.models import User
from core.errors import NotFound
from core.queries import Prepared, columns, take

SESSION = columns(Session)
_session_with_person = Prepared(
    lambda session_id: Session.objects.live().filter(pk=session_id).values_list(*SESSION, *columns(User, "user__")), session_id=UUIDField()
)


def session_behind(session_id: UUID) -> Session | None:
    """The live session with its person, in one query; None when it ended or its person may not be here.

    This is what every request with a token costs, and it is what makes sign-out, suspension and password change hold at once.
    """
    rows = _session_with_person(session_id=session_id)
    if not rows:
        return None
    session = take(Session, rows[0])
    session.user = take(User, rows[0], len(SESSION))
    return None if not session.user.is_active or session.user.is_suspended else session


UNUSED = Extract(Now() - F("last_used_at"), "epoch")

# Whose session it is and how many seconds ago it was used, where it stands: what reading on behalf of a person has to know.
standing_session = Prepared(
    lambda session_id: Session.objects.live().filter(pk=session_id, user__in=User.objects.active()).values_list("user_id", UNUSED),
    session_id=UUIDField(),
)


def sessions_of(viewer: User) -> list[Session]:
    """The viewer's live sessions, the one used last first."""
    return list(Session.objects.visible_to(viewer).order_by("-last_used_at", "-id"))


def session_of(viewer: User, session_id: UUID) -> Session:
    """One of the viewer's own live sessions. Raises NotFound for anybody else's."""
    session = Session.objects.visible_to(viewer).filter(pk=session_id).first()
    if session is None:
        raise NotFound
    return session


class Standing(NamedTuple):
    """Whose session it is, and how many seconds ago it was used."""

    user_id: UUID
    unused_seconds: float


def standing_sessions(session_ids: Collection[UUID]) -> dict[UUID, Standing]:
    """Those of ``session_ids`` whose session is live and whose person may be here, in one query."""
    standing = Session.objects.live().filter(pk__in=session_ids, user__in=User.objects.active())
    return {pk: Standing(user_id, float(unused)) for pk, user_id, unused in standing.values_list("pk", "user_id", UNUSED)}


def passkeys_of(viewer: User) -> QuerySet[Authenticator]:
    """The viewer's passkeys, the oldest first."""
    passkeys: QuerySet[Authenticator] = Authenticator.objects.filter(user_id=viewer.pk, type=Authenticator.Type.WEBAUTHN).order_by("pk")
    return passkeys


def passkey_of(viewer: User, passkey_id: int) -> Authenticator:
    """One of the viewer's own passkeys. Raises NotFound for anybody else's."""
    passkey = passkeys_of(viewer).filter(pk=passkey_id).first()
    if passkey is None:
        raise NotFound
    return passkey
