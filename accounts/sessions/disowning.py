"""Not me: the link in the mail about a new way in, by which whoever owns the account takes it away again, signed in or not.

A new password does not: a passkey, a second factor or a Google account that an intruder added would outlive it, and keep the owner out. The link
names one row, works while that row is there, and so works once.
"""

from datetime import timedelta
from typing import Any, TypeAlias

import structlog
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from accounts.sessions import services
from accounts.sessions.models import EndReason
from accounts.users.models import User
from core.errors import NotFound

log = structlog.get_logger(__name__)

SALT = "accounts.sessions.disowning"
GOOD_FOR = timedelta(days=5)
# What each mail is about, by the names of allauth's mails.
FACTORS = {
    "totp_activated": Authenticator.Type.TOTP,
    "webauthn_added": Authenticator.Type.WEBAUTHN,
    "recovery_codes_generated": Authenticator.Type.RECOVERY_CODES,
}
WORDS = {
    Authenticator.Type.TOTP: "the authenticator app",
    Authenticator.Type.WEBAUTHN: "the passkey",
    Authenticator.Type.RECOVERY_CODES: "the recovery codes",
    "account": "the Google account",
}
WayIn: TypeAlias = Any  # an Authenticator or a SocialAccount


def link_for(mail: str, user: User) -> str:
    """The address for the mail of that name, about what was added to ``user`` last; empty for mails about something else."""
    added: WayIn = None
    if mail in FACTORS:
        added = Authenticator.objects.filter(user=user, type=FACTORS[mail]).order_by("pk").last()
    elif mail == "account_connected":
        added = SocialAccount.objects.filter(user=user).order_by("pk").last()
    if added is None:
        return ""
    token = signing.dumps([_kind(added), added.pk, str(user.pk)], salt=SALT)
    return f"{settings.SITE_URL}{reverse('not_me', args=[token])}"


def what_is_meant(token: str) -> str:
    """In words, what the link takes away. Raises NotFound for a link that is not ours, ran out or was used."""
    return WORDS[_kind(_found(token))]


def disown(*, token: str) -> User:
    """Take away what the link names, and what stood on it, and sign the person out everywhere. Of any number of uses at once one is the first.

    Raises: NotFound as ``what_is_meant``.
    Events: SessionEnded for each session.
    """
    with transaction.atomic():
        user: User = User.objects.select_for_update().get(pk=_found(token).user_id)
        added = _found(token)  # asked again: it may have gone before the lock
        log.warning("way_in_disowned", user_id=str(user.pk), kind=_kind(added), pk=added.pk)
        added.delete()
        services.drop_lonely_recovery_codes(user=user)
        services.end_all_sessions(user=user, reason=EndReason.NOT_ME)
    return user


def _kind(way: WayIn) -> str:
    return "account" if isinstance(way, SocialAccount) else str(way.type)


def _found(token: str) -> WayIn:
    try:
        kind, pk, user_id = signing.loads(token, salt=SALT, max_age=GOOD_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        raise NotFound from None
    rows = SocialAccount.objects.filter(user=user_id, pk=pk) if kind == "account" else Authenticator.objects.filter(user=user_id, pk=pk, type=kind)
    found: WayIn = rows.first()
    if found is None:
        raise NotFound
    return found
