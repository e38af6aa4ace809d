"""What Hubbub tells allauth: how people are stored, who may come in, where mail and secrets go."""

import base64
import contextlib
import hashlib
from datetime import datetime, timedelta
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.sessions import disowning, google, mails, services, step_up
from accounts.sessions.code_forms import PhoneField
from accounts.sessions.events import SignInRefused
from accounts.sessions.guesses import WRONG, count_guess, forgive_guess
from accounts.sessions.services import BEGAN_KEY, tag_of_password
from accounts.users import phones
from accounts.users import services as users
from accounts.users.models import User
from core.api.addresses import client_address
from core.errors import Forbidden, Invalid
from core.events.outbox import emit

ACCOUNTS = "settings_accounts"  # the page of connected accounts
FOR_GOOD = timedelta(days=3650)  # moderators who suspend for good set a date nobody will wait for


def duration(until: datetime) -> str:
    """Until when, for people to read."""
    now = timezone.now()
    return "for good" if until - now > FOR_GOOD else f"until {date_format(timezone.localtime(until), 'j F Y, H:i e')}"


class LinkExpired(Invalid):
    """The address was confirmed with this link before, or its sign-up was given up."""

    default_code = "link_expired"
    default_message = "This link no longer works."


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up, sign-in and mail, for pages and REST alike."""

    is_confirming = False
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        **{f"{name}_password_mismatch": WRONG for name in ("email", "username", "phone")},
        "username_taken": users.UsernameTaken.default_message,
    }

    def save_user(self, request: HttpRequest, user: User, form: Form, commit: bool = True) -> User:
        """Raises Invalid, UsernameTaken, EmailTaken: of two sign-ups at once the database lets one through at a time."""
        data = form.cleaned_data
        user.username = data["username"]
        user.email = data["email"]
        user.set_password(data.get("password1") or data.get("password"))
        user.is_active, user.is_waiting = False, True
        return users.add_user(user=user)

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """A name is somebody's once they have confirmed an address or a number: until then it is free for whoever does so first.

        (Were it kept for the address it was first wanted with, trying the two together would tell that they belong together.)
        """
        name: str = super().clean_username(username, shallow=True)
        if not shallow and User.objects.named(name).exclude(pk__in=User.objects.unconfirmed().named(name).values("pk")).exists():
            raise self.validation_error("username_taken")
        return name

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Of confirming a sign-up and giving it up (``accounts.users.leaving``) the first one wins. Raises LinkExpired."""
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).filter(pk=email_address.user_id).first()
            waits = EmailAddress.objects.filter(pk=email_address.pk, verified=False).exists()
            if not waits or not super().confirm_email(request, email_address):
                raise LinkExpired
        return True

    def pre_login(self, request: HttpRequest, user: User, **login: Any) -> HttpResponse | None:
        """Only whoever knows the password learns that the account is suspended or closed. Whoever is leaving gets as far as being asked to stay."""
        if not user.is_active and user.erase_at is None and not user.is_waiting:  # who waits has just signed up: see ``authenticate``
            clear_login(request)
            raise Forbidden("This account is closed.", code="account_closed")
        if user.suspended_until and user.is_suspended:
            clear_login(request)
            raise Forbidden(
                f"This account is suspended {duration(user.suspended_until)}.",
                code="account_suspended",
                details={"until": user.suspended_until.isoformat(), "reason": user.suspension_reason},
            )
        request.session[BEGAN_KEY] = tag_of_password(user)  # what waits for a second factor does not outlive a new password
        return None

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Every password typed at sign-in or asked for again is checked here. A sign-up that nobody has confirmed is refused as what is nobody's:
        else trying to sign in would tell whether the address was known when somebody signed up with it. Who has just done so finds the link sent
        once more, by a worker, which takes no more of this request's time than any refusal. Raises RateLimited.
        """
        if "phone" in credentials:
            with contextlib.suppress(Invalid):
                credentials["phone"] = phones.normalise(credentials["phone"])
        guess = count_guess(request, credentials)
        user: User | None = super().authenticate(request, **credentials)
        if user is None or user.is_waiting:
            if not self.is_confirming:
                with transaction.atomic():
                    emit(SignInRefused(waiting_id=user.pk if user else None))
            return None
        forgive_guess(guess)
        return user

    def reauthenticate(self, user: User, password: str) -> bool:
        """Asked of somebody who is in: whatever comes of it, there is no sign-up to be reminded of."""
        self.is_confirming = True
        return bool(super().reauthenticate(user, password))

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """allauth asks before everything dangerous it does itself. Our answer is step-up's; then there is nothing left for allauth to ask.

        Raises: ReauthenticationRequired.
        """
        step_up.require(context.request)
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """allauth would count failures by name alone, and so let anybody lock anybody out."""

    def get_login_stages(self) -> list[str]:
        """As allauth's, but that a number which was answered from stands for a confirmed address; then what the settings ask before the session."""
        ours = "accounts.sessions.stages.EmailVerificationStage"
        known = [ours if stage.endswith(".EmailVerificationStage") else stage for stage in super().get_login_stages()]
        return [*known, *settings.SIGN_IN_STAGES]

    def phone_form_field(self, **arguments: Any) -> PhoneField:
        return PhoneField(**arguments)

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        return (user.phone, True) if user.phone else None

    def get_user_by_phone(self, phone: str) -> User | None:
        user: User | None = User.objects.filter(phone=phone).first()
        return user

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("settings_sessions")

    def send_notification_mail(self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None) -> None:
        """What happened to an account is told where its person can be reached: by mail, or where there is no address by text."""
        super().send_notification_mail(template_prefix, user, {"user": user, **(context or {})}, email)
        if not email and not EmailAddress.objects.get_primary_email(user):
            services.tell_by_text(user=user, what=template_prefix.rpartition("/")[2])

    def render_mail(
        self, template_prefix: str, email: str | list[str], context: dict[str, Any], headers: dict[str, str] | None = None
    ) -> EmailMessage:
        name = template_prefix.rpartition("/")[2]
        if isinstance(person := context.get("user"), User):
            context = {"username": person.username, "not_me_url": disowning.link_for(name, person), **context}
        return mails.render(name, to=[email] if isinstance(email, str) else email, context=context, headers=headers)


class MFAAdapter(DefaultMFAAdapter):
    """Second factors. Their secrets lie encrypted under a key made from SECRET_KEY."""

    def get_totp_label(self, user: User) -> str:
        return user.username

    def get_totp_issuer(self) -> str:
        return str(settings.SITE_NAME)

    def encrypt(self, text: str) -> str:
        return self._fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return self._fernet().decrypt(encrypted_text.encode()).decode()

    def _fernet(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"hubbub second factors:" + settings.SECRET_KEY.encode()).digest()))


class SocialAdapter(DefaultSocialAccountAdapter):
    """What Hubbub tells allauth about people who come by way of Google."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Raises as ``google.match`` and ``google.connect``; ReauthenticationRequired."""
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            step_up.require(request)
            google.connect(user=request.user, login=sociallogin)  # type: ignore[arg-type]
        else:
            google.match(sociallogin)

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """People choose their names."""
        return False

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: SocialAccount) -> str:
        return reverse(ACCOUNTS)

    def on_authentication_error(self, request: HttpRequest, provider: Any, **error: Any) -> None:
        """Whatever Google, the network or an old page did: not allauth's page but ours, with words (see ``google_pages``)."""
        raise google.GoogleRefused
