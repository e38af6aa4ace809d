"""Opening, refreshing and ending sessions."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session as StoredSession
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.sessions import mails, texts, tokens
from accounts.sessions.devices import device_name
from accounts.sessions.events import SessionEnded, SignedInFromNewDevice
from accounts.sessions.models import EndReason, Proof, Session, Spent
from accounts.sessions.tokens import NotAuthenticated, TokenPair
from accounts.users import services as users
from accounts.users.models import User
from core.api.addresses import limit_key
from core.errors import Conflict
from core.events.outbox import emit
from core.sms import services as sms

SESSION_ID_KEY = "hubbub_session"  # where Django's session keeps the id of ours
NOTED_KEY = "hubbub_noted"  # and when its use was last noted
BEGAN_KEY = "hubbub_began"  # and, until one is in, the tag of the password there was when one began
TOUCH_EVERY = timedelta(minutes=5)
# A client that sends one refresh token twice at once (two tabs, a retry) races itself. Within this time the loser is told so and the
# session stays; it gets no tokens, so a thief gains nothing from the grace. After it, an old token means theft and ends the session.
RACE_GRACE = timedelta(seconds=10)
KEPT_AFTER_END = timedelta(days=90)  # for whoever looks into how an account was taken
LOOKED_BACK = 50  # sessions of a person, the latest, in which a device may have been seen before
SPENT_KEPT = timedelta(days=1)
LIFETIME = timedelta(days=31)  # of Django's session without use; longer than a refresh token, which it carries


class RefreshSuperseded(Conflict):
    """This refresh token was exchanged a moment ago: use what that exchange gave."""

    default_code = "refresh_superseded"
    default_message = "This refresh token was exchanged a moment ago. Use the tokens that exchange gave you."


def tag_of_password(user: User) -> str:
    """Another one once the password is another; tells nothing about it."""
    tag: str = user.get_session_auth_hash()
    return tag


@transaction.atomic
def open_session(
    *, user: User, session_key: str, address: str | None, user_agent: str, proof: Proof = Proof.SIGN_IN, password_tag: str | None = None
) -> Session:
    """Note that ``user`` signed in; ``session_key`` is Django's session, already stored. Returns the row whose id is the ``sid`` of tokens.

    A person who was here before is told by mail of a device, or a place, that is new. (Neither alone would do: everybody's browser has the
    name of somebody else's, and networks are shared.)

    Args:
        proof: the strongest of what was shown on the way in.
        password_tag: ``tag_of_password`` of the person when they began to come in, where that was a while ago.

    Raises: NotAuthenticated("session_ended") where the password has been changed since: who came in by the old one is not to stay, and whoever
        changes it ends the sessions there are after that, so the row of the person decides which was first.
    Events: SignedInFromNewDevice.
    """
    person = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not secrets.compare_digest(tag_of_password(person), password_tag or tag_of_password(user)):
        raise _ended()
    earlier = list(Session.objects.filter(user=user).order_by("-pk").values_list("user_agent", "address")[:LOOKED_BACK])
    session = Session.objects.create(
        user=user, session_key=session_key, address=address, user_agent=user_agent[:300], confirmed_at=timezone.now(), confirmed_by=proof
    )
    if earlier and _trace(session.user_agent, address) not in {_trace(*before) for before in earlier}:
        _tell_of_new_device(session)
        emit(SignedInFromNewDevice(session_id=session.pk, user_id=user.pk))
    return session


@transaction.atomic
def confirm_session(*, session_id: UUID, proof: Proof) -> None:
    """Note that the person behind this session has just shown that it is them."""
    Session.objects.live().filter(pk=session_id).update(confirmed_at=timezone.now(), confirmed_by=proof)


@transaction.atomic
def rebind_session(*, session_id: UUID, session_key: str) -> bool:
    """Django gave the session a new key (it does when a password changes); the row follows. False where the session has ended meanwhile."""
    return bool(Session.objects.live().filter(pk=session_id).update(session_key=session_key))


def touch_session(*, session_id: UUID, unused_seconds: float, address: str | None) -> None:
    """Note that the session is in use, at most once in ``TOUCH_EVERY``: reading must not cost a write each time."""
    if unused_seconds >= TOUCH_EVERY.total_seconds():
        note_use(session_id=session_id, address=address)


def touch_sessions(*, unused_seconds: Mapping[UUID, float]) -> None:
    """``touch_session`` for many at once, each with how long it was not used: nothing, or a few queries for all of them. Their addresses stay.

    Which others note just now, or end, is left out: nothing here waits for anybody.
    """
    if due := [session_id for session_id, unused in unused_seconds.items() if unused >= TOUCH_EVERY.total_seconds()]:
        _note_uses(due)


@transaction.atomic
def _note_uses(session_ids: Iterable[UUID]) -> None:
    now = timezone.now()
    stale = Session.objects.live().filter(pk__in=session_ids, last_used_at__lte=now - TOUCH_EVERY)
    used = dict(stale.select_for_update(skip_locked=True, no_key=True).values_list("pk", "user_id"))
    if used:
        Session.objects.filter(pk__in=used).update(last_used_at=now)
        users.record_seen(user_ids=set(used.values()), at=now)


@transaction.atomic
def note_use(*, session_id: UUID, address: str | None) -> None:
    """The session is in use now, from ``address`` (None: not known), and so its person was seen."""
    now = timezone.now()
    place = {} if address is None else {"address": address}
    if Session.objects.live().filter(pk=session_id).update(last_used_at=now, **place):
        users.record_seen(user_ids=[Session.objects.values_list("user_id", flat=True).get(pk=session_id)], at=now)


def session_of_token(access_token: str) -> UUID:
    """The session an access token belongs to. Raises NotAuthenticated("token_invalid")."""
    return tokens.session_of(access_token)


def session_of_refresh_token(refresh_token: str) -> UUID:
    """The session a refresh token belongs to, or belonged. Raises NotAuthenticated("token_invalid")."""
    return tokens.session_id_of(tokens.read_refresh_token(refresh_token))


@transaction.atomic
def issue_tokens(*, session_id: UUID) -> TokenPair:
    """The first tokens of a session just opened. Raises NotAuthenticated("session_ended")."""
    session = _locked(session_id)
    pair = tokens.issue(user_id=session.user_id, session_id=session.pk)
    session.refresh_digest = tokens.digest(pair.refresh_token)
    session.save(update_fields=["refresh_digest"])
    return pair


def refresh_tokens(*, refresh_token: str) -> TokenPair:
    """Exchange a refresh token for a new pair; each token works once.

    The session row is locked, so of any number of parallel exchanges of one token exactly one succeeds. The others raise RefreshSuperseded
    within ``RACE_GRACE``. A token spent longer ago, or before the one before, ends the session: somebody else has it.

    Raises:
        NotAuthenticated: "token_invalid" (forged, out of date), "session_ended" (signed out, suspended, gone), "token_reused".
        RefreshSuperseded: the token was exchanged a moment ago.
    Events: SessionEnded when a token was reused.
    """
    token = tokens.read_refresh_token(refresh_token)
    presented = tokens.digest(refresh_token)
    with transaction.atomic():
        session = _locked(tokens.session_id_of(token))
        now = timezone.now()
        if secrets.compare_digest(presented, session.refresh_digest):
            if not StoredSession.objects.filter(pk=session.session_key).update(expire_date=now + LIFETIME):
                raise _ended()
            pair = tokens.issue(user_id=session.user_id, session_id=session.pk)
            session.spent_digest, session.refresh_digest = presented, tokens.digest(pair.refresh_token)
            session.refreshed_at = session.last_used_at = now
            session.save(update_fields=["spent_digest", "refresh_digest", "refreshed_at", "last_used_at"])
            return pair
        if secrets.compare_digest(presented, session.spent_digest) and session.refreshed_at and now - session.refreshed_at < RACE_GRACE:
            raise RefreshSuperseded
        _end([session], EndReason.TOKEN_REUSED)
    raise NotAuthenticated("This refresh token was used before. The session has been ended; sign in again.", code="token_reused")


@transaction.atomic
def end_session(*, session_id: UUID, reason: EndReason = EndReason.ENDED) -> bool:
    """End one session: its tokens and its cookie are refused from the next request on. Ending an ended session changes nothing: False.

    Events: SessionEnded.
    """
    return bool(_end(Session.objects.live().select_for_update().filter(pk=session_id), reason))


@transaction.atomic
def end_all_sessions(*, user: User, except_session: UUID | None = None, reason: EndReason = EndReason.ENDED) -> int:
    """End every session of ``user`` but ``except_session``. Returns how many ended.

    Events: SessionEnded for each.
    """
    return _end(
        Session.objects.live().select_for_update().filter(user=user).exclude(pk__in=[except_session] if except_session else []).order_by("pk"), reason
    )


@transaction.atomic
def end_unused_sessions(*, limit: int = 1000) -> int:
    """End sessions whose refresh token and cookie have both run out. Returns how many."""
    unused = Session.objects.live().filter(last_used_at__lt=timezone.now() - LIFETIME).order_by("last_used_at")
    return _end(unused.select_for_update(skip_locked=True)[:limit], EndReason.EXPIRED)


def forget_ended_sessions() -> int:
    """Delete sessions that ended longer than ``KEPT_AFTER_END`` ago. Returns how many."""
    return Session.objects.filter(ended_at__lt=timezone.now() - KEPT_AFTER_END).delete()[0]


def spend(what: str) -> bool:
    """Whether ``what`` is used for the first time. Of any number of parallel uses one is the first."""
    digest = hashlib.sha256(what.encode()).hexdigest()
    try:
        with transaction.atomic():
            Spent.objects.create(digest=digest)
    except IntegrityError:
        return False
    return True


def forget_spent() -> int:
    """Delete what was spent so long ago that it would be refused for its age. Returns how many."""
    return Spent.objects.filter(created_at__lt=timezone.now() - SPENT_KEPT).delete()[0]


def drop_lonely_recovery_codes(*, user: User) -> None:
    """Recovery codes stand in for a second factor; without one they would be one."""
    factors = Authenticator.objects.filter(user=user)
    if not factors.exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
        factors.delete()


@transaction.atomic
def reset_second_factor(*, user: User) -> None:
    """Take away authenticator app, passkeys and recovery codes, for somebody who lost them. Every session ends, and a mail says so.

    Events: SessionEnded for each session.
    """
    Authenticator.objects.filter(user=user).delete()
    end_all_sessions(user=user, reason=EndReason.STAFF)
    if user.email:
        mails.render("second_factor_reset", to=[user.email], context={"username": user.username}).send()
    else:
        tell_by_text(user=user, what="second_factor_reset")


def tell_by_text(*, user: User, what: str) -> None:
    """Text what the mail ``what`` would say to somebody who has no address. Nothing happens where there is no number, or no texts are sent."""
    if user.phone and sms.is_offered() and (text := texts.told(what)):
        sms.send_later(recipient=user.phone, text=text)


def _trace(user_agent: str, address: str | None) -> tuple[str, str]:
    """What a device is known by: its name, which its updates do not change, and its network."""
    return device_name(user_agent), limit_key(address or "")


def _tell_of_new_device(session: Session) -> None:
    if session.user.email:
        context = {
            "username": session.user.username,
            "timestamp": session.created_at,
            "ip": session.address or "Unknown address",
            "user_agent": device_name(session.user_agent),
            "sessions_url": f"{settings.SITE_URL}/settings/sessions/",
        }
        mails.render("new_device", to=[session.user.email], context=context).send()
    else:
        tell_by_text(user=session.user, what="new_device")


def _locked(session_id: UUID) -> Session:
    session = Session.objects.live().select_for_update(of=("self",)).select_related("user").filter(pk=session_id).first()
    if session is None or not session.user.is_active or session.user.is_suspended:
        raise _ended()
    return session


def _ended() -> NotAuthenticated:
    return NotAuthenticated("This session has ended. Sign in again.", code="session_ended")


def _end(sessions: Iterable[Session], reason: EndReason) -> int:
    ending = list(sessions)
    StoredSession.objects.filter(pk__in=[session.session_key for session in ending]).delete()
    Session.objects.filter(pk__in=[session.pk for session in ending]).update(
        ended_at=timezone.now(), end_reason=reason, session_key=None, refresh_digest="", spent_digest=""
    )
    for session in ending:
        emit(SessionEnded(session_id=session.pk, user_id=session.user_id))
    return len(ending)
