"""Passkeys (WebAuthn, https://www.w3.org/TR/webauthn-3/): adding them, and checking what they signed.

The keys are allauth's ``Authenticator`` rows and the cryptography is fido2's. Ours is what surrounds them:

* A ceremony begins with ``options`` for the browser or the phone and a signed ``ticket`` that comes back with its answer. The ticket says what
  the challenge is for and who may answer it, so none works for another purpose, in another session or for another person. Nothing is stored
  until the answer was right.
* Each challenge is answered once, also when two answers arrive together: the database keeps what was spent (``services.spend``).
* A key belongs to one account (a unique index on its id), and a signature counter that goes back means a copied key.

Passkeys always prove presence *and* a PIN, finger or face (user verification), so one of them alone is two factors.
"""

import json
import struct
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from allauth.account.adapter import get_adapter
from allauth.mfa import signals
from allauth.mfa.internal.flows.add import validate_can_add_authenticator
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationConveyancePreference,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts.sessions import policies, selectors, services
from accounts.sessions.models import Proof
from accounts.users.models import User
from core.errors import Conflict, Forbidden, Invalid

ANSWER_WITHIN = 300  # seconds
MOST = 20  # passkeys of one person
SALT = "accounts.sessions.passkeys"
MALFORMED = (ValueError, TypeError, KeyError, AttributeError, IndexError, AssertionError, NotImplementedError, struct.error)
log = structlog.get_logger(__name__)


class PasskeyRefused(Invalid):
    """The same for everything that can be wrong, so that nobody learns which keys there are."""

    default_code = "passkey_refused"
    default_message = "That passkey was not accepted. Try again."


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What the client passes to ``navigator.credentials`` and what it sends back beside the answer."""

    options: dict[str, Any]
    ticket: str


def begin_adding(user: User, session_id: UUID | None) -> Ceremony:
    """Options for a new passkey. Raises as ``add_passkey``."""
    _check_may_add(user)
    options, state = _server().register_begin(
        PublicKeyCredentialUserEntity(id=user.pk.bytes, name=user.username, display_name=user.name),
        credentials=[row.wrap().authenticator_data.credential_data for row in selectors.passkeys_of(user)],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
        extensions={"credProps": True},
    )
    return _ceremony(options, state, "add", str(session_id))


@transaction.atomic
def add_passkey(
    *, request: HttpRequest, user: User, session_id: UUID | None, ticket: str, credential: dict[str, Any], name: str
) -> tuple[Authenticator, bool]:
    """Keep a new passkey. Returns it, and whether recovery codes were made along with it (the person had no second factor before).

    Raises: PasskeyRefused, Forbidden("email_not_confirmed"), Conflict("too_many_passkeys", "passkey_known").
    """
    User.objects.select_for_update().get(pk=user.pk)
    _check_may_add(user)
    state = _opened(ticket, "add", str(session_id))
    try:
        made = _server().register_complete(state, credential)
        assert made.credential_data is not None  # noqa: S101 - fido2 has seen to it
        key = websafe_encode(made.credential_data.credential_id)
    except MALFORMED as error:
        raise PasskeyRefused from error
    _spend(state)
    kept = {**credential, "id": key, "rawId": key, "clientExtensionResults": {"credProps": {"rk": True}}}
    data = {"name": name.strip() or f"Passkey {selectors.passkeys_of(user).count() + 1}", "credential": kept, "sign_count": made.counter}
    try:
        with transaction.atomic():
            passkey = Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)
    except IntegrityError:
        raise Conflict("This passkey is in use already.", code="passkey_known") from None
    made_codes = not Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).exists()
    if made_codes:
        RecoveryCodes.activate(user)
    if session_id:  # the person was verified just now, by what is the second factor from now on
        services.confirm_session(session_id=session_id, proof=Proof.SECOND_FACTOR)
    signals.authenticator_added.send(sender=Authenticator, request=request, user=user, authenticator=passkey)
    get_adapter().send_notification_mail("mfa/email/webauthn_added", user)
    return passkey, made_codes


@transaction.atomic
def rename_passkey(*, user: User, passkey_id: int, name: str) -> Authenticator:
    """Raises NotFound."""
    passkey = selectors.passkey_of(user, passkey_id)
    passkey.data["name"] = name
    passkey.save(update_fields=["data"])
    return passkey


@transaction.atomic
def remove_passkey(*, request: HttpRequest, user: User, passkey_id: int) -> None:
    """Forget a passkey, and with the last second factor its recovery codes. Raises NotFound, Conflict("last_way_in")."""
    User.objects.select_for_update().get(pk=user.pk)
    passkey = selectors.passkey_of(user, passkey_id)
    if not policies.can_lose_one(user):
        raise Conflict("This is your only way in. Set a password first.", code="last_way_in")
    passkey.delete()
    services.drop_lonely_recovery_codes(user=user)
    signals.authenticator_removed.send(sender=Authenticator, request=request, user=user, authenticator=passkey)
    get_adapter().send_notification_mail("mfa/email/webauthn_removed", user)


def begin_answer(purpose: str, subject: str, user: User | None = None) -> Ceremony:
    """Options for an answer by one of ``user``'s passkeys, or by any passkey of this site (``user`` None) that says itself whose it is."""
    keys = None if user is None else [row.wrap().authenticator_data.credential_data for row in selectors.passkeys_of(user)]
    options, state = _server().authenticate_begin(keys, user_verification=UserVerificationRequirement.REQUIRED)
    return _ceremony(options, state, purpose, subject)


