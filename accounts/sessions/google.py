"""Signing in and up with Google: whom an answer of Google's belongs to, and what becomes of people who are new.

allauth talks to Google (``provider``) and keeps ``SocialAccount``; here is what is decided:

* Somebody seen before is who they were.
* Otherwise the address decides, and only when Google has verified it. Belongs it to an account that has confirmed it too, Google is linked to
  that account and its person told by mail. Waits the account for confirmation, nothing is linked: whoever signed up with the address may not
  be its owner, and would keep the password. They are told to set a new one by mail, which proves the address, and to link Google then.
* Who is new picks a username and is in: the address is confirmed already.
"""

from typing import Any

import requests
from allauth.account.adapter import get_adapter as account_adapter
from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponseBase

from accounts.sessions import policies, services
from accounts.sessions.provider import GoogleAdapter, GoogleProvider
from accounts.users import services as users
from accounts.users.models import User
from core.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable

SALT = "accounts.sessions.google"
SIGN_UP_WITHIN = 900  # seconds to choose a username in


class GoogleRefused(Invalid):
    """Google did not say so, not to us, or not now."""

    default_code = "google_refused"
    default_message = "Google did not confirm that. Try again."


def is_on(request: HttpRequest) -> bool:
    """Whether the operator has told Google about this site."""
    return bool(get_adapter().list_apps(request, provider="google"))


def provider(request: HttpRequest) -> GoogleProvider:
    """Raises NotFound where Google is not configured."""
    try:
        found: GoogleProvider = get_adapter().get_provider(request, "google")
    except SocialApp.DoesNotExist:
        raise NotFound("Signing in with Google is not set up here.") from None
    return found


def go_there(request: HttpRequest, process: str, next_url: str | None) -> HttpResponseBase:
    """Send a browser to Google, with state and PKCE. Raises Unavailable, NotFound."""
    try:
        response: HttpResponseBase = provider(request).redirect(request, process, next_url=next_url)
    except requests.RequestException:
        raise Unavailable("Google does not answer right now.") from None
    return response


def login_by_id_token(request: HttpRequest, *, id_token: str, nonce: str | None = None) -> SocialLogin:
    """Whom the ID token of a native app speaks of; each token works once. Raises GoogleRefused, Unavailable, NotFound."""
    asked = provider(request)
    try:
        login = asked.verify_token(request, {"id_token": id_token, "nonce": nonce})
    except ValidationError:
        raise GoogleRefused from None
    except requests.RequestException:
        raise Unavailable("Google does not answer right now.") from None
    if not services.spend(f"id token {id_token}"):
        raise GoogleRefused
    return login


def login_by_code(request: HttpRequest, *, code: str, code_verifier: str, redirect_uri: str) -> SocialLogin:
    """Exchange the authorisation code of an app; Google checks verifier and redirect. Raises GoogleRefused, Unavailable, NotFound."""
    app = provider(request).app
    adapter = GoogleAdapter(request, redirect_uri=redirect_uri)
    try:
        answer = adapter.get_client(request, app).get_access_token(code, pkce_code_verifier=code_verifier)
        adapter.did_fetch_access_token = True
        login: SocialLogin = adapter.complete_login(request, app, adapter.parse_token(answer), response=answer)
    except requests.RequestException:
        raise Unavailable("Google does not answer right now.") from None
    except (OAuth2Error, KeyError, TypeError, ValueError):
        raise GoogleRefused from None
    return login


def match(login: SocialLogin) -> None:
    """Give ``login`` the account it belongs to, if there is one. It has been looked up by Google's id before.

    Raises: Forbidden("google_email_unverified"), Conflict("account_unconfirmed").
    """
    if login.is_existing:
        return
    address = next((found.email.lower() for found in login.email_addresses if found.verified is True), None)
    if address is None:
        raise Forbidden("Google has not verified your address. Do that there, or sign up with a password.", code="google_email_unverified")
    owner = EmailAddress.objects.filter(email=address, verified=True).select_related("user").first()
    if owner is not None:
        _link(login, owner.user)
    elif EmailAddress.objects.filter(email=address, user__is_waiting=False).exists() or User.objects.filter(email=address, is_waiting=False).exists():
        raise Conflict(
            "There is an account with this address that never confirmed it. Set a new password by mail, then connect Google in the settings.",
            code="account_unconfirmed",
        )


def sign_up(*, login: SocialLogin, username: str) -> User:
    """Add the person ``login`` speaks of, whose address Google has verified. They have no password. Nothing happens to people who are there.

    Raises: Invalid, UsernameTaken, EmailTaken as ``users.add_user``; Conflict("google_connected_other").
    Events: UserCreated.
    """
    address = next(found.email.lower() for found in login.email_addresses if found.verified is True)
    person = User(username=username, email=address, display_name=str(login.account.extra_data.get("name", ""))[:80])
    person.set_unusable_password()
    with transaction.atomic():
        users.add_user(user=person)
        EmailAddress.objects.create(user=person, email=address, verified=True, primary=True)
        _keep(login, person)
    return person


def disconnect(*, user: User, account_id: int) -> None:
    """Unlink Google from the account, and say so by mail. Raises NotFound, Conflict("last_way_in")."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        account = SocialAccount.objects.filter(user=user, pk=account_id).first()
        if account is None:
            raise NotFound
        if not policies.can_lose_one(user):
            raise Conflict("This is your only way in. Set a password first.", code="last_way_in")
        account.delete()
        account_adapter().send_notification_mail("socialaccount/email/account_disconnected", user)


def connect(*, user: User, login: SocialLogin) -> None:
    """Link what Google said to somebody signed in, whatever its address. Raises Conflict("google_connected_other")."""
    with transaction.atomic():
        if login.is_existing:
            if login.user != user:
                raise Conflict("This Google account belongs to another account here.", code="google_connected_other")
            return
        _link(login, user)


def ticket(login: SocialLogin) -> str:
    """What an app brings back with the username its person has chosen."""
    address = next(found.email for found in login.email_addresses if found.verified is True)
    said = {"sub": login.account.uid, "email": address, "email_verified": True, "name": login.account.extra_data.get("name", "")}
    return signing.dumps(said, salt=SALT)


def login_by_ticket(request: HttpRequest, sign_up_token: str) -> SocialLogin:
    """Raises GoogleRefused for a ticket that is not ours or has run out."""
    try:
        said: dict[str, Any] = signing.loads(sign_up_token, salt=SALT, max_age=SIGN_UP_WITHIN)
    except signing.BadSignature:
        raise GoogleRefused from None
    login: SocialLogin = provider(request).sociallogin_from_response(request, said)
    return login


def _link(login: SocialLogin, user: User) -> None:
    _keep(login, user)
    account_adapter().send_notification_mail("socialaccount/email/account_connected", user)


def _keep(login: SocialLogin, user: User) -> None:
    login.user = user
    login.account.user = user
    try:
        with transaction.atomic():
            login.account.save()
    except IntegrityError:
        raise Conflict("This Google account belongs to another account here.", code="google_connected_other") from None
