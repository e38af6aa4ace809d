"""Where Django's and allauth's signals enter: each is handed to a service. Signing in by page, API or test client all come through here."""

import time
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.account.signals import (
    authentication_step_completed,
    email_changed,
    email_confirmed,
    email_removed,
    password_changed,
    password_reset,
    password_set,
)
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.sessions import identities, services, step_up
from accounts.sessions.current import address_of, session_id
from accounts.sessions.models import EndReason, Proof
from accounts.sessions.tokens import NotAuthenticated
from accounts.users import services as users
from accounts.users.events import AddressesChanged
from accounts.users.models import User
from core.events.outbox import emit


@receiver(user_logged_in, dispatch_uid="sessions.open")
def open_session(request: HttpRequest, user: User, **_: Any) -> None:
    if not request.session.session_key:
        request.session.save()
    try:
        session = services.open_session(
            user=user,
            session_key=str(request.session.session_key),
            address=address_of(request),
            user_agent=request.META.get("HTTP_USER_AGENT", ""),
            proof=step_up.proof_in(get_authentication_records(request, user)),
            password_tag=request.session.pop(services.BEGAN_KEY, None),
        )
    except NotAuthenticated:
        logout(request)
        raise
    request.session[services.SESSION_ID_KEY] = str(session.pk)
    request.session[services.NOTED_KEY] = int(time.time())


@receiver(authentication_step_completed, dispatch_uid="sessions.confirm")
def confirm_session(request: HttpRequest, method: str, reauthenticated: bool = False, **_: Any) -> None:
    """Steps of signing in come by here too; they count once the session is opened."""
    if reauthenticated and (session := session_id(request)):
        services.confirm_session(session_id=session, proof=step_up.METHODS.get(method, Proof.SIGN_IN))


@receiver(user_logged_out, dispatch_uid="sessions.end")
def end_session(request: HttpRequest, **_: Any) -> None:
    if session := session_id(request):
        services.end_session(session_id=session, reason=EndReason.SIGNED_OUT)


@receiver([password_changed, password_set], dispatch_uid="sessions.password_changed")
def end_other_sessions(request: HttpRequest, user: User, **_: Any) -> None:
    """The session that changed the password stays, under the new key Django gave it."""
    current = session_id(request)
    if current and not services.rebind_session(session_id=current, session_key=str(request.session.session_key)):
        request.session.flush()  # it was ended a moment ago: under the new key it would live on, known to no row
    services.end_all_sessions(user=user, except_session=current, reason=EndReason.PASSWORD_CHANGED)


@receiver(password_reset, dispatch_uid="sessions.password_reset")
def end_sessions_after_reset(user: User, **_: Any) -> None:
    """The link to it went by mail, so it confirms a sign-up that waits for that."""
    for address in EmailAddress.objects.filter(user__in=User.objects.unconfirmed().filter(pk=user.pk), email=user.email):
        identities.verify_address(address=address)
    services.end_all_sessions(user=user, reason=EndReason.PASSWORD_CHANGED)


@receiver(email_confirmed, dispatch_uid="sessions.email_confirmed")
def tell_of_confirmed_address(email_address: EmailAddress, **_: Any) -> None:
    with transaction.atomic():
        users.confirm_sign_up(user_id=email_address.user_id)
        emit(AddressesChanged(user_id=email_address.user_id))


@receiver([email_changed, email_removed], dispatch_uid="sessions.addresses_changed")
def tell_of_changed_addresses(user: User, **_: Any) -> None:
    with transaction.atomic():
        emit(AddressesChanged(user_id=user.pk))