@transaction.atomic
def check_answer(*, purpose: str, subject: str, ticket: str, credential: dict[str, Any], user: User | None = None) -> Authenticator:
    """The passkey that answered, once everything about its answer was right. Raises PasskeyRefused."""
    state = _opened(ticket, purpose, subject)
    try:
        answer = AuthenticationResponse.from_dict(credential)
        handle = credential["response"].get("userHandle")
        said = UUID(bytes=websafe_decode(handle)) if handle else None
    except MALFORMED as error:
        raise PasskeyRefused from error
    owner = user.pk if user else said
    if owner is None or said not in {None, owner}:
        raise PasskeyRefused
    rows = Authenticator.objects.select_for_update(of=("self",)).select_related("user").filter(user=owner, type=Authenticator.Type.WEBAUTHN)
    passkey = rows.filter(data__credential__id=answer.id).first()
    if passkey is None:
        raise PasskeyRefused
    try:
        _server().authenticate_complete(state, [passkey.wrap().authenticator_data.credential_data], credential)
    except MALFORMED as error:
        raise PasskeyRefused from error
    counter, before = answer.response.authenticator_data.counter, passkey.data.get("sign_count", 0)
    if (counter or before) and counter <= before:
        log.warning("passkey_counter_went_back", passkey=passkey.pk)
        raise PasskeyRefused
    _spend(state)
    passkey.data["sign_count"] = counter
    passkey.save(update_fields=["data"])
    return passkey


def _check_may_add(user: User) -> None:
    try:
        validate_can_add_authenticator(user)
    except ValidationError:
        raise Forbidden("Confirm your address first.", code="email_not_confirmed") from None
    if selectors.passkeys_of(user).count() >= MOST:
        raise Conflict(f"{MOST} passkeys are as many as one can have.", code="too_many_passkeys")


def _server() -> Fido2Server:
    """Keys are made for the host of ``SITE_URL``, whatever name a request came in by."""
    party = PublicKeyCredentialRpEntity(id=urlsplit(settings.SITE_URL).hostname, name=settings.SITE_NAME)
    return Fido2Server(party, attestation=AttestationConveyancePreference.NONE, verify_origin=_is_ours)


def _is_ours(origin: str) -> bool:
    return origin in {settings.SITE_URL, *settings.PASSKEY_ORIGINS}


def _ceremony(options: Any, state: dict[str, Any], purpose: str, subject: str) -> Ceremony:
    said = {"challenge": state["challenge"], "for": purpose, "of": subject}
    return Ceremony(json.loads(json.dumps(dict(options)))["publicKey"], signing.dumps(said, salt=SALT))


def _opened(ticket: str, purpose: str, subject: str) -> dict[str, Any]:
    """The state fido2 wants back. Raises PasskeyRefused for a ticket that is not ours, is for something else, or ran out."""
    try:
        said = signing.loads(ticket, salt=SALT, max_age=ANSWER_WITHIN)
    except signing.BadSignature:
        raise PasskeyRefused from None
    if (said["for"], said["of"]) != (purpose, subject):
        raise PasskeyRefused
    return {"challenge": said["challenge"], "user_verification": UserVerificationRequirement.REQUIRED}


def _spend(state: dict[str, Any]) -> None:
    if not services.spend(f"passkey {state['challenge']}"):
        raise PasskeyRefused
